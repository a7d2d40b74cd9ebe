"""The finder's index: every recipient's name, what it is, and where its page lies.

Belongs here: the index as a script. Does not: finding in it (`templates/js/webbplats.js`).

It is a script and no data file, since a page that is opened from a disk may load nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from schemas.common import RecipientType
from statsbidrag.site.recipients_across_years import FOLDER, RecipientHistory

INDEX: Final = "sokregister.js"


def search_index(everyone: Sequence[RecipientHistory]) -> bytes:
    """`sokregister.js`: a row per recipient, one a line: name, code, what it is, its page.

    The page is given without the folder and the suffix that all share. Regions and counties come
    first: there are few of them, and a municipality may bear the same name.
    """
    counties = {each.code: each.name for each in everyone if each.type == RecipientType.LAN}
    rows = [
        [
            each.name,
            each.code,
            _what(each, counties.get(each.code[:2], "")),
            each.path.removeprefix(f"{FOLDER}/"),
        ]
        for each in everyone
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return f'"use strict";\nconst SOKREGISTER = [\n{lines}\n];\n'.encode()


def _what(each: RecipientHistory, county: str) -> str:
    """What a name does not say itself."""
    if each.type == RecipientType.KOMMUN:
        return f"{each.words.singular} i {county}" if county else each.words.singular
    return f"medel för {each.words.receivers}" if each.type == RecipientType.LAN else ""
