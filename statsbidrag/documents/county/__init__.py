"""A county's decision document, with its plan or as a draft without one.

Does not belong here: reading or checking plans (`statsbidrag.plans`), or the letters to its region
and municipalities (`statsbidrag.documents.recipient`).

| module | answers |
|---|---|
| `decision_view` | what does the whole document show, and which counties have one? |
| `plan_measures` | how does the plan split the county's posts, by level and organisation? |
| `year_before` | what did the county have the year before? |
| `overview` | what do the region, the county and its municipalities get, on one page? |
| `reporting_duties` | who reports what, to whom, by when? |
| `extracts` | which population files do the county's amounts rest on? |
| `decision_csv` | what is attached for a spreadsheet? |
"""
