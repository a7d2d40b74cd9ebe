"""Is what lies there what was made (command `verify`; what is said to be issued).

Does not belong here: making anything.

| module | answers |
|---|---|
| `revision` | a published folder: hashes, and amounts computed anew |
| `record` | what it says of itself to machines, field by field |
| `disagreement` | how is said that something is not as it should be? |
| `word_copy` | an edited Word copy: which figures no longer agree? |
| `issued` | was what is said to be issued ever made? |
"""
