"""Population tables as SCB serves them, in one normal form whatever the format.

Does not belong here: whether the table is whole, nor which of several counts
(`statsbidrag.population`).

| module | answers |
|---|---|
| `any_format` | what is in a file? the way from its bytes to `schemas.tables.Population` |
| `detection` | which format has it, by its content? |
| `jsonstat` | `delimited`, `spreadsheet`, `px`: figures and labels of one format |
| `grid` | what csv and spreadsheets share: columns of labels and of figures, merged labels |
| `layout` | where in rows are title, heading, figures, and what programs add to them? |
| `headings` | what does the heading of a column of figures say? |
| `cells` | what every format gives: figures, their labels, and what is said |
| `decoding` | which encoding is it in? |
| `labels` | what do its labels mean? |
| `numbers` | what is a number in it? |
| `footnotes` | what stands below the table? |
| `identity` | is it the table that its sidecar names? |
| `coverage` | is it of everyone, counted one by one? |
| `regions` | is it of every region? |
| `repeated` | which labels mean the same, and are their figures equal? |
| `cube` | is every cell there once, of which region, age, sex and day? |
| `sums_in_file` | do its wholes say what their parts do, as far as random numbers allow? |
| `normal_form` | from cells to the table: what of all this comes after what? |
"""
