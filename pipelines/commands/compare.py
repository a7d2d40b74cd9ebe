"""What the command `compare` prints: two agreements side by side.

Belongs here: the forms `table`, `csv`, `json` of a comparison. Does not: which areas and posts
correspond (`statsbidrag.comparison.agreements`), or how a change is said
(`statsbidrag.comparison.sentences`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipelines.commands.printing import aligned, as_comma_lines, legend
from schemas.agreement import Agreement
from schemas.common import Maturity, RecipientType
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.comparison.agreements import (
    AreaLine,
    Comparison,
    OfRecipient,
    OfType,
    compare,
    found_recipients,
)
from statsbidrag.comparison.money import Line, Money, State
from statsbidrag.comparison.sentences import changes_in_words
from statsbidrag.comparison.sides import Side
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.register.recipients import read_register

_COLUMNS = [
    "before",
    "after",
    "recipient_type",
    "recipient_code",
    "recipient_name",
    "row",
    "areas_before",
    "areas_after",
    "before_sek",
    "after_sek",
    "difference_sek",
    "before_state",
    "after_state",
    "before_maturity",
    "after_maturity",
    "before_published_sek",
    "after_published_sek",
]
_WHY = {State.NOTHING: "–", State.UNRESOLVED: "unresolved", State.UNKNOWN: "not known"}
_PRINTED = "Printed amounts, added"
_TOTAL = "Total"


@dataclass(frozen=True)
class _Row:
    """A row of what is printed: `row` is `area`, `sum` (of printed amounts) or `total`."""

    row: str
    recipients: RecipientType
    code: str
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    line: Line


def compared(
    raw: Raw, first: str, second: str, *, kind: str | None, recipient: str | None
) -> Comparison:
    """The comparison that was asked for. Raises UsageError for a type or recipient not there."""
    made = compute(raw, second)
    before, after = _side(compute(raw, first)), _side(made)
    found = [] if recipient is None else found_recipients(before, after, recipient, kind)
    comparison = compare(before, after, made.register.words, found, _between(raw, before, after))
    if kind is None:
        return comparison
    types = tuple(each for each in comparison.types if each.recipients == kind)
    if not types:
        known = ", ".join(each.recipients for each in comparison.types)
        raise UsageError(f"no recipient type `{kind}` in either agreement; one of: {known}")
    return replace(comparison, types=types)


def _side(computed: Computed) -> Side:
    return Side(computed.agreement, computed.allocation)


def _between(raw: Raw, before: Side, after: Side) -> list[Agreement]:
    """The agreements, later than the first, that `succeeds` leads through from the second."""
    found: list[Agreement] = []
    known = {before.agreement.id, before.agreement.supplements}
    waiting = [after.agreement]
    register = read_register(raw)
    while waiting:
        named = {name.partition("/")[0] for area in waiting.pop().areas for name in area.succeeds}
        for name in sorted(named - known):
            known.add(name)
            if name in raw.agreement_ids():
                other = load_agreement(raw, name, register)
                if other.year > before.agreement.year:
                    found.append(other)
                    waiting.append(other)
    return found


def as_table(comparison: Comparison) -> str:
    """For the eye: a table per recipient, or per type; then what changed, in words."""
    blocks = []
    before, after = comparison.before, comparison.after
    old, new = str(before.year), str(after.year)
    if old == new:
        old, new = before.id, after.id
    for heading, rows in _blocks(comparison):
        cells = [["area before", "area after", f"{old}, kr", f"{new}, kr", "difference, kr", ""]]
        cells += [_cells(row) for row in rows]
        blocks.append(f"{heading}\n{aligned(cells, right={2, 3, 4})}")
    for of in _said(comparison):
        blocks.append("\n".join(changes_in_words(comparison, of)) + "\n")
    told = [name for _, rows in _blocks(comparison) for row in rows for name in _told(row.line)]
    return "\n".join(blocks) + legend(told)


def as_csv(comparison: Comparison) -> str:
    """For machines: one row per area, sum and total; empty where a figure is not known."""
    rows = [_COLUMNS]
    for _, block in _blocks(comparison):
        rows += [[_text(value) for value in _values(comparison, row)] for row in block]
    return as_comma_lines(rows)


def as_json(comparison: Comparison) -> str:
    """For machines: the same rows, and the sentences about what changed."""
    rows = [
        dict(zip(_COLUMNS, _values(comparison, row), strict=True))
        for _, block in _blocks(comparison)
        for row in block
    ]
    changes = {
        of.recipients.value: list(changes_in_words(comparison, of)) for of in _said(comparison)
    }
    shown = {
        "before": comparison.before.id,
        "after": comparison.after.id,
        "rows": rows,
        "changes": changes,
    }
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"


def _said(comparison: Comparison) -> list[OfType]:
    """The types whose changes are said: those of the recipients one asks for, else all."""
    asked = {each.recipients for each in comparison.recipients}
    return [each for each in comparison.types if not asked or each.recipients in asked]


def _blocks(comparison: Comparison) -> Iterator[tuple[str, list[_Row]]]:
    if comparison.recipients:
        for own in comparison.recipients:
            yield f"{own.recipients}:{own.code} {own.name}", list(_of_recipient(own))
        return
    for of in comparison.types:
        yield f"{of.recipients}: the posts' amounts", list(_of_type(of))


def _of_recipient(own: OfRecipient) -> Iterator[_Row]:
    who = (own.recipients, own.code, own.name)
    for each in own.areas:
        yield _area(who, each)
    yield _Row("sum", *who, (), (), own.sum)
    yield _Row("total", *who, (), (), own.total)


def _of_type(of: OfType) -> Iterator[_Row]:
    who = (of.recipients, "", "")
    for each in of.areas:
        yield _area(who, each)
    yield _Row("total", *who, (), (), of.total)


def _area(who: tuple[RecipientType, str, str], each: AreaLine) -> _Row:
    return _Row("area", *who, each.areas.before, each.areas.after, each.line)


def _cells(row: _Row) -> list[str]:
    first = {"sum": _PRINTED, "total": _TOTAL}.get(row.row, " + ".join(row.old) or "–")
    second = "" if row.row != "area" else " + ".join(row.new) or "–"
    difference = row.line.difference
    return [
        first,
        second,
        _shown(row.line.before),
        _shown(row.line.after),
        "" if difference is None else _signed(difference),
        ", ".join(dict.fromkeys(_notes(row.line))),
    ]


def _notes(line: Line) -> Iterator[str]:
    for money in (line.before, line.after):
        if money.sek is None and money.published_sek is not None:
            yield f"published: {money.published_sek:,} kr".replace(",", " ")
        elif money.published_sek is None and money.state == State.KNOWN and money.maturity.rank:
            yield str(money.maturity)


def _told(line: Line) -> Iterator[str]:
    """The maturities whose meaning a reader of this line must know."""
    for money in (line.before, line.after):
        if money.state == State.UNRESOLVED:
            yield str(Maturity.UNRESOLVED)
        elif money.published_sek is None and money.state == State.KNOWN:
            yield str(money.maturity)


def _signed(difference: int) -> str:
    return f"{difference:+,}".replace(",", " ") if difference else "0"


def _shown(money: Money) -> str:
    if money.state != State.KNOWN or money.sek is None:
        return _WHY.get(money.state, "")
    return f"{money.sek:,}".replace(",", " ")


def _values(comparison: Comparison, row: _Row) -> list[str | int | None]:
    before, after = row.line.before, row.line.after
    return [
        comparison.before.id,
        comparison.after.id,
        row.recipients.value,
        row.code,
        row.name,
        row.row,
        " ".join(f"{comparison.before.id}/{area}" for area in row.old),
        " ".join(f"{comparison.after.id}/{area}" for area in row.new),
        before.sek,
        after.sek,
        row.line.difference,
        before.state.value,
        after.state.value,
        before.maturity.value,
        after.maturity.value,
        before.published_sek,
        after.published_sek,
    ]


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)
