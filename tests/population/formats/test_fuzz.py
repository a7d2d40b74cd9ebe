"""Whatever the bytes: a table that is one, or the project's own error; no warning, no hang."""

from __future__ import annotations

import dataclasses
import io
import warnings
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import tables
from statsbidrag.errors import InputError
from statsbidrag.population.formats.any_format import read_table
from statsbidrag.register.recipients import Register
from tests.helpers.dialects import Csv, JsonStat, Px, Table, Xlsx
from tests.helpers.small_tables import EVERYTHING, sealed

WRITERS: Mapping[str, Callable[[Table], bytes]] = {
    "json-stat2": JsonStat().write,
    "json-stat2, sparse": JsonStat(sparse=True).write,
    "csv": Csv("long", ";", title=("Folkmängd 1 november", "")).write,
    "csv, pivoted": Csv("", ",", "iso-8859-1", "both", ("Kon", "Tid"), foot=("", "SCB")).write,
    "xlsx": Xlsx().write,
    "px": Px().write,
}
every_writer = pytest.mark.parametrize("writer", WRITERS)


def taken(content: bytes, land: Register) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = read_table(sealed(content), land)
        except InputError:
            return
        tables.checked(tables.Population, found.frame)
        assert len(found.frame)


PIECES = st.binary(max_size=6) | st.sampled_from(
    [
        *(b"0", b"-", b"..", b'"', b";", b",", b"\n", b"\t", b"=", b"(", b"1e9", b"null", b"2024"),
        *(b"\xe5", b"\xc3\xa5", b"0114", b"00", b"1+2", b"<", b"{", b"PK\x03\x04", b"\0"),
    ]
)
CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 14), PIECES), max_size=4)


def mutated(content: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    changed = bytearray(content)
    for where, length, new in cuts:
        start = int(where * len(changed))
        changed[start : start + length] = new
    return bytes(changed)


@every_writer
@settings(max_examples=60)
@given(cuts=CUTS)
def test_mutated_bytes(land: Register, writer: str, cuts: list[tuple[float, int, bytes]]) -> None:
    taken(mutated(_whole(writer), cuts), land)


_FILES: dict[str, bytes] = {}


def _whole(writer: str) -> bytes:
    if writer not in _FILES:
        _FILES[writer] = WRITERS[writer](EVERYTHING)
    return _FILES[writer]


@settings(max_examples=40)
@given(cuts=CUTS, member=st.integers(0, 30))
def test_mutated_members_of_a_workbook(
    land: Register, cuts: list[tuple[float, int, bytes]], member: int
) -> None:
    # Bytes of the archive itself rarely come through its checksums: these do.
    with zipfile.ZipFile(io.BytesIO(_whole("xlsx"))) as made:
        members = {name: made.read(name) for name in made.namelist()}
    name = sorted(members)[member % len(members)]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as changed:
        for each, content in members.items():
            changed.writestr(each, mutated(content, cuts) if each == name else content)
    taken(stream.getvalue(), land)


LABELS = st.text(max_size=5) | st.sampled_from(
    [
        *("0114", "0114 Alby", "Alby", "00", "Riket", "01", "1", "2", "1+2", "tot", "0", "0-18"),
        *("100+", "2024", "2023", "män", "totalt", "", " ", "\u00a0", "9" * 30, "0-100+", "12-3"),
    ]
)
FIGURES = st.integers(-5, 10**11) | st.sampled_from(["..", "-", "", "1 234", "1,5", "x"])


@every_writer
@settings(max_examples=40)
@given(data=st.data())
def test_any_labels_and_figures(land: Register, writer: str, data: st.DataObject) -> None:
    some = data.draw(
        st.fixed_dictionaries(
            {"Region": st.dictionaries(LABELS, LABELS, min_size=1, max_size=3)},
            optional={
                "Alder": st.dictionaries(LABELS, LABELS, min_size=1, max_size=3),
                "Kon": st.dictionaries(LABELS, LABELS, min_size=1, max_size=3),
                "Tid": st.dictionaries(LABELS, LABELS, min_size=1, max_size=2),
            },
        )
    )
    count = 1
    for labels in some.values():
        count *= len(labels)
    values = data.draw(st.lists(FIGURES, min_size=count, max_size=count))
    try:
        content = WRITERS[writer](Table(some, values))
    except (ValueError, TypeError):
        return  # what this format has no way to write
    taken(content, land)


@every_writer
@settings(max_examples=40)
@given(data=st.data())
def test_a_figure_and_a_label_changed(land: Register, writer: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(EVERYTHING.variables)))
    labels = dict(EVERYTHING.variables[name])
    labels[data.draw(st.sampled_from(list(labels)))] = data.draw(LABELS)
    values = list(EVERYTHING.values)
    values[data.draw(st.integers(0, len(values) - 1))] = data.draw(FIGURES)
    changed = dataclasses.replace(
        EVERYTHING, variables={**EVERYTHING.variables, name: labels}, values=values
    )
    try:
        content = WRITERS[writer](changed)
    except (ValueError, TypeError):
        return
    taken(content, land)
