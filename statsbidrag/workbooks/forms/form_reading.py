"""A workbook that somebody has filled in, read back by its form, every mistake at its cell.

Belongs here: finding sheets, columns and lines by what they are called. Does not: opening the file
(`safe_opening`), what a cell says (`cell_values`), or what a plan or an outcome makes of it.

What a reader cannot see is not taken in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from statsbidrag.errors import InputError, Problem, input_error
from statsbidrag.workbooks.book import GUIDE
from statsbidrag.workbooks.forms.cell_values import (
    Cell,
    Row,
    as_seen,
    folded,
    is_formula,
    place_of,
    plain_text,
    shortened,
    value_of,
)
from statsbidrag.workbooks.forms.form import (
    LISTS,
    Column,
    Facts,
    Form,
    Table,
)
from statsbidrag.workbooks.forms.safe_opening import MOST_ROWS, open_safely

_MOST_COLUMNS: Final = 200
_HEADINGS_WITHIN: Final = 12
"""Rows from the top in which headings are looked for, should somebody have put rows above them."""

_TEMPLATE: Final = "write a new one, and move your rows to it"


@dataclass(frozen=True)
class Filled:
    """What a workbook says: `problems` are its cells' mistakes, `notes` what was passed over."""

    path: Path
    facts: Mapping[str, Cell]
    rows: Mapping[str, tuple[Row, ...]]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def problem(self, cell: Cell, *, expected: str, found: str, action: str) -> None:
        """Adds a mistake at a cell."""
        self.problems.append(Problem(str(self.path), cell.place, expected, found, action))


def read_mark(path: Path, facts: Facts) -> tuple[str, Any]:
    """For what a workbook was made, and the opened workbook. Raises InputError."""
    book = open_safely(path)
    if facts.name not in [sheet.title for sheet in book.worksheets]:
        raise input_error(
            path,
            facts.name,
            expected=f"a workbook that plan-template or outcome-template wrote, with the sheet "
            f"{facts.name}",
            found=f"the sheets {', '.join(book.sheetnames)[:120]}",
            action="fill in a workbook of ours; give its sheets their names back",
        )
    sheet = book[facts.name]
    for row in sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS), max_col=2):
        if plain_text(row[0].value) == "Mall":
            return plain_text(row[1].value), book
    raise input_error(
        path,
        f"{facts.name}!A",
        expected="the line Mall, which says what the workbook is made for",
        found="none",
        action=_TEMPLATE,
    )


def read_form(path: Path, book: Any, form: Form) -> Filled:
    """What an opened workbook says, by its form. Raises InputError where the form itself is broken.

    Mistakes in cells are among the result's `problems`, all of them.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    sheets = _sheets(path, book, form, problems, notes)
    reader = _Reader(path, form, problems, notes)
    facts = reader.facts(sheets[form.facts.name]) if form.facts.name in sheets else {}
    rows = {
        table.key: tuple(reader.table(table, sheets[table.name]))
        for table in form.tables
        if table.name in sheets
    }
    if reader.broken or len(sheets) < 1 + len(form.tables):
        raise InputError(problems)
    return Filled(path, facts, rows, problems, notes)


# --- Sheets -------------------------------------------------------------------------------------


def _sheets(
    path: Path, book: Any, form: Form, problems: list[Problem], notes: list[str]
) -> dict[str, Any]:
    """The sheets to read. What is missing, hidden, merged or much too large is a problem."""
    known = [form.facts.name, *(table.name for table in form.tables)]
    found = {}
    for name in known:
        if name not in [sheet.title for sheet in book.worksheets]:
            close = get_close_matches(name, [n for n in book.sheetnames if n not in known], n=1)
            action = f"call `{close[0]}` {name} again" if close else _TEMPLATE
            problems.append(Problem(str(path), name, "this sheet", "none", action))
            continue
        fit = list(_unfit(str(path), book[name]))
        problems.extend(fit)
        if not fit:
            found[name] = book[name]
    for sheet in (each for each in book.worksheets if each.title not in (*known, GUIDE, LISTS)):
        if sheet.sheet_state != "visible":
            problems.append(_hidden(str(path), sheet.title, "a sheet"))
        else:
            notes.append(f"{path}: the sheet {sheet.title} is none of the form's: passed over")
    return found


def _unfit(path: str, sheet: Any) -> Iterator[Problem]:
    """Why a sheet of the form cannot be read as it is."""
    name = sheet.title
    if sheet.sheet_state != "visible":
        yield _hidden(path, name, "a sheet")
    if sheet.max_row > MOST_ROWS or sheet.max_column > _MOST_COLUMNS:
        yield Problem(
            path,
            f"{name}!{sheet.dimensions}",
            f"at most {MOST_ROWS} rows and {_MOST_COLUMNS} columns",
            f"{sheet.max_row} rows, {sheet.max_column} columns",
            "delete the empty rows and columns after the last one you use",
        )
        return
    for merged in sorted(map(str, sheet.merged_cells.ranges)):
        yield Problem(
            path,
            f"{name}!{merged}",
            "cells that are not merged",
            "merged cells",
            "part them (Dela upp celler), and write what each should say",
        )
    end = sheet.max_row
    for number, hidden in [*sheet.row_dimensions.items()]:
        if hidden.hidden and number <= end and any(_filled(cell) for cell in sheet[number]):
            yield _hidden(path, f"{name}!{number}:{number}", "a row")
    for letter, hidden in sheet.column_dimensions.items():
        # Neighbours that are alike are written down as one.
        last = min(hidden.max or hidden.min or 0, sheet.max_column)
        for column in range(hidden.min or last + 1, last + 1) if hidden.hidden else ():
            cells = (row[0] for row in sheet.iter_rows(min_col=column, max_col=column))
            if any(_filled(cell) for cell in cells):
                yield _hidden(path, f"{name}!{letter}:{letter}", "a column")
                break


def _filled(cell: Any) -> bool:
    return cell.value is not None and cell.data_type != "f"


def _hidden(path: str, place: str, what: str) -> Problem:
    action = "show it (Ta fram; clear a filter), or delete it"
    return Problem(path, place, "nothing hidden", f"{what} that is hidden", action)


# --- Cells --------------------------------------------------------------------------------------


class _Reader:
    """One workbook being read: mistakes are gathered, and nothing stops at the first."""

    def __init__(self, path: Path, form: Form, problems: list[Problem], notes: list[str]) -> None:
        self.path = path
        self.form = form
        self.problems = problems
        self.notes = notes
        self.broken = False

    def told(self, place: str, expected: str, found: str, action: str) -> None:
        """Adds a mistake."""
        self.problems.append(Problem(str(self.path), place, expected, found, action))

    def facts(self, sheet: Any) -> dict[str, Cell]:
        """The values beside their labels, wherever these stand in the first column."""
        columns = {column.heading: column for column in self.form.facts.columns}
        found: dict[str, Cell] = {}
        started = False
        for label, value, *rest in sheet.iter_rows(max_col=max(sheet.max_column, 2)):
            name = plain_text(label.value)
            column = columns.get(name)
            if column is None:
                started = started or name == "Uppgift"
                strange = name if started and name != "Uppgift" else ""
                if strange or (started and _filled(value) and name != "Uppgift"):
                    self._unknown(sheet, label, name, [*columns])
                continue
            started = True
            if column.key in found:
                self.told(place_of(sheet, label), "each line once", f"`{name}` again", "keep one")
                continue
            found[column.key] = self.cell(sheet, value, column)
            for other in rest[1:]:
                if _filled(other):
                    self._beside(sheet, other)
        for column in columns.values():
            if not column.kind.ours and column.key not in found:
                self.broken = True
                self.told(
                    f"{sheet.title}!A", f"the line {column.heading}", "none", "write its name again"
                )
        return found

    def _unknown(self, sheet: Any, label: Any, name: str, known: Sequence[str]) -> None:
        close = get_close_matches(name, known, n=1)
        action = f"did you mean {close[0]}?" if close else "remove the line"
        self.told(place_of(sheet, label), "a line of the form", f"`{shortened(name)}`", action)

    def _beside(self, sheet: Any, cell: Any) -> None:
        self.told(
            place_of(sheet, cell),
            "nothing outside the form's columns",
            f"`{shortened(str(cell.value))}`",
            "move it to a column of the form, or remove it",
        )

    def table(self, table: Table, sheet: Any) -> Iterator[Row]:
        """The rows with anything in them, by the headings wherever these stand."""
        head = _head_row(table, sheet)
        if head is None:
            self.broken = True
            headings = ", ".join(column.heading for column in table.columns)
            self.told(sheet.title, f"a row of headings: {headings}", "none", _TEMPLATE)
            return
        columns = self._columns(table, sheet, head)
        if columns is None:
            return
        for cells in sheet.iter_rows(min_row=head + 1):
            filled = [i for i, cell in enumerate(cells) if _filled(cell) or is_formula(cell)]
            own = [i for i in filled if i in columns and not columns[i].kind.ours]
            for index in filled:
                if index not in columns:
                    self._beside(sheet, cells[index])
            if own:
                yield self._row(table, sheet, cells, columns)

    def _columns(self, table: Table, sheet: Any, head: int) -> dict[int, Column] | None:
        """Which column of the sheet is which of the form; None, and told, if one is missing."""
        by_heading = {folded(column.heading): column for column in table.columns}
        found: dict[int, Column] = {}
        strange: dict[str, str] = {}
        for index, cell in enumerate(sheet[head]):
            name = plain_text(cell.value)
            column = by_heading.get(folded(name))
            if column is None:
                if name:
                    strange[name] = place_of(sheet, cell)
            elif column in found.values():
                self.broken = True
                self.told(place_of(sheet, cell), "each column once", f"`{name}` again", "keep one")
            else:
                found[index] = column
        missing = [c for c in table.columns if c not in found.values() and not c.kind.ours]
        for column in missing:
            self.broken = True
            close = get_close_matches(column.heading, strange, n=1, cutoff=0.5)
            place = strange[close[0]] if close else f"{sheet.title}!{head}:{head}"
            seen = f"`{shortened(close[0])}`" if close else "none"
            self.told(place, f"the column {column.heading}", seen, "write its heading again")
        return None if missing else found

    def _row(
        self, table: Table, sheet: Any, cells: Sequence[Any], columns: Mapping[int, Column]
    ) -> Row:
        row = {
            column.key: self.cell(sheet, cells[index], column) for index, column in columns.items()
        }
        kept = [column for column in table.columns if column.given or not column.kind.ours]
        return {column.key: row[column.key] for column in kept if column.key in row}

    def cell(self, sheet: Any, cell: Any, column: Column) -> Cell:
        """What a cell says; `wrong`, and told, where it cannot say that."""
        place = place_of(sheet, cell)
        if column.kind.ours:
            if not column.given and _filled(cell):
                self.notes.append(
                    f"{self.path}: {place}: {column.heading} is computed, and has "
                    f"`{shortened(str(cell.value))}` in the place of its formula: passed over"
                )
            return Cell(cell.value if column.given else None, place)
        try:
            value = value_of(cell, column, self.form.lists)
        except ValueError as error:
            expected, action, *found = (str(each) for each in error.args)
            self.told(place, expected, found[0] if found else as_seen(cell), action)
            return Cell(None, place, wrong=True)
        if column.required and value in ("", None, ()):
            self.told(place, f"a value: {column.heading}", "nothing", "fill it in")
            return Cell(None, place, wrong=True)
        return Cell(value, place)


def _head_row(table: Table, sheet: Any) -> int | None:
    """The row that has most of a table's headings, if any has a third of them."""
    wanted = {folded(column.heading) for column in table.columns}
    best, most = None, 0
    for number, row in enumerate(sheet.iter_rows(max_row=_HEADINGS_WITHIN, values_only=True), 1):
        count = len(wanted & {folded(plain_text(value)) for value in row})
        if count > most:
            best, most = number, count
    return best if 3 * most >= len(wanted) else None
