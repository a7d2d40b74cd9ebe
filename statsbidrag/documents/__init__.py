"""What each family of documents shows: one frozen view each.

Does not belong here: layout and sentences (`templates/`), bytes (`statsbidrag.rendering`).

| module | answers |
|---|---|
| `catalogue` | which documents does an agreement have? |
| `national` | the tables of the whole country |
| `county` | a county's decision document |
| `recipient` | a recipient's letter, forms and follow-up |
| `audit` | every comparison, for the auditor |
| `parts` | what several families show alike |
"""
