"""A county's decision document.

Does not belong here: the letters to its region and municipalities
(`statsbidrag.documents.recipient`).

| module | answers |
|---|---|
| `decision` | the county's money, its plan, and how it was computed |
| `change` | what has changed since the year before? |
| `overview` | the whole county on one page |
"""
