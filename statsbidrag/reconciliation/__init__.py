"""Every pair of figures that should agree, compared and judged.

Does not belong here: what follows of it (`statsbidrag.publication`, `assets`).

| module | answers |
|---|---|
| `amounts` | all comparisons of an agreement |
"""
