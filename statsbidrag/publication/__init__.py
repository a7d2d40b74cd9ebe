"""A revision as a folder: fingerprint, contents, writing it whole, reading it back.

Does not belong here: what its documents say.

| module | answers |
|---|---|
| `fingerprint` | what does a revision depend on? |
| `contents` | what does it hold besides documents? |
| `amounts_csv` | how do its amounts, posts and population become CSV files? |
| `recording` | what does a revision say of itself to machines? |
| `record_json` | how is that written to `audit/revision.json`, and read? |
| `folder` | how is it put in place, its manifest read, and `current` switched? |
| `revision_names` | which revisions are there, and which one is meant? |
| `revision` | what is known of one that is read back? |
| `reading_back` | what did a published revision say? |
| `revision_before_json` | and one that does not say it to machines yet? |
"""
