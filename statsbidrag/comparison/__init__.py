"""Two agreements side by side (command `compare`).

Does not belong here: two revisions of one (`statsbidrag.diff`).

| module | answers |
|---|---|
| `agreements` | what are the sums before and after, of areas, types and recipients? |
| `areas` | which areas correspond? |
| `post_pairs` | which posts correspond, and what became of each? |
| `sides` | what has each of the two, and which comes first? |
| `money` | what is known of a sum before and after? |
| `sentences` | how is what differs said? |
"""
