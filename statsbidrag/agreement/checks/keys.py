"""Whether the keys of an agreement's posts can be followed: groups, ages, levels, units, sums.

Belongs here: what must hold inside one key, and between a key and its post. Does not: the form of a
step (`schemas.keys`), or what it computes (`statsbidrag.allocation.keys`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from schemas.agreement import Post, Rounding, RoundingMethod, TotalsFrom
from schemas.common import RecipientType
from schemas.keys import (
    FixedStep,
    PartStep,
    RestStep,
    SetAsideStep,
    UndistributedStep,
    shares_of,
)
from statsbidrag.agreement.checks.scope import MEND, Scope, kr, unknown
from statsbidrag.errors import Problem
from statsbidrag.files.yaml_reading import Location
from statsbidrag.register import recipients as reg


def step_problems(scope: Scope) -> Iterator[Problem]:
    """Groups that a key or condition names exist, are of the post's type, and leave somebody."""
    for index, post in enumerate(scope.agreement.posts):
        for number, step in enumerate(post.key):
            at: Location = ("posts", index, "key", number)
            if isinstance(step, FixedStep):
                yield from _named(scope, post, (*at, "except"), list(step.except_))
                yield from _overlap(scope, (*at, "except"), list(step.except_))
                yield from _excluded(scope, post, (*at, "exclude"), step.exclude)
            elif isinstance(step, RestStep):
                yield from _excluded(scope, post, (*at, "rest", "exclude"), step.rest.exclude)
            elif isinstance(step, PartStep):
                yield from _excluded(scope, post, (*at, "part", "exclude"), step.part.exclude)
        if post.condition is not None:
            at = ("posts", index, "condition", "met_by")
            yield from _named(scope, post, at, [post.condition.met_by])


def _named(scope: Scope, post: Post, at: Location, names: Sequence[str]) -> Iterator[Problem]:
    for number, name in enumerate(names):
        here = (*at, number) if (*at, number) in scope.file.marks else (*at, name)
        group = scope.groups.get(name)
        if group is None:
            if not scope.left_out("groups", name):
                yield unknown(scope.file, here, name, list(scope.groups))
        elif group.recipients != post.recipients:
            yield scope.file.problem(
                here,
                expected=f"a group of recipients of type {post.recipients}",
                found=f"`{name}`, a group of type {group.recipients}",
            )


def _overlap(scope: Scope, at: Location, names: Sequence[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name in names:
        members = set(scope.groups[name].members) if name in scope.groups else set()
        if twice := sorted(seen & members):
            yield scope.file.problem(
                (*at, name),
                expected="each recipient in at most one exception",
                found=f"{', '.join(twice)} in two",
            )
        seen |= members


def _excluded(scope: Scope, post: Post, at: Location, names: Sequence[str]) -> Iterator[Problem]:
    yield from _named(scope, post, at, names)
    members = {c for n in names if n in scope.groups for c in scope.groups[n].members}
    if names and members >= set(reg.codes(scope.register, post.recipients)):
        yield scope.file.problem(
            at, expected="somebody left to share", found="every recipient excluded"
        )


def age_problems(scope: Scope) -> Iterator[Problem]:
    """Age intervals in one key follow each other: nobody counts twice, nobody between is left out.

    A key that means otherwise says so and why (`ages_note`).
    """
    for index, post in enumerate(scope.agreement.posts):
        found = [
            (share.ages, number)
            for number, step in enumerate(post.key)
            for share in shares_of(step)
            if share.ages is not None
        ]
        found.sort(key=lambda each: each[0].first)
        for (one, _), (other, number) in pairwise(found):
            if post.ages_note or one == other:
                continue
            if one.last is None or other.first <= one.last:
                wrong = f"`{one}` and `{other}`, which overlap"
            elif other.first > one.last + 1:
                wrong = f"`{one}` and `{other}`, and nobody between them"
            else:
                continue
            yield scope.file.problem(
                ("posts", index, "key", number),
                expected="age intervals that follow each other",
                found=wrong,
                action=MEND + ", or say in `ages_note:` why the key means just that",
            )


def level_problems(scope: Scope) -> Iterator[Problem]:
    """Population posts whose recipient type has no level to be counted at."""
    levels, file = scope.agreement.population.levels, scope.file
    if not scope.whole("population"):
        return
    for index, post in enumerate(scope.agreement.posts):
        shares = [s for step in post.key for s in shares_of(step) if s.by == "population"]
        if any(s.level is None for s in shares) and post.recipients not in levels:
            yield file.problem(
                ("population", "levels"),
                expected=f"the published level for {post.recipients} ({post.id} needs it)",
                found="none",
                action=f"add {post.recipients}: lan or kommun",
            )
        if shares and post.recipients == RecipientType.SKR:
            yield file.problem(
                ("posts", index, "key"),
                expected="a key without population: SKR has none",
                found="by: population",
            )
        if post.recipients == RecipientType.KOMMUN and any(s.level == "lan" for s in shares):
            yield file.problem(
                ("posts", index, "key"),
                expected="level: kommun",
                found="lan: no municipality's figure follows from its county's",
            )
    if levels.get(RecipientType.KOMMUN) == "lan":
        yield file.problem(
            ("population", "levels", "kommun"),
            expected="kommun",
            found="lan: no municipality's figure follows from its county's",
        )


def unit_problems(scope: Scope) -> Iterator[Problem]:
    """A convention that promises an exact sum needs a sum of whole units."""
    agreement = scope.agreement
    if not scope.whole("rounding"):
        return
    wanted: list[tuple[Location, str, Rounding, list[int]]] = [
        (("posts", index, "amount"), post.id, agreement.rounding_of(post), [index])
        for index, post in enumerate(agreement.posts)
    ]
    if agreement.rounding.totals == TotalsFrom.UNROUNDED and scope.whole("posts"):
        for name in [*agreement.types(), *(group.id for group in agreement.post_groups)]:
            of = [i for i, p in enumerate(agreement.posts) if name in (p.recipients, p.part_of)]
            wanted.append((("rounding", "unit"), f"all of {name}", agreement.rounding, of))
    for at, name, rounding, indices in wanted:
        posts = [agreement.posts[index] for index in indices]
        shared = [_shared(post) for post in posts]
        read = all(scope.was_read("posts", i, n) for i in indices for n in ("amount", "key"))
        if not read or None in shared or rounding.method == RoundingMethod.HALF_UP:
            continue
        if sum(each or 0 for each in shared) % rounding.unit:
            yield scope.file.problem(
                at,
                expected=f"a multiple of {kr(rounding.unit)}, the unit that {name} is rounded to",
                found=kr(sum(post.amount for post in posts)),
                action=MEND,
            )


def _shared(post: Post) -> Fraction | None:
    """What a post's recipients share, where the file alone says that."""
    if post.unresolved or isinstance(post.key[-1], UndistributedStep):
        return None
    pots = [step.set_aside.of(post.amount) for step in post.key if isinstance(step, SetAsideStep)]
    return post.amount - sum(pots, Fraction(0))


def sum_problems(scope: Scope) -> Iterator[Problem]:
    """What a key gives out whatever the population is: neither more nor less than the post."""
    for index, post in enumerate(scope.agreement.posts):
        read = all(scope.was_read("posts", index, name) for name in ("amount", "key"))
        if not read or not all(scope.sound(post, name) for name in _group_names(post)):
            continue
        known = [_given(scope, post, step) for step in post.key]
        given = sum((amount for amount in known if amount is not None), Fraction(0))
        takes_rest = isinstance(post.key[-1], RestStep | UndistributedStep)
        open_ended = takes_rest or None in known
        # A rest of nothing means that the post is given out twice.
        nothing_left = takes_rest and 0 < given == post.amount
        if given > post.amount or nothing_left or (given < post.amount and not open_ended):
            yield scope.file.problem(
                ("posts", index, "key"),
                expected=f"{kr(post.amount)}, the post's whole amount, neither more nor less",
                found=f"{kr(given)} given out" + (", before the rest" if open_ended else ""),
                action=MEND + ("" if takes_rest else ", or add `- rest: …`"),
            )


def _group_names(post: Post) -> list[str]:
    names = [name for step in post.key if isinstance(step, FixedStep) for name in step.except_]
    return names + [n for s in post.key if isinstance(s, FixedStep) for n in s.exclude]


def _given(scope: Scope, post: Post, step: object) -> Fraction | None:
    """What a step gives out, where that is known without any population; None where it is not."""
    if isinstance(step, SetAsideStep):
        return step.set_aside.of(post.amount)
    if isinstance(step, PartStep):
        return step.part.of(post.amount)
    if isinstance(step, RestStep | UndistributedStep):
        return Fraction(0)
    if not isinstance(step, FixedStep):
        return None
    codes = set(reg.codes(scope.register, post.recipients))
    codes -= {code for name in step.exclude for code in scope.groups[name].members}
    named = [(c, a) for n, a in step.except_.items() for c in set(scope.groups[n].members)]
    other = dict(named)
    if not codes or len(other) < len(named):
        # That everybody is excluded, or somebody named twice, is said where it stands.
        return None
    return Fraction(sum(other.get(code, step.fixed) for code in codes))
