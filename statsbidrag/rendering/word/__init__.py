"""Word documents: written from a page, and read back after people edited them.

Does not belong here: comparing figures (`statsbidrag.verification`).

| module | answers |
|---|---|
| `marked_page` | which elements and marked figures does our own page have? |
| `body` | which paragraph, table or field does each become? |
| `paragraphs` | how is a text with its figures and properties written? |
| `tables` | how are rows and cells written, and how wide is a column? |
| `docx_writing` | how does the whole file come about, the same bytes every time? |
| `docx_reading` | which document was an edited file, and what are its figures? |
| `bookmarked_text` | what stands in an edited file's bookmarks, tracked changes accepted? |
"""
