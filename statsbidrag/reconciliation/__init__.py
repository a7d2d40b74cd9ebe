"""Every pair of figures that should agree, compared and judged.

Does not belong here: what follows of it (`statsbidrag.publication`, `assets`).

| module | answers |
|---|---|
| `reconcile` | which comparisons are made of an agreement, and in which order? |
| `amounts` | do posts make the stated totals, and amounts what was allocated and published? |
| `populations` | do files of population agree with themselves and with each other? |
| `plans` | does a county's plan make its posts and its own sums? |
| `pairs` | what does comparing two figures come to? |
"""
