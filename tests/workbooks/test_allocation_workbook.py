"""`allocation.xlsx`: every amount is a formula with the right value, marked, and printable.

That the formulas come to these values is LibreOffice's to say (`tests/conformance`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from schemas.agreement import Rounding, RoundingMethod, TotalsFrom
from schemas.common import NATION
from statsbidrag.allocation.rounding import round_sums
from statsbidrag.dossier.gathering import Computed, compute, dossier_of
from statsbidrag.publication.contents import WORKBOOK, revision_files
from statsbidrag.rendering.word.marked_page import plain
from statsbidrag.workbooks.book import named
from statsbidrag.workbooks.calculating.allocation_workbook import allocation_workbook
from statsbidrag.workbooks.calculating.spreadsheet_precision import decimal_parts, whole_parts
from tests.allocation.test_agreements_from_scratch import four_agreements
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.made import agreement, post
from tests.helpers.made import computed as in_memory
from tests.helpers.workbooks import amounts, cells, expected, made, opened

Year = Callable[[int], Computed]
HALF_UP = Rounding(method=RoundingMethod.HALF_UP, unit=1, totals=TotalsFrom.UNROUNDED)


def require_right(each: Computed) -> None:
    """Every amount is a formula, and its value is that of the allocation."""
    content, wanted = made(each), expected(each)
    assert amounts(opened(content), wanted) == {k: row.amount_sek for k, row in wanted.items()}
    live = amounts(opened(content, formulas=True), wanted)
    assert [key for key, value in live.items() if not str(value).startswith("=")] == []


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_every_amount_of_the_real_agreements_is_a_formula(computed: Year, year: int) -> None:
    require_right(computed(year))


@pytest.mark.parametrize(
    "agreement_id",
    ["prov-ett-2025", "prov-tva-2025", "prov-tre-2025", "prov-fyra-2025-tillagg"],
)
def test_every_kind_of_key_and_rounding_is_a_formula(agreement_id: str, tmp_path: Path) -> None:
    require_right(compute(four_agreements(tmp_path / "raw").raw, agreement_id))


def test_a_post_without_a_known_key_shows_what_was_published(computed: Year) -> None:
    book = opened(made(computed(2023)), formulas=True)
    sheet = book["Län Ungdomsmottagningar"]
    shown = {(row[0].value, row[2].value) for row in sheet.iter_rows(min_row=9)}
    assert ("14", 25064083) in shown
    texts = [cell.value for row in sheet.iter_rows() for cell in row]
    assert (
        "Belopp med # är publicerade men inte omräknade. Vi känner inte regeln bakom dem." in texts
    )
    assert not any(str(text).startswith("=") for text in texts)
    assert named("Belopp", "lan/ungdomsmottagningar") not in book.defined_names
    # Nor is there a total that would need it.
    assert named("Totalt", "lan") not in book.defined_names
    totals = [cell.value for row in book["Län totalt"].iter_rows() for cell in row]
    assert any("nyckeln till Ungdomsmottagningar är inte känd" in str(text) for text in totals)


def test_an_estimate_is_marked_at_the_figure_and_at_the_top(computed: Year) -> None:
    each = computed(2024)
    wanted = expected(each)
    book = opened(made(each))
    for key, cell in cells(book, wanted).items():
        row = wanted[key]
        own = row.maturity == "estimate" and row.published_sek != row.amount_sek
        assert ('"\u00a0*"' in cell.number_format) == own, row.cell
    said = "Belopp med * är vår beräkning på skattad folkmängd, inte beslutade belopp."
    for name in ("Läs mig", "Poster", "Region Barn och unga", "Kommun Kunskapsbaserad vård"):
        top = [str(cell.value) for row in book[name].iter_rows(max_row=7) for cell in row]
        assert any(text.startswith(said) for text in top), name
    calm = [str(cell.value) for row in book["Län Brukarmedverkan"].iter_rows() for cell in row]
    assert not any(said in text for text in calm)


def test_names_lead_to_the_figures(country: SmallCountry) -> None:
    book = opened(made(compute(country.raw, AGREEMENT)))
    wanted = {
        "Post_lan_e": [100],
        "Belopp_lan_e": [86, 14],
        "Summa_lan_e": [100],
        "Belopp_lan_b": [205, 31],
        "Totalt_lan": [291, 45],
        "Folkmängd_2024_11_01_kommun_0_18": [150, 30, 20],
    }
    found = {}
    for name in wanted:
        [(sheet, place)] = book.defined_names[name].destinations
        area = book[sheet][place.replace("$", "")]
        found[name] = [row[0].value for row in area] if isinstance(area, tuple) else [area.value]
    assert found == wanted


def test_it_is_set_for_the_screen_and_for_paper(country: SmallCountry) -> None:
    each = compute(country.raw, AGREEMENT)
    book = opened(allocation_workbook(each.agreement, each.register, each.basis, each.allocation))
    assert book.properties.title == "Överenskommelse på prov 2025: så räknas beloppen fram"
    assert book.properties.language == "sv-SE"
    assert book.properties.created == datetime(2025, 1, 30)
    for sheet in book.worksheets:
        page = sheet.page_setup
        assert (page.orientation, page.paperSize) == ("landscape", 9)
        assert (page.fitToWidth or 1, page.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        head = int(sheet.print_title_rows.split(":")[0].strip("$"))
        # What is repeated on paper is what stays in sight: the headings, just above the figures.
        assert sheet.freeze_panes.endswith(str(head + 1))
        assert sheet.cell(head, 1).font.bold


def test_the_clause_and_the_key_stand_on_the_sheet(computed: Year) -> None:
    book = opened(made(computed(2025)))
    top = book["Kommun Barn och unga"].iter_rows(max_row=6)
    texts = [plain(str(cell.value)) for row in top for cell in row]
    assert "Nyckel: 200 000 kr per kommun, resten efter folkmängd 0–18 år." in texts
    place = "Var det står: Överenskommelsen, tabell 1; nyckeln: Överenskommelsen, avsnitt 4.2."
    assert plain(place) in texts


def test_the_difference_from_the_post_is_shown(computed: Year) -> None:
    book = opened(made(computed(2025)))
    sheet = book["Poster"]
    rows = {row[2]: row for row in sheet.iter_rows(min_row=4, values_only=True)}
    # Half up, each for itself: the columns come to a krona more or less than their posts.
    wanted = expected(computed(2025))
    differences = set()
    for each in computed(2025).agreement.posts:
        allocated = wanted[each.id, each.recipients, NATION].amount_sek
        assert allocated is not None
        difference = allocated - each.amount
        assert rows[each.id][6:9] == (each.amount, allocated, difference)
        differences.add(difference)
    assert {-1, 0, 1} <= differences


def test_what_is_over_is_counted_in_the_denominator_of_its_own_posts() -> None:
    by_population = {"rest": {"by": "population"}}
    by_weights = {"rest": {"by": "weights", "weights": "vikt"}}
    data = agreement(
        post("lan/a", 100, by_population),
        post("lan/b", 100, by_weights),
        post("lan/c", 101, by_population),
        rounding={"method": "half_up", "unit": 1, "totals": "from_unrounded"},
    )
    each = in_memory(data, {"01": 3, "02": 4}, {"01": 2, "02": 9})
    require_right(each)
    sheet = opened(made(each), formulas=True)["Län totalt"]
    facts = {cell.row: cell.value for cell in sheet["D"] if cell.value}
    [over] = [c for row in sheet for c in row if c.value == "Det som blir över i posterna"]
    formula = str(sheet.cell(over.row + 1, over.column).value)
    terms = re.findall(r"\(([^()]*)\)\*\(\$C\$[0-9]+/\$C\$([0-9]+)\)", formula)
    used = {int(fact): ", ".join(re.findall(r"lan \w", cells)) for cells, fact in terms}
    assert [*used.values()] == ["lan a, lan c", "lan b"]
    for row, posts in used.items():
        assert facts[row].replace("/", " ") == posts
        assert str(sheet.cell(row, 3).value).startswith(f"='Län {posts[:5]}'!")


def test_no_text_is_a_formula() -> None:
    # One that begins so is refused already (`tests/files/test_printable_text.py`).
    bad = '» =cmd|"/c calc"!A1'
    data = agreement(
        post(
            "lan/a",
            30,
            {"fixed": 10, "except": {"stora": 20}},
            title=f"{bad} [hela] {{post}}",
            short_title="[x]: {post} 'y'",
        ),
        post("lan/b", 101, {"rest": {"by": "population"}}, title="» +1+1", short_title="B"),
        title=bad,
        groups={"stora": {"recipients": "lan", "title": '» ="[hela]{post}', "members": ["01"]}},
        sources={"avtal": {"title": "» @SUM(A1)"}},
    )
    each = in_memory(data, {"01": 3, "02": 1})
    require_right(each)
    with zipfile.ZipFile(io.BytesIO(made(each))) as parts:
        read = {name: parts.read(name).decode() for name in parts.namelist()}
    # What is text is in the list of texts; what a sheet itself holds is numbers and formulas.
    sheets = [text for name, text in read.items() if name.startswith("xl/worksheets/")]
    assert len(sheets) == 7
    assert not any(sign in sheet for sheet in sheets for sign in ("cmd|", "@SUM", "+1+1"))
    assert "=cmd|" in read["xl/sharedStrings.xml"]


def test_the_same_agreement_gives_the_same_bytes(country: SmallCountry) -> None:
    each = dossier_of(country.raw, AGREEMENT, "2f6c1e08a4b7" * 5)
    with mock.patch("statsbidrag.rendering.document.render_pdf", return_value=b""):
        first, second = (
            revision_files(
                each.agreement, each.register, each.basis, each.allocation, each.reconciliation
            )[WORKBOOK]
            for _ in range(2)
        )
    assert first == second
    footers = {sheet.oddFooter.left.text for sheet in opened(first).worksheets}
    assert footers == {f"{AGREEMENT}, revision 2f6c1e08a4b7"}


# What a spreadsheet cannot hold -------------------------------------------------------------------


def test_an_amount_that_no_formula_is_trusted_with_is_a_value_and_says_so() -> None:
    # 01 has 1 of 2T + 1 persons, and T kr are shared: half a krona less 1/(4T + 2), too little for
    # a spreadsheet to see, and T × 2T is more than it can count.
    t = 10**8
    data = agreement(post("lan/a", t, {"rest": {"by": "population"}}))
    each = in_memory(data, {"01": 1, "02": 2 * t})
    wanted = expected(each)
    assert [row.amount_sek for row in wanted.values()][:2] == [0, t]
    content = made(each)
    assert amounts(opened(content), wanted) == {k: row.amount_sek for k, row in wanted.items()}
    live = [str(v) for v in amounts(opened(content, formulas=True), wanted).values()]
    assert live[:2] == ["0", str(t)]
    texts = [cell.value for row in opened(content)["Län lan a"].iter_rows() for cell in row]
    assert any(str(text).startswith("Beloppen står som värden") for text in texts)


@pytest.mark.parametrize(
    ("share", "trusted"),
    [
        (Fraction(1, 2), True),
        (Fraction(1, 2) - Fraction(1, 10**8), False),
        (Fraction(1, 2) + Fraction(1, 10**8), True),
        (Fraction(1, 2) - Fraction(1, 10**5), True),
        (Fraction(1, 3), True),
    ],
)
def test_six_decimals_are_trusted_only_where_they_decide_nothing(
    share: Fraction, trusted: bool
) -> None:
    exact = [share]
    wanted = round_sums(exact, HALF_UP)

    def rounded(shares: Any) -> list[int]:
        return round_sums(shares, HALF_UP)

    assert decimal_parts(exact).agree(rounded, wanted) == trusted
    assert whole_parts(exact, share.denominator).agree(rounded, wanted)
