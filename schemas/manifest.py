"""The manifest of a published revision: what went in, what came out, each with its hash."""

from __future__ import annotations

from typing import Literal

from schemas.agreement import Coverage, Status
from schemas.common import FormatOne, Maturity, Sha256, Slug, Strict


class HashedFile(Strict):
    """A file, by its path relative to the folder that the manifest speaks of."""

    path: str
    sha256: Sha256
    bytes: int


class PublishedDocument(Strict):
    """A document, the fingerprint of exactly what it shows, and the suffixes of its files.

    Every document of an older revision has these two.
    """

    path: str
    title: str
    fingerprint: Sha256
    suffixes: tuple[str, ...] = ("html", "pdf")


class About(Strict):
    """What the agreement was when the revision was made, for whoever lists revisions.

    `maturities` are those of the populations; `marked` those that some figure carries a mark for,
    which one that is published and reproduced does not (older revisions do not say).
    """

    title: str
    year: int
    status: Status
    coverage: Coverage
    total_sek: int
    maturities: tuple[Maturity, ...]
    marked: tuple[Maturity, ...] = ()
    counties: dict[str, str]


class Manifest(Strict):
    """One revision: complete, or withheld and then with what is missing."""

    format: FormatOne
    agreement: Slug
    fingerprint: Sha256
    about: About
    state: Literal["complete", "withheld"]
    withheld: tuple[str, ...]
    inputs: tuple[HashedFile, ...]
    outputs: tuple[HashedFile, ...]
    documents: tuple[PublishedDocument, ...]
    versions: dict[str, str]
