"""Links that a producer writes in its notes, `[text](https://…)`: links, or texts with addresses.

Belongs here: finding them. Everything else in a note is text, whatever it looks like. Does not:
which notes are shown (`statsbidrag.documents.parts.population_notes`).
"""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

_LINK: Final = re.compile(
    r"\[(?P<text>[^\[\]]{1,300})\]\((?P<address>https?://[^\s()<>\"'`]{1,500})\)"
)


def linked(note: str) -> Markup:
    """The note for a screen: its links lead where they say."""
    parts, end = [], 0
    for match in _LINK.finditer(note):
        parts += [escape(note[end : match.start()]), _anchor(match)]
        end = match.end()
    return Markup("").join([*parts, escape(note[end:])])


def _anchor(match: re.Match[str]) -> Markup:
    return Markup('<a href="{}">{}</a>').format(match["address"], match["text"])


def addressed(note: str) -> str:
    """The note for paper: the address stands after the text of its link."""
    return _LINK.sub(r"\g<text> (\g<address>)", note)
