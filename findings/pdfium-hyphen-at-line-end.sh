#!/usr/bin/env bash
# PDFium reads a written hyphen at the end of a line as a control character, and takes the line break.
#
# Expected: a hyphen that stands in a PDF as a character of its own ("abc-" and, on the next line, "def")
#   is read back as a hyphen, as other readers do.
# Seen: get_text_bounded() gives U+0002 in its place and get_text_range() U+FFFE, and both join the lines;
#   between digits ("12-", "34") the hyphen and the line break stay. So a hyphen that somebody wrote
#   cannot be told from one that a typesetter put in, two methods of one page differ, and a search for
#   "abc-" finds nothing. pypdf reads the hyphen and the line break in both places.
# Versions: pypdfium2 5.15.2 (PDFium 159.0.8149.0), pypdf 7.1.0, PDF made by WeasyPrint 70.0.
# Source: the packages themselves, run here; WeasyPrint needs Pango on the machine.
# Fails when this has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pypdfium2==5.15.2 pypdf==7.1.0 weasyprint==70.0
"$folder/venv/bin/python" - <<'PYTHON'
import io

import pypdf
import pypdfium2
import weasyprint

page = "<style>@page { size: 60mm 40mm; margin: 5mm }</style><pre>abc-\ndef</pre><pre>12-\n34</pre>"
pdf = weasyprint.HTML(string=page).write_pdf()
text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
seen = {
    "get_text_bounded": text.get_text_bounded(),
    "get_text_range": text.get_text_range(),
    "pypdf": pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text(),
}
for name, value in seen.items():
    print(f"{name:17} {value!r}")
assert seen["get_text_bounded"] == "abc\x02def\r\n12-\r\n34"
assert seen["get_text_range"] == "abc\ufffedef\r\n12-\r\n34"
assert seen["pypdf"] == "abc-\ndef\n12-\n34"
PYTHON
