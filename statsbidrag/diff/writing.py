"""The revision document as files: HTML and PDF, CSV and a workbook, in a folder of its own.

Belongs here: the workbook, and writing `output/<agreement>/diff/<before>..<after>/`. Does not: what
the document shows (`statsbidrag.diff.document`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from schemas.register import TypesInWords
from statsbidrag.allocation.figures import MATURITIES
from statsbidrag.diff.changes import Changes, Consequence
from statsbidrag.diff.comparing import compare_revisions
from statsbidrag.diff.document import revision_view
from statsbidrag.diff.document_view import PATH, RevisionView, Row, revision_csv
from statsbidrag.errors import StatsbidragError
from statsbidrag.publication.folder import write_files
from statsbidrag.publication.reading_back import read_revision
from statsbidrag.publication.revision_names import current_name
from statsbidrag.rendering.document import render
from statsbidrag.rendering.templates import STATIC, static_files
from statsbidrag.workbooks.book import open_book, print_on_a4

DIFF: Final = "diff"
"""The folder of an agreement that holds its revision documents."""

PAGE: Final = f"{PATH}.html"

_Pair = tuple[str, str]
"""Two revisions that a document compares: before and after."""


def write_revision_document(output: Path, changes: Changes) -> Path:
    """Writes the document of two compared revisions, and gives back its folder.

    The same revisions give the same bytes, and what is there already is left alone. The page comes
    last: where it is, all else is.
    """
    view = revision_view(changes)
    document = render(view)
    home = f"{view.agreement}/{DIFF}/{view.before.name}..{view.after.name}"
    files = {
        **{f"{STATIC}/{name}": content for name, content in static_files().items()},
        f"{PATH}.csv": revision_csv(view),
        f"{PATH}.xlsx": revision_workbook(view),
        f"{PATH}.pdf": document.pdf,
        PAGE: document.html,
    }
    write_files(output, {f"{home}/{name}": content for name, content in files.items()})
    return output / home


def revision_documents(output: Path, agreement_id: str) -> list[str]:
    """The revision documents that an agreement has: `<before>..<after>`, the newest last.

    One that leads to a revision comes before one that leads on from it; what the revisions' order
    does not tell is by name. Of two that are each other's reverse only that one counts which leads
    towards the current revision: the other was made to look back, or inputs were put back as they
    were.
    """
    home = output / agreement_id / DIFF
    pairs = [_pair(page.parent.name) for page in sorted(home.glob(f"*..*/{PAGE}"))]
    order, onward = _in_order(pairs, current_name(output, agreement_id))
    rank = {revision: place for place, revision in enumerate(order)}
    shown = [pair for pair in pairs if pair in onward or pair[::-1] not in onward]
    return ["..".join(pair) for pair in sorted(shown, key=lambda pair: rank[pair[1]])]


def _pair(name: str) -> _Pair:
    before, _, after = name.partition("..")
    return before, after


def _in_order(pairs: Sequence[_Pair], current: str | None) -> tuple[list[str], set[_Pair]]:
    """The revisions, an earlier one first, and the pairs that say so: of a circle all but one."""
    onward = {*pairs}
    steps = _steps_to(current, pairs)
    while True:
        order: TopologicalSorter[str] = TopologicalSorter()
        for before, after in sorted(onward):
            order.add(after, before)
        try:
            return list(order.static_order()), onward
        except CycleError as error:
            circle = pairwise(error.args[1])
            # What leads furthest away from the current revision is what leads back.
            onward.remove(max(circle, key=lambda pair: (steps[pair[1]] - steps[pair[0]], pair)))


def _steps_to(current: str | None, pairs: Sequence[_Pair]) -> dict[str, int]:
    """How many documents lead from each revision to the current one; more than all for none."""
    steps = dict.fromkeys((name for pair in pairs for name in pair), len(pairs) + 1)
    reached, count = {current}, 0
    while reached:
        steps.update({name: count for name in reached if name is not None})
        reached = {
            before for before, after in pairs if after in reached and steps[before] > count + 1
        }
        count += 1
    return steps


def revision_document_of(
    output: Path, agreement_id: str, before: str | None, after: str | None
) -> str:
    """What a run says when `current` went from one revision to another; empty for nothing to say.

    Writes the revision document if any amount, population or maturity is another. That the earlier
    revision cannot be read is said, and stops nothing.
    """
    if before is None or after is None or before == after:
        return ""
    try:
        changes = compare_revisions(
            read_revision(output, agreement_id, before), read_revision(output, agreement_id, after)
        )
        if not changes.anything:
            return ""
        folder = write_revision_document(output, changes)
    except StatsbidragError as error:
        return f"no revision document: {str(error).splitlines()[0]}"
    moved = sum(line.moved for line in changes.lines)
    said = "1 amount" if moved == 1 else f"{moved} amounts"
    return f"{said} changed, revision document: {(folder / PAGE).resolve().as_uri()}"


# --- The workbook ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """A column of a sheet: its heading, width in characters, and how its cells are shown."""

    heading: str
    width: int
    form: str = ""


_WHOLE: Final = "#,##0"
_SIGNED: Final = "+#,##0;−#,##0;0"
_PERCENT: Final = "+0.00%;−0.00%;0.00%"
_EXACT: Final = "#,##0.000000"

_AMOUNTS: Final = (
    _Column("Mottagartyp", 11),
    _Column("Kod", 6),
    _Column("Mottagare", 24),
    _Column("Post", 30),
    _Column("Folkmängd (eller vikt) före", 12, _WHOLE),
    _Column("Folkmängd (eller vikt) efter", 12, _WHOLE),
    _Column("Allas folkmängd (eller vikt) före", 13, _WHOLE),
    _Column("Allas folkmängd (eller vikt) efter", 13, _WHOLE),
    _Column("Belopp före, kr", 14, _WHOLE),
    _Column("Belopp efter, kr", 14, _WHOLE),
    _Column("Skillnad, kr", 12, _SIGNED),
    _Column("Skillnad, %", 10, _PERCENT),
    _Column("Exakt före, kr", 20, _EXACT),
    _Column("Exakt efter, kr", 20, _EXACT),
    _Column("Mognad före", 12),
    _Column("Mognad efter", 12),
    _Column("Orsak", 24),
    _Column("Förklaring", 60),
)
_TOTALS: Final = (
    _Column("Mottagartyp", 11),
    _Column("Kod", 6),
    _Column("Mottagare", 24),
    _Column("Totalt före, kr", 14, _WHOLE),
    _Column("Totalt efter, kr", 14, _WHOLE),
    _Column("Skillnad, kr", 12, _SIGNED),
    _Column("Skillnad, %", 10, _PERCENT),
    _Column("Mognad före", 12),
    _Column("Mognad efter", 12),
    _Column("Beslut registrerat", 12),
)
_INPUTS: Final = (
    _Column("Vad", 26),
    _Column("Fil", 50),
    _Column("SHA-256 före", 66),
    _Column("SHA-256 efter", 66),
)


def revision_workbook(view: RevisionView) -> bytes:
    """`revidering.xlsx`: every amount, every recipient's total, and the inputs, a sheet each."""
    with open_book(view.title, view.created) as (book, written):
        _sheet(book, view, "Belopp", _AMOUNTS, [_amount(row, view.types) for row in view.rows])
        _sheet(
            book,
            view,
            "Totalt per mottagare",
            _TOTALS,
            [_total(each, view.types) for each in view.totals],
        )
        inputs = [[each.kind, each.path, each.before, each.after] for each in view.inputs]
        _sheet(book, view, "Ändrade indata", _INPUTS, inputs)
    return written.content


def _sheet(
    book: Any,
    view: RevisionView,
    name: str,
    columns: Sequence[_Column],
    rows: Sequence[Sequence[object]],
) -> None:
    """A sheet with frozen headings that prints on landscape A4, as wide as the page."""
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})
    forms: dict[str, Any] = {
        column.form: book.add_format({"num_format": column.form or "@"}) for column in columns
    }
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, column.heading, head)
    for row, cells in enumerate(rows, start=1):
        for index, (value, column) in enumerate(zip(cells, columns, strict=True)):
            if isinstance(value, str):
                sheet.write_string(row, index, value, forms[column.form])
            elif value is not None:
                sheet.write_number(row, index, value, forms[column.form])
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    # A recipient's code is text, and stays so: 0114 is no number.
    sheet.ignore_errors({"number_stored_as_text": f"A1:Z{len(rows) + 1}"})
    print_on_a4(sheet, landscape=True)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{view.before.name}..{view.after.name}&RSida &P av &N")


def _amount(row: Row, types: TypesInWords) -> list[object]:
    line = row.line
    sides = (line.before, line.after)
    exact = [side.exact if side else None for side in sides]
    return [
        types[line.recipients].singular,
        line.code,
        line.name,
        row.post,
        *(step.own if step else None for step in row.shares),
        *(step.everyone if step else None for step in row.shares),
        *(side.sek if side else None for side in sides),
        line.difference,
        None if line.share is None else float(line.share),
        *(None if value is None else float(value) for value in exact),
        *(MATURITIES[side.maturity] if side else None for side in sides),
        row.reason,
        row.explanation,
    ]


def _total(consequence: Consequence, types: TypesInWords) -> list[object]:
    line = consequence.total
    sides = (line.before, line.after)
    return [
        types[line.recipients].singular,
        line.code,
        line.name,
        *(side.sek if side else None for side in sides),
        line.difference,
        None if line.share is None else float(line.share),
        *(MATURITIES[side.maturity] if side else None for side in sides),
        "ja" if consequence.decided else "nej",
    ]
