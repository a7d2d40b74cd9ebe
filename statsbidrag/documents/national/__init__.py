"""The tables of the whole country, with charts and maps.

Does not belong here: one recipient's own pages.

| module | answers |
|---|---|
| `tables` | every recipient's amounts, the sums beside the frame, the rules |
| `posts_and_change` | what is drawn: the posts, the year before, kronor per inhabitant |
"""
