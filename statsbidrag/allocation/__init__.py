"""From a post and its key to every krona, exact and rounded, and how it came about.

Does not belong here: comparing with anything (`statsbidrag.reconciliation`).

| module | answers |
|---|---|
| `keys` | what does each step of a key give each recipient, exactly? |
| `rounding` | how do exact shares become whole kronor? |
| `amounts` | what is every amount, sum and total of an agreement? |
| `derivation` | how did one amount come about, step by step? |
| `figures` | how is a sum shown: published, or computed and marked? |
"""
