"""A county's plan: read, checked against agreement and register, and its amounts in kronor.

Belongs here: whether a plan speaks of posts and counties that exist, and what its shares and
remainders come to. Does not: whether it adds up (`statsbidrag.reconciliation`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from schemas.agreement import Agreement
from schemas.common import RecipientType
from schemas.plan import Measure, Plan
from schemas.tables import AllocationTable
from statsbidrag.allocation.amounts import rows
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.printable_text import names_a_person
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location, read_model
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register


def load_plans(raw: Raw, agreement: Agreement, register: Register) -> tuple[Plan, ...]:
    """The plans of an agreement's counties, by county code. Raises InputError."""
    return tuple(load_plan(path, agreement, register) for path in raw.plan_paths(agreement.id))


def load_plan(path: Path, agreement: Agreement, register: Register) -> Plan:
    """One county's plan. Raises InputError with everything that is wrong, line by line."""
    plan, file = read_model(path, Plan)
    problems = plan_problems(plan, file, agreement, register)
    if problems:
        raise InputError(problems)
    return plan


class Places(Protocol):
    """Where the parts of a plan were read: the lines of a file, or the cells of a workbook.

    `path` is the plan's own file, whether it was read there or is to be written there.
    """

    @property
    def path(self) -> Path:
        """The plan's own file."""

    def problem(self, at: Location, *, expected: str, found: str, action: str = ...) -> Problem:
        """A problem at the place of a part."""


def plan_problems(
    plan: Plan, file: Places, agreement: Agreement, register: Register
) -> list[Problem]:
    """What of a plan does not fit its agreement or the register, each at its place."""
    return [
        *_identity(plan, file, agreement, register),
        *_posts(plan, file, agreement),
        *personal_problems(plan, file),
    ]


def personal_problems(filled: BaseModel, file: Places) -> Iterator[Problem]:
    """The texts that somebody's personal identity number stands in, which are never cited.

    What a county or a recipient fills in is published as it is.
    """
    waiting: list[tuple[Location, Any]] = [((), filled.model_dump())]
    for at, part in waiting:
        if isinstance(part, dict):
            waiting.extend(((*at, key), value) for key, value in part.items())
        elif isinstance(part, list | tuple):
            waiting.extend(((*at, index), value) for index, value in enumerate(part))
        elif isinstance(part, str) and names_a_person(part):
            yield file.problem(
                at,
                expected="no personal data: it is published",
                found="what reads as a personal identity number",
                action="take it away; if it is another number, write it otherwise",
            )


def _identity(
    plan: Plan, file: Places, agreement: Agreement, register: Register
) -> Iterator[Problem]:
    if plan.agreement != agreement.id:
        yield file.problem(
            ("agreement",), expected=f"`{agreement.id}`, its folder", found=f"`{plan.agreement}`"
        )
    if plan.county not in reg.codes(register, RecipientType.LAN):
        yield file.problem(
            ("county",),
            expected="the code of a county in the register",
            found=f"`{plan.county}`",
            action="correct the code",
        )
    if plan.county != file.path.stem:
        yield file.problem(
            ("county",), expected=f"`{file.path.stem}`, the file's name", found=f"`{plan.county}`"
        )


def _posts(plan: Plan, file: Places, agreement: Agreement) -> Iterator[Problem]:
    posts = [post.id for post in agreement.posts_of(RecipientType.LAN)]
    named = [
        *((("measures", i, "post"), m.post) for i, m in enumerate(plan.measures)),
        *((("known_differences", i, "post"), d.post) for i, d in enumerate(plan.known_differences)),
    ]
    for at, post in named:
        if post not in posts:
            yield file.problem(
                at,
                expected=f"a county post of {agreement.id}: {', '.join(posts)}",
                found=f"`{post}`",
                action="correct the post's id",
            )
    files = [source.file for source in agreement.sources.values() if source.file]
    names = [*agreement.sources, *files]
    for index, known in enumerate(plan.known_differences):
        # A source may be any paper of the county's own; one that is nearly ours is misspelt.
        close = get_close_matches(known.source, names, n=1, cutoff=0.8)
        if close and known.source not in names:
            yield file.problem(
                ("known_differences", index, "source"),
                expected=f"a source of {agreement.id}, or another paper",
                found=f"`{known.source}`",
                action=f"did you mean `{close[0]}`?",
            )


# What the measures come to ---------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """A measure and its kronor.

    `exact` is what was given, or the share of the county's post, which may not be whole; it is None
    where the post's amount is not known. A remainder is never less than nothing: where the others
    take more than the post, the plan does not add up, and the reconciliation says so.
    """

    measure: Measure
    post_sek: int | None
    exact: Fraction | None

    @property
    def amount_sek(self) -> int | None:
        """Whole kronor; None where they are not known, or the share leaves a fraction over."""
        if self.exact is None or self.exact.denominator != 1:
            return None
        return self.exact.numerator

    @property
    def left_over(self) -> Fraction:
        """The part of a krona that a share leaves over: 0 for all that comes out whole."""
        return Fraction(0) if self.exact is None else self.exact % 1


def county_amounts(allocation: AllocationTable, county: str) -> dict[str, int | None]:
    """The county's amount per post, group and `total`: as published, else as computed.

    None where neither is known.
    """
    own = allocation[
        (allocation["recipient_type"] == str(RecipientType.LAN))
        & (allocation["recipient_code"] == county)
    ]
    return {
        row.post: row.amount_sek if row.published_sek is None else row.published_sek
        for row in rows(own)
    }


def placed(plan: Plan, amounts: Mapping[str, int | None]) -> tuple[Placed, ...]:
    """Every measure in kronor, in the plan's order; `amounts` are those of the county's posts."""
    return tuple(
        Placed(measure, amounts.get(measure.post), _exact(plan, measure, amounts))
        for measure in plan.measures
    )


def placed_sum(measures: Sequence[Placed]) -> int | None:
    """What several measures come to; None where one of them is not known in whole kronor."""
    known = [each.amount_sek for each in measures if each.amount_sek is not None]
    return sum(known) if len(known) == len(measures) else None


def _exact(plan: Plan, measure: Measure, amounts: Mapping[str, int | None]) -> Fraction | None:
    whole = amounts.get(measure.post)
    if measure.amount is not None:
        return Fraction(measure.amount)
    if whole is None:
        return None
    if measure.share is not None:
        return measure.share * whole
    others = [m for m in plan.of_post(measure.post) if not m.remainder]
    taken = [_exact(plan, other, amounts) for other in others]
    return max(whole - sum((each or Fraction(0) for each in taken), Fraction(0)), Fraction(0))
