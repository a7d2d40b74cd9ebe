"""The workbook that calculates: an agreement's whole allocation as live formulas.

Belongs here: keys, roundings and sums as spreadsheet formulas, each with its exact value. Does not:
how a sheet is written (`statsbidrag.sheets`), nor the computation that the formulas have to agree
with (`statsbidrag.keys`, `statsbidrag.rounding`).
"""
