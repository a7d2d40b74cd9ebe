"""Two revisions of one agreement (command `diff`) and the revision document.

Does not belong here: two agreements (`statsbidrag.comparison`).

| module | answers |
|---|---|
| `comparing` | what changed, for whom, and why? |
| `changes` | what is a change, and what can each line say of itself? |
| `sentences` | how is it said? |
| `document` | which changes does the revision document show, in which order? |
| `document_view` | what does each of its tables hold? |
| `writing` | how does it become files? |
"""
