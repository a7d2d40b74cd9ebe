"""SCB's tables as proven extracts, and which figure counts for a key.

Does not belong here: fetching them (`statsbidrag.intake`), or what is done with them
(`statsbidrag.allocation`).

| module | answers |
|---|---|
| `reading` | is a file whole, and which files of a day count? |
| `extract` | what is in one file of one day, and what does an interval of ages add up to? |
| `demand` | which days, levels, ages and weights do an agreement's keys ask for? |
| `basis` | which extract counts for a key, and who are the persons of each region? |
| `tiling` | which intervals of ages make another one, with how few of them? |
| `corrections` | which figures of an extract are corrected, and is their source what it was? |
| `perturbation` | does a table have small random numbers, and what do they excuse? |
| `preliminary` | does a table call itself preliminary? |
| `weights` | what does a table of weights or units hold? |
| `formats` | how is a file of SCB's read, whatever its format? |
"""
