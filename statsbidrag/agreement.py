"""An agreement that holds together: read, and checked against itself and the register.

Belongs here: checks across the parts of one agreement. Does not: the form of the file
(`schemas.agreement`), or the split of its posts (`statsbidrag.allocation`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from schemas.agreement import (
    Agreement,
    Coverage,
    FixedStep,
    Post,
    RestStep,
    Rounding,
    RoundingMethod,
)
from schemas.common import RecipientType
from statsbidrag import register as reg
from statsbidrag.errors import InputError, Problem
from statsbidrag.raw import Raw
from statsbidrag.yamlfile import Location, YamlFile, read_model

_MEND = "correct it against the agreement"


def load_agreement(raw: Raw, agreement_id: str, register: pd.DataFrame) -> Agreement:
    """The agreement, checked. Raises InputError with everything that is wrong, line by line."""
    path = raw.agreement_path(agreement_id)
    agreement, file = read_model(path, Agreement)
    problems = [
        *_identity(agreement, file, agreement_id),
        *_compared(agreement, file, raw),
        *_names(agreement, file),
        *_references(agreement, file),
        *_groups(agreement, file, register),
        *_levels(agreement, file),
        *_parts(agreement, file),
        *_dates(agreement, file),
    ]
    if not problems:
        problems = [
            *_sums(agreement, file),
            *_keys(agreement, file, register),
            *_units(agreement, file),
        ]
    if problems:
        raise InputError(problems)
    return agreement


def _identity(agreement: Agreement, file: YamlFile, agreement_id: str) -> Iterator[Problem]:
    if agreement.id != agreement_id:
        yield file.problem(
            ("id",), expected=f"`{agreement_id}`, the file's name", found=f"`{agreement.id}`"
        )
    wanted = f"{agreement.programme}-{agreement.year}"
    if agreement.id != wanted:
        yield file.problem(
            ("id",), expected=f"`{wanted}`, programme and year", found=f"`{agreement.id}`"
        )


def _compared(agreement: Agreement, file: YamlFile, raw: Raw) -> Iterator[Problem]:
    other = agreement.compares_with
    if other is not None and (path := raw.agreement_path(other)) and not path.is_file():
        yield file.problem(
            ("compares_with",),
            expected=f"an agreement that has a file, {path}",
            found=f"`{other}`, which has none",
            action="write that file, or take this line away",
        )


def _names(agreement: Agreement, file: YamlFile) -> Iterator[Problem]:
    for key, ids in (
        ("posts", [post.id for post in agreement.posts]),
        ("areas", [area.id for area in agreement.areas]),
        ("post_groups", [group.id for group in agreement.post_groups]),
    ):
        count = Counter(ids)
        for index, name in enumerate(ids):
            if count[name] > 1 and ids.index(name) != index:
                yield file.problem(
                    (key, index, "id"), expected="each id once", found=f"`{name}` again"
                )
    areas = [area.id for area in agreement.areas]
    for index, post in enumerate(agreement.posts):
        if post.area not in areas:
            yield _unknown(file, ("posts", index, "area"), post.area, areas)
    for index, stated in enumerate(agreement.stated_totals):
        if stated.area is not None and stated.area not in areas:
            yield _unknown(file, ("stated_totals", index, "area"), stated.area, areas)


def _unknown(file: YamlFile, at: Location, found: str, known: list[str]) -> Problem:
    return file.problem(
        at, expected=f"one of: {', '.join(known)}", found=f"`{found}`", action=_MEND
    )


def _references(agreement: Agreement, file: YamlFile) -> Iterator[Problem]:
    known = list(agreement.sources)
    for at in list(file.marks):
        if at and at[-1] == "source" and "sources" not in at:
            value = file.data
            for part in at:
                value = value[part]
            if value not in known:
                yield _unknown(file, at, str(value), known)


def _groups(agreement: Agreement, file: YamlFile, register: pd.DataFrame) -> Iterator[Problem]:
    for name, group in agreement.groups.items():
        codes = reg.codes(register, group.recipients)
        for index, code in enumerate(group.members):
            if code not in codes:
                yield file.problem(
                    ("groups", name, "members", index),
                    expected=f"the code of a recipient of type {group.recipients}",
                    found=f"`{code}`",
                )
            elif code in group.members[:index]:
                yield file.problem(
                    ("groups", name, "members", index),
                    expected="each member once",
                    found=f"`{code}` again",
                )
    for index, post in enumerate(agreement.posts):
        for number, step in enumerate(post.key):
            if isinstance(step, FixedStep):
                at = ("posts", index, "key", number, "except")
                yield from _exceptions(agreement, file, post, step, at)


def _exceptions(
    agreement: Agreement, file: YamlFile, post: Post, step: FixedStep, at: Location
) -> Iterator[Problem]:
    named: list[str] = []
    for name in step.except_:
        group = agreement.groups.get(name)
        if group is None:
            yield _unknown(file, (*at, name), name, list(agreement.groups))
            continue
        if group.recipients != post.recipients:
            yield file.problem(
                (*at, name),
                expected=f"a group of recipients of type {post.recipients}",
                found=f"`{name}`, a group of type {group.recipients}",
            )
        if twice := sorted(set(named) & set(group.members)):
            yield file.problem(
                (*at, name),
                expected="each recipient in at most one exception",
                found=f"{', '.join(twice)} in two",
            )
        named.extend(group.members)


def _levels(agreement: Agreement, file: YamlFile) -> Iterator[Problem]:
    for index, post in enumerate(agreement.posts):
        uses = any(isinstance(step, RestStep) and step.rest.by == "population" for step in post.key)
        if uses and post.recipients not in agreement.population.levels:
            yield file.problem(
                ("population", "levels"),
                expected=f"the published level for {post.recipients} ({post.id} needs it)",
                found="none",
                action=f"add {post.recipients}: lan or kommun",
            )
        if uses and post.recipients == RecipientType.SKR:
            yield file.problem(
                ("posts", index, "key"),
                expected="a key without population: SKR has none",
                found="by: population",
            )
    if agreement.population.levels.get(RecipientType.KOMMUN) == "lan":
        yield file.problem(
            ("population", "levels", "kommun"),
            expected="kommun",
            found="lan: no municipality's figure follows from its county's",
        )


def _parts(agreement: Agreement, file: YamlFile) -> Iterator[Problem]:
    groups = [group.id for group in agreement.post_groups]
    order: list[str] = []
    for index, post in enumerate(agreement.posts):
        if post.part_of is not None and post.part_of not in groups:
            yield _unknown(file, ("posts", index, "part_of"), post.part_of, groups)
        name = post.part_of or post.id
        if name in order and order[-1] != name:
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
    for index, name in enumerate(groups):
        if name not in order:
            yield file.problem(
                ("post_groups", index), expected="a post with this `part_of`", found="none"
            )


def _dates(agreement: Agreement, file: YamlFile) -> Iterator[Problem]:
    signed = agreement.signed
    if agreement.status == "signed" and signed is None:
        yield file.problem(("status",), expected="`signed:` with both dates", found="none")
    for name, deadline in agreement.dates.items():
        if signed and deadline.date < max(signed.state, signed.skr):
            yield file.problem(
                ("dates", name, "date"),
                expected="a day after the agreement was signed",
                found=str(deadline.date),
            )
    pair = [agreement.dates.get(name) for name in ("requisition", "repayment")]
    if pair[0] and pair[1] and pair[1].in_force < pair[0].in_force:
        yield file.problem(
            ("dates", "repayment", "date"),
            expected="a day after the last day of requisition",
            found=str(pair[1].in_force),
        )


def _sums(agreement: Agreement, file: YamlFile) -> Iterator[Problem]:
    """A complete agreement's posts sum to every total that it states."""
    if agreement.coverage != Coverage.COMPLETE:
        return
    total = sum(post.amount for post in agreement.posts)
    if total != agreement.total.amount:
        yield file.problem(
            ("total", "amount"),
            expected=f"{_kr(total)}, the sum of the posts",
            found=_kr(agreement.total.amount),
            action=_MEND,
        )
    for index, stated in enumerate(agreement.stated_totals):
        posts = [
            post
            for post in agreement.posts
            if stated.recipients == post.recipients or stated.area == post.area
        ]
        found = sum(post.amount for post in posts)
        if found != stated.amount:
            yield file.problem(
                ("stated_totals", index, "amount"),
                expected=f"{_kr(found)}, the sum of {', '.join(post.id for post in posts)}",
                found=_kr(stated.amount),
                action=_MEND,
            )


def _keys(agreement: Agreement, file: YamlFile, register: pd.DataFrame) -> Iterator[Problem]:
    """Every key gives out its whole post, neither less nor more."""
    for index, post in enumerate(agreement.posts):
        count = len(reg.codes(register, post.recipients))
        given = 0
        for step in post.key:
            if isinstance(step, FixedStep):
                members = {name: agreement.groups[name].members for name in step.except_}
                excepted = sum(len(codes) for codes in members.values())
                given += step.fixed * (count - excepted)
                given += sum(step.except_[name] * len(codes) for name, codes in members.items())
        has_rest = isinstance(post.key[-1], RestStep)
        if given > post.amount or (given < post.amount and not has_rest):
            yield file.problem(
                ("posts", index, "key"),
                expected=f"{_kr(post.amount)} to {count} recipients, the post's whole amount",
                found=f"{_kr(given)} in fixed sums" + (", before the rest" if has_rest else ""),
                action=_MEND + (", or add `- rest: …`" if not has_rest else ""),
            )


def _units(agreement: Agreement, file: YamlFile) -> Iterator[Problem]:
    """A convention that promises an exact sum needs a sum of whole units."""
    totals = {
        **{str(each): agreement.posts_of(each) for each in agreement.types()},
        **{g.id: [p for p in agreement.posts if p.part_of == g.id] for g in agreement.post_groups},
    }
    wanted: list[tuple[Location, str, Rounding, int]] = [
        (("posts", index, "amount"), post.id, agreement.rounding_of(post), post.amount)
        for index, post in enumerate(agreement.posts)
    ]
    wanted += [
        (("rounding", "unit"), f"all of {name}", agreement.rounding, sum(p.amount for p in posts))
        for name, posts in totals.items()
    ]
    for at, name, rounding, amount in wanted:
        if rounding.method != RoundingMethod.HALF_UP and amount % rounding.unit:
            yield file.problem(
                at,
                expected=f"a multiple of {_kr(rounding.unit)}, the unit that {name} is rounded to",
                found=_kr(amount),
                action=_MEND,
            )


def _kr(amount: int) -> str:
    return f"{amount:,} kr".replace(",", " ")
