"""What a document is made from: the view of it, which any process can render.

Belongs here: what every view must be able to say. Does not: what the views of one family show
(`statsbidrag.documents`).

A view is a frozen dataclass that can be pickled, so a process pool can render it.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from statsbidrag.rendering.pdf import Attachment


class View(Protocol):
    """What a document shows: a frozen dataclass of plain values, dates, fractions, dataclasses."""

    template: ClassVar[str]

    @property
    def path(self) -> str:
        """Where the document lies inside its revision, without suffix."""

    @property
    def title(self) -> str:
        """The document's title."""

    @property
    def created(self) -> datetime:
        """The date that the PDF carries: the paper's, or its agreement's. Never the clock's."""

    def attachments(self) -> tuple[Attachment, ...]:
        """The document's own data, to be put into the PDF."""


@runtime_checkable
class EditableView(View, Protocol):
    """A view whose document is also a Word document, for people to edit and to verify."""

    agreement_id: str
    editable: ClassVar[bool]
