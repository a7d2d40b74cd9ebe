"""How population gets into `raw/` (commands `fetch`, `add`), and the one use of the network.

Does not belong here: which extract counts (`statsbidrag.population`).

| module | answers |
|---|---|
| `fetching` | what does an agreement need of SCB, and is the answer news? |
| `adding` | how is a downloaded table taken in as it is? |
| `file_facts` | what does such a file say of itself: level, ages, random numbers? |
| `cell_selection` | which cells of SCB's table are asked for? |
| `successors` | which table has the year that the agreement's table lacks? |
| `pxweb` | how is PxWebApi 2 asked? |
| `pxweb_answers` | is an answer what was asked for? |
| `unused` | which files does no agreement use, and what would help? |
| `storing` | how do files come to `raw/population/`, all or none? |
"""
