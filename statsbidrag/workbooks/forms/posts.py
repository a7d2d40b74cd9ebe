"""What workbooks of plans and of outcomes have in common: for what they are made, and the posts.

Belongs here: the mark, the sheet of posts, and from cells to fields and back. Does not: any cell's
reading or writing (`form_reading`, `form_writing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

from schemas.agreement import Agreement
from schemas.common import RecipientType
from statsbidrag.errors import input_error
from statsbidrag.files.yaml_reading import Location
from statsbidrag.workbooks.forms.cell_values import Cell
from statsbidrag.workbooks.forms.form import MARK, Facts
from statsbidrag.workbooks.forms.form_reading import Filled

POSTS: Final = "Poster"
"""The sheet of posts, and the list of their names."""

VERSION: Final = "1"
"""Of the forms: raised where an older workbook can no longer be read."""

_KINDS: Final = {"plan": "plan-template", "utfall": "outcome-template"}


@dataclass(frozen=True)
class Mark:
    """How a kind of workbook says for what it is made: `plan 1 psykisk-halsa-2025 lan 23`."""

    word: str
    types: tuple[RecipientType, ...]

    def of(self, agreement_id: str, recipients: RecipientType, code: str) -> str:
        """The mark of one recipient's workbook."""
        return f"{self.word} {VERSION} {agreement_id} {recipients} {code}"

    def made_for(
        self, path: Path, mark: str, known: Sequence[str]
    ) -> tuple[str, RecipientType, str]:
        """Agreement, type and code. Raises InputError for another kind, version or agreement."""
        parts = mark.split()
        if len(parts) == 5 and parts[:2] == [self.word, VERSION]:
            agreement_id, recipients, code = parts[2:]
            if agreement_id in known and recipients in self.types:
                return agreement_id, RecipientType(recipients), code
        action = f"write a new one with {_KINDS[self.word]}, and move your rows to it"
        other = next((word for word in _KINDS if word != self.word and parts[:1] == [word]), "")
        if other:
            action = f"this is another kind: statsbidrag {_KINDS[other].split('-')[0]}-import"
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


def created(agreement: Agreement) -> datetime:
    """The day that a workbook carries: the signature's, or its year's first. Never the clock's."""
    if agreement.signed is None:
        return datetime(agreement.year, 1, 1)
    return datetime.combine(agreement.signed.state, time())


def require_made_for(filled: Filled, wanted: Mapping[str, str], command: str) -> None:
    """Tells of the facts that say something else than the mark does."""
    for key, value in wanted.items():
        cell = filled.facts[key]
        if not cell.wrong and cell.value != value:
            filled.problem(
                cell,
                expected=f"`{value}`, for which the workbook was made",
                found=f"`{cell.value}`",
                action=f"write a template for the other one: statsbidrag {command}",
            )


def require_posts(
    filled: Filled, amounts: Mapping[str, int | None], posts: Sequence[str], command: str
) -> None:
    """Tells of posts that are not the agreement's; notes sums that are no longer the same."""
    seen = []
    for row in filled.rows["posts"]:
        post, amount = row["id"], row["amount"]
        seen.append(post.value)
        if post.value not in posts:
            filled.problem(
                post,
                expected=f"one of the posts {', '.join(posts)}",
                found=f"`{post.value}`",
                action="the agreement has changed, or this is another one's: write a new template",
            )
        elif not amount.wrong and amount.value != amounts.get(post.value):
            filled.notes.append(
                f"{filled.path}: {amount.place}: the workbook has {amount.value} kr, the sum is "
                f"now {amounts.get(post.value)} kr: statsbidrag {command} writes one with the sums "
                "of today"
            )
    for post_id in (each for each in posts if each not in seen):
        filled.problem(
            Cell(None, POSTS),
            expected=f"a line for each post, also {post_id}",
            found="none",
            action="write a new template, and move your rows to it",
        )


def fact_values(facts: Facts, model: object, skipped: Sequence[str]) -> dict[str, Any]:
    """The values of a model's fields by their keys, `decision.by` and alike."""
    values: dict[str, Any] = {}
    for column in facts.columns:
        if column.key in skipped or column.kind.ours:
            continue
        part: Any = model
        for name in column.key.split("."):
            part = getattr(part, name, None)
        values[column.key] = part
    return values


def put(data: Any, places: dict[Location, Cell], at: Location, cell: Cell) -> None:
    """Puts a cell's value where it belongs in a model's data, and remembers the cell."""
    places[at] = cell
    for part in at[:-1]:
        data = data.setdefault(part, {}) if isinstance(data, dict) else data[int(part)]
    data[at[-1]] = cell.value
