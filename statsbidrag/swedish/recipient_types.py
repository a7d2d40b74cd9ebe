"""The types of recipients in Swedish words.

Belongs here: what one, or all, of a type are called. Does not: who they are
(`statsbidrag.register`).
"""

from __future__ import annotations

from typing import Final

from schemas.common import RecipientType

TYPES: Final = {
    RecipientType.REGION: "region",
    RecipientType.KOMMUN: "kommun",
    RecipientType.LAN: "län",
    RecipientType.SKR: "SKR",
}
"""The recipient types as the files say them."""

ALL_OF: Final = {
    RecipientType.REGION: "regionerna",
    RecipientType.KOMMUN: "kommunerna",
    RecipientType.LAN: "länen",
    RecipientType.SKR: "SKR",
}
"""What the recipients of one type are called together."""
