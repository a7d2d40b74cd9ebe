"""Tables as people hold them: what other programs add to a csv or a workbook, and leave out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from statsbidrag.errors import InputError
from statsbidrag.population.formats.any_format import read_cells
from statsbidrag.population.formats.cells import Cells, Label, Variable
from statsbidrag.population.formats.grid import cells_of
from statsbidrag.population.formats.headings import heads_of
from statsbidrag.population.formats.layout import Grid, parts_of
from tests.helpers.dialects import WRITERS
from tests.helpers.small_tables import sealed, table

PLAIN = "region;Folkmängd 2024\n0114 Alby;600\n0115 Berga;300\n0201 Ceby;100\n"


def cells(text: str, **facts: object) -> Cells:
    return read_cells(sealed(text.encode(), **facts))


def persons(found: Cells) -> dict[str, int]:
    axis = found.axes[Variable.REGION]
    return {
        axis.labels[at].code[:4]: int(value)
        for at, value in zip(axis.at, found.values, strict=True)
    }


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "sep=;\n" + PLAIN,
        PLAIN.replace(";", "|").replace("|", "\t"),
        '"Region" "BE0101A9 2024"\n"0114" 600\n"0115" 300\n"0201" 100\n',
        '"Region - region","BE0101A9 - Folkmängd 2024 - 2024"\n"0114 - Alby",600\n'
        '"0115 - Berga",300\n"0201 - Ceby",100\n',
        ",region,Folkmängd 2024\n0,0114 Alby,600\n1,0115 Berga,300\n2,0201 Ceby,100\n",
        "nr;region;Folkmängd 2024\n1;0114 Alby;600\n2;0115 Berga;300\n3;0201 Ceby;100\n",
        PLAIN.replace("00\n", "00.0\n"),
        PLAIN + "Summa;1000\n",
        "Civilstand;Region;Kon;Folkmängd 2024\nSC;0114;TotSa;600\nSC;0115;TotSa;300\n"
        "SC;0201;TotSa;100\n",
    ],
    ids=[
        "plain", "first line names the separator", "tab", "space", "codes and texts", "row numbers",
        "row numbers with a heading", "points", "sum at the end", "marital status in all",
    ],
)  # fmt: skip
def test_the_same_table_in_forms_that_people_hold(text: str) -> None:
    assert persons(cells(text)) == {"0114": 600, "0115": 300, "0201": 100}


def test_lines_are_counted_as_in_the_file() -> None:
    with pytest.raises(InputError) as caught:
        cells("sep=;\n" + PLAIN.replace("300", "3x0"))
    assert caught.value.problems[0].place == "line 4, column `Folkmängd 2024`"


def test_a_row_of_sums_says_what_the_rows_above_it_do() -> None:
    with pytest.raises(InputError) as caught:
        cells(PLAIN + "Summa;1001\n")
    [problem] = caught.value.problems
    assert problem.place == "line 5, Summa"
    assert problem.expected == "1000, the sum of the rows above it"
    assert "take the row Summa away" in problem.action


def test_a_name_without_a_code_never_takes_the_code_above_it() -> None:
    # A spreadsheet program writes a code once for the rows below it, but a row of another name is
    # another region.
    columns = (
        np.array(["0114", "0115", "", ""], dtype=object),
        np.array(["Alby", "Berga", "", "Summa"], dtype=object),
        np.array(["0 år", "0 år", "1 år", "0 år"], dtype=object),
        np.array(["1", "2", "3", "6"], dtype=object),
    )
    grid = Grid(
        title=(),
        head=(("kommunkod", "kommun", "ålder", "Folkmängd 2024"),),
        columns=columns,
        numbers=np.arange(2, 6),
        foot=(),
        word="row",
        column=str,
    )
    assert parts_of([*grid.head, [str(column[0]) for column in columns]]) is not None
    found = cells_of(sealed(b""), grid)
    axis = found.axes[Variable.REGION]
    assert [axis.labels[at] for at in axis.at] == [
        Label("0114", "Alby"),
        Label("0115", "Berga"),
        Label("0115", "Berga"),
    ]
    assert found.values.tolist() == [1, 2, 3]


def test_one_column_that_holds_the_sum_of_an_interval() -> None:
    found = cells(PLAIN, ages="0-18")
    assert found.axes[Variable.AGE].labels == (Label("0-18"),)
    assert any("Filen säger inte vilka åldrar" in doubt for doubt in found.said.doubts)
    titled = cells("Folkmängd 0–18 år den 1 november 2024\n" + PLAIN, ages="0-18")
    assert not titled.said.doubts
    with pytest.raises(InputError) as caught:
        cells("Folkmängd 0–17 år den 1 november 2024\n" + PLAIN, ages="0-18")
    assert caught.value.problems[0].expected == "0-18, as the sidecar says"


def test_what_headings_say_with_codes_and_without() -> None:
    row = ["", "BE0101A9 - Folkmängd 1 - män -4 - 0-4 år 2024 - 2024", "Folkmängd män 0-4 år 2024"]
    coded, plain = heads_of(sealed(b""), [row], [1, 2], {Variable.REGION})
    wanted = {
        Variable.TIME: Label("2024"),
        Variable.AGE: Label("0-4 år"),
        Variable.SEX: Label("män"),
    }
    assert coded == {**wanted, Variable.CONTENTS: Label("BE0101A9", "Folkmängd")}
    assert plain == {**wanted, Variable.CONTENTS: Label("Folkmängd")}


@pytest.mark.parametrize(
    ("heads", "ages"),
    [
        (("-4", "100+5", "TOT5"), ("-4", "100+5", "TOT5")),
        (("0 år", "totalt, samtliga åldrar"), ("0 år", "totalt, samtliga åldrar")),
        (("0-4 år TotSa", "TotSA TotSa"), ("0-4 år", "TotSA")),
    ],
)
def test_ages_and_totals_as_headings(heads: tuple[str, ...], ages: tuple[str, ...]) -> None:
    row = ["", *(f"Folkmängd {each} 2024" for each in heads)]
    columns = list(range(1, len(row)))
    said = heads_of(sealed(b""), [row], columns, {Variable.REGION})
    assert tuple(each[Variable.AGE].code for each in said) == ages
    assert {each[Variable.CONTENTS].code for each in said} == {"Folkmängd"}


@pytest.mark.parametrize("form", WRITERS)
def test_marital_status_as_its_total_alone_changes_nothing(form: str) -> None:
    plain = table()
    status = {"SC": "totalt, samtliga civilstånd"}
    variables = {"Region": plain.variables["Region"], "Civilstand": status}
    variables |= {name: plain.variables[name] for name in ("Alder", "Kon", "Tid")}
    read = [
        read_cells(sealed(WRITERS[form](each)))
        for each in (plain, dataclasses.replace(plain, variables=variables))
    ]
    assert read[0].values.tolist() == read[1].values.tolist()
    assert {v: axis.labels for v, axis in read[0].axes.items()} == {
        v: axis.labels for v, axis in read[1].axes.items()
    }
