"""The workbook that calculates: an agreement's whole allocation as live formulas.

Does not belong here: the computation that the formulas have to agree with
(`statsbidrag.allocation`).

| module | answers |
|---|---|
| `allocation_workbook` | which sheets are there, in which order? |
| `overview_sheets` | the guide, the list of posts, the totals that the agreement states |
| `population_sheets` | the figures that keys share by: population and weights |
| `post_sheets` | the sheet of a post: its key, what is rounded, what is paid |
| `sum_sheets` | the sheet of a sum over posts |
| `amount_columns` | what both have: amounts, marks, what was published, the sums below |
| `key_formulas` | each kind of step of a key |
| `cap_and_floor_formulas` | shares within bounds |
| `step_columns` | what the steps of a key have in common |
| `exact_share_formulas` | the exact share as whole kronor and what is over |
| `rounding_formulas` | the conventions of rounding |
| `sum_formulas` | sums over posts, rounded from what is unrounded |
| `spreadsheet_precision` | which shares a spreadsheet's numbers hold exactly, and the others |
| `sheet` | a sheet as data, whose formulas name columns and facts instead of places |
| `sheet_writing` | how is it written? |
| `unique_names` | which names of sheets and ranges are taken? |
"""
