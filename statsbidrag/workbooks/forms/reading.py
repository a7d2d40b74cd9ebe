"""A workbook that somebody has filled in, read back by its form, every mistake at its cell.

Belongs here: opening the file safely, finding sheets, columns and lines by what they are called,
and what each cell says. Does not: what a plan or an outcome makes of it.

Nothing in the file is run or followed: formulas are not computed, links not opened, and what a
reader cannot see is not taken in.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.common import LARGEST_SEK, whole_kronor
from schemas.keys import share as share_of
from statsbidrag.errors import InputError, Problem, input_error
from statsbidrag.files.printable_text import unfit
from statsbidrag.files.yaml_reading import Location
from statsbidrag.files.zip_guard import BombError, DamagedError, Limits, require_small
from statsbidrag.workbooks.forms.form import (
    GUIDE,
    LISTS,
    YES,
    Column,
    Facts,
    Form,
    Kind,
    Table,
    parted,
)

Model = TypeVar("Model", bound=BaseModel)

LARGEST: Final = 5 * 2**20
"""Bytes that a filled workbook may have; one with a hundred measures has thirty thousand."""
LIMITS: Final = Limits(unpacked=48 * 2**20, tags=800_000, members=300)
_MOST_ROWS: Final = 5000
_MOST_COLUMNS: Final = 200
_HEADINGS_WITHIN: Final = 12
"""Rows from the top in which headings are looked for, should somebody have put rows above them."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO: Final = ("nej", "no")
_FORBIDDEN: Final = (
    ("vbaproject", "a macro", "save it as .xlsx, without macros"),
    ("macrosheets/", "a sheet of macros", "save it as .xlsx, without macros"),
    ("externallinks/", "a link to another workbook", "break the links (Data, Redigera länkar)"),
    ("connections.xml", "a connection to a database", "remove the connection"),
    ("embeddings/", "another file inside it", "remove the embedded object"),
    ("activex/", "a control that runs a program", "remove the control"),
)
_DECLARATIONS: Final = tuple(
    word.encode(code)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_TEMPLATE: Final = "write a new one, and move your rows to it"


@dataclass(frozen=True)
class Cell:
    """What a cell says, and where it is: `Insatser!E14`. `wrong` if that is told already."""

    value: Any
    place: str
    wrong: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing is said, and nothing is wrong."""
        return not self.wrong and self.value in ("", None, ())


Row = Mapping[str, Cell]
"""The cells of an item, by the field's key."""


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
    book = _opened(path)
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
    for row in sheet.iter_rows(max_row=min(sheet.max_row, _MOST_ROWS), max_col=2):
        if _plain(row[0].value) == "Mall":
            return _plain(row[1].value), book
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


# --- Opening ------------------------------------------------------------------------------------


def _opened(path: Path) -> Any:
    """The workbook. Raises InputError for anything but a plain xlsx of a reasonable size."""
    content = _content(path)
    _refuse_other_kinds(path, content)
    declared: list[str] = []

    def look(name: str, piece: bytes) -> None:
        if any(word in piece for word in _DECLARATIONS):
            declared.append(name)
        if name == "[Content_Types].xml" and b"macroEnabled" in piece:
            raise _refused(path, "a workbook with macros", "save it as .xlsx, without macros")

    try:
        names = require_small(content, LIMITS, look)
    except BombError as error:
        raise _refused(path, str(error), "do not open it: ask for another copy") from None
    except DamagedError as error:
        raise _damaged(path, str(error)) from None
    _refuse_parts(path, names, declared)
    _refuse_vast_merges(path, content, names)
    # A reader is loaded when a file needs it: it alone costs a tenth of a second.
    import openpyxl

    try:
        with warnings.catch_warnings():
            # It warns of what it leaves out: styles, extensions, links. None is read here.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    # Foreign bytes can make a parser of XML, dates and archives fail in any way there is.
    except Exception as error:
        raise _damaged(path, f"{type(error).__name__}: {str(error)[:60]}") from None


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise _refused(path, f"{size} bytes", f"a filled one has at most {LARGEST} bytes")
        return path.read_bytes()
    except OSError as error:
        raise input_error(
            path,
            expected="a workbook, .xlsx",
            found=error.strerror or "none",
            action="name the file",
        ) from None


def _refuse_other_kinds(path: Path, content: bytes) -> None:
    found = ""
    if content.startswith(_OLE):
        found = "an older workbook (.xls), or one with a password"
    elif not content.startswith(b"PK"):
        found = f"a {path.suffix or 'nameless'} file that is no workbook"
    elif b"application/vnd.oasis.opendocument" in content[:200]:
        found = "an OpenDocument file (.ods)"
    if found:
        raise _refused(path, found, "save it as Excel-arbetsbok (.xlsx), without password")


def _refuse_parts(path: Path, names: Sequence[str], declared: Sequence[str]) -> None:
    if declared:
        raise _refused(path, f"declarations of XML in {declared[0]}", "do not open it")
    for part, found, action in _FORBIDDEN:
        if any(part in name.lower() for name in names):
            raise _refused(path, found, action)
    if "xl/workbook.xml" not in names:
        raise _refused(path, "another kind of archive", "save it as Excel-arbetsbok (.xlsx)")


def _refuse_vast_merges(path: Path, content: bytes, names: Sequence[str]) -> None:
    """Raises InputError for merged cells without end: the reader would make every one of them.

    Any part can be a sheet, whatever it is called.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in names:
            try:
                largest = _largest_merge(archive.read(name))
            # Foreign bytes can make a parser of XML fail in any way there is.
            except Exception as error:
                if not name.endswith(".xml"):
                    continue
                raise _damaged(path, f"{name}: {type(error).__name__}") from None
            if largest > _MOST_ROWS:
                raise _refused(path, f"{largest} merged cells", "part them (Dela upp celler)")


def _largest_merge(part: bytes) -> int:
    """How many cells the largest of a sheet's merged ranges has."""
    from defusedxml.ElementTree import iterparse
    from openpyxl.utils import range_boundaries

    largest = 0
    for _, element in iterparse(io.BytesIO(part)):
        if element.tag.rpartition("}")[2] == "mergeCell":
            first, top, last, bottom = (n or 0 for n in range_boundaries(element.get("ref", "")))
            largest = max(largest, (last - first + 1) * (bottom - top + 1))
        element.clear()
    return largest


def _refused(path: Path, found: str, action: str) -> InputError:
    return input_error(path, expected="a plain workbook, .xlsx", found=found, action=action)


def _damaged(path: Path, found: str) -> InputError:
    return _refused(path, f"one that cannot be read ({found})", "save it again, or ask for it")


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
    if sheet.max_row > _MOST_ROWS or sheet.max_column > _MOST_COLUMNS:
        yield Problem(
            path,
            f"{name}!{sheet.dimensions}",
            f"at most {_MOST_ROWS} rows and {_MOST_COLUMNS} columns",
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
            name = _plain(label.value)
            column = columns.get(name)
            if column is None:
                started = started or name == "Uppgift"
                strange = name if started and name != "Uppgift" else ""
                if strange or (started and _filled(value) and name != "Uppgift"):
                    self._unknown(sheet, label, name, [*columns])
                continue
            started = True
            if column.key in found:
                self.told(_place(sheet, label), "each line once", f"`{name}` again", "keep one")
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
        self.told(_place(sheet, label), "a line of the form", f"`{_cut(name)}`", action)

    def _beside(self, sheet: Any, cell: Any) -> None:
        self.told(
            _place(sheet, cell),
            "nothing outside the form's columns",
            f"`{_cut(str(cell.value))}`",
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
            filled = [i for i, cell in enumerate(cells) if _filled(cell) or _is_formula(cell)]
            own = [i for i in filled if i in columns and not columns[i].kind.ours]
            for index in filled:
                if index not in columns:
                    self._beside(sheet, cells[index])
            if own:
                yield self._row(table, sheet, cells, columns)

    def _columns(self, table: Table, sheet: Any, head: int) -> dict[int, Column] | None:
        """Which column of the sheet is which of the form; None, and told, if one is missing."""
        by_heading = {_folded(column.heading): column for column in table.columns}
        found: dict[int, Column] = {}
        strange: dict[str, str] = {}
        for index, cell in enumerate(sheet[head]):
            name = _plain(cell.value)
            column = by_heading.get(_folded(name))
            if column is None:
                if name:
                    strange[name] = _place(sheet, cell)
            elif column in found.values():
                self.broken = True
                self.told(_place(sheet, cell), "each column once", f"`{name}` again", "keep one")
            else:
                found[index] = column
        missing = [c for c in table.columns if c not in found.values() and not c.kind.ours]
        for column in missing:
            self.broken = True
            close = get_close_matches(column.heading, strange, n=1, cutoff=0.5)
            place = strange[close[0]] if close else f"{sheet.title}!{head}:{head}"
            seen = f"`{_cut(close[0])}`" if close else "none"
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
        place = _place(sheet, cell)
        if column.kind.ours:
            if not column.given and _filled(cell):
                self.notes.append(
                    f"{self.path}: {place}: {column.heading} is computed, and has "
                    f"`{_cut(str(cell.value))}` in the place of its formula: passed over"
                )
            return Cell(cell.value if column.given else None, place)
        try:
            value = self._value(cell, column)
        except ValueError as error:
            expected, action, *found = (str(each) for each in error.args)
            self.told(place, expected, found[0] if found else _found(cell), action)
            return Cell(None, place, wrong=True)
        if column.required and value in ("", None, ()):
            self.told(place, f"a value: {column.heading}", "nothing", "fill it in")
            return Cell(None, place, wrong=True)
        return Cell(value, place)

    def _value(self, cell: Any, column: Column) -> Any:
        if _is_formula(cell):
            if column.kind == Kind.SHARE:
                return _ratio(str(cell.value))
            raise ValueError(_EXPECTED[column.kind], "write the value itself, not a formula")
        if cell.data_type == "e":
            raise ValueError(_EXPECTED[column.kind], "write the value again")
        if cell.value is None or (isinstance(cell.value, str) and not _plain(cell.value)):
            return _BLANKS[column.kind]
        if column.kind == Kind.CHOICE:
            return self._choice(cell.value, column)
        return _READERS[column.kind](cell.value)

    def _choice(self, value: object, column: Column) -> str:
        choices = self.form.lists[column.choices]
        text = _plain(value)
        by_name = {_folded(name): code for name, code in choices.items()}
        if (code := by_name.get(_folded(text))) is not None:
            return code
        if text in choices.values():
            return text
        close = get_close_matches(text, [*choices, *choices.values()], n=1)
        action = f"did you mean {close[0]}?" if close else "choose one from the list"
        raise ValueError(f"one of {', '.join(choices)}", action)


def _head_row(table: Table, sheet: Any) -> int | None:
    """The row that has most of a table's headings, if any has a third of them."""
    wanted = {_folded(column.heading) for column in table.columns}
    best, most = None, 0
    for number, row in enumerate(sheet.iter_rows(max_row=_HEADINGS_WITHIN, values_only=True), 1):
        count = len(wanted & {_folded(_plain(value)) for value in row})
        if count > most:
            best, most = number, count
    return best if 3 * most >= len(wanted) else None


def _is_formula(cell: Any) -> bool:
    return bool(cell.data_type == "f")


def _place(sheet: Any, cell: Any) -> str:
    return f"{sheet.title}!{cell.coordinate}"


def _plain(value: object) -> str:
    """A cell's text without blanks around it; whole numbers as their digits."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # Text copied out of a PDF often has letters in two parts, `a` and its ring.
    text = unicodedata.normalize("NFC", str(value))
    return text.replace("\r\n", "\n").replace("_x000D_", "").strip()


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"


def _found(cell: Any) -> str:
    value = cell.value
    if _is_formula(cell):
        return f"the formula `{_cut(str(getattr(value, 'text', value)))}`"
    if isinstance(value, datetime | date):
        return f"the day {value:%Y-%m-%d}"
    return f'"{_cut(value)}"' if isinstance(value, str) else str(value)


# --- Values -------------------------------------------------------------------------------------

_WRITE_SEK: Final = "write it in whole kronor: 1 500 000"
_EXPECTED: Final = {
    Kind.TEXT: "text",
    Kind.TEXTS: "text",
    Kind.KRONOR: "whole kronor",
    Kind.CHANGE: "whole kronor",
    Kind.DAY: "a day",
    Kind.SHARE: "a share: 50 % or =1/3",
    Kind.YES: f"{YES} or nothing",
    Kind.CHOICE: "one of the list",
}
_BLANKS: Final[dict[Kind, Any]] = {
    Kind.TEXT: "",
    Kind.TEXTS: (),
    Kind.KRONOR: None,
    Kind.CHANGE: None,
    Kind.DAY: None,
    Kind.SHARE: None,
    Kind.YES: False,
    Kind.CHOICE: "",
}


def _text(value: object) -> str:
    if isinstance(value, bool | datetime | date) or (
        isinstance(value, float) and not value.is_integer()
    ):
        raise ValueError("text", "format the cell as text, and write it again")
    if not isinstance(value, str | int | float):
        raise ValueError("text", "write text")
    text = _plain(value)
    for each in unfit(text):
        raise ValueError(each.expected, each.action, each.found)
    return text


def _texts(value: object) -> tuple[str, ...]:
    try:
        return tuple(parted(_text(value)))
    except ValueError as error:
        if len(error.args) > 1:
            raise
        action = "close the quotation marks, or take them away"
        raise ValueError("texts with a semicolon between them", action) from None


def _kronor(value: object) -> int:
    amount = _change(value)
    if not 0 <= amount <= LARGEST_SEK:
        raise ValueError("whole kronor, zero or more", _WRITE_SEK)
    return amount


def _change(value: object) -> int:
    if isinstance(value, bool | datetime | date):
        raise ValueError("whole kronor", _WRITE_SEK)
    if isinstance(value, int | float):
        if value != value // 1 or abs(value) > LARGEST_SEK:
            raise ValueError("whole kronor", "round it: only whole kronor are split")
        return int(value)
    text = re.sub(r"\s+", " ", _plain(value)).replace("\u2212", "-")
    text = re.sub(r" ?(kr|kronor|:-)\.?$", "", text, flags=re.IGNORECASE)
    try:
        amount: int = whole_kronor(text)
    except ValueError:
        raise ValueError("whole kronor", _WRITE_SEK) from None
    if abs(amount) > LARGEST_SEK:
        raise ValueError("whole kronor", _WRITE_SEK)
    return amount


def _day(value: object) -> date:
    if isinstance(value, datetime):
        if value.time() == datetime.min.time():
            return value.date()
    elif isinstance(value, date):
        return value
    elif isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", _plain(value)):
        try:
            return date.fromisoformat(_plain(value))
        except ValueError:
            pass
    raise ValueError("a day", "write it as 2025-03-31")


def _share(value: object) -> Fraction:
    action = "write 50 % or =1/3: more than nothing, at most the whole"
    if isinstance(value, bool | datetime | date):
        raise ValueError("a share", action)
    if isinstance(value, int | float):
        # As the number is written: 0.07 is seven hundredths, whatever its binary digits are.
        exact = Fraction(Decimal(repr(value)))
        if not 0 < exact <= 1:
            raise ValueError("a share", action)
        return exact
    return _ratio(f"={_plain(value)}")


def _ratio(formula: str) -> Fraction:
    action = "write 50 % or =1/3: more than nothing, at most the whole"
    try:
        found: Fraction = share_of(re.sub(r"\s+", " ", formula[1:]))
    except ValueError:
        raise ValueError("a share", action) from None
    return found


def _yes(value: object) -> bool:
    text = _folded(_plain(value))
    if text in (YES, "x"):
        return True
    if text in _NO:
        return False
    raise ValueError(f"{YES} or nothing", f"write {YES}, or leave it blank")


_READERS: Final[dict[Kind, Callable[[object], Any]]] = {
    Kind.TEXT: _text,
    Kind.TEXTS: _texts,
    Kind.KRONOR: _kronor,
    Kind.CHANGE: _change,
    Kind.DAY: _day,
    Kind.SHARE: _share,
    Kind.YES: _yes,
}


# --- From cells to a model ----------------------------------------------------------------------

Places = Mapping[Location, Cell]
"""The cell that each part of a model was read from."""


@dataclass(frozen=True)
class CellPlaces:
    """Where the parts of a model stand in a workbook, for checks that name a place.

    `path` is the file that is to be written.
    """

    filled: Filled
    places: Places
    path: Path

    def problem(
        self, at: Location, *, expected: str, found: str, action: str = "correct the cell"
    ) -> Problem:
        """A problem at a part's cell, or at the nearest that it is a part of."""
        cell = _cell_of(self.places, at)
        return Problem(str(self.filled.path), cell.place if cell else "", expected, found, action)


def model_of(
    filled: Filled, model: type[Model], data: Mapping[str, Any], places: Places
) -> Model | None:
    """What was filled in as a model; None, and told in `filled.problems`, where it is none.

    What is wrong because a cell was wrong already is not told again.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            at = tuple(item["loc"])
            told = [cell.wrong for where, cell in places.items() if where[: len(at)] == at]
            cell = _cell_of(places, at)
            if any(told) or (cell is not None and cell.wrong):
                continue
            filled.problems.append(
                Problem(
                    str(filled.path),
                    cell.place if cell else "",
                    item["msg"].removeprefix("Value error, "),
                    f'"{_cut(str(item["input"]))}"' if at and cell else "what is filled in",
                    "correct the cell",
                )
            )
        return None


def _cell_of(places: Places, at: Location) -> Cell | None:
    for depth in range(len(at), 0, -1):
        if at[:depth] in places:
            return places[at[:depth]]
        inside = [cell for where, cell in places.items() if where[:depth] == at[:depth]]
        if inside:
            return inside[0]
    return None
