"""From a filled workbook to what it says: its mark, for whom it is, its form, its model, mistakes.

Belongs here: the way in, the same for plans and outcomes. Does not: which fields either has
(`plan_workbook`, `outcome_workbook`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from schemas.common import Recipient
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location
from statsbidrag.workbooks.book import POSTS
from statsbidrag.workbooks.forms.cell_values import Cell
from statsbidrag.workbooks.forms.cells_to_model import CellPlaces, Model, model_of
from statsbidrag.workbooks.forms.form import Facts, Form
from statsbidrag.workbooks.forms.form_reading import Filled, read_form, read_mark
from statsbidrag.workbooks.forms.mark_and_posts import Case, Mark

CaseT = TypeVar("CaseT", bound=Case)
Fields = tuple[dict[str, Any], dict[Location, Cell]]
"""What cells say in the form of a model, and which cell each part stands in."""


@dataclass(frozen=True)
class FormKind(Generic[CaseT, Model]):
    """A kind of workbook that people fill in.

    `case_of` is for whom a mark's agreement, type and code are (it raises UsageError where nobody
    is), `form_of` that one's form, `fields_of` what the filled cells say, `path_of` the file that
    the model is for, and `problems_of` what does not fit the agreement.
    """

    mark: Mark
    facts: Facts
    model: type[Model]
    case_of: Callable[[Raw, str, Recipient], CaseT]
    form_of: Callable[[CaseT], Form]
    fields_of: Callable[[CaseT, Filled], Fields]
    path_of: Callable[[Raw, CaseT], Path]
    problems_of: Callable[[Model, CaseT, CellPlaces], Iterable[Problem]]


@dataclass(frozen=True)
class Submitted(Generic[CaseT, Model]):
    """What somebody has filled in, as the model that it becomes, and for whom."""

    model: Model
    case: CaseT
    filled: Filled

    @property
    def notes(self) -> tuple[str, ...]:
        """What was passed over, or is seldom meant."""
        return tuple(self.filled.notes)


def read_filled(raw: Raw, path: Path, kind: FormKind[CaseT, Model]) -> Submitted[CaseT, Model]:
    """What a workbook says. Raises InputError with every mistake, each at its cell."""
    mark, book = read_mark(path, kind.facts)
    agreement_id, recipient = kind.mark.made_for(path, mark, raw.agreement_ids())
    case = kind.case_of(raw, agreement_id, recipient)
    filled = read_form(path, book, kind.form_of(case))
    _require_given(filled, case, kind.mark)
    _require_posts(filled, case, kind.mark)
    data, places = kind.fields_of(case, filled)
    model = model_of(filled, kind.model, data, places)
    if model is not None:
        where = CellPlaces(filled, places, kind.path_of(raw, case))
        filled.problems.extend(kind.problems_of(model, case, where))
    if filled.problems or model is None:
        raise InputError(filled.problems)
    return Submitted(model, case, filled)


def _require_given(filled: Filled, case: Case, mark: Mark) -> None:
    """Tells of the facts that say something else than the mark does."""
    for key, value in case.given.items():
        cell = filled.facts[key]
        if not cell.wrong and cell.value != value:
            filled.problem(
                cell,
                expected=f"`{value}`, for which the workbook was made",
                found=f"`{cell.value}`",
                action="write a template for the other one: "
                f"statsbidrag {mark.command('template')} {mark.arguments}",
            )


def _require_posts(filled: Filled, case: Case, mark: Mark) -> None:
    """Tells of posts that are not the agreement's; notes sums that are no longer the same."""
    amounts = case.amounts
    seen = []
    for row in filled.rows["posts"]:
        post, amount = row["id"], row["amount"]
        seen.append(post.value)
        if post.value not in amounts:
            filled.problem(
                post,
                expected=f"one of the posts {', '.join(amounts)}",
                found=f"`{post.value}`",
                action="the agreement has changed, or this is another one's: write a new template",
            )
        elif not amount.wrong and amount.value != amounts[post.value]:
            filled.notes.append(
                f"{filled.path}: {amount.place}: the workbook has {amount.value} kr, the sum is "
                f"now {amounts[post.value]} kr: statsbidrag {mark.command('export')} writes one "
                "with the sums of today"
            )
    for post_id in (known for known in amounts if known not in seen):
        filled.problem(
            Cell(None, POSTS),
            expected=f"a line for each post, also {post_id}",
            found="none",
            action="write a new template, and move your rows to it",
        )
