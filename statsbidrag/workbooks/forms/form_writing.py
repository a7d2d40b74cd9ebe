"""A form as an xlsx workbook: frozen headings, drop-downs, named cells, live formulas; printable.

Belongs here: how each kind of cell is written and set. Does not: what it holds. The same content
gives the same bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final

from schemas.common import LARGEST_SEK
from statsbidrag.errors import UsageError
from statsbidrag.workbooks.book import (
    GREY,
    GUIDE,
    INK,
    LINE,
    QUIET,
    Shown,
    Styled,
    named,
    open_book,
    print_on_a4,
)
from statsbidrag.workbooks.forms.form import (
    FIRST_FACT,
    FIRST_ROW,
    LAST_ROW,
    LISTS,
    YES,
    Column,
    Facts,
    Form,
    Kind,
    Table,
    joined,
)

Value = str | int | date | Fraction | tuple[str, ...] | Shown | None
"""What a cell is given; None and empty texts leave it blank."""

Values = Mapping[str, Value]

_WHOLE: Final = "#,##0;\u2212#,##0;0"
_SIGNED: Final = "+#,##0;\u2212#,##0;0"
_NUMBERS: Final = {
    Kind.KRONOR: _WHOLE,
    Kind.CHANGE: _SIGNED,
    Kind.SHOWN: _WHOLE,
    Kind.DAY: "yyyy-mm-dd",
    Kind.SHARE: "0.0######%",
}
_LONGEST: Final = 32_000
"""Signs in a cell: a spreadsheet takes hardly more."""
_PROMPT: Final = 250
_TITLE: Final = 32
_LINE_HEIGHT: Final = 15
_TITLE_HEIGHT: Final = 24
_TALLEST: Final = 400
_SPARE: Final = 12
"""Blank places at the end of a list that a reader may add to."""
_DECIMALS: Final = 8
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2100, 12, 31)


@dataclass(frozen=True)
class Content:
    """What a workbook holds: facts by their key, and the rows of each table by its key."""

    facts: Values
    rows: Mapping[str, Sequence[Values]] = field(default_factory=dict)


def write_form(form: Form, content: Content, created: datetime) -> bytes:
    """The workbook's bytes. Raises UsageError for a text that a cell cannot hold."""
    _refuse_unfit(content)
    with open_book(form.title, created) as (book, written):
        writer = _Writer(book, form)
        writer.guide()
        writer.facts(form.facts, content.facts)
        for table in form.tables:
            writer.table(table, content.rows.get(table.key, ()))
        writer.lists()
    return written.content


def column_range(table: Table, column: Column, rows: int) -> str:
    """A column of a table as a formula has it: `Insatser!$A$5:$A$64`."""
    letter = letter_of(table, column.key)
    return f"'{table.name}'!${letter}${FIRST_ROW}:${letter}${FIRST_ROW + rows - 1}"


def letter_of(table: Table, key: str) -> str:
    """The letter of the column that holds a field."""
    return _letter([column.key for column in table.columns].index(key))


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _refuse_unfit(content: Content) -> None:
    rows = [content.facts, *(row for table in content.rows.values() for row in table)]
    for value in (value for row in rows for value in row.values()):
        texts: Iterable[str] = value if isinstance(value, tuple) else (value,) if value else ()  # type: ignore[assignment]
        for text in (text for text in texts if isinstance(text, str)):
            shown = text if len(text) <= 60 else f"{text[:57]}…"
            # What a spreadsheet writes for signs that it cannot hold is misread as such a sign.
            odd = [c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"]
            if odd or "x005F_" in text or {"\ufffe", "\uffff"} & set(text):
                raise UsageError(
                    f"`{shown!a}` has a sign that a spreadsheet cannot hold: take it out of the "
                    "file, then export again"
                )
            if len(text) > _LONGEST:
                raise UsageError(
                    f"`{shown}` is {len(text)} signs long, and a cell holds {_LONGEST}: shorten it"
                )


class _Writer(Styled):
    """One workbook being written."""

    def __init__(self, book: Any, form: Form) -> None:
        super().__init__(book)
        self.form = form

    def cell_style(self, column: Column, *, ours: bool, indent: int = 0) -> Any:
        """How a cell looks: what is ours is grey, figures stand to the right."""
        properties: dict[str, object] = {"bottom": 4, "bottom_color": LINE}
        if column.kind in _NUMBERS:
            properties["num_format"] = _NUMBERS[column.kind]
        else:
            properties |= {"num_format": "@", "text_wrap": True, "align": "left", "indent": indent}
        if ours:
            properties |= {"bg_color": GREY}
        return self.style(**properties)

    # --- Sheets --------------------------------------------------------------------------------

    def _sheet(self, name: str, title: str, intro: str, *, landscape: bool) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, title, self.style(bold=True, font_size=15, font_color=INK))
        sheet.set_row(0, _TITLE_HEIGHT)
        sheet.write_string(1, 0, intro, self.style(font_color=QUIET))
        sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.8)
        print_on_a4(sheet, landscape=landscape)
        sheet.set_footer(f"&L&8{self.form.mark}&R&8{name}, sida &P av &N")
        return sheet

    def guide(self) -> None:
        """The sheet that explains the others."""
        sheet = self._sheet(GUIDE, self.form.title, "Så fyller du i arbetsboken", landscape=False)
        sheet.set_column(0, 0, 19)
        sheet.set_column(1, 1, 25)
        sheet.set_column(2, 2, 66)
        text, bold = self.style(text_wrap=True), self.style(bold=True, text_wrap=True)
        at = 3
        for number, paragraph in enumerate(self.form.guide, start=1):
            sheet.write_string(at, 0, f"Steg {number}", bold)
            # A merged cell takes the width of the page; nothing is read from this sheet.
            sheet.merge_range(at, 1, at, 2, paragraph, text)
            sheet.set_row(at, 15 * (1 + len(paragraph) // 88))
            at += 1
        at += 1
        for index, heading in enumerate(("Blad", "Fält", "Vad som ska stå där")):
            sheet.write_string(at, index, heading, self.head())
        parts: list[Facts | Table] = [self.form.facts, *self.form.tables]
        for part in parts:
            at += 1
            sheet.write_string(at, 0, part.name, bold)
            sheet.write_string(at, 2, part.intro, text)
            _heighten(sheet, at, [(part.intro, 66)])
            for column in part.columns:
                if column.told:
                    at += 1
                    sheet.write_string(at, 1, column.heading, text)
                    sheet.write_string(at, 2, column.told, text)
                    _heighten(sheet, at, [(column.told, 66)])

    def facts(self, part: Facts, values: Values) -> None:
        """A sheet with a value a line, each a named cell."""
        sheet = self._sheet(part.name, part.title, part.intro, landscape=False)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 48)
        sheet.set_column(2, 2, 50)
        for index, heading in enumerate(("Uppgift", "Svar", "Hjälp")):
            sheet.write_string(FIRST_FACT - 2, index, heading, self.head())
        for row, column in enumerate(part.columns, start=FIRST_FACT - 1):
            ours = column.kind.ours or column.key == "mark"
            sheet.write_string(row, 0, column.heading, self.style(bold=True, text_wrap=True))
            style = self._left(column, ours=ours)
            self._value(sheet, row, 1, column, values.get(column.key), style)
            sheet.write_string(
                row, 2, column.told, self.style(font_color=QUIET, text_wrap=True, indent=1)
            )
            self._takes(sheet, column, (row, 1, row, 1))
            _heighten(sheet, row, [(values.get(column.key), 48), (column.told, 50)])
            self.book.define_name(named(column.heading), f"='{part.name}'!$B${row + 1}")
        sheet.freeze_panes(FIRST_FACT - 1, 1)
        sheet.repeat_rows(FIRST_FACT - 2)

    def _left(self, column: Column, *, ours: bool) -> Any:
        properties: dict[str, object] = {"bottom": 4, "bottom_color": LINE, "align": "left"}
        properties |= {"num_format": _NUMBERS.get(column.kind, "@"), "text_wrap": True}
        return self.style(**properties, **({"bg_color": GREY} if ours else {}))

    def table(self, table: Table, rows: Sequence[Values]) -> None:
        """A sheet with a row for each item, and spare ones with the same formulas."""
        sheet = self._sheet(table.name, table.title, table.intro, landscape=True)
        count = len(rows) + (0 if table.fixed else table.blank)
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, column.width)
            ours = table.fixed or column.kind.ours
            # A text beside a figure stands a little apart from it.
            indent = int(index > 0 and table.columns[index - 1].kind in _RIGHT)
            indent = 0 if column.kind in _RIGHT else indent
            head = self.head(right=column.kind in _RIGHT, indent=indent)
            sheet.write_string(FIRST_ROW - 2, index, column.heading, head)
            style = self.cell_style(column, ours=ours, indent=indent)
            for number in range(count):
                value = rows[number].get(column.key) if number < len(rows) else None
                if number >= len(rows) and column.formula is not None:
                    value = Shown(column.formula(FIRST_ROW + number), "")
                self._value(sheet, FIRST_ROW - 1 + number, index, column, value, style)
            if not ours:
                self._takes(sheet, column, (FIRST_ROW - 1, index, LAST_ROW - 1, index))
            if count:
                where = column_range(table, column, count)
                self.book.define_name(named(table.name, column.heading), f"={where}")
        for number, row in enumerate(rows):
            cells = [(row.get(column.key), column.width) for column in table.columns]
            _heighten(sheet, FIRST_ROW - 1 + number, cells)
        sheet.freeze_panes(FIRST_ROW - 1, 2 if len(table.columns) > 4 else 0)
        sheet.repeat_rows(FIRST_ROW - 2)
        # A code or an invoice's reference is text, and stays so.
        sheet.ignore_errors({"number_stored_as_text": f"A1:Z{LAST_ROW}"})

    def lists(self) -> None:
        """The sheet that drop-downs take their choices from."""
        parts: dict[str, Sequence[str]] = {name: [*own] for name, own in self.form.lists.items()}
        parts |= self.form.suggestions
        if not parts:
            return
        intro = "Listorna i de andra bladen hämtar sina val här. Egna nivåer och organisationer "
        sheet = self._sheet(LISTS, "Val i listorna", f"{intro}kan du lägga till.", landscape=False)
        for index, (name, items) in enumerate(parts.items()):
            ours = name in self.form.lists
            sheet.set_column(index, index, 40)
            sheet.write_string(FIRST_ROW - 2, index, name, self.head())
            column = Column("", name, Kind.TEXT)
            last = len(items) + (0 if ours else _SPARE)
            for number in range(last):
                value = items[number] if number < len(items) else ""
                style = self.cell_style(column, ours=ours)
                self._value(sheet, FIRST_ROW - 1 + number, index, column, value, style)
            letter = _letter(index)
            where = f"='{LISTS}'!${letter}${FIRST_ROW}:${letter}${FIRST_ROW + max(last, 1) - 1}"
            self.book.define_name(_list_name(name), where)
        sheet.freeze_panes(FIRST_ROW - 1, 0)

    # --- Cells ---------------------------------------------------------------------------------

    def _value(
        self, sheet: Any, row: int, index: int, column: Column, value: Value, style: Any
    ) -> None:
        if isinstance(value, Shown):
            sheet.write_formula(row, index, value.formula, style, value.value)
        elif isinstance(value, Fraction):
            self._share(sheet, row, index, value, style)
        elif value is None or value == "" or value == () or value is False:
            sheet.write_blank(row, index, None, style)
        elif value is True:
            sheet.write_string(row, index, YES, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, index, datetime(value.year, value.month, value.day), style)
        elif isinstance(value, int):
            sheet.write_number(row, index, value, style)
        else:
            text = joined(value) if isinstance(value, tuple) else value
            sheet.write_string(row, index, text, style)

    def _share(self, sheet: Any, row: int, index: int, share: Fraction, style: Any) -> None:
        """A share that decimals can say is a number; another is written `=1/3`, exact as well."""
        if (share * 10**_DECIMALS).denominator == 1:
            sheet.write_number(row, index, float(share), style)
        else:
            formula = f"={share.numerator}/{share.denominator}"
            sheet.write_formula(row, index, formula, style, float(share))

    def _takes(self, sheet: Any, column: Column, where: tuple[int, int, int, int]) -> None:
        """Says to the spreadsheet what cells take, and tells it to whoever stands in one."""
        rule: dict[str, object] = {"validate": "any", "ignore_blank": True}
        if column.choices and (column.kind == Kind.CHOICE or self.form.suggestions):
            bound = column.kind == Kind.CHOICE
            rule |= {"validate": "list", "source": f"={_list_name(column.choices)}"}
            rule |= {"show_error": bound}
        rule |= _RULES.get(column.kind, {})
        if column.told:
            rule["input_title"] = column.heading[:_TITLE]
            rule["input_message"] = column.told[:_PROMPT]
        if rule["validate"] != "any" or column.told:
            sheet.data_validation(*where, rule)


def _heighten(sheet: Any, row: int, cells: Sequence[tuple[Value, int]]) -> None:
    """Gives a row the lines that its texts need, which not every program finds by itself.

    A row of one line is left alone: it grows with what somebody writes in it.
    """
    texts = [(joined(v) if isinstance(v, tuple) else v, width) for v, width in cells]
    lines = [
        sum(1 + len(line) // max(width - 2, 1) for line in text.split("\n"))
        for text, width in texts
        if isinstance(text, str)
    ]
    if max(lines, default=1) > 1:
        sheet.set_row(row, min(_LINE_HEIGHT * max(lines), _TALLEST))


_RIGHT: Final = (Kind.KRONOR, Kind.CHANGE, Kind.SHARE, Kind.SHOWN)
_WHOLE_KRONOR: Final = {
    "error_title": "Hela kronor",
    "error_message": "Skriv beloppet i hela kronor, till exempel 1 500 000.",
}
_RULES: Final[dict[Kind, dict[str, object]]] = {
    Kind.KRONOR: {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": LARGEST_SEK,
        **_WHOLE_KRONOR,
    },
    Kind.CHANGE: {
        "validate": "integer",
        "criteria": "between",
        "minimum": -LARGEST_SEK,
        "maximum": LARGEST_SEK,
        **_WHOLE_KRONOR,
    },
    Kind.DAY: {
        "validate": "date",
        "criteria": "between",
        "minimum": _FIRST_DAY,
        "maximum": _LAST_DAY,
        "error_title": "Datum",
        "error_message": "Skriv dagen som 2025-03-31.",
    },
    Kind.SHARE: {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 1,
        "error_title": "Andel",
        "error_message": "Skriv andelen som 50 % eller =1/3.",
    },
    Kind.YES: {"validate": "list", "source": [YES]},
}


def _list_name(name: str) -> str:
    return named("Val", name)
