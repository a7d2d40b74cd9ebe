"""From a view to bytes: templates, PDF/A, Word, SVG.

Does not belong here: what a page says (`statsbidrag.documents`).

| module | answers |
|---|---|
| `document` | how does one view become HTML, PDF and Word? |
| `view` | what must every view be able to say? |
| `fingerprint` | what do a document's bytes depend on? |
| `code_behind` | which modules stand behind a document, by what imports what? |
| `templates` | how do a template and its values become HTML, and what lies beside it? |
| `note_links` | what becomes of the links that a producer writes in its notes? |
| `engine_versions` | which versions of which libraries decide how a page is set? |
| `pdf` | how does HTML become PDF/A-3a and PDF/UA-1? |
| `many` | how are many documents drawn at once, or kept unchanged? |
| `word` | how is a Word document written, and an edited one read back? |
| `svg` | how are charts and maps drawn? |
"""
