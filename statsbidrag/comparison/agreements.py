"""Two agreements side by side: what an area, a recipient type, a recipient had, and has.

Belongs here: which areas and posts correspond, and the sums before and after. Does not: sentences
about changed posts (`statsbidrag.comparison.sentences`), printing (`pipelines.commands.compare`),
or the allocation itself (`statsbidrag.allocation.amounts`).

Which area succeeds which is data (`succeeds`). A sum that needs an amount that nobody knows is None
and its `state` says why; nothing is ever put in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import pandas as pd

from schemas.agreement import Agreement, Area, Coverage, Post
from schemas.common import NATION, TOTAL, Maturity, Recipient, RecipientType, weakest
from schemas.keys import FixedStep, PartStep, RestStep
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.errors import InputError, Problem, UsageError
from statsbidrag.register.recipients import how_to_write


class State(StrEnum):
    """What is known of a sum."""

    KNOWN = "known"
    NOTHING = "nothing"
    """No post: whoever had something elsewhere had 0 kr here."""
    UNRESOLVED = "unresolved"
    """Some post's key is not known, so nothing is computed; it may have been published."""
    UNKNOWN = "unknown"
    """The agreement is only partly known, and what is known does not say."""


@dataclass(frozen=True)
class Money:
    """A sum in kronor: `sek` is None unless it is known; `published_sek` is what was printed.

    `maturity` is that of the weakest part; a post's own amount rests on no population.
    """

    state: State
    sek: int | None
    published_sek: int | None = None
    maturity: Maturity = Maturity.DEFINITIVE


NOTHING = Money(State.NOTHING, 0)
UNKNOWN = Money(State.UNKNOWN, None)


@dataclass(frozen=True)
class Line:
    """A sum before and after."""

    before: Money
    after: Money

    @property
    def difference(self) -> int | None:
        """After minus before; None where either is not known."""
        if self.before.sek is None or self.after.sek is None:
            return None
        return self.after.sek - self.before.sek


@dataclass(frozen=True)
class Areas:
    """Areas that correspond: usually one and the one that it succeeds.

    `before` is empty for an area that began, `after` for one that ended. Areas that were merged or
    split stand together, so that no amount is counted twice.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class AreaLine:
    """What corresponding areas hold, and what they are called for these recipients (short)."""

    areas: Areas
    label_before: str
    label_after: str
    line: Line


@dataclass(frozen=True)
class OfType:
    """One recipient type: the amounts of the posts themselves, by area and together."""

    recipients: RecipientType
    areas: tuple[AreaLine, ...]
    total: Line


@dataclass(frozen=True)
class OfRecipient:
    """One recipient: the sums of its printed amounts by area, and of them all; its printed total.

    `total` may differ from `sum` by rounding, by the agreement's own convention for totals.
    """

    recipients: RecipientType
    code: str
    name: str
    areas: tuple[AreaLine, ...]
    sum: Line
    total: Line

    @property
    def recipient(self) -> Recipient:
        """Who it is."""
        return Recipient(self.recipients, self.code)


@dataclass(frozen=True)
class PostPair:
    """A post before and the one that it became; one of them None where it ended, or began.

    `regrouped` names groups of the key (by title) that have other members than before.
    """

    before: Post | None
    after: Post | None
    regrouped: tuple[str, ...] = ()

    @property
    def recipients(self) -> RecipientType:
        """The recipient type that both are for."""
        post = self.after or self.before
        if post is None:
            raise ValueError("a pair has at least one post")
        return post.recipients

    @property
    def key_changed(self) -> bool:
        """Whether both exist and are split by different rules."""
        return (
            self.before is not None
            and self.after is not None
            and (
                bool(self.regrouped)
                or self.before.key != self.after.key
                or bool(self.before.unresolved) != bool(self.after.unresolved)
                or _condition(self.before) != _condition(self.after)
            )
        )

    @property
    def amount_changed(self) -> bool:
        """Whether both exist and hold different sums."""
        return (
            self.before is not None
            and self.after is not None
            and self.before.amount != self.after.amount
        )


@dataclass(frozen=True)
class Side:
    """One of the two: an agreement and its allocation (`schemas.tables.Allocation`).

    `published` (`schemas.tables.Published`) says who printed what, for whoever cites it.
    """

    agreement: Agreement
    allocation: pd.DataFrame
    published: pd.DataFrame | None = None

    @property
    def partial(self) -> bool:
        """Whether posts may be missing."""
        return self.agreement.coverage == Coverage.PARTIAL

    def posts(self, recipients: RecipientType | None, areas: Iterable[str] | None) -> list[Post]:
        """The posts of a recipient type (None: of all) in some areas (None: in all)."""
        wanted = None if areas is None else set(areas)
        return [
            post
            for post in self.agreement.posts
            if recipients in (None, post.recipients) and (wanted is None or post.area in wanted)
        ]

    @cached_property
    def amounts(self) -> dict[Recipient, dict[str, AmountRow]]:
        """Each recipient's rows by post; `total` among them. Sums of groups are left out."""
        found: dict[Recipient, dict[str, AmountRow]] = {}
        for row in rows(self.allocation[self.allocation["kind"].isin(["post", "total"])]):
            found.setdefault(row.recipient, {})[row.post] = row
        return found


@dataclass(frozen=True)
class Comparison:
    """Two agreements side by side; `areas` holds the posts' sums over all recipient types."""

    before: Agreement
    after: Agreement
    areas: tuple[AreaLine, ...]
    total: Line
    types: tuple[OfType, ...]
    recipients: tuple[OfRecipient, ...]
    posts: tuple[PostPair, ...]


def compare(
    before: Side,
    after: Side,
    recipients: Sequence[Recipient] = (),
    between: Sequence[Agreement] = (),
) -> Comparison:
    """The two side by side, and those recipients of whom one asks.

    `between` are the agreements of the years between, through which areas succeed each other.
    Raises UsageError if the two are not in the order of time, InputError where `succeeds` names an
    area that the earlier agreement does not have.
    """
    if not _earlier(before.agreement, after.agreement):
        raise UsageError(
            f"{before.agreement.id} is not earlier than {after.agreement.id}: "
            "name the earlier agreement first, and another one second"
        )
    require_known_areas(before.agreement, after.agreement)
    areas = corresponding(before.agreement, after.agreement, between)
    return Comparison(
        before=before.agreement,
        after=after.agreement,
        areas=tuple(_frame_lines(before, after, None, areas)),
        total=Line(
            Money(State.KNOWN, before.agreement.total.amount),
            Money(State.KNOWN, after.agreement.total.amount),
        ),
        types=tuple(_of_type(before, after, each, areas) for each in _types(before, after)),
        recipients=tuple(_of_recipient(before, after, each, areas) for each in recipients),
        posts=tuple(_pairs(before, after, areas)),
    )


def found_recipients(before: Side, after: Side, text: str, kind: str | None) -> list[Recipient]:
    """The recipients that `lan:23`, `kommun:2380` or a bare code names, in either agreement.

    Raises UsageError for one that neither has.
    """
    named, _, code = text.rpartition(":")
    found = [
        recipient
        for recipients in _types(before, after)
        if named in ("", recipients) and kind in (None, recipients)
        for recipient in [Recipient(recipients, code)]
        if code != NATION and any(_name(side, recipient) for side in (before, after))
    ]
    if not found:
        raise UsageError(
            f"neither {before.agreement.id} nor {after.agreement.id} has a recipient `{text}`"
            f"{f' of type {kind}' if kind else ''}. "
            + how_to_write(
                text,
                [
                    (str(each.type), each.code, _name(side, each))
                    for side in (before, after)
                    for each in side.amounts
                ],
            )
        )
    return found


def _earlier(before: Agreement, after: Agreement) -> bool:
    """Whether `before` comes first: of one year, only what the other supplements does."""
    if before.year != after.year:
        return before.year < after.year
    if after.supplements is None:
        return False
    return before.supplements is None or after.supplements == before.id


def _supplemented(before: Agreement, after: Agreement) -> bool:
    """Whether `after` supplements `before`, or what supplements it: of one programme and year."""
    alike = (before.programme, before.year) == (after.programme, after.year)
    return alike and _earlier(before, after)


def _types(before: Side, after: Side) -> list[RecipientType]:
    return list(dict.fromkeys([*after.agreement.types(), *before.agreement.types()]))


def _condition(post: Post) -> tuple[str, str] | None:
    return None if post.condition is None else (post.condition.text, post.condition.met_by)


# --- Which areas correspond -------------------------------------------------------------------


def require_known_areas(before: Agreement, after: Agreement) -> None:
    """Raises InputError for each `succeeds` that names an area that `before` does not have.

    A successor of nothing would look like an area that began, and hide the one that ended.
    """
    known = [area.id for area in before.areas]
    problems = [
        Problem(
            f"agreements/{after.id}.yaml",
            f"areas, {area.id}, succeeds",
            f"an area of {before.id}: {', '.join(known)}",
            f"`{name}`",
            "correct it, or take it away",
        )
        for area in after.areas
        for name in area.succeeds
        if _of(name, before) and name.split("/", 1)[1] not in known
    ]
    if problems:
        raise InputError(problems)


def _of(name: str, agreement: Agreement) -> bool:
    """Whether a qualified area is one of this agreement, or of what it supplements."""
    return name.partition("/")[0] in (agreement.id, agreement.supplements)


def _predecessors(
    before: Agreement, after: Agreement, area: Area, between: Sequence[Agreement]
) -> list[str]:
    """The areas that an area succeeds; a supplement's areas are those of its base."""
    if _supplemented(before, after) and any(old.id == area.id for old in before.areas):
        return [area.id]
    found: list[str] = []
    waiting, seen = list(area.succeeds), set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if _of(name, before):
            found.append(name.split("/", 1)[1])
        for other in between:
            for own in other.areas:
                if name == f"{other.id}/{own.id}":
                    waiting.extend(own.succeeds)
    return list(dict.fromkeys(found))


def corresponding(
    before: Agreement, after: Agreement, between: Sequence[Agreement] = ()
) -> tuple[Areas, ...]:
    """The areas of the later agreement in its order, then those that ended."""
    joined: list[tuple[list[str], list[str]]] = []
    for area in after.areas:
        old = _predecessors(before, after, area, between)
        shared = [pair for pair in joined if set(pair[0]) & set(old)]
        first = shared[0] if shared else ([], [])
        if not shared:
            joined.append(first)
        for other in shared[1:]:
            first[0].extend(other[0])
            first[1].extend(other[1])
            joined.remove(other)
        first[0].extend(name for name in old if name not in first[0])
        first[1].append(area.id)
    taken = {name for old, _ in joined for name in old}
    ended = [Areas((area.id,), ()) for area in before.areas if area.id not in taken]
    return (*(Areas(tuple(old), tuple(new)) for old, new in joined), *ended)


# --- Sums of posts ----------------------------------------------------------------------------


def _of_type(
    before: Side, after: Side, recipients: RecipientType, areas: Sequence[Areas]
) -> OfType:
    return OfType(
        recipients,
        tuple(_frame_lines(before, after, recipients, areas)),
        Line(_frame(before, recipients, None), _frame(after, recipients, None)),
    )


def _frame_lines(
    before: Side, after: Side, recipients: RecipientType | None, areas: Sequence[Areas]
) -> list[AreaLine]:
    return [
        _area_line(
            before,
            after,
            recipients,
            each,
            Line(
                _frame(before, recipients, each.before),
                _frame(after, recipients, each.after),
            ),
        )
        for each in areas
        if before.posts(recipients, each.before) or after.posts(recipients, each.after)
    ]


def _area_line(
    before: Side, after: Side, recipients: RecipientType | None, areas: Areas, line: Line
) -> AreaLine:
    return AreaLine(
        areas,
        _label(before, recipients, areas.before),
        _label(after, recipients, areas.after),
        line,
    )


def _label(side: Side, recipients: RecipientType | None, areas: Sequence[str]) -> str:
    """What the areas are called: as their post or group where it is the only one, else in full.

    Empty where the recipient type has no post in them.
    """
    groups = {group.id: group.label for group in side.agreement.post_groups}
    words = []
    for area in areas:
        own = side.posts(recipients, [area])
        names = {groups.get(post.part_of or "", post.label) for post in own}
        short = recipients is not None and len(names) == 1
        if own:
            words.append(names.pop() if short else side.agreement.area(area).title)
    return " / ".join(words)


def _frame(side: Side, recipients: RecipientType | None, areas: Sequence[str] | None) -> Money:
    """The posts' own amounts. Of a partial agreement, a sum that may lack posts is not known.

    One type's posts of one area are taken as they are: what the file holds of an area is known.
    """
    posts = side.posts(recipients, areas)
    amount = sum(post.amount for post in posts)
    if not side.partial:
        return Money(State.KNOWN, amount) if posts else NOTHING
    if recipients is not None and areas is not None:
        return Money(State.KNOWN, amount) if posts else UNKNOWN
    wanted: Sequence[str | None] = areas or [None]
    stated = [_stated(side.agreement, recipients, area) for area in wanted]
    known = [each for each in stated if each is not None]
    return Money(State.KNOWN, sum(known)) if len(known) == len(stated) else UNKNOWN


def _stated(agreement: Agreement, recipients: RecipientType | None, area: str | None) -> int | None:
    """A total that the agreement itself prints."""
    for stated in agreement.stated_totals:
        if (stated.recipients, stated.area) == (recipients, area):
            return stated.amount
    return None


# --- Sums of a recipient ----------------------------------------------------------------------


def _of_recipient(
    before: Side, after: Side, recipient: Recipient, areas: Sequence[Areas]
) -> OfRecipient:
    recipients, code = recipient
    old, new = before.amounts.get(recipient, {}), after.amounts.get(recipient, {})
    lines = [
        _area_line(
            before,
            after,
            recipients,
            each,
            Line(
                _printed(before, recipients, each.before, old),
                _printed(after, recipients, each.after, new),
            ),
        )
        for each in areas
        if before.posts(recipients, each.before) or after.posts(recipients, each.after)
    ]
    return OfRecipient(
        recipients,
        code,
        _name(after, recipient) or _name(before, recipient),
        tuple(lines),
        Line(_sum(before, recipients, old), _sum(after, recipients, new)),
        Line(_total(before, old), _total(after, new)),
    )


def _name(side: Side, recipient: Recipient) -> str:
    return next((row.recipient_name for row in side.amounts.get(recipient, {}).values()), "")


def _printed(
    side: Side, recipients: RecipientType, areas: Sequence[str], own: Mapping[str, AmountRow]
) -> Money:
    """The sum of a recipient's printed amounts in some areas."""
    posts = side.posts(recipients, areas)
    if not posts:
        return UNKNOWN if side.partial else NOTHING
    return _added([own.get(post.id) for post in posts])


def _sum(side: Side, recipients: RecipientType, own: Mapping[str, AmountRow]) -> Money:
    """The sum of all of a recipient's printed amounts; of a partial agreement it is not known."""
    posts = side.posts(recipients, None)
    if not posts:
        return UNKNOWN if side.partial else NOTHING
    added = _added([own.get(post.id) for post in posts])
    return UNKNOWN if side.partial and added.state == State.KNOWN else added


def _total(side: Side, own: Mapping[str, AmountRow]) -> Money:
    """A recipient's printed total; of a partial agreement only as somebody published it."""
    row = own.get(TOTAL)
    if row is None:
        return UNKNOWN if side.partial else NOTHING
    if row.amount_sek is None:
        return Money(State.UNRESOLVED, None, row.published_sek, row.maturity)
    if side.partial:
        return Money(State.UNKNOWN, None, row.published_sek, row.maturity)
    return Money(State.KNOWN, row.amount_sek, row.published_sek, row.maturity)


def _added(cells: Sequence[AmountRow | None]) -> Money:
    """A sum of cells; a cell that is not there belongs to an unresolved post."""
    known = [cell for cell in cells if cell is not None]
    amounts = [cell.amount_sek for cell in known if cell.amount_sek is not None]
    printed = [cell.published_sek for cell in known if cell.published_sek is not None]
    published = sum(printed) if len(printed) == len(cells) else None
    if len(amounts) < len(cells):
        return Money(State.UNRESOLVED, None, published, Maturity.UNRESOLVED)
    return Money(State.KNOWN, sum(amounts), published, weakest([c.maturity for c in known]))


# --- Which posts correspond -------------------------------------------------------------------


def _pairs(before: Side, after: Side, areas: Sequence[Areas]) -> list[PostPair]:
    """Every post of either agreement once, by type and area: those that remain, began, ended.

    A supplement keeps the posts' ids, in whatever area it puts them, so there areas do not matter.
    """
    found = []
    supplemented = _supplemented(before.agreement, after.agreement)
    for recipients in _types(before, after):
        if supplemented:
            every = before.posts(recipients, None), after.posts(recipients, None)
            found += _matched(before.agreement, after.agreement, *every, by=(_same_id,))
            continue
        for each in areas:
            old = before.posts(recipients, each.before)
            new = after.posts(recipients, each.after)
            found += _matched(before.agreement, after.agreement, old, new)
    return found


def _same_id(old: Post, new: Post) -> bool:
    return new.id == old.id or new.replaces == old.id


def _same_last_word(old: Post, new: Post) -> bool:
    return old.id.rsplit("/", 1)[-1] == new.id.rsplit("/", 1)[-1]


def _matched(
    before: Agreement,
    after: Agreement,
    old: Sequence[Post],
    new: Sequence[Post],
    by: Sequence[Callable[[Post, Post], bool]] = (_same_id, _same_last_word),
) -> list[PostPair]:
    """Posts of one type in corresponding areas: the same by id, by its last word, or left alone."""
    left, partner = list(old), dict[str, Post]()
    for same in by:
        for post in new:
            candidates = [each for each in left if same(each, post)]
            if post.id not in partner and len(candidates) == 1:
                partner[post.id] = candidates[0]
                left.remove(candidates[0])
    alone = [post for post in new if post.id not in partner]
    if len(left) == 1 and len(alone) == 1:
        partner[alone[0].id] = left.pop()
    pairs = []
    for post in new:
        earlier = partner.get(post.id)
        regrouped = () if earlier is None else _regrouped(before, after, earlier, post)
        pairs.append(PostPair(earlier, post, regrouped))
    return [*pairs, *(PostPair(post, None) for post in left)]


def _regrouped(before: Agreement, after: Agreement, old: Post, new: Post) -> tuple[str, ...]:
    """Groups that both keys name and that have other members than before."""
    names = [name for name in _groups(new) if name in _groups(old)]
    return tuple(
        after.groups[name].title or name
        for name in names
        if set(after.groups[name].members) != set(before.groups[name].members)
    )


def _groups(post: Post) -> list[str]:
    names = [] if post.condition is None else [post.condition.met_by]
    for step in post.key:
        if isinstance(step, FixedStep):
            names += [*step.except_, *step.exclude]
        elif isinstance(step, RestStep):
            names += step.rest.exclude
        elif isinstance(step, PartStep):
            names += step.part.exclude
    return list(dict.fromkeys(names))
