"""Two revisions of one agreement (command `diff`) and the revision document.

Does not belong here: two agreements (`statsbidrag.comparison`).

| module | answers |
|---|---|
| `comparing` | what changed, for whom, and why? |
| `sentences` | how is it said? |
| `document` | what does the revision document show? |
| `writing` | how does it become files? |
"""
