"""What people write once an agreement is signed: plans, outcomes, what was issued.

Does not belong here: whether they add up (`statsbidrag.reconciliation`).

| module | answers |
|---|---|
| `county_plans` | how does a county split its posts? |
| `outcomes` | what has a recipient used? |
| `issued` | which documents were decided, and what does a new one replace? |
"""
