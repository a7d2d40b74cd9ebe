"""What must hold between the parts of an agreement: names, references, groups, dates, sums, keys.

Belongs here: one small function per rule, each yielding problems with their line. Does not: the
form of the file (`schemas.agreement`), nor any reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from itertools import pairwise

import pandas as pd

from schemas.agreement import (
    Agreement,
    Area,
    Coverage,
    Group,
    PopulationUse,
    Post,
    Rounding,
    RoundingMethod,
    TotalsFrom,
)
from schemas.common import RecipientType
from schemas.keys import (
    FixedStep,
    PartStep,
    RestStep,
    SetAsideStep,
    UndistributedStep,
    shares_of,
)
from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location, YamlFile
from statsbidrag.register import recipients as reg

_MEND = "correct it against the agreement"


@dataclass(frozen=True)
class Scope:
    """One file's agreement, what it supplements, and all that its parts may speak of.

    `touched` are the parts with mistakes of their own that were left out, and a part without a mark
    in the file is a stand-in for one: what would compare with them is not checked until they are
    mended, so that each mistake gives one message.
    """

    agreement: Agreement
    base: Agreement | None
    file: YamlFile
    register: pd.DataFrame
    raw: Raw
    touched: frozenset[Location]

    @property
    def areas(self) -> list[Area]:
        """The areas that posts may belong to."""
        return [*(self.base.areas if self.base else ()), *self.agreement.areas]

    @property
    def groups(self) -> dict[str, Group]:
        """The groups that keys may name."""
        return {**(self.base.groups if self.base else {}), **self.agreement.groups}

    @property
    def sources(self) -> list[str]:
        """The sources that references may name."""
        return [*(self.base.sources if self.base else {}), *self.agreement.sources]

    @property
    def post_groups(self) -> list[str]:
        """The posts that have parts."""
        groups = [*(self.base.post_groups if self.base else ()), *self.agreement.post_groups]
        return [group.id for group in groups]

    @property
    def kept_posts(self) -> list[Post]:
        """The base's posts that the supplement leaves as they are."""
        replaced = {post.replaces for post in self.agreement.posts}
        return [p for p in (self.base.posts if self.base else ()) if p.id not in replaced]

    def whole(self, *keys: str) -> bool:
        """Whether these parts of the file were read without a mistake in any item."""
        return not {at[0] for at in self.touched} & set(keys)

    def left_out(self, key: str, name: str) -> bool:
        """Whether a name stands in the file, but what it names could not be read."""
        return bool({(key,), (key, name)} & self.touched)

    def was_read(self, *at: int | str) -> bool:
        """Whether a part stands in the file as it is here."""
        return at in self.file.marks

    def sound(self, post: Post, name: str) -> bool:
        """Whether a group is there, and its members are what it says."""
        group = self.groups.get(name)
        if group is None or group.recipients != post.recipients:
            return False
        return set(group.members) <= set(reg.codes(self.register, group.recipients))


def problems_of(scope: Scope, agreement_id: str) -> list[Problem]:
    """Everything that does not hold, in the order of the rules."""
    found = [
        *_identity(scope, agreement_id),
        *_compared(scope),
        *_names(scope),
        *_references(scope),
        *_members(scope),
        *_steps(scope),
        *_levels(scope),
        *_parts(scope),
        *_replacements(scope),
        *_dates(scope),
    ]
    if scope.whole("posts"):
        found += _sums(scope)
    return [*found, *_ages(scope), *_units(scope), *_keys(scope)]


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


def unknown(file: YamlFile, at: Location, found: str, known: Sequence[str]) -> Problem:
    """A name that is not among those that are known, with the nearest one that is."""
    close = get_close_matches(found, known, n=1)
    return file.problem(
        at,
        expected=f"one of: {', '.join(known) or 'none is defined'}",
        found=f"`{found}`",
        action=f"did you mean `{close[0]}`?" if close else _MEND,
    )


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


def _steps(scope: Scope) -> Iterator[Problem]:
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


def _ages(scope: Scope) -> Iterator[Problem]:
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
                action=_MEND + ", or say in `ages_note:` why the key means just that",
            )


def _levels(scope: Scope) -> Iterator[Problem]:
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
            expected=f"{_kr(total)}, the sum of the posts",
            found=_kr(agreement.total.amount),
            action=_MEND,
        )
    for index, stated in enumerate(agreement.stated_totals):
        own = [p for p in posts if stated.recipients == p.recipients or stated.area == p.area]
        if stated.area is not None and not {stated.area, *(p.area for p in posts)} <= areas:
            continue
        found = sum(post.amount for post in own)
        if found != stated.amount and not unread & {post.id for post in own}:
            yield file.problem(
                ("stated_totals", index, "amount"),
                expected=f"{_kr(found)}, the sum of {', '.join(post.id for post in own)}",
                found=_kr(stated.amount),
                action=_MEND,
            )


def _units(scope: Scope) -> Iterator[Problem]:
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
                expected=f"a multiple of {_kr(rounding.unit)}, the unit that {name} is rounded to",
                found=_kr(sum(post.amount for post in posts)),
                action=_MEND,
            )


def _shared(post: Post) -> Fraction | None:
    """What a post's recipients share, where the file alone says that."""
    if post.unresolved or isinstance(post.key[-1], UndistributedStep):
        return None
    pots = [step.set_aside.of(post.amount) for step in post.key if isinstance(step, SetAsideStep)]
    return post.amount - sum(pots, Fraction(0))


def _keys(scope: Scope) -> Iterator[Problem]:
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
                expected=f"{_kr(post.amount)}, the post's whole amount, neither more nor less",
                found=f"{_kr(given)} given out" + (", before the rest" if open_ended else ""),
                action=_MEND + ("" if takes_rest else ", or add `- rest: …`"),
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


def _kr(amount: int | Fraction) -> str:
    """Kronor, digits in threes; what is not whole with its fraction."""
    whole, part = divmod(Fraction(amount), 1)
    return f"{whole:,}{f' {part}' if part else ''} kr".replace(",", " ")
