"""What must hold inside one agreement before anything is computed.

Does not belong here: whether figures agree with others (`statsbidrag.reconciliation`).

| module | answers |
|---|---|
| `structure` | names, references, groups, dates, sums, keys |
| `guidance` | purposes, conditions, and the annex's forms |
"""
