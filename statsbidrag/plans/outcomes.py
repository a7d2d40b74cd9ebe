"""Outcomes: read, and checked against agreement, register and the county's plan.

Belongs here: whether an outcome speaks of posts, measures and recipients that exist, and says
something of each. Does not: what is left and to be repaid
(`statsbidrag.documents.recipient.follow_up`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from schemas.agreement import Agreement
from schemas.common import RecipientType
from schemas.outcome import Outcome, Used
from schemas.plan import Measure, Plan
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.plans.county_plans import Places, personal_problems
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register


def load_outcomes(
    raw: Raw, agreement: Agreement, register: Register, plans: Sequence[Plan]
) -> tuple[Outcome, ...]:
    """The outcomes of an agreement's recipients, by file. Raises InputError."""
    return tuple(
        load_outcome(path, agreement, register, plans) for path in raw.outcome_paths(agreement.id)
    )


def load_outcome(
    path: Path, agreement: Agreement, register: Register, plans: Sequence[Plan]
) -> Outcome:
    """One recipient's outcome. Raises InputError with everything that is wrong, line by line."""
    outcome, file = read_model(path, Outcome)
    if problems := outcome_problems(outcome, file, agreement, register, plans):
        raise InputError(problems)
    return outcome


def plan_of(outcome: Outcome, plans: Sequence[Plan]) -> Plan | None:
    """The plan that an outcome is held against: the county's own, if it has one."""
    if outcome.recipient_type != RecipientType.LAN:
        return None
    return next((plan for plan in plans if plan.county == outcome.recipient_code), None)


def outcome_problems(
    outcome: Outcome,
    file: Places,
    agreement: Agreement,
    register: Register,
    plans: Sequence[Plan],
) -> list[Problem]:
    """What of an outcome does not fit its agreement, the register or the plan, at its place."""
    problems = list(_identity(outcome, file, agreement, register))
    problems.extend(personal_problems(outcome, file))
    if problems:
        return problems
    plan = plan_of(outcome, plans)
    return [*_posts(outcome, file, agreement, plan), *_gaps(outcome, file, agreement, plan)]


def outcome_doubts(outcome: Outcome, agreement: Agreement) -> Iterator[tuple[str, str]]:
    """What may be right and is seldom meant, by field: nothing is refused for it."""
    first = date(agreement.year, 1, 1)
    if outcome.through is not None and outcome.through < first:
        yield (
            "through",
            f"costs are counted through {outcome.through}, before {first}, when the agreement's "
            "year begins: is the year right?",
        )
    if outcome.unused_sek < 0:
        beyond = f"{-outcome.unused_sek:,}".replace(",", " ")
        words = f"{beyond} kr more is used than received: are both amounts right?"
        if outcome.received == 0:
            words = f"nothing is received, yet {beyond} kr is used: are both amounts right?"
        yield "received", words


def _identity(
    outcome: Outcome, file: Places, agreement: Agreement, register: Register
) -> Iterator[Problem]:
    if outcome.agreement != agreement.id:
        yield file.problem(
            ("agreement",),
            expected=f"`{agreement.id}`, its folder",
            found=f"`{outcome.agreement}`",
        )
    if outcome.recipient_code not in reg.codes(register, outcome.recipient_type):
        yield file.problem(
            ("recipient_code",),
            expected=f"the code of a {outcome.recipient_type} in the register",
            found=f"`{outcome.recipient_code}`",
            action="correct the code, or the type",
        )
    name = f"{outcome.recipient_type}-{outcome.recipient_code}"
    if name != file.path.stem:
        yield file.problem(
            ("recipient_code",), expected=f"`{file.path.stem}`, the file's name", found=f"`{name}`"
        )
    if not agreement.posts_of(outcome.recipient_type):
        yield file.problem(
            ("recipient_type",),
            expected=f"a type with a post: {', '.join(agreement.types())}",
            found=f"`{outcome.recipient_type}`",
        )


def _posts(
    outcome: Outcome, file: Places, agreement: Agreement, plan: Plan | None
) -> Iterator[Problem]:
    posts = [post.id for post in agreement.posts_of(outcome.recipient_type)]
    for index, each in enumerate(outcome.used):
        if each.post not in posts:
            yield file.problem(
                ("used", index, "post"),
                expected=f"a post to {outcome.recipient_type}: {', '.join(posts)}",
                found=f"`{each.post}`",
                action="correct the post's id",
            )
        elif each.measure and plan is None:
            yield file.problem(
                ("used", index, "measure"),
                expected="nothing: there is no plan with measures, so a post's use is one sum",
                found=f"`{each.measure}`",
                action="write what was used of the whole post",
            )


def _gaps(
    outcome: Outcome, file: Places, agreement: Agreement, plan: Plan | None
) -> Iterator[Problem]:
    """What nothing is said of. A gap is no zero: whoever used nothing writes 0."""
    for post in agreement.posts_of(outcome.recipient_type):
        own = [each for each in outcome.used if each.post == post.id]
        if any(not each.measure for each in own):
            continue
        planned = plan.of_post(post.id) if plan else []
        if not own and not planned:
            yield file.problem(
                ("used",),
                expected=f"what was used of {post.id}",
                found="nothing",
                action="add it; write 0 where nothing was used",
            )
        pairs = paired(planned, own)
        strange = [pair.used.measure for pair in pairs if pair.used and not pair.measure]
        for measure in (pair.measure for pair in pairs if pair.measure and not pair.used):
            close = get_close_matches(measure.title, strange, n=1, cutoff=0.8)
            level = f" ({measure.level})" if measure.level else ""
            yield file.problem(
                ("used",),
                expected=f"what was used of the plan's measure `{measure.title}`{level}, {post.id}",
                found=f"nothing; but there is `{close[0]}`" if close else "nothing",
                action="write its name as in the plan"
                if close
                else "add it; write 0 where nothing was used",
            )


@dataclass(frozen=True)
class Pair:
    """A measure of the plan and what was used of it; one of them None where it has no other."""

    measure: Measure | None
    used: Used | None


def paired(measures: Sequence[Measure], used: Sequence[Used]) -> list[Pair]:
    """Each measure with its use, in the plan's order; then what the plan does not have.

    They are the same by title and level; of several alike the first goes with the first.
    """
    left = list(used)
    pairs = []
    for measure in measures:
        key = (measure.title, measure.level)
        found = next((each for each in left if (each.measure, each.level) == key), None)
        if found is not None:
            left.remove(found)
        pairs.append(Pair(measure, found))
    return [*pairs, *(Pair(None, each) for each in left)]
