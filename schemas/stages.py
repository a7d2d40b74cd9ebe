"""What stages hand to each other that is neither a table nor a file of its own.

Belongs here: plain containers. Does not: what stages compute.
"""

from __future__ import annotations

from schemas.common import Strict
from schemas.manifest import HashedFile, PublishedDocument
from schemas.plan import Plan


class Plans(Strict):
    """The plans of an agreement's counties, by county code."""

    plans: tuple[Plan, ...]


class RenderedDocuments(Strict):
    """The documents of one revision whose files wait to be published, and of which inputs."""

    fingerprint: str
    documents: tuple[PublishedDocument, ...]
    files: tuple[HashedFile, ...]
