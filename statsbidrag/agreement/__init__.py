"""An agreement read, joined and checked; what was printed about it; next year's skeleton.

Does not belong here: splitting its posts (`statsbidrag.allocation`).

| module | answers |
|---|---|
| `reading` | what does an agreement say, joined with what it supplements? |
| `checks` | do its parts hold together? |
| `citations` | where in the sources does something stand? |
| `published_figures` | what have others printed about its amounts? |
| `skeleton` | what does next year's file look like, every blank to be filled in? |
"""
