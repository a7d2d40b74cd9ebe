"""A sheet that calculates, written: its cells, how they look, its headings, its page on paper.

Belongs here: from a sheet as data to the cells of a workbook. Does not: what a sheet holds
(`sheet`), nor the file (`statsbidrag.workbooks.book`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from statsbidrag.swedish.typography import NBSP
from statsbidrag.workbooks.book import GREY, INK, LINE, QUIET, Shown, Styled, print_on_a4
from statsbidrag.workbooks.calculating.sheet import Column, Content, Link, Look, Sheet, quoted

_LINE_HEIGHT: Final = 15
_WIDTH_OF_TEXT: Final = 105
_MOST_FROZEN: Final = 20
_NARROW: Final = 8
"""The width of a column that nobody has set."""

# Swedish separators, whatever the program's own language is.
_NUMBERS: Final = {
    Look.WHOLE: "[$-41D]#,##0",
    Look.EXACT: "[$-41D]#,##0.000000",
    Look.SHARE: f'[$-41D]0.000000"{NBSP}"%',
    Look.SIGNED: "[$-41D]+#,##0;\u2212#,##0;0",
}


def write_sheet(book: Any, sheet: Sheet, footer: str) -> None:
    """Writes the sheet: headings stay in sight and are repeated on paper, A4, landscape."""
    _Writer(book, sheet).write(footer)


class _Writer(Styled):
    def __init__(self, book: Any, sheet: Sheet) -> None:
        super().__init__(book)
        self.sheet = sheet
        self.page = book.add_worksheet(sheet.name)

    def write(self, footer: str) -> None:
        """All of it."""
        sheet, page = self.sheet, self.page
        page.hide_gridlines(2)
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, column.width)
        page.write_string(0, 0, sheet.title, self.style(bold=True, font_size=15, font_color=INK))
        page.set_row(0, 24)
        self._intro()
        self._facts()
        self._table()
        self._below()
        # More rows in sight than this, and nothing is left of the screen for the others.
        rows = sheet.first - 1 if sheet.first - 1 <= _MOST_FROZEN else 0
        page.freeze_panes(rows, sheet.frozen)
        page.repeat_rows(sheet.first - 2)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        print_on_a4(page, landscape=True)
        page.set_footer(f"&L&8{footer}&R&8&A, sida &P av &N")
        # A recipient's code is text, and stays so: 0114 is no number.
        page.ignore_errors({"number_stored_as_text": f"A1:A{sheet.first + sheet.height}"})

    def _look(
        self,
        look: Look,
        more: Mapping[str, object],
        mark: str = "",
        room: str = "",
        live: bool = False,
    ) -> Any:
        if look == Look.TEXT:
            more = {"text_wrap": True, "align": "left", **more}
            # A formula in a cell for text would become text itself when somebody touches it.
            form = "General" if live else "@"
            return self.style(num_format=form, **more)
        # The mark is part of how the figure is shown, not of the figure; others leave room for it.
        after = f'"{NBSP}{mark}"' if mark else "".join(f"_{sign}" for sign in room and f" {room}")
        parts = _NUMBERS[look].split(";")
        return self.style(num_format=";".join(f"{part}{after}" for part in parts), **more)

    def _put(self, row: int, column: int, content: Content, style: Any, at: int = 0) -> None:
        if isinstance(content, Shown):
            formula = self.sheet.formula(content.formula, at)
            self.page.write_formula(row, column, formula, style, content.value)
        elif isinstance(content, Link):
            place = f"internal:{quoted(content.sheet)}!A1"
            self.page.write_url(row, column, place, style, string=content.sheet)
        elif content is None or content == "":
            self.page.write_blank(row, column, None, style)
        elif isinstance(content, str):
            self.page.write_string(row, column, content, style)
        else:
            self.page.write_number(row, column, content, style)

    def _name(self, name: str, place: str) -> None:
        if name:
            self.book.define_name(name, f"={place}")

    def _intro(self) -> None:
        width = sum(column.width for column in self.sheet.columns)
        # A narrow table's introduction is wider than the table.
        more = max(_WIDTH_OF_TEXT - width, 0) // _NARROW
        last, width = len(self.sheet.columns) - 1 + more, width + more * _NARROW
        for row, text in enumerate(self.sheet.intro, start=1):
            style = self.style(text_wrap=True, font_color=QUIET)
            self.page.merge_range(row, 0, row, last, "", style)
            # Written apart: as part of the merge, a text that begins with = would be a formula.
            self.page.write_string(row, 0, text, style)
            self.page.set_row(row, _LINE_HEIGHT * (1 + len(text) // width))

    def _facts(self) -> None:
        row = len(self.sheet.intro) + 2
        for fact in self.sheet.facts:
            self.page.write_string(row, 0, fact.label, self.style())
            more: dict[str, object] = {"bottom": 4, "bottom_color": LINE}
            if not isinstance(fact.value, Shown):
                more["bg_color"] = GREY
            self._put(row, 2, fact.value, self._look(fact.look, more, fact.mark))
            if fact.note:
                self.page.write_string(
                    row, 3, fact.note, self.style(font_color=QUIET, align="left", indent=2)
                )
            self._name(fact.name, self.sheet.fact(fact.key))
            row += 1

    def _table(self) -> None:
        top = self.sheet.first - 1
        for index, column in enumerate(self.sheet.columns):
            right = column.look != Look.TEXT
            indent = self._indent(index)
            head = self.head(right=right, indent=indent)
            self.page.write_string(top - 1, index, column.heading, head)
            room = self._room(column)
            for row, content in enumerate(column.cells):
                mark = column.marks[row] if column.marks else ""
                live = isinstance(content, Shown)
                more: dict[str, object] = {"bottom": 4, "bottom_color": LINE}
                if column.given and content is not None:
                    more["bg_color"] = GREY
                if indent:
                    more["indent"] = indent
                style = self._look(column.look, more, mark, room, live)
                self._put(top + row, index, content, style, row)
            if column.cells:
                self._name(column.name, self.sheet.range(column.key))
        lines = max(
            sum(1 + len(part) // max(column.width - 1, 1) for part in column.heading.split("\n"))
            for column in self.sheet.columns
        )
        self.page.set_row(top - 1, _LINE_HEIGHT * min(lines + 1, 5))
        for row in range(self.sheet.height):
            self._heighten(top + row, [column.cells[row] for column in self.sheet.columns])

    def _indent(self, index: int) -> int:
        """A text beside a figure stands a little apart from it."""
        columns = self.sheet.columns
        beside = index > 0 and columns[index - 1].look != Look.TEXT
        return 2 if beside and columns[index].look == Look.TEXT else 0

    def _heighten(self, row: int, contents: Sequence[Content]) -> None:
        """Gives a row the lines that its texts need, which not every program finds by itself."""
        lines = [
            1 + len(content) // column.width
            for content, column in zip(contents, self.sheet.columns, strict=True)
            if isinstance(content, str)
        ]
        if max(lines, default=1) > 1:
            self.page.set_row(row, _LINE_HEIGHT * max(lines))

    def _room(self, column: Column) -> str:
        below = [line.marks.get(column.key, "") for line in self.sheet.below]
        return max([*column.marks, *below, ""], key=len)

    def _below(self) -> None:
        for number, line in enumerate(self.sheet.below):
            row = self.sheet.first - 1 + self.sheet.height + number
            edge: dict[str, object] = {"top": 2, "top_color": INK} if number == 0 else {}
            bold = {"bold": True, **edge} if number == 0 else edge
            for index, column in enumerate(self.sheet.columns):
                content: Content = line.label if index == 1 else line.cells.get(column.key)
                look = Look.TEXT if index == 1 else line.looks.get(column.key, column.look)
                mark = line.marks.get(column.key, "")
                style = self._look(look, bold, mark, self._room(column))
                self._put(row, index, content, style, self.sheet.height + number)
                name = line.names.get(column.key, "")
                self._name(name, self.sheet.beneath(number, column.key))
