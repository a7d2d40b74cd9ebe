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
| `mark_and_posts` | for whom is a workbook made, and which posts has that recipient? |
| `filled_workbook` | the way from a filled one to its model, for plans and outcomes alike |
| `plan_form` | which sheets and fields has a plan's workbook? |
| `plan_formulas` | what is placed and what is left, as formulas |
| `plan_workbook` | a county's plan as a workbook, out and in |
| `outcome_form` | which sheets and fields has an outcome's workbook? |
| `outcome_workbook` | an outcome as a workbook, out and in |
"""
