"""Two agreements side by side: what an area, a recipient type, a recipient had, and has.

Belongs here: the sums before and after. Does not: which areas and posts correspond
(`statsbidrag.comparison.areas`, `statsbidrag.comparison.post_pairs`), sentences about changed posts
(`statsbidrag.comparison.sentences`), printing (`pipelines.commands.compare`), or the allocation
itself (`statsbidrag.allocation.amounts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.agreement import Agreement
from schemas.common import NATION, TOTAL, Maturity, Recipient, RecipientType, weakest
from schemas.register import TypesInWords
from statsbidrag.allocation.amounts import AmountRow
from statsbidrag.comparison.areas import Areas, corresponding, require_known_areas
from statsbidrag.comparison.money import NOTHING, UNKNOWN, Line, Money, State
from statsbidrag.comparison.post_pairs import PostPair, post_pairs
from statsbidrag.comparison.sides import Side, is_earlier, types_of
from statsbidrag.errors import UsageError
from statsbidrag.register.recipients import how_to_write


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
class Comparison:
    """Two agreements side by side; `areas` holds the posts' sums over all recipient types.

    `words` are what the types are called in sentences about them.
    """

    before: Agreement
    after: Agreement
    areas: tuple[AreaLine, ...]
    total: Line
    types: tuple[OfType, ...]
    recipients: tuple[OfRecipient, ...]
    posts: tuple[PostPair, ...]
    words: TypesInWords


def compare(
    before: Side,
    after: Side,
    words: TypesInWords,
    recipients: Sequence[Recipient] = (),
    between: Sequence[Agreement] = (),
) -> Comparison:
    """The two side by side, and those recipients of whom one asks.

    `words` are those of the types; `between` are the agreements of the years between, through which
    areas succeed each other. Raises UsageError if the two are not in the order of time, InputError
    where `succeeds` names an area that the earlier agreement does not have.
    """
    if not is_earlier(before.agreement, after.agreement):
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
        types=tuple(_of_type(before, after, each, areas) for each in types_of(before, after)),
        recipients=tuple(_of_recipient(before, after, each, areas) for each in recipients),
        posts=tuple(post_pairs(before, after, areas)),
        words=words,
    )


def found_recipients(before: Side, after: Side, text: str, kind: str | None) -> list[Recipient]:
    """The recipients that `lan:23`, `kommun:2380` or a bare code names, in either agreement.

    Raises UsageError for one that neither has.
    """
    named, _, code = text.rpartition(":")
    found = [
        recipient
        for recipients in types_of(before, after)
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
