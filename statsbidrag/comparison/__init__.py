"""Two agreements side by side (command `compare`).

Does not belong here: two revisions of one (`statsbidrag.diff`).

| module | answers |
|---|---|
| `agreements` | which areas and posts correspond, and what are their sums before and after? |
| `sentences` | how is what differs said? |
"""
