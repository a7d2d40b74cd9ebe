"""The pages across agreements and years.

Does not belong here: the pages of one revision (`statsbidrag.documents`).

| module | answers |
|---|---|
| `update` | which pages are there, and how are they brought up to date? |
| `front_page` | the agreements and their state |
| `recipients_across_years` | every recipient, gathered from the revisions |
| `recipient_pages` | a recipient's own page and file |
| `search_index` | what does the finder know? |
| `sources_page` | every source and licence |
| `handbook` | the handbook as pages |
"""
