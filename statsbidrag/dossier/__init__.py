"""One agreement as a whole, computed and reconciled: the one object that documents are made of.

Does not belong here: any stage's own work.

| module | answers |
|---|---|
| `dossier` | what is in it? |
| `reading` | what is read for an agreement, once, before anything is computed? |
| `gathering` | which stage takes what from which? |
"""
