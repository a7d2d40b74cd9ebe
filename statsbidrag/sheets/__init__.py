"""Workbooks that people fill in: their form, written and read back.

Belongs here: what plans and outcomes share (`form`, `writing`, `reading`). Does not: what either of
them asks for (`statsbidrag.plan_sheet`, `statsbidrag.outcome_sheet`).
"""
