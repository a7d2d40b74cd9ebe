"""Workbooks: those that people fill in, and sheets that calculate.

Belongs here: what a form is, written and read back (`form`, `writing`, `reading`), which plans and
outcomes share; sheets whose formulas have names (`calculated`); the file itself (`book`). Does not:
what is asked for or calculated (`statsbidrag.plan_sheet`, `statsbidrag.outcome_sheet`,
`statsbidrag.workbook`).
"""
