"""SCB's tables as proven extracts, and which figure counts for a key.

Does not belong here: fetching them (`statsbidrag.intake`), or what is done with them
(`statsbidrag.allocation`).

| module | answers |
|---|---|
| `reading` | is an extract whole, which one counts, and what are the persons of a basis? |
| `corrections` | which figures of an extract are corrected, and is their source what it was? |
| `perturbation` | does a table have small random numbers, and what do they excuse? |
| `preliminary` | does a table call itself preliminary? |
| `weights` | what does a table of weights or units hold? |
| `formats` | how is a file of SCB's read, whatever its format? |
"""
