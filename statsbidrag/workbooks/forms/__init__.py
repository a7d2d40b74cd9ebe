"""Workbooks that people fill in: plans and outcomes.

Does not belong here: whether what they hold adds up (`statsbidrag.reconciliation`).

| module | answers |
|---|---|
| `form` | what is a form: sheets, columns, what a cell takes? |
| `form_writing` | how is it written as a file? |
| `safe_opening` | which file is refused before it is read? |
| `form_reading` | which sheets, columns and lines has a filled one, every mistake at its cell? |
| `cell_values` | what does a cell say: which text, kronor, day or share? |
| `cells_to_model` | which model do the cells become, and in which cell does each part stand? |
| `posts` | what do plans and outcomes have in common? |
| `plan` | a county's plan as a workbook |
| `outcome` | an outcome as a workbook |
"""
