"""Who can receive, how the country is divided, and where everyone lies.

Does not belong here: what they receive.

| module | answers |
|---|---|
| `recipients` | who are the recipients of a type, and how was the country divided on a day? |
"""
