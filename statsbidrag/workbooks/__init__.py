"""Spreadsheets: forms that people fill in, and sheets that calculate.

Does not belong here: the computation that formulas must agree with (`statsbidrag.allocation`).

| module | answers |
|---|---|
| `book` | the file itself: its title, language and day; what all workbooks call things |
| `forms` | plans and outcomes as workbooks, out and in |
| `calculating` | `allocation.xlsx`: every key as live formulas |
"""
