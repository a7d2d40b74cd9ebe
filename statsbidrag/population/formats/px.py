"""A px file (PC-Axis) as cells.

Belongs here: the form of the format: keywords with language and sub-keys, quoted strings over
several lines, values in row-major order. Does not: what labels mean. Why no library reads it:
`docs/decisions/0011-reading-px.md`.
"""

from __future__ import annotations

import math
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import (
    FETCH,
    Axis,
    Cells,
    Label,
    Said,
    Variable,
    everyone,
    no_variable,
)
from statsbidrag.population.formats.decoding import decoded
from statsbidrag.population.formats.identity import chosen_contents
from statsbidrag.population.formats.labels import is_total, variable_of
from statsbidrag.population.formats.numbers import (
    MOST_FIGURES,
    read_as_zero,
    too_many,
    whole_numbers,
)

_KEYWORD: Final = re.compile(r"\s*([A-Z][A-Z0-9_-]*)(?:\[([A-Za-z-]+)\])?\s*")
_STRING: Final = re.compile(r'\s*"([^"]*)"')
_BARE: Final = re.compile(r"\s*([^\s\";,()]+)")
_PAGES: Final = {"utf-8": "utf-8", "utf8": "utf-8", "iso-8859-15": "iso-8859-15", "850": "cp850"}


@dataclass(frozen=True)
class _Entry:
    """One statement: keyword, what it is about (`VALUES("region")`), and its values in order."""

    keyword: str
    about: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    """The statements in the file's own language, and the text of the figures."""

    entries: tuple[_Entry, ...]
    data: str

    def all(self, keyword: str) -> list[_Entry]:
        return [entry for entry in self.entries if entry.keyword == keyword]

    def values(self, keyword: str, about: str = "") -> tuple[str, ...]:
        """The values of the first such statement about a variable; none where there is none."""
        wanted = (about,) if about else ()
        return next((e.values for e in self.all(keyword) if e.about == wanted), ())

    def text(self, keyword: str, about: str = "") -> str:
        return " ".join(self.values(keyword, about)).replace("#", " ").strip()


def read_px(file: Sealed[PopulationSidecar]) -> Cells:
    """The figures of the sidecar's contents, with their labels; positions count figures from 0.

    Raises InputError where the file breaks the format, lacks figures, or has its figures by keys.
    """
    px = _parsed(file)
    names, variables = _variables(file, px)
    labels = [_labels(file, px, name) for name in names]
    sizes = [len(each) for each in labels]
    if math.prod(sizes) > MOST_FIGURES:
        raise too_many(file.path, "VALUES", math.prod(sizes))
    figures = _figures(file, px.data, math.prod(sizes))
    spread = np.indices(sizes).reshape(len(sizes), -1)
    chosen, contents = np.arange(len(figures)), Label("")
    if Variable.CONTENTS in variables:
        at = variables.index(Variable.CONTENTS)
        kept = chosen_contents(file, labels[at], "CONTVARIABLE")
        chosen, contents = np.flatnonzero(np.isin(spread[at], kept)), labels[at][kept[0]]

    def place(number: int) -> str:
        return f"DATA, figure {int(chosen[number]) + 1}"

    values, zeros = whole_numbers(figures[chosen], file.path, place)
    axes: dict[Variable, Axis] = {
        variable: Axis(tuple(labels[n]), spread[n][chosen], f'VALUES("{names[n]}")')
        for n, variable in enumerate(variables)
        if variable != Variable.CONTENTS
    }
    axes.setdefault(Variable.AGE, everyone(len(chosen), "STUB, HEADING"))
    return Cells(axes, values, chosen, place, _said(px, contents, zeros))


def _variables(file: Sealed[PopulationSidecar], px: _File) -> tuple[list[str], list[Variable]]:
    """The names of the variables and what they are, without those that have their total alone."""
    contents_name = px.text("CONTVARIABLE")
    names, variables = list[str](), list[Variable]()
    for name in (*px.values("STUB"), *px.values("HEADING")):
        contents = name == contents_name
        variable = Variable.CONTENTS if contents else variable_of(_code(px, name))
        texts = px.values("VALUES", name)
        if variable is None and len(texts) == 1:
            [label] = _labels(file, px, name)
            if is_total(label, name, px.text("VARIABLECODE", name)):
                continue
        if variable is None or variable in variables:
            every = ", ".join((*px.values("STUB"), *px.values("HEADING")))
            raise no_variable(file, "STUB, HEADING", every, "" if variable else name)
        names.append(name)
        variables.append(variable)
    if Variable.REGION not in variables:
        raise no_variable(file, "STUB, HEADING", ", ".join(names) or "none")
    return names, variables


def _code(px: _File, name: str) -> str:
    """The code of a variable where the file has one that is known, else its name."""
    code = px.text("VARIABLECODE", name)
    return code if variable_of(code) is not None else name


def _labels(file: Sealed[PopulationSidecar], px: _File, name: str) -> list[Label]:
    texts, codes = px.values("VALUES", name), px.values("CODES", name)
    if not texts or (codes and len(codes) != len(texts)):
        raise input_error(
            file.path,
            f'VALUES("{name}"), CODES("{name}")',
            expected="values, and as many codes or none",
            found=f"{len(texts)} values, {len(codes)} codes",
            action=FETCH,
        )
    if not codes:
        return [Label(text) for text in texts]
    return [Label(c, t if t != c else "") for c, t in zip(codes, texts, strict=True)]


def _figures(file: Sealed[PopulationSidecar], data: str, wanted: int) -> np.ndarray:
    figures = np.array([token.strip('"') for token in data.split()], dtype=object)
    if len(figures) != wanted:
        raise input_error(
            file.path,
            "DATA",
            expected=f"{wanted} figures, one for each combination of VALUES",
            found=f"{len(figures)}",
            action="the file is cut short, or has separators between thousands: fetch it again",
        )
    return figures


def _parsed(file: Sealed[PopulationSidecar]) -> _File:
    text = _text(file)
    entries: list[tuple[str, _Entry]] = []
    position = 0
    while True:
        match = _KEYWORD.match(text, position)
        if match is None:
            raise _broken(file, text, position, "a keyword; DATA ends the file")
        keyword, language = match[1], match[2] or ""
        about, position = _about(file, text, match.end())
        if text[position : position + 1] != "=":
            raise _broken(file, text, position, f"= after {keyword}")
        if keyword == "KEYS":
            raise _broken(file, text, position, "every figure in DATA, not only those by KEYS")
        if keyword == "DATA":
            return _File(_own_language(entries), _data(file, text, position + 1))
        values, position = _values(file, text, position + 1)
        entries.append((language, _Entry(keyword, about, values)))


def _text(file: Sealed[PopulationSidecar]) -> str:
    """The text, by the character set that the file names: CODEPAGE, else CHARSET, else MS-DOS.

    Raises InputError where its bytes are in another one.
    """
    start = file.content[:4096].decode("latin-1")
    page = re.search(r'\bCODEPAGE\s*=\s*"([^"]*)"', start)
    if page is None:
        ansi = re.search(r'\bCHARSET\s*=\s*"ANSI"', start)
        return decoded(file.content, file.path, ("utf-8", "cp1252" if ansi else "cp850"))
    stated = _PAGES.get(page[1].lower(), "cp1252")
    marked, utf8 = file.content.startswith(BOM_UTF8), _is_utf8(file.content)
    if not marked and not file.content.isascii() and utf8 != (stated == "utf-8"):
        raise input_error(
            file.path,
            "CODEPAGE",
            expected=f"text in {page[1]}, as the file states",
            found="bytes that are UTF-8" if utf8 else "bytes that are not UTF-8",
            action="another program has saved the px anew: download it again and store it as it "
            "came; or choose json-stat2",
        )
    return decoded(file.content, file.path, (stated,))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _own_language(entries: list[tuple[str, _Entry]]) -> tuple[_Entry, ...]:
    """The statements without a language, and those in the language that the file calls its own."""
    own = next((e.values[0] for _, e in entries if e.keyword == "LANGUAGE" and e.values), "")
    return tuple(entry for language, entry in entries if language in ("", own))


def _about(
    file: Sealed[PopulationSidecar], text: str, position: int
) -> tuple[tuple[str, ...], int]:
    if text[position : position + 1] != "(":
        return (), position
    found: list[str] = []
    while text[position : position + 1] in ("(", ","):
        match = _STRING.match(text, position + 1) or _BARE.match(text, position + 1)
        if match is None:
            break
        found.append(match[1])
        position = _after_space(text, match.end())
    if text[position : position + 1] != ")":
        raise _broken(file, text, position, "a closing parenthesis")
    return tuple(found), _after_space(text, position + 1)


def _values(
    file: Sealed[PopulationSidecar], text: str, position: int
) -> tuple[tuple[str, ...], int]:
    """The values up to the semicolon; strings that follow each other without a comma are one."""
    found: list[str] = []
    joined = False
    while True:
        position = _after_space(text, position)
        mark = text[position : position + 1]
        if mark == ";":
            return tuple(found), position + 1
        if mark in (",", "(", ")", "-"):
            joined, position = False, position + 1
        elif string := _STRING.match(text, position):
            if joined:
                found[-1] += string[1]
            else:
                found.append(string[1])
            joined, position = True, string.end()
        elif bare := _BARE.match(text, position):
            found.append(bare[1])
            joined, position = False, bare.end()
        else:
            raise _broken(file, text, position, "a value, and a semicolon after the last")


def _data(file: Sealed[PopulationSidecar], text: str, position: int) -> str:
    data, end, after = text[position:].partition(";")
    if not end or after.strip():
        raise _broken(file, text, len(text), "a semicolon after the last figure, and no more")
    return data


def _after_space(text: str, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


def _broken(file: Sealed[PopulationSidecar], text: str, position: int, expected: str) -> InputError:
    found = text[position : position + 30].split("\n")[0]
    return input_error(
        file.path,
        f"line {text.count(chr(10), 0, position) + 1}",
        expected=expected,
        found=f"`{found}`" if found else "the end of the file",
        action="the file is cut short or was changed: fetch it again",
    )


def _said(px: _File, contents: Label, zeros: int) -> Said:
    periods = [" ".join(entry.values) for entry in px.all("REFPERIOD")]
    title, counted = px.text("TITLE") or px.text("DESCRIPTION"), px.text("CONTENTS")
    name = contents.text or contents.code or counted
    return Said(
        subjects=(title, *((counted,) if counted != name else ()), name),
        days=(*periods, title, counted, name),
        tables=tuple(filter(None, (px.text("TABLEID"), px.text("MATRIX")))),
        contents=contents.code if contents.text else "",
        units=tuple(_units(px, contents, counted)),
        notes=tuple(_notes(px, "")),
        mandatory_notes=tuple(_notes(px, "X")),
        updated=next((" ".join(entry.values) for entry in px.all("LAST-UPDATED")), ""),
        doubts=tuple(read_as_zero(zeros)),
    )


def _units(px: _File, contents: Label, counted: str) -> Iterator[str]:
    """The unit of what was chosen, or else of the table."""
    names = {contents.text, contents.code, counted}
    every = px.all("UNITS")
    own = [entry for entry in every if names & set(entry.about)]
    for entry in own or [entry for entry in every if not entry.about]:
        yield " ".join(entry.values)


def _notes(px: _File, mandatory: str) -> Iterator[str]:
    for keyword in ("NOTE", "VALUENOTE", "CELLNOTE"):
        for entry in px.all(keyword + mandatory):
            yield " ".join(entry.values).replace("#", " ").strip()
