"""Decisions: which rendering of which document was issued, when and by whom.

Belongs here: the form of `raw/decisions/<agreement>.yaml`. Does not: whether the documents and the
order of a file's entries make sense (`statsbidrag.plans.issued`), or how a document says what it
replaces (`templates/`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from schemas.common import FormatOne, Slug, Strict, Title, TitleOrBlank

RevisionName = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{12}$")]
"""What a revision's folder is called; in quotes, for without them YAML may see a number."""

DocumentMark = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{8,64}$")]
"""A document's own fingerprint, or the beginning of it that the document's footer shows."""


class Issued(Strict):
    """A document that was issued: the paper that somebody decided on, or was sent.

    `document` is where it lies inside its revision, without suffix; `revision` and `fingerprint`
    say which rendering it was. `replaces` is the revision of the document's entry before this one;
    it is written even for the first, as null. A blank `reference_number` is not known.
    """

    document: Title
    revision: RevisionName
    fingerprint: DocumentMark
    issued: date
    by: Title
    reference_number: Annotated[TitleOrBlank, StringConstraints(strip_whitespace=True)] = ""
    replaces: RevisionName | None


class Decisions(Strict):
    """What was issued of one agreement's documents, the oldest first for each document."""

    format: FormatOne
    agreement: Slug
    issued: tuple[Issued, ...]
