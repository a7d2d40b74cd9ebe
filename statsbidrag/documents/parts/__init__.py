"""What several families of documents show alike.

Does not belong here: what only one of them shows.

| module | answers |
|---|---|
| `guidance` | what is the money for, on which conditions? |
| `population_notes` | what must be said with population figures? |
| `requisition_sum` | what may be asked for? |
"""
