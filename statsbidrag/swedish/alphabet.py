"""How Swedish names are put in order, found by a few letters, and turned into addresses.

Belongs here: pure functions of a name. Does not: what is done with names
(`statsbidrag.site.update`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LAST: Final = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}
"""What stands after z, in order: the signs that follow `z` in ASCII."""


def alphabetical(name: str) -> tuple[str, str]:
    """The key that sorts names as Swedish does: å, ä, ö last, other accents and capitals aside."""
    composed = unicodedata.normalize("NFC", name.lower())
    letters = (_LAST.get(letter) or folded(letter) for letter in composed)
    return "".join(letters), name


def folded(text: str) -> str:
    """The text without capitals and accents, as it is typed on any keyboard: `ostersund`.

    `webbplats.js` does the same to what a reader types.
    """
    plain = unicodedata.normalize("NFD", text.lower().replace("æ", "ae").replace("ø", "o"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def slug(name: str) -> str:
    """The name as a part of an address: `Upplands-Bro` is `upplands-bro`."""
    return re.sub("[^a-z0-9]+", "-", folded(name)).strip("-")
