"""Drawings: charts and maps as inline SVG.

Does not belong here: which figures they show (`statsbidrag.documents`).

| module | answers |
|---|---|
| `frame` | what do all drawings share? |
| `charts` | how are sums drawn as bars? |
| `maps` | how is a country shaded? |
| `locator` | where does one recipient lie? |
"""
