"""Who can receive, how the country is divided, and where everyone lies.

Does not belong here: what they receive.

| module | answers |
|---|---|
| `recipients` | who can receive, by type and code, and what are the types called? |
"""
