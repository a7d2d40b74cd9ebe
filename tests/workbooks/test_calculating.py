"""The parts of the workbook that calculates, one by one: sheets as data, formulas and their values.

That the formulas come to these values is LibreOffice's to say (`tests/conformance`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import openpyxl
import pytest

from schemas.agreement import Rounding, RoundingMethod, TotalsFrom
from schemas.common import TOTAL, RecipientType
from schemas.keys import ShareBy
from statsbidrag.allocation.amounts import Measured, split_post
from statsbidrag.allocation.rounding import round_column
from statsbidrag.dossier.gathering import Computed
from statsbidrag.register.recipients import usual_words
from statsbidrag.workbooks.book import Shown, open_book
from statsbidrag.workbooks.calculating.amount_columns import Amounts, mark_of, recipient_columns
from statsbidrag.workbooks.calculating.cap_and_floor_formulas import Bounded, add_bounded
from statsbidrag.workbooks.calculating.exact_share_formulas import add_exact_share
from statsbidrag.workbooks.calculating.key_formulas import add_key
from statsbidrag.workbooks.calculating.overview_sheets import (
    add_distributed,
    cited,
    guide_sheet,
    posts_sheet,
    stated_sheet,
)
from statsbidrag.workbooks.calculating.population_sheets import PopulationSheets
from statsbidrag.workbooks.calculating.post_sheets import PostSheets
from statsbidrag.workbooks.calculating.rounding_formulas import rounding_columns
from statsbidrag.workbooks.calculating.sheet import Below, Column, Fact, Look, Sheet, text_of
from statsbidrag.workbooks.calculating.sheet_writing import write_sheet
from statsbidrag.workbooks.calculating.spreadsheet_precision import whole_parts
from statsbidrag.workbooks.calculating.step_columns import StepColumns, look_of
from statsbidrag.workbooks.calculating.sum_formulas import PostOnSheet, add_sum
from statsbidrag.workbooks.calculating.sum_sheets import SumOfPosts, SumSheets
from statsbidrag.workbooks.calculating.unique_names import UniqueNames
from tests.helpers.made import agreement, computed, post

PERSONS = {"01": 5, "02": 2, "03": 1}
BY_POPULATION = {"rest": {"by": "population"}}
HALF_UP = Rounding(method=RoundingMethod.HALF_UP, unit=1, totals=TotalsFrom.UNROUNDED)


def values(cells: Sequence[object]) -> list[object]:
    """What the cells show: the values of formulas."""
    return [cell.value if isinstance(cell, Shown) else cell for cell in cells]


def column(sheet: Sheet, key: str) -> list[object]:
    """The values of a sheet's column."""
    [found] = [each for each in sheet.columns if each.key == key]
    return values(found.cells)


def formula(sheet: Sheet, key: str) -> str:
    """The formula of a column's first cell."""
    [found] = [each for each in sheet.columns if each.key == key]
    assert isinstance(found.cells[0], Shown)
    return found.cells[0].formula


# --- A sheet ------------------------------------------------------------------------------------


def a_sheet() -> Sheet:
    sheet = Sheet("Prov's", "Prov", ["En rad."], facts=[Fact("post", "Belopp", 100)])
    cells = [Shown("={post}*[vikt]/SUM([vikt:])", 60), Shown("={post}*[vikt]/SUM([vikt:])", 40)]
    sheet.columns = [
        Column("vikt", "Vikt", 10, Look.WHOLE, [3, 2], given=True),
        Column("del", "Del", 10, Look.WHOLE, cells, ["*", ""]),
    ]
    sheet.below = [Below("Riket", {"vikt": Shown("=SUM([vikt:])", 5)})]
    return sheet


def test_formulas_name_columns_and_facts_instead_of_places() -> None:
    sheet = a_sheet()
    assert sheet.first == 7
    assert sheet.formula("{post}*[vikt]+SUM([del:])-SUM([del^])", 1) == (
        "$C$4*$A8+SUM($B$7:$B$8)-SUM($B$7:$B8)"
    )
    assert sheet.cell("del", 1) == "'Prov''s'!$B$8"
    assert sheet.range("del") == "'Prov''s'!$B$7:$B$8"
    assert sheet.fact("post") == "'Prov''s'!$C$4"
    assert sheet.beneath(0, "vikt") == "'Prov''s'!$A$9"
    wide = Sheet("Bred", "Bred")
    wide.columns = [Column(str(n), "", 5, Look.WHOLE, [n]) for n in range(28)]
    assert [wide.letter(str(n)) for n in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]
    assert text_of('[x] "{y}') == '""&CHAR(91)&"x] ""' + '"&CHAR(123)&"y}"'


def test_a_sheet_is_written_with_its_formulas_values_and_marks() -> None:
    with open_book("Prov", datetime(2025, 1, 30)) as (book, done):
        write_sheet(book, a_sheet(), "prov")
    live = openpyxl.load_workbook(io.BytesIO(done.content))["Prov's"]
    shown = openpyxl.load_workbook(io.BytesIO(done.content), data_only=True)["Prov's"]
    assert live["B7"].value == "=$C$4*$A7/SUM($A$7:$A$8)"
    assert [shown[place].value for place in ("C4", "A7", "B7", "B8", "A9")] == [100, 3, 60, 40, 5]
    assert "\u00a0*" in live["B7"].number_format
    assert live.freeze_panes == "C7"


def test_a_name_is_given_once() -> None:
    names = UniqueNames(["Poster"])
    assert [names.of_sheet("poster"), names.of_sheet("Poster")] == ["poster 2", "Poster 3"]
    long = [names.of_sheet("[" + "x" * 40) for _ in range(2)]
    assert long == ["x" * 31, "x" * 29 + " 2"]
    assert [names.of_range("Post", "lan/a"), names.of_range("Post", "lan a")] == [
        "Post_lan_a",
        "Post_lan_a_2",
    ]


# --- A key --------------------------------------------------------------------------------------


def on_sheet(data: Mapping[str, Any], persons: Mapping[str, int] = PERSONS) -> StepColumns:
    """The sheet of an agreement's only post, with nothing on it yet."""
    made = computed(data, persons)
    [own] = made.agreement.posts
    codes = sorted(persons)
    return StepColumns(
        sheet=Sheet("Post", "Post"),
        agreement=made.agreement,
        post=own,
        codes=codes,
        split=split_post(made.agreement, own, made.register, made.basis),
        figures=PopulationSheets(made.agreement, made.register, made.basis),
        measured=Measured(made.agreement, own, codes, made.basis),
        types=usual_words(),
        amount="'Poster'!$G4",
        amount_name="Post_lan_a",
    )


def test_what_is_shared_by_is_fetched_from_its_own_sheet() -> None:
    on = on_sheet(agreement(post("lan/a", 100, BY_POPULATION)))
    [sheet] = on.figures.sheets
    assert (sheet.name, column(sheet, "tal0")) == ("Folkmängd län", [5, 2, 1])
    measure = on.measure(ShareBy(by="population"))
    assert measure.figures == PERSONS
    assert measure.formulas["02"] == sheet.cell("tal0", 1)
    key = on.figures_column(1, measure)
    assert column(on.sheet, key) == [5, 2, 1]


def test_the_steps_of_a_key_give_what_the_allocation_does() -> None:
    fixed = {"fixed": 10, "except": {"stora": 20}}
    groups = {"stora": {"recipients": "lan", "title": "Stora län", "members": ["01"]}}
    aside = {"set_aside": {"amount": 12, "title": "Till prov"}}
    on = on_sheet(agreement(post("lan/a", 100, aside, fixed, BY_POPULATION), groups=groups))
    parts, same = add_key(on)
    assert column(on.sheet, "steg2") == [20, 10, 10]
    assert column(on.sheet, "steg3") == [30, 12, 6]
    assert column(on.sheet, "exakt") == [50, 22, 16]
    # What is left is 48 kr to 8 persons, held in eighths of a krona.
    assert (parts.whole, parts.denominator) == ((50, 22, 16), 8)
    assert same.startswith("population ")
    assert column(on.sheet, "hela") == [50, 22, 16]
    assert on.outside == ["{avsatt1}"]


def test_somebody_is_at_the_cap_and_somebody_at_the_floor() -> None:
    bounds = {"by": "population", "cap": 55, "floor": 15}
    on = on_sheet(agreement(post("lan/a", 100, {"rest": bounds})))
    exact = [on.split.exact(code) for code in on.codes]
    how = ShareBy(by="population", cap=55, floor=15)
    share = Bounded(1, how, "kvar1", Fraction(100), "antal1", [5, 2, 1], [True] * 3, exact)
    add_bounded(on, share)
    assert exact == [55, 30, 15]
    assert column(on.sheet, "lage1") == ["tak", "andel", "golv"]
    assert column(on.sheet, "steg1") == [55, 30, 15]
    [rate] = [fact.value for fact in on.sheet.facts if fact.key == "kurs1"]
    assert isinstance(rate, Shown)
    assert rate.value == 15
    assert on.other == ["[steg1]"]


def test_what_has_no_one_denominator_is_held_in_millionths() -> None:
    on = on_sheet(agreement(post("lan/a", 100, BY_POPULATION)))
    on.other.append("[steg1]")
    exact = [Fraction(100, 3), Fraction(200, 3)]
    parts, same = add_exact_share(on, exact)
    assert (parts.denominator, same) == (10**6, "millionths")
    assert column(on.sheet, "hela") == [33, 66]
    assert column(on.sheet, "over") == [333_333, 666_667]
    assert look_of(exact) == Look.EXACT


# --- Rounding and sums --------------------------------------------------------------------------


@pytest.mark.parametrize("method", RoundingMethod)
@pytest.mark.parametrize("unit", [1, 10])
def test_each_convention_has_its_columns(method: RoundingMethod, unit: int) -> None:
    exact = [Fraction(470, 8), Fraction(250, 8), Fraction(80, 8)]
    rounding = Rounding(method=method, unit=unit, totals=TotalsFrom.UNROUNDED)
    amounts = round_column(exact, rounding)
    columns, formulas = rounding_columns(rounding, whole_parts(exact, 8), amounts)
    assert values(formulas) == amounts
    ranks = [values(each.cells) for each in columns if each.key == "rang"]
    assert all(sorted(map(str, each)) == ["1", "2", "3"] for each in ranks)
    assert len(ranks) == (method != RoundingMethod.HALF_UP)


def a_post(name: str, exact: Sequence[Fraction], *, condition: bool = False) -> PostOnSheet:
    [model] = computed(agreement(post(f"lan/{name}", 100, BY_POPULATION)), PERSONS).agreement.posts
    sheet = Sheet(name, name, facts=[Fact("namnare", "Nämnare", 8)])
    keys = ["hela", "over", *(["villkor"] if condition else []), "belopp"]
    sheet.columns = [Column(key, key, 9, Look.WHOLE, [0] * len(exact)) for key in keys]
    amounts = round_column(exact, HALF_UP)
    return PostOnSheet(model, sheet, whole_parts(exact, 8), "", exact, amounts, [])


def test_a_sum_adds_what_is_whole_and_carries_what_is_over() -> None:
    exact = [Fraction(47, 8), Fraction(9, 8)]
    posts = [a_post("a", exact), a_post("b", exact, condition=True)]
    sheet = Sheet("Summa", "Summa")
    formulas = add_sum(sheet, posts, HALF_UP, [12, 2])
    assert formulas is not None
    assert values(formulas) == [12, 2]
    assert column(sheet, "helasom") == [10, 2]
    assert column(sheet, "rester") == [14, 2]
    assert column(sheet, "fors") == [1, 0]
    assert column(sheet, "hela") == [11, 2]
    assert column(sheet, "over") == [6, 2]
    # Who does not meet the condition is paid nothing of it.
    assert formula(sheet, "helasom") == "='a'!$A$6+IF('b'!$C$6=\"ja\",'b'!$A$6,0)"


def test_a_sum_of_printed_amounts_adds_them() -> None:
    posts = [a_post("a", [Fraction(47, 8)]), a_post("b", [Fraction(9, 8)])]
    printed = HALF_UP.model_copy(update={"totals": TotalsFrom.PRINTED})
    formulas = add_sum(Sheet("Summa", "Summa"), posts, printed, [7])
    assert formulas == [Shown("=[post0]+[post1]", 7)]


# --- Whole sheets -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two() -> Computed:
    """Two posts and what the agreement states of them."""
    total = {"recipients": "lan", "amount": 202, "reference": {"source": "avtal", "table": "1"}}
    data = agreement(
        post("lan/a", 100, BY_POPULATION, reference={"source": "avtal", "section": "2"}),
        post("lan/b", 101, BY_POPULATION),
        stated_totals=[total],
    )
    return computed(data, PERSONS)


def amounts_of(made: Computed) -> tuple[Amounts, UniqueNames]:
    names = UniqueNames([])
    return Amounts(made.agreement, made.allocation, names, usual_words()), names


def test_the_first_sheets_say_what_holds_for_all(two: Computed) -> None:
    amounts, _ = amounts_of(two)
    posts = posts_sheet(two.agreement, amounts)
    assert column(posts, "belopp") == [100, 101]
    assert column(posts, "typ") == ["Län", "Län"]
    assert cited(two.agreement, two.agreement.posts[0]) in column(posts, "kalla")
    stated = stated_sheet(two.agreement, posts, usual_words())
    assert column(stated, "angivet") == [201, 202]
    assert column(stated, "poster") == [201, 201]
    assert column(stated, "skillnad") == [0, -1]
    guide = guide_sheet(two.agreement, amounts, [posts, stated])
    assert "En överenskommelse på prov" in column(guide, "text")


def test_a_post_and_the_sum_have_their_own_sheets(two: Computed) -> None:
    amounts, names = amounts_of(two)
    posts = posts_sheet(two.agreement, amounts)
    figures = PopulationSheets(two.agreement, two.register, two.basis)
    sheets = PostSheets(two.agreement, two.register, two.basis, amounts, figures, names, posts)
    made = {each.id: sheets.calculated(each) for each in two.agreement.posts}
    assert made["lan/a"].amounts == [63, 25, 13]
    assert column(made["lan/a"].sheet, "belopp") == [63, 25, 13]
    assert values(list(made["lan/a"].sheet.below[2].cells.values())) == [1]
    total = SumOfPosts(TOTAL, "Totalt", two.agreement.posts, "län")
    summed = SumSheets(two.agreement, amounts, names).of(total, made)
    assert (summed.name, column(summed, "post1")) == ("Län totalt", [63, 25, 13])
    assert column(summed, "belopp") == [126, 50, 26]
    # A sum that rests on a key that is not known is not computed.
    unknown = SumSheets(two.agreement, amounts, names).of(total, {"lan/a": made["lan/a"]})
    assert not unknown.has("belopp")
    by_post = {name: each.sheet for name, each in made.items()}
    add_distributed(posts, two.agreement, amounts, by_post)
    assert column(posts, "fordelat") == [101, 101]
    assert column(posts, "skillnad") == [1, 0]


def test_amounts_are_rows_of_recipients_with_marks(two: Computed) -> None:
    amounts, _ = amounts_of(two)
    own = amounts.of("lan/a", RecipientType.LAN)
    assert recipient_columns(own)[0].cells == ["01", "02", "03"]
    assert amounts.nation("lan/a", RecipientType.LAN).amount_sek == 101
    assert {mark_of(row) for row in own} == {""}
    assert amounts.marks_in_words() == []
