"""What one recipient is sent: its letter, its forms, its follow-up.

Does not belong here: a county's plan (`statsbidrag.documents.county`).

| module | answers |
|---|---|
| `letter_view` | how much does it get, and how was that computed? |
| `said_to_type` | what are all of its type told: purposes, conditions, duties, days? |
| `year_before` | what did it have the year before? |
| `annex_forms` | what stands in its requisition and its financial report? |
| `follow_up` | what did it use, and what is to be repaid? |
"""
