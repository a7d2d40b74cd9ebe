"""The families of documents that a revision holds: what each is called, and who has one.

Belongs here: names, order, places inside a revision. Does not: what a document shows
(`statsbidrag.documents`), or the document that compares two revisions, which lies in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.common import Recipient, RecipientType

_EVERYBODY: Final = (
    RecipientType.LAN,
    RecipientType.REGION,
    RecipientType.KOMMUN,
    RecipientType.SKR,
)


@dataclass(frozen=True)
class Family:
    """One family: `stem` is the name of its files, `name` what readers call it (Swedish).

    `recipients` are the types of whom each has a document, in its own folder; for a document of the
    agreement as a whole there are none, and it lies in `folder`. `issued`: authorities decide on
    it, so that a later rendering says which one it replaces.
    """

    stem: str
    name: str
    recipients: tuple[RecipientType, ...] = ()
    folder: str = ""
    issued: bool = True

    def path(self, folder: str = "") -> str:
        """Where one lies inside its revision, without suffix; `folder` is that of its recipient."""
        return f"{folder or self.folder}/{self.stem}"


NATIONAL: Final = Family("fordelning", "Fördelning", folder="nation")
DECISION: Final = Family("beslutsunderlag", "Beslutsunderlag", (RecipientType.LAN,))
LETTER: Final = Family(
    "tilldelning",
    "Tilldelning",
    (RecipientType.REGION, RecipientType.KOMMUN, RecipientType.SKR),
)
REQUISITION: Final = Family("rekvisition", "Rekvisition", _EVERYBODY)
FINANCIAL_REPORT: Final = Family("ekonomisk-redovisning", "Ekonomisk redovisning", _EVERYBODY)
FOLLOW_UP: Final = Family("uppfoljning", "Uppföljning", _EVERYBODY)
AUDIT: Final = Family("avstamning", "Avstämning", folder="audit", issued=False)

FAMILIES: Final = (NATIONAL, DECISION, LETTER, REQUISITION, FINANCIAL_REPORT, FOLLOW_UP, AUDIT)
"""All of them, in the order in which they are used."""


def family_of(path: str) -> Family | None:
    """The family of a document, by its path without suffix; None for a file of none."""
    stem = path.rpartition("/")[2]
    return next((family for family in FAMILIES if family.stem == stem), None)


def folder_of(recipient: Recipient, slug: str) -> str:
    """Where a recipient's documents lie inside a revision: `kommun/2380-ostersund`."""
    # There is one SKR, so it has no folder of its own below its type's.
    if recipient.type == RecipientType.SKR:
        return str(recipient.type)
    return f"{recipient.type}/{recipient.code}-{slug}"


def recipient_of(path: str) -> Recipient | None:
    """In whose folder a file of a revision lies; None for one that is nobody's alone."""
    parts = path.split("/")
    if parts[0] == RecipientType.SKR and len(parts) == 2:
        return Recipient(RecipientType.SKR, "SKR")
    if len(parts) == 3 and parts[0] in list(RecipientType):
        return Recipient(RecipientType(parts[0]), parts[1].partition("-")[0])
    return None
