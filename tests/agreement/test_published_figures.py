"""What others printed, read and checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from schemas import tables
from statsbidrag.agreement.published_figures import no_published, read_published
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.dossier.gathering import Computed
from statsbidrag.errors import Problem
from statsbidrag.register.recipients import read_register
from tests.cases.small_country import AGREEMENT, SmallCountry

Refused = Callable[[Callable[[], object]], list[Problem]]


def read(country: SmallCountry) -> pd.DataFrame:
    register = read_register(country.raw)
    agreement = load_agreement(country.raw, AGREEMENT, register)
    return read_published(country.raw.published(AGREEMENT), agreement, register)


def test_the_published_tables_of_2025(computed: Callable[[int], Computed]) -> None:
    # The issue: 147 cells of 21 regions and 21 counties (3 and 4 columns) and seven rows Riket.
    published = computed(2025).published
    nation = published["recipient_code"] == "00"
    assert (len(published[~nation]), len(published[nation])) == (21 * 3 + 21 * 4, 7)
    assert set(published["source"]) == {"004_d0442850dbe703ab.txt"}


def test_nothing_published_is_an_empty_table(country: SmallCountry) -> None:
    tables.checked(tables.Published, no_published())
    assert len(read(country)) == 0


def test_posts_groups_totals_and_the_nation(country: SmallCountry) -> None:
    country.published("lan,01,lan/e,86", "lan,02,lan/b,31", "lan,01,total,291", "lan,00,total,335")
    assert read(country)["amount_sek"].tolist() == [86, 31, 291, 335]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("lan,03,lan/e,1", "the recipient lan:03"),
        ("kommun,01,kommun/c,1", "the recipient kommun:01"),
        ("lan,01,lan/f,1", "the post `lan/f` for lan"),
        ("region,01,lan/e,1", "the post `lan/e` for region"),
    ],
)
def test_a_row_of_nobody(country: SmallCountry, refused: Refused, row: str, found: str) -> None:
    path = country.published("lan,01,lan/e,86", row)
    [problem] = refused(lambda: read(country))
    assert (problem.file, problem.place, problem.line) == (str(path), "row 3", 3)
    assert problem.expected == f"{AGREEMENT}, its posts, and recipients of the register"
    assert problem.found == found


@pytest.mark.parametrize("amount", ["..", "-1", "1.5", "1 000", "", "1e3", "9" * 16, "٣"])
def test_an_amount_that_is_none(country: SmallCountry, refused: Refused, amount: str) -> None:
    path = country.published("lan,01,lan/e,86", f"lan,02,lan/e,{amount}")
    [problem] = refused(lambda: read(country))
    assert (problem.file, problem.place) == (str(path), "row 3, column amount_sek")
    assert problem.expected == "a whole number, not negative, at most 15 digits and nothing else"
    assert problem.found == f"`{amount}`"


def seal(country: SmallCountry, path: Path, rows: int) -> None:
    country.seal(path, {"source": "påhittad", "rows": rows})


def test_another_agreement(country: SmallCountry, refused: Refused) -> None:
    path = country.published("lan,01,lan/e,86")
    path.write_text(path.read_text("utf-8").replace(AGREEMENT, "prov-2024"), "utf-8")
    seal(country, path, 1)
    [problem] = refused(lambda: read(country))
    assert (problem.line, problem.found) == (2, "the agreement `prov-2024`")


def test_a_figure_twice(country: SmallCountry, refused: Refused) -> None:
    country.published("lan,01,lan/e,86", "lan,01,lan/e,86")
    assert refused(lambda: read(country))


def test_another_number_of_rows(country: SmallCountry, refused: Refused) -> None:
    seal(country, country.published("lan,01,lan/e,86"), 2)
    [problem] = refused(lambda: read(country))
    assert (problem.place, problem.expected, problem.found) == ("rows", "2", "1")


@pytest.mark.parametrize(
    ("content", "place", "expected"),
    [
        (b"", "", "a CSV file in UTF-8"),
        ("agreement;påhittad\n".encode("latin-1"), "", "a CSV file in UTF-8"),
        (b"amount_sek,source\nx,1,y\nx,2,y\n", "line 2", "2 cells, as in the heading"),
    ],
    ids=["empty", "latin-1", "longer rows"],
)
def test_what_is_no_table(
    country: SmallCountry, refused: Refused, content: bytes, place: str, expected: str
) -> None:
    path = country.published()
    path.write_bytes(content)
    seal(country, path, 0)
    [problem] = refused(lambda: read(country))
    assert (problem.file, problem.place, problem.expected) == (str(path), place, expected)


def test_a_column_missing(country: SmallCountry, refused: Refused) -> None:
    path = country.published()
    path.write_text("agreement,recipient_type,recipient_code,post,source\n")
    seal(country, path, 0)
    [problem] = refused(lambda: read(country))
    assert "amount_sek" in problem.expected
    assert "amount_sek" not in problem.found


def test_a_table_as_a_spreadsheet_program_saves_it(country: SmallCountry, refused: Refused) -> None:
    path = country.published("lan,01,lan/e,86", "kommun,0114,kommun/c,100")
    text = path.read_text("utf-8")
    saved = "\ufeff" + text.replace(",", ";").replace("\n", "\r\n").replace("86", "86,0")
    path.write_bytes(saved.encode())
    seal(country, path, 2)
    assert read(country)["amount_sek"].tolist() == [86, 100]
    path.write_text(text.replace(",0114,", ",114,"), "utf-8")
    seal(country, path, 2)
    [problem] = refused(lambda: read(country))
    assert (problem.line, problem.found) == (3, "`114`: was it 0114 Alby?")
