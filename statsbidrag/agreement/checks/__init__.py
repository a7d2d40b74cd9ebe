"""What must hold inside one agreement before anything is computed.

Does not belong here: whether figures agree with others (`statsbidrag.reconciliation`).

| module | answers |
|---|---|
| `structure` | names, references, groups, dates, stated totals |
| `keys` | can each key be followed: groups, ages, levels, units, sums? |
| `scope` | what a check is given |
| `guidance` | purposes, conditions, and the annex's forms |
"""
