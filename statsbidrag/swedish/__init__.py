"""How Swedish writes figures, days, names, recipient types and rules.

Does not belong here: no figure is chosen here.

| module | answers |
|---|---|
| `typography` | how is a sum, a day, a share, a list written? the filters of every template |
| `alphabet` | in which order do names stand, how are they found and turned into addresses? |
| `key_sentences` | how is a key, a rounding, a step said as a sentence? |
| `recipient_identity` | how is a recipient named with its type and code? |
| `verdicts` | what are comparisons, their verdicts and what is withheld called? |
"""
