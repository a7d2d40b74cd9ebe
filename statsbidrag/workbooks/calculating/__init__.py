"""The workbook that calculates: an agreement's whole allocation as live formulas.

Does not belong here: the computation that the formulas have to agree with
(`statsbidrag.allocation`).

| module | answers |
|---|---|
| `allocation` | which sheets are there, in which order? |
| `sheet` | how is a sheet of formulas with names written? |
| `keys` | a key's steps as columns of formulas |
| `population` | the figures that keys share by |
| `parts` | exact shares as a spreadsheet can hold them |
| `rounding` | the conventions as formulas |
| `sums` | totals over posts as formulas |
"""
