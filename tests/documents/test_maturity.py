"""What a reader is told of each amount, in every place where amounts stand: row by row of the rule.

The small country's population is given one maturity after the other; then pages and files are read.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from schemas.common import Maturity
from schemas.manifest import Manifest
from statsbidrag.documents.audit import audit_view
from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.amounts_csv import allocation_csv, totals_csv
from statsbidrag.publication.contents import about
from statsbidrag.register.recipients import usual_words
from statsbidrag.rendering.document import render
from statsbidrag.site.front_page import agreement_entry, index_page
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.pages import page, text_of
from tests.helpers.paper import pages_of
from tests.helpers.program import in_process

MARKS = {"preliminary": "***", "reconstructed": "**", "estimate": "*"}
WORDS = {"preliminary": "preliminär", "reconstructed": "återräknad", "estimate": "skattad"}
TOLD = {
    "preliminary": "Belopp med *** bygger på preliminär folkmängd. "
    "De kan ändras när SCB:s slutliga tal kommer.",
    "reconstructed": "Belopp med ** bygger på folkmängd som är återräknad ur publicerade tabeller, "
    "inte hämtad från SCB.",
    "estimate": "Belopp med * är vår beräkning på skattad folkmängd, inte beslutade belopp. "
    "Är bidraget redan beslutat kan det beslutade beloppet vara ett annat.",
}
ON_THE_FRONT_PAGE = {
    "preliminary": "En del av beloppen bygger på preliminär folkmängd.",
    "reconstructed": "En del av beloppen bygger på folkmängd som är återräknad",
    "estimate": "En del av beloppen är vår beräkning på skattad folkmängd, inte beslutade belopp.",
}
IN_THE_TERMINAL = {
    "preliminary": "may change when the final figures come",
    "reconstructed": "recovered from published tables, not fetched from SCB",
    "estimate": "not a decided amount; what was decided may be another",
}
NATION, COUNTY = "nation/fordelning", "lan/01-norra-lan/beslutsunderlag"
EVERYTHING = (
    *("region,01,region/a,901", "region,02,region/a,100"),
    *("lan,01,lan/b,205", "lan,02,lan/b,31", "lan,01,lan/b/x,20", "lan,02,lan/b/x,10"),
    *("lan,01,lan/b/y,185", "lan,02,lan/b/y,21", "lan,01,lan/e,86", "lan,02,lan/e,14"),
    *("lan,01,total,291", "lan,02,total,45", "skr,SKR,skr/d,50"),
    *("kommun,0114,kommun/c,100", "kommun,0115,kommun/c,40", "kommun,0201,kommun/c,35"),
)
"""Every amount of the small country, as somebody might have printed it."""


@dataclass(frozen=True)
class Shown:
    """Everything that shows amounts, as text without tags; `csv` by name."""

    made: Dossier
    pages: dict[str, str]
    tables: dict[str, list[list[str]]]
    csv: dict[str, list[dict[str, str]]]


def set_sidecars(country: SmallCountry, *names: str, **facts: object) -> None:
    for name in names:
        path = country.root / "population" / f"{name}.yaml"
        data = yaml.safe_load(path.read_text("utf-8"))
        path.write_text(yaml.safe_dump({**data, **facts}, allow_unicode=True), "utf-8")


def all_of(country: SmallCountry, maturity: str) -> SmallCountry:
    set_sidecars(country, "alla", "aldrar", maturity=maturity)
    return country


def shown(raw: Raw, agreement_id: str = AGREEMENT) -> Shown:
    made = dossier_of(raw, agreement_id)
    pages: dict[str, bytes] = {}
    files: dict[str, bytes] = {
        "allocation.csv": allocation_csv(made.allocation, usual_words()),
        "totals.csv": totals_csv(made.allocation, usual_words()),
    }
    for view in views(made):
        pages[view.path] = page(view).html
        files |= {
            f"{view.path} {each.name}": each.content
            for each in view.attachments()
            if each.mime == "text/csv"
        }
    report = audit_view(made.agreement, made.reconciliation, made.allocation)
    pages["audit"] = page(report).html
    pages["index"] = front_page(made)
    return Shown(
        made,
        {name: text_of(content.decode()) for name, content in pages.items()},
        {name: rows_of(content.decode()) for name, content in pages.items()},
        {name: read_csv(content) for name, content in files.items()},
    )


def front_page(made: Dossier) -> bytes:
    manifest = Manifest(
        format=1,
        agreement=made.agreement.id,
        fingerprint="0" * 64,
        about=about(made.agreement, made.basis, made.register, made.allocation),
        state="complete",
        withheld=(),
        inputs=(),
        outputs=(),
        documents=(),
        versions={},
    )
    return index_page([agreement_entry(manifest, "x/current")])


def rows_of(page_: str) -> list[list[str]]:
    """The cells of every row of every table."""
    return [
        [text_of(cell).strip() for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr\b.*?</tr>", page_, re.S)
    ]


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def row(rows: Sequence[Sequence[str]], *start: str) -> list[str]:
    """The one row that begins so (any number of times, if it is always the same)."""
    found = {tuple(each) for each in rows if tuple(each[: len(start)]) == start}
    assert len(found) == 1, found
    return list(found.pop())


# --- From a weaker population ----------------------------------------------------------------


@pytest.fixture(params=["preliminary", "reconstructed", "estimate"])
def maturity(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_amount_carries_its_mark(country: SmallCountry, maturity: str) -> None:
    found, mark = shown(all_of(country, maturity).raw), MARKS[maturity]
    nation, county = found.tables[NATION], found.tables[COUNTY]
    assert row(nation, "01", "Region Norra") == ["01", "Region Norra", f"901 {mark}"]
    assert row(nation, "0115", "Berga") == ["0115", "Berga", f"40 {mark}", f"0,13 {mark}"]
    # A fixed sum rests on nobody's population; what it is added to does.
    assert ["01", "Norra län", "20", f"185 {mark}", f"205 {mark}"] in nation
    assert ["01", "Norra län", f"205 {mark}", f"86 {mark}", f"291 {mark}"] in nation
    assert row(nation, "SKR")[-1] == "50"
    assert ["Summa av kolumnen", f"1 001 {mark}"] in nation
    assert ["X Del av delad post", "20"] in county
    assert ["Y Del av delad post", f"185 {mark}"] in county
    assert ["Summa", f"291 {mark}"] in county
    assert f"Förslaget gäller 291 kr {mark} till Norra län" in found.pages[COUNTY]


def test_the_top_of_every_page_says_what_it_means(country: SmallCountry, maturity: str) -> None:
    found = shown(all_of(country, maturity).raw)
    for name, first_heading in ((NATION, "Ramen"), (COUNTY, "Förslag"), ("audit", "Sammanfattn")):
        text = found.pages[name]
        # A county's overview is a page of its own, and says it again.
        assert text.count(TOLD[maturity]) == (2 if name == COUNTY else 1), name
        assert text.index(TOLD[maturity]) < text.index(f" {first_heading}"), name
        assert not [said for other, said in TOLD.items() if other != maturity and said in text]
    assert ON_THE_FRONT_PAGE[maturity] in found.pages["index"]


def test_the_audit_page_marks_what_was_computed(country: SmallCountry, maturity: str) -> None:
    rows = shown(all_of(country, maturity).raw).tables["audit"]
    sums = [each for each in rows if each[0].startswith("Fördelade belopp mot posten")]
    assert [each[2] for each in sums if "A till regionerna" in each[0]] == [
        f"1 001 {MARKS[maturity]}"
    ]
    assert [each[2] for each in sums if "X till länen" in each[0]] == ["30"]
    # Of a plan, the county's amount is what was computed; the plan's own sum is the county's.
    [total] = [each for each in rows if "mot länets totalbelopp" in each[0]]
    assert total[1:3] == [f"291 {MARKS[maturity]}", "291"]


def test_files_say_it_in_a_word(country: SmallCountry, maturity: str) -> None:
    found, word = shown(all_of(country, maturity).raw), WORDS[maturity]
    allocation = {(r["post"], r["kod"]): r["mognad"] for r in found.csv["allocation.csv"]}
    assert allocation["region/a", "01"] == allocation["kommun/c", "0201"] == word
    assert allocation["lan/b/x", "01"] == allocation["skr/d", "SKR"] == "slutlig"
    totals = {(r["slag"], r["post"], r["kod"]): r["mognad"] for r in found.csv["totals.csv"]}
    assert totals["totalbelopp", "total", "01"] == totals["riket", "lan/b", "00"] == word
    nation = {(r["post"], r["kod"]): r for r in found.csv[f"{NATION} fordelning.csv"]}
    assert (nation["A", "01"]["märke"], nation["A", "01"]["mognad"]) == (MARKS[maturity], word)
    assert (nation["D", "SKR"]["märke"], nation["D", "SKR"]["mognad"]) == ("", "slutlig")
    county = {(r["tabell"], r["område"]): r for r in found.csv[f"{COUNTY} fordelning.csv"]}
    assert county["Medel per område", "Y"]["mognad"] == word
    assert county["Medel per område", "X"]["mognad"] == "slutlig"


def test_the_terminal_says_it(country: SmallCountry, maturity: str) -> None:
    root = all_of(country, maturity).root
    table = in_process("--raw", root, "allocate", AGREEMENT, "--totals").require(0).out
    assert re.search(rf"lan/e +lan:01 +Norra län +86 +{maturity}\n", table)
    assert table.count(IN_THE_TERMINAL[maturity]) == 1
    fixed = in_process("--raw", root, "allocate", AGREEMENT, "--post", "skr/d").require(0).out
    assert maturity not in fixed
    listed = in_process("--raw", root, "agreements").require(0).out
    assert listed.splitlines()[1].endswith(maturity)
    for post in ("lan/e", "total"):
        text = in_process("--raw", root, "explain", AGREEMENT, post, "lan:01").require(0).out
        said = {
            "preliminary": "SCB:s preliminära folkmängd; beloppet kan ändras när SCB:s slutliga",
            "reconstructed": "folkmängd återräknad ur publicerade tabeller, inte hämtad från SCB",
            "estimate": "inte ett beslutat belopp, det beslutade kan vara ett annat",
        }
        assert said[maturity] in text
    csv_ = in_process("--raw", root, "allocate", AGREEMENT, "--format", "csv").require(0)
    assert {r["maturity"] for r in csv_.rows() if r["post"] == "kommun/c"} == {maturity}


def test_two_years_side_by_side_say_it(country: SmallCountry, maturity: str) -> None:
    earlier = country.agreement.with_name("prov-2024.yaml")
    text = country.agreement.read_text("utf-8").replace("prov-2025", "prov-2024")
    earlier.write_text(text.replace("year: 2025", "year: 2024"), "utf-8")
    country.change(country.agreement, "year: 2025", "year: 2025\ncompares_with: prov-2024")
    all_of(country, maturity)
    out = in_process("--raw", country.root, "compare", "prov-2024", AGREEMENT).require(0).out
    assert maturity not in out, "the posts' own amounts are nobody's computation"
    call = ("compare", "prov-2024", AGREEMENT, "--recipient", "lan:01")
    out = in_process("--raw", country.root, *call).require(0).out
    assert out.count(IN_THE_TERMINAL[maturity]) == 1
    county = shown(country.raw).tables[COUNTY]
    mark = MARKS[maturity]
    assert ["Summa", f"291 {mark}", f"291 {mark}", f"0 {mark}"] in county


# --- From SCB's final figures ----------------------------------------------------------------


def test_of_final_figures_nothing_is_said(country: SmallCountry) -> None:
    found = shown(all_of(country, "definitive").raw)
    for name, text in found.pages.items():
        assert not re.search(r"[0-9] (kr )?[*#]", text), name
        assert "Belopp med" not in text, name
        assert "En del av beloppen" not in text, name
        assert not re.search("(Slutlig|Preliminär|Återräknad|Skattad) folkmängd (är|kan)", text)
    for files in found.csv.values():
        assert {each.get("märke", "") for each in files} == {""}
        assert {each["mognad"] for each in files} <= {"slutlig", ""}
    out = in_process("--raw", country.root, "allocate", AGREEMENT, "--totals").require(0).out
    assert out.splitlines()[-1].endswith("definitive")


# --- As published ----------------------------------------------------------------------------


def test_what_is_published_is_shown_as_published_with_its_source(country: SmallCountry) -> None:
    """Whatever the population is: the derivation beside it says what that was."""
    all_of(country, "estimate").published(*EVERYTHING)
    found = shown(country.raw)
    for name, text in found.pages.items():
        assert not re.search(r"[0-9] (kr )?[*#]", text), name
        assert "Belopp med" not in text, name
        assert "En del av beloppen" not in text, name
    assert "Alla belopp är publicerade. Källa: påhittad." in found.pages[NATION]
    assert "Källa: påhittad." in found.pages[COUNTY]
    assert "86 kr , samma som publicerat i påhittad Vilar på Skattad folkmängd" in re.sub(
        r" +", " ", found.pages[COUNTY]
    )
    assert "Region Norra får uppdraget att rekvirera 291 kr ." in found.pages[COUNTY]
    county = {r["område"]: r["mognad"] for r in found.csv[f"{COUNTY} fordelning.csv"][:4]}
    assert set(county.values()) == {"publicerad"}
    text = in_process("--raw", country.root, "explain", AGREEMENT, "lan/e", "01").require(0).out
    assert "Vilar på         vår skattning av folkmängden\n" in text
    assert "Publicerat       86 kr, påhittad" in text
    table = in_process("--raw", country.root, "allocate", AGREEMENT).require(0).out
    assert "not a decided amount" not in table


# --- An estimate is never requisitioned -------------------------------------------------------


@pytest.mark.parametrize("total", ["sum_of_posts", "rounded_total"])
@pytest.mark.parametrize("published", [(), ("lan,01,lan/b/y,185",), ("lan,01,total,291",)])
def test_an_estimate_is_never_put_into_a_requisition(
    country: SmallCountry, total: str, published: tuple[str, ...]
) -> None:
    """One amount that is not decided is enough; that others, or the sum, are, does not help."""
    country.change(country.agreement, "{total: sum_of_posts}", f"{{total: {total}}}")
    if published:
        all_of(country, "estimate").published(*published)
    found = shown(all_of(country, "estimate").raw).pages[COUNTY]
    section = found[found.index(" Rekvisition ") : found.index(" Fördelning per område ")]
    assert not re.search("[0-9] kr", section)
    assert "Region Norra får uppdraget att rekvirera." in section
    assert "Beloppet är lämnat tomt, eftersom det vilar på en skattning" in section
    assert "Enligt vår beräkning avsätter staten 291 kr" in found or published


def test_other_figures_are_requisitioned(country: SmallCountry) -> None:
    for maturity in ("definitive", "preliminary", "reconstructed"):
        text = shown(all_of(country, maturity).raw).pages[COUNTY]
        assert "Region Norra får uppdraget att rekvirera 291 kr" in text
        assert "Staten avsätter 291 kr" in text


# --- Parts and sums --------------------------------------------------------------------------


def test_a_page_speaks_of_its_own_figures_only(country: SmallCountry) -> None:
    """The children are estimated, all ages are not: that concerns the municipalities alone."""
    found = shown(country.raw)
    assert TOLD["estimate"] in found.pages[NATION]
    county, overview = found.pages[COUNTY].split("Översikt: hela länet")
    assert "Belopp med" not in county
    assert TOLD["estimate"] in overview
    nation = found.tables[NATION]
    assert row(nation, "0201")[2:] == ["35 *", "0,35 *"]
    assert row(nation, "01", "Region Norra")[-1] == "901"


def test_what_a_plan_takes_a_share_of_is_as_doubtful_as_the_post(country: SmallCountry) -> None:
    text = country.plan.read_text("utf-8")
    text = text.replace("organisation: Alby, amount: 100}", 'organisation: Alby, share: "20 %"}')
    text = text.replace("Berga, organisation: Berga, amount: 85}", "Berga, remainder: true}")
    text = re.sub(r"stated_sums:\n(  - .*\n)+", "", text)
    country.plan.write_text(text, "utf-8")
    found = shown(all_of(country, "estimate").raw)
    county = found.tables[COUNTY]
    assert ["Två 20 % av områdets medel", "Alby", "37 *"] in county
    assert [
        "Tre Att besluta senare: det som de andra insatserna lämnar",
        "Berga",
        "148 *",
    ] in county
    # The county's own sum of its own money bears no mark; a sum with a share in it does.
    assert ["Ett", "Alby", "20"] in county
    assert ["Alby", "", "57 *"] in county
    assert ["Alby och Berga, gemensamt", "", "86"] in county
    files = found.csv[f"{COUNTY} fordelning.csv"]
    said = {r["insats"]: r["mognad"] for r in files if r["tabell"] == "Fördelning på insatser"}
    assert said == {"Ett": "", "Två": "skattad", "Tre": "skattad", "Fyra": ""}


# --- Unresolved ------------------------------------------------------------------------------


def test_an_unresolved_post_is_published_and_not_computed(raw: Raw) -> None:
    found = shown(raw, "psykisk-halsa-2023")
    said = "Belopp med # är publicerade men inte omräknade. Vi känner inte regeln bakom dem."
    text = found.pages[NATION]
    assert text.index(said) < text.index(" Ramen ")
    assert "25 064 083 #" in " ".join(row(found.tables[NATION], "14"))
    assert "En del av beloppen är publicerade men inte omräknade." in found.pages["index"]
    [own] = [
        r
        for r in found.csv["allocation.csv"]
        if (r["post"], r["kod"]) == ("lan/ungdomsmottagningar", "14")
    ]
    assert (own["belopp, kr"], own["mognad"]) == ("", "publicerad, inte omräknad")
    assert own["publicerat, kr"] == "25064083"


def test_a_county_with_an_unresolved_post_has_no_decision_document(country: SmallCountry) -> None:
    key = "    key:\n      - fixed: 5\n      - rest: {by: population}\n    reference"
    country.change(country.agreement, key, "    unresolved: Ingen vet.\n    reference")
    country.published("lan,01,lan/e,86")
    paths = [view.path for view in views(dossier_of(country.raw, AGREEMENT))]
    assert NATION in paths
    assert "region/01-region-norra/tilldelning" in paths
    assert not [path for path in paths if path.startswith("lan/")]


# --- The producer's own notes ----------------------------------------------------------------

NOTE = "Från och med 2024 har tabellen en viss slumpmässig osäkerhet <CKM> & inget annat."
ADDED = "har lagt ett litet slumptal till varje tal för att skydda enskilda personer"


def test_mandatory_notes_stand_with_the_sources_in_the_producers_words(
    country: SmallCountry,
) -> None:
    """Once, though two files have them; what looks like a tag is text."""
    set_sidecars(country, "alla", "aldrar", producer="SCB", mandatory_notes=[NOTE])
    found = shown(country.raw)
    for name in (NATION, COUNTY):
        text = found.pages[name]
        assert text.count(html.escape(NOTE)) == 1, name
        assert "SCB om folkmängden 1 november 2024 (TAB1267)" in text
        assert text.count(f"SCB {ADDED}") == 1
    assert NOTE[:20] not in found.pages["audit"]


def test_a_document_has_the_notes_of_its_own_sources_only(country: SmallCountry) -> None:
    set_sidecars(country, "aldrar", mandatory_notes=["Gäller åldrarna."])
    found = shown(country.raw)
    assert "Gäller åldrarna." in found.pages[NATION]
    assert "Gäller åldrarna." not in found.pages[COUNTY]
    assert not [name for name, text in found.pages.items() if ADDED in text]


def test_random_numbers_are_told_of_where_the_sidecar_says_so(country: SmallCountry) -> None:
    assert not [name for name, text in shown(country.raw).pages.items() if "slumptal" in text]
    about_it = {"method": "cell_key", "per_cell": 2, "source": "SCB:s beskrivning"}
    set_sidecars(country, "alla", producer="SCB", perturbation=about_it)
    found = shown(country.raw)
    assert f"SCB {ADDED}" in found.pages[NATION]
    assert f"SCB {ADDED}" in found.pages[COUNTY]


# --- On paper --------------------------------------------------------------------------------


def test_the_pdf_says_the_same(country: SmallCountry) -> None:
    set_sidecars(country, "alla", "aldrar", maturity="preliminary", mandatory_notes=["Så är det."])
    view = next(v for v in views(dossier_of(country.raw, AGREEMENT)) if v.path == COUNTY)
    pages = pages_of(render(view).pdf)
    text = [re.sub(r"\s+", " ", each.replace("\u00a0", " ")) for each in pages]
    assert TOLD["preliminary"] in text[0]
    assert "291 kr ***" in text[0]
    assert "Så är det." in text[-2]


def test_every_maturity_is_told_of_somewhere() -> None:
    """A maturity that is added must be given its words here and on the pages."""
    told = {"definitive", "unresolved", *TOLD}
    assert told == set(Maturity)


def test_the_handbook_names_every_maturity(project: Path) -> None:
    text = (project / "docs" / "handbok" / "folkmangd.md").read_text("utf-8")
    for maturity in Maturity:
        if maturity != Maturity.UNRESOLVED:
            assert f"| `{maturity}` |" in text


# --- Other tables than the population ---------------------------------------------------------


@pytest.mark.parametrize("maturity", ["definitive", "preliminary"])
def test_a_table_of_weights_is_told_of_as_what_it_is(country: SmallCountry, maturity: str) -> None:
    key = (
        "    title: E\n    amount: 100\n    key:\n      - fixed: 5\n      - rest: {by: population}"
    )
    by_table = "    title: E\n    amount: 100\n    key: [{rest: {by: weights, weights: kotid}}]"
    country.change(country.agreement, key, by_table)
    path = country.root / "weights" / "kotid.csv"
    path.parent.mkdir()
    path.write_text("recipient_code,weight\n01,86\n02,14\n", "utf-8")
    about_it = {"title": "Kötider 2024", "source": "Väntelistan", "recipients": "lan", "rows": 2}
    facts = {**about_it, "unit": "dagar", "reference_date": "2024-06-30", "maturity": maturity}
    country.seal(path, facts)
    found = shown(all_of(country, "definitive").raw)
    mark = MARKS.get(maturity, "")
    assert ["E", f"86 {mark}".strip()] in found.tables[COUNTY]
    for name in (NATION, COUNTY):
        text = found.pages[name]
        assert "Underlaget som beloppen vilar på" in text
        assert "Kötider 2024" in text
        assert "Väntelistan" in text
        said = (
            "Belopp med *** bygger på preliminära uppgifter. De kan ändras när de slutliga kommer."
        )
        assert text.count(said) == ((2 if name == COUNTY else 1) if mark else 0)
