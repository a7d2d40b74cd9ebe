"""What must hold between the parts of an agreement: names, references, groups, dates, sums.

Belongs here: one small function per rule, each yielding problems with their line, and the order of
all rules. Does not: what must hold inside a key (`statsbidrag.agreement.checks.keys`), the form of
the file (`schemas.agreement`), nor any reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from schemas.agreement import Agreement, Coverage, PopulationUse
from statsbidrag.agreement.checks.keys import (
    age_problems,
    level_problems,
    step_problems,
    sum_problems,
    unit_problems,
)
from statsbidrag.agreement.checks.scope import MEND, Scope, kr, unknown
from statsbidrag.errors import Problem
from statsbidrag.files.yaml_reading import Location
from statsbidrag.register import recipients as reg


def problems_of(scope: Scope, agreement_id: str) -> list[Problem]:
    """Everything that does not hold, in the order of the rules."""
    found = [
        *_identity(scope, agreement_id),
        *_compared(scope),
        *_names(scope),
        *_references(scope),
        *_members(scope),
        *step_problems(scope),
        *level_problems(scope),
        *_parts(scope),
        *_replacements(scope),
        *_dates(scope),
    ]
    if scope.whole("posts"):
        found += _sums(scope)
    return [*found, *age_problems(scope), *unit_problems(scope), *sum_problems(scope)]


def _identity(scope: Scope, agreement_id: str) -> Iterator[Problem]:
    agreement, file = scope.agreement, scope.file
    if not scope.whole("id", "programme", "year"):
        return
    if agreement.id != agreement_id:
        yield file.problem(
            ("id",), expected=f"`{agreement_id}`, the file's name", found=f"`{agreement.id}`"
        )
    wanted = f"{agreement.programme}-{agreement.year}"
    supplement = agreement.id.startswith(f"{wanted}-tillagg")
    if agreement.id != wanted and not supplement:
        yield file.problem(
            ("id",), expected=f"`{wanted}`, programme and year", found=f"`{agreement.id}`"
        )
    if supplement and agreement.supplements is None:
        yield file.problem(
            ("id",), expected="`supplements:` with the agreement that it adds to", found="none"
        )


def _compared(scope: Scope) -> Iterator[Problem]:
    other = scope.agreement.compares_with
    year = (other or "").removeprefix(f"{scope.agreement.programme}-")[:4]
    if other is not None and year.isdigit() and int(year) >= scope.agreement.year:
        yield scope.file.problem(
            ("compares_with",),
            expected=f"an agreement of a year before {scope.agreement.year}",
            found=f"`{other}`",
        )
        return
    path = scope.raw.agreement_path(other or "")
    if other is not None and not path.is_file():
        yield scope.file.problem(
            ("compares_with",),
            expected=f"an agreement that has a file, {path}",
            found=f"`{other}`, which has none",
            action="write that file, or take this line away",
        )


def _names(scope: Scope) -> Iterator[Problem]:
    agreement, file = scope.agreement, scope.file
    for key, ids in (
        ("posts", [*(post.id for post in agreement.posts)]),
        ("areas", [area.id for area in agreement.areas]),
        ("post_groups", [group.id for group in agreement.post_groups]),
    ):
        count = Counter(ids)
        for index, name in enumerate(ids):
            if count[name] > 1 and ids.index(name) != index:
                yield file.problem(
                    (key, index, "id"), expected="each id once", found=f"`{name}` again"
                )
    areas = [area.id for area in scope.areas]
    if not scope.whole("areas"):
        return
    for index, post in enumerate(agreement.posts):
        if post.area not in areas and scope.was_read("posts", index, "area"):
            yield unknown(file, ("posts", index, "area"), post.area, areas)
    for index, stated in enumerate(agreement.stated_totals):
        if stated.area is not None and stated.area not in areas:
            yield unknown(file, ("stated_totals", index, "area"), stated.area, areas)


def _references(scope: Scope) -> Iterator[Problem]:
    file, known = scope.file, scope.sources
    for at in list(file.marks):
        if at and at[-1] == "source" and "sources" not in at:
            value = file.data
            for part in at:
                value = value[part]
            if value not in known and not scope.left_out("sources", str(value)):
                yield unknown(file, at, str(value), known)


def _members(scope: Scope) -> Iterator[Problem]:
    for name, group in scope.agreement.groups.items():
        codes = reg.codes(scope.register, group.recipients)
        for index, code in enumerate(group.members):
            at: Location = ("groups", name, "members", index)
            if code not in codes:
                yield scope.file.problem(
                    at,
                    expected=f"the code of a recipient of type {group.recipients}",
                    found=f"`{code}`",
                )
            elif code in group.members[:index]:
                yield scope.file.problem(at, expected="each member once", found=f"`{code}` again")


def _parts(scope: Scope) -> Iterator[Problem]:
    agreement, file = scope.agreement, scope.file
    groups = scope.post_groups
    order: list[str] = []
    for index, post in enumerate(agreement.posts):
        if post.part_of is not None and post.part_of not in groups and scope.whole("post_groups"):
            yield unknown(file, ("posts", index, "part_of"), post.part_of, groups)
        name = post.part_of or post.id
        if post.part_of is not None and name in order and order[-1] != name:
            yield file.problem(
                ("posts", index),
                expected=f"the parts of {name} one after the other",
                found="another post between them",
            )
        order.append(name)
        if post.id in groups:
            yield file.problem(
                ("posts", index, "id"), expected="an id of its own", found="that of a post group"
            )
    for index, group in enumerate(agreement.post_groups):
        if group.id not in order and scope.whole("posts"):
            yield file.problem(
                ("post_groups", index), expected="a post with this `part_of`", found="none"
            )


def _replacements(scope: Scope) -> Iterator[Problem]:
    """A supplement adds posts, or says which post of the base it replaces."""
    known = [post.id for post in scope.base.posts] if scope.base else []
    kept = [post.id for post in scope.kept_posts]
    replaced: set[str] = set()
    for index, post in enumerate(scope.agreement.posts):
        if post.replaces is not None and post.replaces in replaced:
            yield scope.file.problem(
                ("posts", index, "replaces"),
                expected="each post of the base replaced once",
                found=f"`{post.replaces}` again",
                action="let one post replace it, and add the other without `replaces`",
            )
        elif post.replaces is not None and scope.base is None:
            yield scope.file.problem(
                ("posts", index, "replaces"),
                expected="`supplements:` with the agreement whose post is replaced",
                found="none",
            )
        elif post.replaces is not None and post.replaces not in known:
            yield unknown(scope.file, ("posts", index, "replaces"), post.replaces, known)
        elif post.id in kept:
            yield scope.file.problem(
                ("posts", index, "id"),
                expected=f"an id of its own, or `replaces: {post.id}`",
                found=f"`{post.id}`, which {scope.agreement.supplements} has already",
            )
        replaced |= {post.replaces} if post.replaces is not None else set()
    if scope.base is not None:
        yield from _same_as_base(scope, scope.base)


def _same_as_base(scope: Scope, base: Agreement) -> Iterator[Problem]:
    """What base and supplement share: population, rounding, and what a group's name means."""
    own = scope.agreement
    for name, group in own.groups.items():
        if set(base.groups.get(name, group).members) != set(group.members):
            yield scope.file.problem(
                ("groups", name),
                expected=f"a name that {base.id} does not have, or the same members",
                found="other members",
                action="give the group another name",
            )
    same = {
        "population": _used(base.population) == _used(own.population),
        "rounding": base.rounding == own.rounding,
    }
    for name, agrees in same.items():
        if not agrees and scope.whole(name):
            yield scope.file.problem(
                (name,),
                expected=f"the same as in {base.id}",
                found="another",
                action="what differs is said at the post: `rounding:`, or in its key "
                "`reference_date:`, `level:`",
            )


def _used(population: PopulationUse) -> PopulationUse:
    """A population without what is only said about it."""
    return population.model_copy(update={"reference": None, "note": ""})


def _dates(scope: Scope) -> Iterator[Problem]:
    agreement, file = scope.agreement, scope.file
    signed = agreement.signed
    if agreement.status == "signed" and signed is None and scope.whole("signed", "status"):
        yield file.problem(("status",), expected="`signed:` with both dates", found="none")
    for name, deadline in agreement.dates.items():
        if signed and deadline.date < max(signed.state, signed.skr):
            yield file.problem(
                ("dates", name, "date"),
                expected="a day after the agreement was signed",
                found=str(deadline.date),
            )
    for index, duty in enumerate(agreement.reporting):
        if signed and duty.by and duty.by < max(signed.state, signed.skr):
            yield file.problem(
                ("reporting", index, "by"),
                expected="a day after the agreement was signed",
                found=str(duty.by),
            )
    first = agreement.dates.get("requisition")
    for name in ("repayment", "financial_report"):
        then = agreement.dates.get(name)
        if first and then and then.in_force < first.in_force:
            yield file.problem(
                ("dates", name, "date"),
                expected="a day after the last day of requisition",
                found=str(then.in_force),
            )


def _sums(scope: Scope) -> Iterator[Problem]:
    """A complete agreement's posts sum to every total that it states."""
    agreement, file = scope.agreement, scope.file
    if agreement.coverage != Coverage.COMPLETE:
        return
    posts = [*scope.kept_posts, *agreement.posts]
    ids = [post.id for post in agreement.posts]
    unread = {
        name
        for index, name in enumerate(ids)
        if not scope.was_read("posts", index, "amount") or ids.count(name) > 1
    }
    areas = {area.id for area in scope.areas}
    total = sum(post.amount for post in posts)
    if total != agreement.total.amount and scope.whole("total") and not unread:
        yield file.problem(
            ("total", "amount"),
            expected=f"{kr(total)}, the sum of the posts",
            found=kr(agreement.total.amount),
            action=MEND,
        )
    for index, stated in enumerate(agreement.stated_totals):
        own = [p for p in posts if stated.recipients == p.recipients or stated.area == p.area]
        if stated.area is not None and not {stated.area, *(p.area for p in posts)} <= areas:
            continue
        found = sum(post.amount for post in own)
        if found != stated.amount and not unread & {post.id for post in own}:
            yield file.problem(
                ("stated_totals", index, "amount"),
                expected=f"{kr(found)}, the sum of {', '.join(post.id for post in own)}",
                found=kr(stated.amount),
                action=MEND,
            )
