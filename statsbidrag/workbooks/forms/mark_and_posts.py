"""For whom a workbook is made: the recipient and its posts, and the mark that says so.

Belongs here: what workbooks of plans and of outcomes have in common before a cell is read or
written. Does not: any cell's reading or writing (`form_reading`, `form_writing`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from schemas.agreement import Agreement
from schemas.common import Recipient, RecipientType
from statsbidrag.allocation.figures import Figure, Figures
from statsbidrag.dossier.gathering import Computed
from statsbidrag.errors import input_error
from statsbidrag.register import recipients as reg
from statsbidrag.workbooks.forms.form import MARK

VERSION: Final = "1"
"""Of the forms: raised where an older workbook can no longer be read."""

_COMMANDS: Final = {"plan": "plan", "utfall": "outcome"}
"""What the commands for each kind of workbook begin with, by the mark's word."""


@dataclass(frozen=True)
class Case(ABC):
    """For whom a workbook is made: an agreement, computed, and one of its recipients."""

    computed: Computed
    recipients: RecipientType
    code: str

    @property
    @abstractmethod
    def given(self) -> dict[str, str]:
        """The facts by which the workbook itself says for whom it is made, by key."""

    @property
    def register_name(self) -> str:
        """The recipient's name in the register."""
        return reg.names(self.computed.register, self.recipients)[self.code]

    @property
    def labels(self) -> dict[str, str]:
        """What the recipient's posts are called in the workbook, by id."""
        return labels_of(self.computed.agreement, self.recipients)

    @cached_property
    def figures(self) -> dict[str, Figure | None]:
        """The recipient's amount of each post; None where it is neither computed nor published."""
        figures = Figures(self.computed.allocation)
        return {post: figures.known(post, self.recipients, self.code) for post in self.labels}

    @property
    def amounts(self) -> dict[str, int | None]:
        """The figures in kronor."""
        return {post: figure.sek if figure else None for post, figure in self.figures.items()}


@dataclass(frozen=True)
class Mark:
    """How a kind of workbook says for what it is made: `plan 1 psykisk-halsa-2025 lan 23`."""

    word: str
    types: tuple[RecipientType, ...]
    arguments: str
    """What the command that writes a template is given: `ID CODE`."""

    def of(self, case: Case) -> str:
        """The mark of one recipient's workbook."""
        agreement_id = case.computed.agreement.id
        return f"{self.word} {VERSION} {agreement_id} {case.recipients} {case.code}"

    def command(self, what: str) -> str:
        """The command that does something with this kind: `plan-export`."""
        return f"{_COMMANDS[self.word]}-{what}"

    def made_for(self, path: Path, mark: str, known: Sequence[str]) -> tuple[str, Recipient]:
        """Agreement and recipient. Raises InputError for another kind, version or agreement."""
        parts = mark.split()
        if len(parts) == 5 and parts[:2] == [self.word, VERSION]:
            agreement_id, recipients, code = parts[2:]
            if agreement_id in known and recipients in self.types:
                return agreement_id, Recipient(RecipientType(recipients), code)
        action = f"write a new one with {self.command('template')}, and move your rows to it"
        other = next((word for word in _COMMANDS if word != self.word and parts[:1] == [word]), "")
        if other:
            action = f"this is another kind: statsbidrag {_COMMANDS[other]}-import"
        raise input_error(
            path,
            f"Uppgifter: {MARK.heading}",
            expected=f"`{self.word} {VERSION} ID {'|'.join(self.types)} CODE`, "
            f"ID one of {', '.join(known)}",
            found=f"`{mark[:80]}`",
            action=action,
        )


def labels_of(agreement: Agreement, recipients: RecipientType) -> dict[str, str]:
    """What each post of a type is called in a workbook: its label, or its id where two share it."""
    posts = agreement.posts_of(recipients)
    names = [post.label.casefold() for post in posts]
    return {
        post.id: post.label if names.count(post.label.casefold()) == 1 else post.id
        for post in posts
    }
