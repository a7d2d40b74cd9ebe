"""What one recipient is sent: its letter, its forms, its follow-up.

Does not belong here: a county's plan (`statsbidrag.documents.county`).

| module | answers |
|---|---|
| `letter` | how much, how it was computed, what for |
| `change` | what has changed since the year before? |
| `annex_forms` | the requisition and the financial report |
| `follow_up` | plan against outcome, and what is to be repaid |
"""
