"""Workbooks that people fill in: plans and outcomes.

Does not belong here: whether what they hold adds up (`statsbidrag.reconciliation`).

| module | answers |
|---|---|
| `form` | what is a form: sheets, columns, what a cell takes? |
| `writing` | how is it written? |
| `reading` | how is it read back, every mistake at its cell? |
| `posts` | what do plans and outcomes have in common? |
| `plan` | a county's plan as a workbook |
| `outcome` | an outcome as a workbook |
"""
