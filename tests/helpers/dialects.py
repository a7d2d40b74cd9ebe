"""The figures of a json-stat2 document, written as SCB's other formats and in their dialects.

Belongs here: writers for tests. Does not: any expectation.

The layouts are those of PxWeb: csv long or with years, sexes and contents as columns; xlsx with a
title, blank rows, labels given once and what the table is below; px with all its keywords.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import xlsxwriter

NAMES = {
    "Region": "region",
    "Alder": "ålder",
    "Kon": "kön",
    "Civilstand": "civilstånd",
    "Tid": "år",
}
SEXES = {"1": "män", "2": "kvinnor", "1+2": "totalt", "TotSa": "totalt"}
TITLE = "Folkmängd 1 november efter region, ålder, kön och år"
FOOT = (
    "Uppgifterna avser förhållandena den 1 november enligt de regionala indelningar som gäller den"
    " 1 januari året efter.",
    "Senaste uppdatering:",
    "Folkmängd:",
    "20250221 08:00",
    "Källa:",
    "SCB",
    "Måttenhet:",
    "antal",
    "Referenstid:",
    "1 november respektive år",
    "Databas:",
    "Statistikdatabasen",
    "Tabell: TAB1267",
)


@dataclass(frozen=True)
class Table:
    """Variables with their codes and texts, without contents, and the figures in row-major order.

    Figures may be anything that is written as text.
    """

    variables: Mapping[str, Mapping[str, str]]
    values: Sequence[object]

    def rows(self) -> Iterator[tuple[dict[str, str], object]]:
        """Each figure with its codes."""
        for codes, value in zip(product(*self.variables.values()), self.values, strict=True):
            yield dict(zip(self.variables, codes, strict=True)), value

    def text(self, name: str, code: str, style: str = "both") -> str:
        """One label: as `code`, `text`, or `both` where SCB has both in one cell."""
        text = self.variables[name][code]
        if style == "dash":
            return f"{code} - {text}"
        if style == "code":
            return code
        return f"{code} {text}" if name == "Region" and style == "both" else text


def table_of(document: Mapping[str, Any]) -> Table:
    """The document's figures; ages and sexes get the texts that SCB gives them."""
    variables: dict[str, dict[str, str]] = {}
    for name in document["id"]:
        if name == "ContentsCode":
            continue
        category = document["dimension"][name]["category"]
        labels = category.get("label", {})
        variables[name] = {code: labels.get(code, code) for code in category["index"]}
    if "Alder" in variables:
        variables["Alder"] = {code: f"{code} år" for code in variables["Alder"]}
    if "Kon" in variables:
        variables["Kon"] = {code: SEXES[code] for code in variables["Kon"]}
    return Table(variables, document["value"])


@dataclass(frozen=True)
class Csv:
    """A dialect of csv: which variables are columns, how labels are written, encoding and marks."""

    name: str
    delimiter: str = ","
    encoding: str = "utf-8"
    style: str = "both"
    pivoted: Sequence[str] = ()
    title: Sequence[str] = ()
    foot: Sequence[str] = ()
    quoting: int = csv.QUOTE_MINIMAL
    end: str = "\n"
    contents: str = "Folkmängd"

    def write(self, table: Table) -> bytes:
        """The table in this dialect."""
        text = io.StringIO(newline="")
        writer = csv.writer(
            text,
            delimiter=self.delimiter,
            quoting=self.quoting,
            lineterminator=self.end,  # type: ignore[arg-type]
        )
        for line in self.title:
            writer.writerow([line] if line else [])
        for row in _pivoted(table, self.pivoted, self.style, self.contents):
            writer.writerow(row)
        for line in self.foot:
            text.write(f'"{line}"{self.end}' if line else self.end)
        return text.getvalue().encode(self.encoding)


DIALECTS = (
    Csv("long, comma, codes and texts", title=(TITLE, "")),
    Csv("long, semicolon, codes, with mark", ";", "utf-8-sig", "code", contents="BE0101A9"),
    Csv("years as columns, tab, latin-1", "\t", "iso-8859-1", "both", ("Tid",), end="\r\n"),
    Csv(
        "sexes and years as columns, latin-1, quoted, with footnotes",
        ",", "iso-8859-1", "both", ("Kon", "Tid"), (TITLE, ""), ("", *FOOT),
        csv.QUOTE_NONNUMERIC, "\r\n",
    ),
    Csv("long, semicolon, texts alone", ";", "utf-8-sig", "text"),
    Csv(
        "codes and texts with a dash, sexes and years as columns", ",", "utf-8", "dash",
        ("Kon", "Tid"), quoting=csv.QUOTE_NONNUMERIC, contents="BE0101A9 - Folkmängd",
    ),
    Csv(
        "codes and texts with a dash, space, years as columns", " ", "utf-8", "dash", ("Tid",),
        quoting=csv.QUOTE_NONNUMERIC, contents="BE0101A9 - Folkmängd",
    ),
)  # fmt: skip


def _pivoted(
    table: Table, pivoted: Sequence[str], style: str, contents: str
) -> Iterator[list[object]]:
    across = [name for name in pivoted if name in table.variables]
    stubs = [name for name in table.variables if name not in across]
    heads = list(product(*(table.variables[name] for name in across)))
    named = [_named(name, style) for name in stubs]
    yield [
        *named,
        *(
            " ".join(
                [contents, *(table.text(n, c, style) for n, c in zip(across, head, strict=True))]
            )
            for head in heads
        ),
    ]
    names = list(table.variables)
    at = [names.index(name) for name in stubs]
    found: dict[tuple[str, ...], list[object]] = {}
    for codes, value in zip(product(*table.variables.values()), table.values, strict=True):
        found.setdefault(tuple([codes[place] for place in at]), []).append(value)
    texts = [{code: table.text(n, code, style) for code in table.variables[n]} for n in stubs]
    for key, values in found.items():
        yield [*(text[code] for text, code in zip(texts, key, strict=True)), *values]


def _named(name: str, style: str) -> str:
    return {"code": name, "dash": f"{name} - {NAMES[name]}"}.get(style, NAMES[name])


@dataclass(frozen=True)
class Xlsx:
    """How Statistikdatabasen exports a workbook: labels once and blank below, or on each row.

    Code and text stand in one cell, or in two columns; `sheets` are further sheets.
    """

    pivoted: Sequence[str] = ("Tid",)
    title: str = TITLE
    foot: Sequence[str] = FOOT
    merged: bool = True
    two_columns: bool = False
    sheets: Mapping[str, Sequence[Sequence[object]]] = field(default_factory=dict)

    def write(self, table: Table) -> bytes:
        """The table as a workbook."""
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        sheet = book.add_worksheet("Folkmängd")
        for number, row in enumerate(self.rows(table)):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(number, column, cell)
        for name, rows in self.sheets.items():
            other = book.add_worksheet(name)
            for number, row in enumerate(rows):
                other.write_row(number, 0, row)
        book.close()
        return stream.getvalue()

    def rows(self, table: Table) -> Iterator[list[object]]:
        """Its rows: title, blank, contents, years; figures; blank, what the table is."""
        across = [name for name in self.pivoted if name in table.variables]
        stubs = [name for name in table.variables if name not in across]
        body = list(_pivoted(table, across, "text", ""))
        blank: list[object] = [""] * (len(stubs) + self.two_columns)
        yield [self.title]
        yield []
        yield [*blank, "Folkmängd"]
        for level in range(len(across)):
            heads = product(*(table.variables[name] for name in across))
            yield [*blank, *(table.text(across[level], head[level], "text") for head in heads)]
        before: list[object] = []
        for key, row in zip(self._keys(table, stubs), body[1:], strict=True):
            labels = self._labels(table, stubs, key)
            shown = self._shown(labels, before) if self.merged else labels
            yield [*shown, *row[len(stubs) :]]
            before = labels
        yield []
        for line in self.foot:
            yield [line]

    def _keys(self, table: Table, stubs: Sequence[str]) -> list[tuple[str, ...]]:
        return list(product(*(table.variables[name] for name in stubs)))

    def _labels(self, table: Table, stubs: Sequence[str], key: Sequence[str]) -> list[object]:
        labels: list[object] = []
        for name, code in zip(stubs, key, strict=True):
            both = name == "Region" and self.two_columns
            labels += [code, table.text(name, code, "text")] if both else [table.text(name, code)]
        return labels

    def _shown(self, labels: list[object], before: list[object]) -> list[object]:
        """The last column of labels is written out, those before once for all rows below."""
        same = 0
        while same < len(labels) - 1 and before and labels[: same + 1] == before[: same + 1]:
            same += 1
        return ["" if n < same else label for n, label in enumerate(labels)]


@dataclass(frozen=True)
class Px:
    """A px file as SCB writes it; `notex` is its mandatory note, `extra` further statements."""

    encoding: str = "iso-8859-1"
    page: str = 'CODEPAGE="iso-8859-1";\n'
    codes: bool = True
    tableid: str = "TAB1267"
    title: str = TITLE
    contents: str = "Folkmängd"
    refperiod: str = "1 november respektive år"
    notex: str = 'Från 2025 ändras; allt."\n" Se SCB.'
    extra: str = ""

    def write(self, table: Table) -> bytes:
        """The table as px."""
        names = [NAMES[name] for name in table.variables]
        stub, heading = names[:-1], names[-1:]
        lines = [
            'CHARSET="ANSI";', 'AXIS-VERSION="2013";', *self.page.splitlines(), 'LANGUAGE="sv";',
            'LANGUAGES="sv","en";', "DECIMALS=0;", "SHOWDECIMALS=0;", 'MATRIX="FolkmangdNov";',
            f'TABLEID="{self.tableid}";', 'SUBJECT-CODE="BE";', 'SUBJECT-AREA="Befolkning";',
            f'TITLE="{self.title[:20]}"\n"{self.title[20:]}";', 'TITLE[en]="Births; 2024";',
            f'CONTENTS="{self.contents}";', 'UNITS="antal";', f"STUB={_quoted(stub)};",
            f"HEADING={_quoted(heading)};",
        ]  # fmt: skip
        for name, labels in table.variables.items():
            about = f'("{NAMES[name]}")'
            lines.append(f"VALUES{about}={_quoted(list(labels.values()))};")
            lines.append(f'VALUES[en]{about}="English";')
            if name == "Tid":
                lines.append(f"TIMEVAL{about}=TLIST(A1),{_quoted(list(labels))};")
            if self.codes:
                lines.append(f"CODES{about}={_quoted(list(labels))};")
            lines.append(f'VARIABLECODE{about}="{name}";')
        lines += [
            f'REFPERIOD="{self.refperiod}";', 'LAST-UPDATED="20250221 08:00";',
            f'NOTEX="{self.notex}";', 'NOTE("region")="Knivsta#2003.";',
            'SOURCE="SCB";', *([self.extra] if self.extra else []), "DATA=",
        ]  # fmt: skip
        width = len(list(table.variables.values())[-1])
        figures = [_figure(value) for value in table.values]
        lines += [" ".join(figures[n : n + width]) for n in range(0, len(figures), width)]
        return ("\r\n".join(lines) + ";\r\n").encode(self.encoding)


def _figure(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _quoted(texts: Sequence[str]) -> str:
    return ",\r\n".join(f'"{text}"' for text in texts)


@dataclass(frozen=True)
class JsonStat:
    """json-stat2; `sparse` leaves figures that are None out, by position."""

    sparse: bool = False
    title: str = TITLE
    contents: str = "Folkmängd"
    refperiod: str = "1 november respektive år"
    tableid: str = "TAB1267"
    notes: Sequence[str] = ("Frivillig.", "Obligatorisk.")

    def document(self, table: Table) -> dict[str, Any]:
        """The table as data."""
        names = [*table.variables, "ContentsCode"]
        dimension: dict[str, Any] = {
            name: {"category": {"index": {c: n for n, c in enumerate(labels)}, "label": labels}}
            for name, labels in table.variables.items()
        }
        dimension["ContentsCode"] = {
            "category": {"index": {"BE0101A9": 0}, "label": {"BE0101A9": self.contents}},
            "extension": {"refperiod": {"BE0101A9": self.refperiod}},
        }
        values: Any = list(table.values)
        if self.sparse:
            values = {str(n): value for n, value in enumerate(values) if value is not None}
        return {
            "version": "2.0",
            "class": "dataset",
            "label": self.title,
            "updated": "2025-02-21T07:00:00Z",
            "note": list(self.notes),
            "id": names,
            "size": [*map(len, table.variables.values()), 1],
            "dimension": dimension,
            "value": values,
            "extension": {"noteMandatory": {"1": True}, "px": {"tableid": self.tableid}},
        }

    def write(self, table: Table) -> bytes:
        """The table as a file."""
        return json.dumps(self.document(table), ensure_ascii=False).encode()


WRITERS: Mapping[str, Callable[[Table], bytes]] = {
    "json-stat2": JsonStat().write,
    "json-stat2, sparse": JsonStat(sparse=True).write,
    **{dialect.name: dialect.write for dialect in DIALECTS},
    "xlsx": Xlsx().write,
    "px": Px().write,
}
"""Every way in which SCB's figures may come."""
