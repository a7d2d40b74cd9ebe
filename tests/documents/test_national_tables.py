"""The national tables: every figure where it belongs, read back from the PDF; marks and sums."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import pytest
from pypdf import PdfReader

from schemas.common import TOTAL, Level, Maturity, RecipientType
from statsbidrag.allocation.figures import Figure
from statsbidrag.documents.national.areas_and_posts import Frame, FrameRow
from statsbidrag.documents.national.national_csv import national_csv
from statsbidrag.documents.national.national_view import NationalView, national_tables
from statsbidrag.documents.national.per_person import PerPerson
from statsbidrag.documents.national.recipient_tables import Foot, Section, Table
from statsbidrag.documents.national.rules_and_sources import Rule
from statsbidrag.documents.national.year_before import NationalChange
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.rendering.document import Document
from tests.helpers.dossiers import dossier_of_year
from tests.helpers.drawing import drawn
from tests.helpers.pages import page, text_of
from tests.helpers.paper import pages_of

IDS = ("psykisk-halsa-2024", "psykisk-halsa-2025")


@dataclass(frozen=True)
class Made:
    """One agreement's tables, from dossier to PDF."""

    dossier: Dossier
    view: NationalView
    document: Document
    pages: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)


@cache
def made(agreement: str) -> Made:
    own = dossier_of_year(int(agreement[-4:]))
    view = national_tables(own)
    document = drawn(view)
    texts = tuple(page.replace("\u00a0", " ") for page in pages_of(document.pdf))
    return Made(own, view, document, texts)


@pytest.fixture(scope="module", params=IDS)
def each(request: pytest.FixtureRequest) -> Made:
    return made(request.param)


@pytest.fixture(scope="module")
def of_2025() -> Made:
    return made("psykisk-halsa-2025")


@pytest.fixture(scope="module")
def of_2024() -> Made:
    return made("psykisk-halsa-2024")


def section(view: NationalView, recipients: RecipientType) -> Section:
    return next(each for each in view.sections if each.recipients == recipients)


def shown(cells: tuple[Figure, ...]) -> str:
    return " ".join(str(cell) for cell in cells).replace("\u00a0", " ")


# --- Read back from the PDF ------------------------------------------------------------------


def test_every_row_of_every_table_stands_in_the_pdf(each: Made) -> None:
    count = 0
    for part in each.view.sections:
        for table in part.tables:
            for row in table.rows:
                line = f"{row.code} {row.name} {shown(row.cells)}"
                if row.rate is not None:
                    line += f" {row.rate.text} {row.rate.mark}".rstrip()
                assert re.search(rf"^{re.escape(line)}\s*$", each.text, re.MULTILINE), line
                count += 1
    assert count >= 21 + 21 + 1 + 290


def test_the_147_published_cells_of_2025_are_shown_as_published(of_2025: Made) -> None:
    published = of_2025.dossier.published
    cells = published[published["recipient_code"] != "00"]
    assert len(cells) == 147
    columns = {
        "region": ["region/komplexa-behov", "region/suicidprevention", TOTAL],
        "lan": ["lan/komplexa-behov", "lan/nationell-strategi", "lan/suicidprevention", TOTAL],
    }
    found = 0
    for (kind, code), rows in cells.groupby(["recipient_type", "recipient_code"]):
        amounts = dict(zip(rows["post"], rows["amount_sek"], strict=True))
        line = " ".join(f"{amounts[post]:,}".replace(",", " ") for post in columns[kind])
        assert re.search(rf"^{code} [^\d]+ {line}\s*$", of_2025.text, re.MULTILINE), (kind, code)
        found += len(amounts)
    assert found == 147


def test_the_pdf_compares_each_column_with_riket(of_2025: Made, of_2024: Made) -> None:
    lines = [line.strip() for line in of_2025.text.splitlines()]
    assert "Summa av kolumnen 500 000 000 288 000 000 788 000 000" in lines
    assert "Skillnad 0 0 0" in lines
    assert "Summa av kolumnen 199 999 999 93 000 000 200 000 001 493 000 001" in lines
    assert "Riket enligt överenskommelsen 200 000 000 93 000 000 200 000 000 493 000 000" in lines
    assert "Skillnad −1 0 +1 +1" in lines
    assert "Summa av kolumnen 250 000 009 *" in lines
    assert "Skillnad +9" in lines
    assert "Skillnad +2 +1 0 −1 −1" in [line.strip() for line in of_2024.text.splitlines()]


def test_each_difference_is_explained(of_2025: Made) -> None:
    text = " ".join(of_2025.text.split())
    assert (
        "Kolumnens summa skiljer sig från Riket för komplexa behov (−1 kr), suicidprevention "
        "(+1 kr) och totalt (+1 kr). Skillnaderna är avrundning" in text
    )
    assert "för barn och unga (+9 kr). Skillnaden är avrundning" in text
    assert "för sig även för kommunerna är vår läsning" in text
    assert "I 8 av 21 rader" in text
    assert "I 7 av 21 rader" in text


def test_pdf_and_page_say_the_same_in_swedish(each: Made) -> None:
    html = each.document.html.decode()
    assert '<html lang="sv">' in html
    assert html.count("<h1>") == 1
    for text in (each.text, html):
        assert "Så fördelas statsbidraget" in text
        assert "Så är beloppen beräknade" in text
    assert f"Sida 1 av {len(each.pages)}" in each.text


def test_no_municipal_table_is_split(each: Made) -> None:
    """A caption once per county, and its last municipality on the same page."""
    for table in section(each.view, RecipientType.KOMMUN).tables:
        caption = f"Tabell {table.number}. Kommunerna i {table.subject}"
        own = [page for page in each.pages if caption in page]
        assert len(own) == 1
        for row in table.rows:
            assert f"{row.code} {row.name} " in own[0]


# --- Charts and maps -------------------------------------------------------------------------


def described(svg: str) -> str:
    """What a drawing says to who cannot see it."""
    return " ".join(re.findall(r"<(?:title|desc) id[^>]*>([^<]*)<", svg)).replace("\u00a0", " ")


def test_drawings_are_numbered_and_stand_once_on_page_and_paper(each: Made) -> None:
    html = each.document.html.decode()
    view = each.view
    assert view.change is not None
    assert view.change.chart is not None
    assert view.per_person is not None
    drawn = [view.posts.chart, view.change.chart, *view.per_person.maps]
    assert [one.number for one in drawn] == [1, 2, 3, 4]
    for one in drawn:
        assert html.count(str(one.svg)) == 1
        assert each.text.count(f"Figur {one.number}. ") == 1
    assert html.count("<svg") == 4
    assert len(each.document.html) < 300_000


def test_every_figure_of_a_map_stands_in_a_table(each: Made) -> None:
    assert each.view.per_person is not None
    for of in each.view.per_person.both:
        assert len(of.rows) == {"lan": 21, "kommun": 290}[of.level]
        for row in of.rows:
            assert row.rate is not None
            assert row.together is not None
            assert row.rate.value == Fraction(row.together.sek, row.persons)
            line = rf"^{row.code} {re.escape(row.name)} .*(?<![\d,]){row.rate.text}(?![\d,])"
            assert re.search(line, each.text, re.MULTILINE), row


def test_a_countys_rate_is_of_region_and_joint_money_together(of_2025: Made) -> None:
    per_person = of_2025.view.per_person
    assert isinstance(per_person, PerPerson)
    assert per_person.counties is not None
    assert per_person.municipalities is not None
    of = {row.code: row for row in per_person.counties.rows}
    persons = 132_708
    assert of["23"].persons == persons
    # The region's 9 877 446 and the joint 12 697 775 kr, as published.
    assert of["23"].rate is not None
    assert of["23"].rate.value == Fraction(9_877_446 + 12_697_775, persons)
    assert (of["23"].rate.text, of["23"].rate.mark) == ("170", "")
    assert {row.rate.mark for row in per_person.municipalities.rows if row.rate} == {"*"}
    [counties, municipalities] = per_person.maps
    assert "högst 250 kr (Gotlands län)" in described(counties.svg)
    assert "inte beslutade" in municipalities.caption
    assert "beslutade" not in counties.caption


def test_a_rate_has_the_mark_of_its_money(of_2024: Made) -> None:
    per_person = of_2024.view.per_person
    assert per_person is not None
    assert per_person.municipalities is not None
    # By all ages alone: every municipality has the same, which the page and the map say.
    assert per_person.municipalities.equal
    assert "Alla kommuner får lika mycket per invånare." in of_2024.text.replace("\n", " ")
    for of in per_person.both:
        assert {row.rate.mark for row in of.rows if row.rate} == {"*"}
    # What it is divided by is said in words.
    assert per_person.counties is not None
    assert "2023, återräknad. Källa:" in per_person.counties.population
    assert "2023, skattad. Källa:" in per_person.municipalities.population


def test_areas_of_the_year_before(of_2025: Made) -> None:
    change = of_2025.view.change
    assert isinstance(change, NationalChange)
    assert change.years == ("2024", "2025")
    rows = {row.label: (row.before, row.after, row.difference) for row in change.rows}
    assert rows["Stärkt suicidpreventivt arbete"] == ("200", "488", "+288")
    assert rows["En förstärkt psykiatrisk traumavård"] == ("50", "ingen post", "−50")
    assert change.total is not None
    assert change.total.difference == "0"


def test_of_a_partial_year_only_what_is_known_is_compared(of_2024: Made) -> None:
    change = of_2024.view.change
    assert change is not None
    assert change.only == (RecipientType.LAN, RecipientType.SKR)
    rows = {row.label: (row.before, row.after) for row in change.rows}
    assert rows["Samsjuklighet till länen"] == ("200,0", "250,0")
    assert rows["Barn och unga till länen"] == ("inte känt", "250,0")
    assert change.chart is not None
    assert "2023 inte känt" in described(change.chart.svg)


def test_a_partial_agreement_has_no_figures_per_inhabitant() -> None:
    own = national_tables(dossier_of_year(2023))
    assert own.per_person is None
    assert own.posts.known_share < 1
    html = page(own).html.decode()
    assert "karta-" not in html
    assert "Kronor per invånare visas inte" in html


def test_without_outlines_the_figures_stand_in_their_tables(of_2025: Made) -> None:
    view = national_tables(replace(of_2025.dossier, outlines={}))
    assert view.per_person is not None
    assert view.per_person.maps == ()
    html = page(view).html.decode()
    assert "Gränser" not in html
    assert "Pengar och folkmängd per län" in html


def test_without_a_population_of_all_ages_the_page_says_so(of_2025: Made) -> None:
    known = of_2025.dossier.everyone
    view = national_tables(replace(of_2025.dossier, everyone={Level.LAN: known[Level.LAN]}))
    assert view.per_person is not None
    assert [each.level for each in view.per_person.both] == [Level.LAN]
    text = text_of(page(view).html.decode())
    assert (
        "Kronor per invånare per kommun visas inte: någon folkmängd i alla åldrar den 1 november "
        "2024 finns inte per kommun." in text
    )
    nothing = national_tables(replace(of_2025.dossier, everyone={}))
    assert text_of(page(nothing).html.decode()).count("Kronor per invånare per") == 2


def test_an_unreadable_or_absent_year_before(of_2025: Made) -> None:
    gone = national_tables(replace(of_2025.dossier, compared=None))
    assert gone.change is not None
    assert gone.change.unreadable == "psykisk-halsa-2024"
    text = text_of(page(gone).html.decode())
    assert "Jämförelsen med psykisk-halsa-2024 saknas" in text
    alone = of_2025.dossier.agreement.model_copy(update={"compares_with": None})
    assert national_tables(replace(of_2025.dossier, compared=None, agreement=alone)).change is None


def test_rates_are_attached_for_a_spreadsheet(of_2025: Made) -> None:
    attached = PdfReader(io.BytesIO(of_2025.document.pdf)).attachments
    content = attached["per-invanare.csv"][0].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert len(rows) == 22 + 291
    [jamtland] = [row for row in rows if (row["nivå"], row["kod"]) == ("län", "23")]
    assert (jamtland["folkmängd"], jamtland["kr per invånare"]) == ("132708", "170")
    assert jamtland["mognad"] == "slutlig"


# --- Columns, order, frame -------------------------------------------------------------------


def test_tables_have_a_column_per_post_and_a_group_is_one(of_2025: Made) -> None:
    regions = section(of_2025.view, RecipientType.REGION).tables
    assert regions[0].columns == ("Komplexa behov", "Suicidprevention", "Totalt")
    counties, parts = section(of_2025.view, RecipientType.LAN).tables
    assert counties.columns == (
        "Komplexa behov",
        "Nationella strategin",
        "Suicidprevention",
        "Totalt",
    )
    assert parts.subject == "Nationella strategin"
    assert parts.columns == ("Genomförande", "Brukarmedverkan", "Vård- och insatsprogram", "Totalt")
    for row in parts.rows:
        assert row.cells[-1].sek == sum(cell.sek for cell in row.cells[:-1])


def test_recipients_are_complete_and_in_the_order_of_codes(each: Made) -> None:
    for recipients, count in (("region", 21), ("lan", 21), ("skr", 1), ("kommun", 290)):
        own = section(each.view, RecipientType(recipients))
        rows = (
            [row for table in own.tables for row in table.rows]
            if recipients == "kommun"
            else list(own.tables[0].rows)
        )
        assert [row.code for row in rows] == sorted(row.code for row in rows)
        assert len(rows) == count == own.recipients_count
    municipal = section(each.view, RecipientType.KOMMUN).tables
    assert len(municipal) == 21
    assert all({row.code[:2] for row in t.rows} == {t.rows[0].code[:2]} for t in municipal)
    assert all(table.columns == municipal[0].columns for table in municipal)
    assert "Totalt" not in municipal[0].columns


def test_tables_are_numbered_through(each: Made) -> None:
    view = each.view
    assert view.change is not None
    assert view.per_person is not None
    numbers = [view.frame.number, view.posts.number, view.change.number, view.per_person.number]
    for part in each.view.sections:
        numbers += [part.summary.number] if part.summary else []
        numbers += [table.number for table in part.tables]
    numbers.append(each.view.bases_number)
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_frame_sums_to_the_agreement(each: Made) -> None:
    frame = each.view.frame
    assert frame.known_sek == frame.stated_sek == 1_560_000_000
    assert sum(row.total_sek for row in frame.rows) == frame.stated_sek
    assert frame.places == 0
    assert frame.shown(None) == "–"
    assert frame.shown(1_560_000_000) == "1\u00a0560"


def test_a_frame_shows_as_many_decimals_as_it_needs() -> None:
    frame = Frame(1, (RecipientType.SKR,), (FrameRow("SKR", (25_500_000,)),), 1_640_500_000)
    assert frame.shown(25_500_000) == "25,5"
    assert frame.known_sek != frame.stated_sek


# --- Marks -----------------------------------------------------------------------------------


def test_in_2025_municipalities_are_marked_and_nothing_else(of_2025: Made) -> None:
    for part in of_2025.view.sections:
        marks = [c.mark for table in part.tables for row in table.rows for c in row.cells]
        if part.recipients == RecipientType.KOMMUN:
            assert marks == ["*"] * 290
        else:
            assert set(marks) == {""}
    assert of_2025.view.explained == (Maturity.ESTIMATE,)
    rows = re.findall(r"^\d{4} \D+ [\d ]+ \* [\d,]+ \*\s*$", of_2025.text, re.MULTILINE)
    assert len(rows) == 290


def test_in_2024_published_figures_are_unmarked(of_2024: Made) -> None:
    counties = section(of_2024.view, RecipientType.LAN).tables[0]
    for row in counties.rows:
        marks = tuple(cell.mark for cell in row.cells)
        expected = ("", "", "", "", "") if row.code in {"14", "23"} else ("*", "**", "", "**", "*")
        assert marks == expected, row
    for row in section(of_2024.view, RecipientType.REGION).tables[0].rows:
        assert tuple(cell.mark for cell in row.cells) == ("*", "**", "**", "*")
    assert of_2024.view.explained == (Maturity.ESTIMATE, Maturity.RECONSTRUCTED)
    assert "Belopp med ** " in of_2024.text.replace("\n", " ")


def test_known_counties_of_2024(of_2024: Made) -> None:
    rows = {row.code: row for row in section(of_2024.view, RecipientType.LAN).tables[0].rows}
    assert [cell.sek for cell in rows["23"].cells] == [
        2_974_230,
        6_819_298,
        1_000_000,
        2_509_377,
        13_302_905,
    ]
    assert [cell.sek for cell in rows["14"].cells] == [
        41_917_629,
        29_276_915,
        2_000_000,
        33_485_400,
        106_679_943,
    ]


def test_a_mark_is_never_raised(each: Made) -> None:
    html = each.document.html.decode()
    assert "<sup" not in html
    assert not set("¹²³⁴⁵⁶⁷⁸⁹⁰ᵃᵇᶜ") & set(html)


# --- Where figures come from -----------------------------------------------------------------


def test_sources_of_printed_figures(of_2025: Made, of_2024: Made) -> None:
    assert section(of_2025.view, RecipientType.REGION).all_published
    assert section(of_2025.view, RecipientType.LAN).all_published
    assert not section(of_2025.view, RecipientType.KOMMUN).published
    counties = section(of_2024.view, RecipientType.LAN)
    assert not counties.all_published
    assert {source.recipients for source in counties.published} == {
        ("Jämtlands län",),
        ("Västra Götalands län",),
    }
    assert "Beloppen för Jämtlands län är publicerade." in of_2024.text


def test_rules_name_key_clause_population_and_calibration(of_2024: Made) -> None:
    rules = {(rule.recipients, rule.label): rule for rule in of_2024.view.rules}
    youth = rules[RecipientType.LAN, "Barn och unga"]
    assert isinstance(youth, Rule)
    assert youth.key == "Efter folkmängd 0–25 år"
    assert youth.key_source.place == "avsnitt\u00a05.1"
    assert youth.calibrated == ("Västra Götalands län", "Jämtlands län")
    assert [basis.source.maturity for basis in youth.bases] == [Maturity.ESTIMATE]
    assert rules[RecipientType.LAN, "Brukarmedverkan"].bases == ()
    for basis in of_2024.view.bases:
        assert basis.source.sha256[:12] in of_2024.text
    assert "ingen bekräftelse" in " ".join(of_2024.text.split())


def test_a_basis_without_its_sidecar_is_refused(of_2025: Made) -> None:
    with pytest.raises(ProgramError, match="not in the dossier"):
        national_tables(replace(of_2025.dossier, extracts={}))


def test_the_date_is_the_agreements(of_2025: Made) -> None:
    assert of_2025.view.created.date().isoformat() == "2025-01-30"
    unsigned = replace(of_2025.view, signed_by_state=None)
    assert unsigned.created.date().isoformat() == "2025-01-01"


def test_a_foot_that_is_not_the_agreements_says_so() -> None:
    figure = Figure(99, False, Maturity.DEFINITIVE)
    foot = Foot((figure,), (100,), as_agreed=False, undistributed_sek=(0,))
    assert foot.differences == (-1,)
    assert Table(1, "", ("Post",), (), foot).differing == (("Post", -1),)


# --- The attached file -----------------------------------------------------------------------


def test_the_csv_is_attached_and_holds_every_figure(each: Made) -> None:
    attached = PdfReader(io.BytesIO(each.document.pdf)).attachments
    content = attached["fordelning.csv"][0]
    assert content == national_csv(each.view.sections, each.view.types)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    known = {
        (row["mottagartyp"], row["kod"], row["post"]): (int(row["belopp, kr"]), row["märke"])
        for row in rows
    }
    assert len(known) == len(rows)
    for part in each.view.sections:
        if part.recipients == RecipientType.KOMMUN:
            for table in part.tables:
                for row in table.rows:
                    cell = row.cells[0]
                    assert known["kommun", row.code, table.columns[0]] == (cell.sek, cell.mark)
    assert not any("," in str(row["belopp, kr"]) or " " in row["belopp, kr"] for row in rows)
