"""What several families of documents show alike.

Does not belong here: what only one of them shows.

| module | answers |
|---|---|
| `change_rows` | what did an area have before, and what has it now? |
| `diagram` | what is a numbered drawing? |
| `guidance` | what is the money for, on which conditions? |
| `population_notes` | what must be said with population figures? |
| `populations` | which population files do amounts rest on, and what must be told of them? |
| `requisition_sum` | what may be asked for? |
"""
