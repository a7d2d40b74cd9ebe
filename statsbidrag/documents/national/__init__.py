"""The tables of the whole country: the agreement's frame, every recipient's amounts, the rules.

Does not belong here: one recipient's paper.

| module | answers |
|---|---|
| `national_view` | what does the whole document show, in which order? |
| `areas_and_posts` | how does the agreement's money divide, before anybody gets any? |
| `year_before` | what did each area have the year before? |
| `recipient_tables` | what does every recipient get, and what do the columns sum to? |
| `per_person` | what is that per inhabitant, in tables and on maps? |
| `rules_and_sources` | how do each post's amounts come about, and who printed any? |
| `national_csv` | what is attached for a spreadsheet? |
"""
