"""What several families of documents show alike.

Does not belong here: what only one of them shows.

| module | answers |
|---|---|
| `change_rows` | what did an area have before, and what has it now? |
| `computations` | how did an amount come about, and is it proof of anything? |
| `diagram` | what is a numbered drawing? |
| `purposes_and_conditions` | what is the money for, on which conditions? |
| `population_notes` | what must be said with population figures? |
| `populations` | which files do amounts rest on, and which maturities must be told of? |
| `printed_in` | which papers printed a recipient's figures? |
| `requisition_sum` | what may be asked for? |
"""
