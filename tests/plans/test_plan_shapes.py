"""Plans of other shapes: levels, shares, a remainder, known differences, blanks; worked by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from schemas.agreement import Status
from schemas.plan import Plan
from schemas.reconciliation import Kind, Result, Severity, Verdict
from statsbidrag.documents.catalogue import views
from statsbidrag.documents.county.decision_view import DecisionView, decision_view
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import InputError, ProgramError
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.plans.county_plans import county_amounts, placed, placed_sum
from tests.helpers.dossiers import dossier_with
from tests.helpers.drawing import drawn
from tests.helpers.paper import words_of

RAW = PROJECT / "raw"
ID = "psykisk-halsa-2024"
BARN, SAM = "lan/barn-och-unga", "lan/samsjuklighet"
BRUKARE, SUICID = "lan/brukarmedverkan", "lan/suicidprevention"
JAMTLAND = {BARN: 2_974_230, SAM: 6_819_298, BRUKARE: 1_000_000, SUICID: 2_509_377}


@cache
def computed() -> Computed:
    return compute(Raw(RAW), ID)


def measure(post: str, title: str = "Insats", **more: Any) -> dict[str, Any]:
    return {"post": post, "title": title, **more}


def plan(*measures: dict[str, Any], **more: Any) -> Plan:
    """Jämtland's posts, each as one measure, but for those whose measures are given."""
    given = {each["post"] for each in measures}
    others = [measure(post, amount=sek) for post, sek in JAMTLAND.items() if post not in given]
    content: dict[str, Any] = {
        "format": 1,
        "agreement": ID,
        "county": "23",
        "title": "Prov",
        "issuer": "",
        "source": "påhittad",
        "decision": {"by": "", "proposal": []},
        "requisition": {"by": ""},
        "payment": {"method": "", "text": []},
        "measures": [*measures, *others],
    }
    return Plan.model_validate({**content, **more})


def reconciled(own: Plan) -> Dossier:
    return dossier_with(computed(), (own,))


def results(own: Dossier, kind: Kind) -> dict[str, Result]:
    """By post (or `total`), the last result of each."""
    found = [result for result in own.reconciliation.results if result.kind == kind]
    return {result.rows[0].split()[0]: result for result in found}


def text_of(view: DecisionView) -> str:
    return " ".join(words_of(drawn(view).pdf))


def refused(tmp_path: Path, measures: str) -> str:
    """What is said of a file with these measures."""
    path = tmp_path / "23.yaml"
    path.write_text(
        "format: 1\nagreement: psykisk-halsa-2024\ncounty: '23'\ntitle: t\nissuer: ''\n"
        "source: s\ndecision: {by: '', proposal: []}\nrequisition: {by: ''}\n"
        f"payment: {{method: '', text: []}}\nmeasures:\n{measures}",
        "utf-8",
    )
    with pytest.raises(InputError) as error:
        read_model(path, Plan)
    [problem] = error.value.problems
    return f"{problem.line} {problem.place}: {problem.expected}"


# --- Shares and remainders -------------------------------------------------------------------


def test_shares_and_remainders_in_kronor() -> None:
    own = plan(
        measure(BARN, "Hälften", share="50 %"),
        measure(BARN, "Resten", remainder=True),
        measure(SUICID, "En tredjedel", share="1/3"),
        measure(SUICID, "Två tredjedelar", share="2/3"),
        measure(BRUKARE, "Sagt", amount=400_000),
        measure(BRUKARE, "En fjärdedel", share="25 %"),
        measure(BRUKARE, "Sedan", remainder=True),
    )
    amounts = {each.measure.title: each.amount_sek for each in placed(own, dict(JAMTLAND))}
    # 2 974 230 / 2; 2 509 377 / 3 = 836 459; 1 000 000 - 400 000 - 250 000.
    assert amounts == {
        "Hälften": 1_487_115,
        "Resten": 1_487_115,
        "En tredjedel": 836_459,
        "Två tredjedelar": 1_672_918,
        "Sagt": 400_000,
        "En fjärdedel": 250_000,
        "Sedan": 350_000,
        "Insats": 6_819_298,
    }
    assert placed_sum(placed(own, dict(JAMTLAND))) == 13_302_905


def test_a_plan_of_shares_and_a_remainder_adds_up_and_is_shown() -> None:
    own = reconciled(
        plan(
            measure(BARN, "Hälften", share="50 %"),
            measure(BARN, "Återstoden", remainder=True),
        )
    )
    assert not own.reconciliation.errors()
    assert results(own, Kind.PLAN_TO_POST)[BARN].verdict == Verdict.EQUAL
    assert results(own, Kind.PLAN_TO_TOTAL)["total"].found == 13_302_905
    text = text_of(decision_view(own, own.plans[0]))
    assert "Hälften 50 % av områdets medel 1 487 115" in text
    assert "Återstoden Att besluta senare: det som de andra insatserna lämnar 1 487 115" in text


def test_a_share_that_is_not_whole_is_an_error_that_names_everything() -> None:
    own = reconciled(
        plan(
            measure(SUICID, "Ena halvan", share="50 %"),
            measure(SUICID, "Resten", remainder=True),
        )
    )
    [error] = own.reconciliation.errors()
    # 2 509 377 / 2 = 1 254 688 and a half.
    assert error.rows == (
        "lan/suicidprevention lan:23",
        "50\u00a0% av 2\u00a0509\u00a0377 kr = 1\u00a0254\u00a0688 kr + 1/2 kr",
    )
    assert "Andelen 50\u00a0% av länets belopp för Suicidprevention: Ena halvan" in error.what
    assert own.reconciliation.withheld() == ["plan:23"]
    assert results(own, Kind.PLAN_TO_TOTAL)["total"].verdict == Verdict.UNTESTABLE
    made = [view.path for view in views(own) if view.path.startswith("lan/23")]
    assert made == ["lan/23-jamtlands-lan/rekvisition"], "only the decision document is withheld"
    with pytest.raises(ProgramError, match="a plan without its sums is withheld"):
        decision_view(own, own.plans[0])


def test_two_halves_of_an_odd_sum_are_two_errors() -> None:
    own = reconciled(plan(measure(SUICID, share="50 %"), measure(SUICID, share="50 %")))
    assert len(own.reconciliation.errors()) == 2


def test_a_remainder_of_less_than_nothing_is_a_plan_that_does_not_add_up() -> None:
    own = reconciled(
        plan(measure(BRUKARE, amount=1_000_001), measure(BRUKARE, "Sedan", remainder=True))
    )
    result = results(own, Kind.PLAN_TO_POST)[BRUKARE]
    assert (result.difference, result.severity) == (1, Severity.ERROR)
    assert own.reconciliation.withheld() == ["plan:23"]


def test_a_remainder_of_nothing_is_nothing() -> None:
    own = plan(measure(BRUKARE, amount=1_000_000), measure(BRUKARE, remainder=True))
    assert [each.amount_sek for each in placed(own, dict(JAMTLAND))][1] == 0


def test_an_unknown_amount_leaves_shares_unknown_and_sums_untested() -> None:
    own = plan(measure(BARN, share="50 %"), measure(BARN, remainder=True))
    unknown = placed(own, {**JAMTLAND, BARN: None})
    assert [each.amount_sek for each in unknown[:2]] == [None, None]
    assert placed_sum(unknown) is None
    assert all(each.left_over == Fraction(0) for each in unknown)


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        (
            "- {post: lan/a, title: x, amount: 1, share: 50 %}\n",
            "11 measures[0]: a measure has one of `amount`, `share` and `remainder: true`",
        ),
        (
            "- {post: lan/a, title: x, amount: 1, remainder: true}\n",
            "11 measures[0]: a measure has one of `amount`, `share` and `remainder: true`",
        ),
        (
            "- {post: lan/a, title: x}\n",
            "11 measures[0]: a measure has one of `amount`, `share` and `remainder: true`",
        ),
        (
            "- {post: lan/a, title: x, amount: resten}\n",
            "11 measures[0].amount: kronor are whole numbers",
        ),
        (
            "- {post: lan/a, title: x, share: 101 %}\n",
            "11 measures[0].share: a share is more than nothing and at most the whole",
        ),
        (
            "- {post: lan/a, title: x, share: 0.5}\n",
            "11 measures[0].share: a share is written as text",
        ),
        (
            "- {post: lan/a, title: x, remainder: true}\n"
            "- {post: lan/b, title: x, remainder: true}\n"
            "- {post: lan/a, title: y, remainder: true}\n",
            "at most one measure per post has `remainder: true`: lan/a has more",
        ),
    ],
)
def test_what_a_measure_cannot_say(tmp_path: Path, measures: str, said: str) -> None:
    assert said in refused(tmp_path, measures)


def test_a_plan_survives_being_stored() -> None:
    own = plan(
        measure(BARN, share="1/3", level="Delregional"),
        measure(BARN, remainder=True, organisation="Region"),
    )
    assert Plan.model_validate_json(own.model_dump_json()) == own


# --- Known differences -----------------------------------------------------------------------


def known(amount: int, post: str = BRUKARE) -> dict[str, Any]:
    return {"post": post, "amount": amount, "reason": "Det är inte bestämt", "source": "vgr"}


def test_an_exact_known_difference_is_a_warning_shown_with_reason_and_source() -> None:
    own = reconciled(plan(measure(BRUKARE, amount=900_000), known_differences=[known(-100_000)]))
    result = results(own, Kind.PLAN_TO_POST)[BRUKARE]
    assert (result.verdict, result.severity) == (Verdict.KNOWN_DIFFERENCE, Severity.WARNING)
    assert not own.reconciliation.errors()
    text = text_of(decision_view(own, own.plans[0]))
    assert "Summa av insatserna 900 000" in text
    assert "Känd skillnad Det är inte bestämt. Källa: Västra Götalandsregionens" in text
    assert "+100 000 Områdets medel 1 000 000" in text
    assert "Insatserna ger tillsammans 13 202 905 kr." in text


@pytest.mark.parametrize("told", [-99_999, 100_000, -100_001])
def test_another_difference_than_the_known_one_withholds_the_document(told: int) -> None:
    own = reconciled(plan(measure(BRUKARE, amount=900_000), known_differences=[known(told)]))
    result = results(own, Kind.PLAN_TO_POST)[BRUKARE]
    assert (result.verdict, result.difference) == (Verdict.DIFFERENT, -100_000)
    assert "Den kända skillnaden är en annan" in result.note
    assert own.reconciliation.withheld() == ["plan:23"]
    # What remains without explanation is shown to whoever looks at the plan all the same.
    text = text_of(decision_view(own, own.plans[0]))
    assert "Skillnad som inte är förklarad" in text


def test_a_known_difference_that_is_no_more_withholds_the_document() -> None:
    own = reconciled(plan(known_differences=[known(-1)]))
    assert results(own, Kind.PLAN_TO_POST)[BRUKARE].verdict == Verdict.DIFFERENT
    assert own.reconciliation.withheld() == [f"plan:{own.plans[0].county}"]


def test_known_differences_that_cancel_out_are_shown() -> None:
    own = reconciled(plan(known_differences=[known(-7), known(7)]))
    result = results(own, Kind.PLAN_TO_POST)[BRUKARE]
    assert (result.verdict, result.difference) == (Verdict.KNOWN_DIFFERENCE, 0)
    assert text_of(decision_view(own, own.plans[0])).count("Känd skillnad") == 2


# --- Västra Götaland 2024, as printed --------------------------------------------------------


@cache
def vg() -> DecisionView:
    own = vg_dossier()
    return decision_view(own, own.plans[0])


@cache
def vg_dossier() -> Dossier:
    path = RAW / "plans" / ID / "14.yaml"
    return reconciled(read_model(path, Plan)[0])


def test_vg_differs_by_what_the_source_does_not_place() -> None:
    own = vg_dossier()
    assert not own.reconciliation.errors()
    found = results(own, Kind.PLAN_TO_POST)
    assert {post: (r.expected, r.found) for post, r in found.items()} == {
        BRUKARE: (2_000_000, 2_000_000),
        SUICID: (33_485_400, 33_485_400),
        BARN: (41_917_629, 41_617_629),
        # 29 028 869 and the 300 000 to VKV, which only the column of BARN has room for.
        SAM: (29_276_915, 29_328_869),
    }
    gaps = {post.id: [gap.amount_sek for gap in post.gaps] for post in vg().posts}
    assert gaps == {BARN: [-300_000], SAM: [300_000, -248_046], BRUKARE: [], SUICID: []}
    assert all(post.unexplained_sek == 0 for post in vg().posts)
    total = results(own, Kind.PLAN_TO_TOTAL)["total"]
    assert (total.expected, total.found) == (106_679_943, 106_679_944 - 248_046)
    assert (total.verdict, total.severity) == (Verdict.KNOWN_DIFFERENCE, Severity.WARNING)
    assert "106\u00a0679\u00a0944" in total.note


def test_a_vg_plan_that_places_every_krona_differs_by_rounding() -> None:
    amounts = county_amounts(computed().allocation, "14")
    own = reconciled(
        plan(
            *(measure(post, remainder=True) for post in JAMTLAND),
            county="14",
        )
    )
    total = results(own, Kind.PLAN_TO_TOTAL)["total"]
    assert (amounts["total"], total.found) == (106_679_943, 106_679_944)
    assert (total.verdict, total.severity) == (Verdict.ROUNDING, Severity.WARNING)


def test_vg_by_level_and_post() -> None:
    table = vg().levels
    assert table is not None
    assert table.posts == ("Barn och unga", "Samsjuklighet", "Brukarmedverkan", "Suicidprevention")
    assert {row.level: tuple(a and a.sek for a in row.amounts) for row in table.rows} == {
        "Länsgemensamt uppdrag": (4_050_000, None, None, None),
        "Länsgemensam nivå": (None, 1_600_000, None, None),
        # 3 000 000 + 4 000 000 + 5 800 000 + 5 800 000.
        "Delregional vårdsamverkan": (None, 18_600_000, None, 10_000_000),
        "VGR": (None, 1_300_000, None, 10_400_000),
        "Kommunalförbund": (None, 2_600_000, None, 10_400_000),
        # 25 064 083 + 11 650 000 + 853 546; 45 902 + 482 500 + 4 000 000 + 300 000 + 400 467.
        "": (37_567_629, 5_228_869, 2_000_000, 2_685_400),
    }
    assert table.rows[-1].level == ""
    totals = tuple(total.sek for total in table.totals)
    assert totals == (41_617_629, 29_328_869, 2_000_000, 33_485_400)
    assert sum(row.total_sek for row in table.rows) == 106_431_898


def test_vg_document_shows_levels_differences_and_blanks() -> None:
    text = text_of(vg())
    assert "Samma insatser efter nivå och område, kronor" in text
    assert "Ingen nivå angiven 37 567 629 5 228 869 2 000 000 2 685 400 47 481 898" in text
    assert "+248 046" in text
    assert "+300 000" in text
    assert "Områdets medel 29 276 915" in text
    assert "Länets underlag säger inte vad som föreslås, eller vem som beslutar." in text
    assert "Länets underlag säger inte vem som rekvirerar." in text
    assert "Beloppet att rekvirera är 106 679 944 kr." in text
    assert "Beloppet är summan av områdenas avrundade belopp, medan länets summa ovan" in text
    assert "Det är 248 045 kr mindre än länets medel." in text
    assert "Av områdenas medel är 248 046 kr inte lagda på någon insats." in text
    assert "Att talen skiljer sig med 1 kr beror på att länets summa är avrundad för sig." in text
    assert "Länets underlag säger inte hur medlen betalas ut" in text
    assert "Summa per organisation" not in text
    assert "None" not in text


def test_vg_csv_says_level_and_difference() -> None:
    attachment, _ = vg().attachments()
    lines = attachment.content.decode("utf-8-sig").splitlines()
    assert (
        "Fördelning på insatser;Suicidprevention;Länssamordning av suicidprevention;VGR;;;400000;"
        in lines
    )
    assert "Summa per nivå;;;Delregional vårdsamverkan;;;28600000;" in lines
    assert any(line.endswith(";248046;") and "Kända skillnader" in line for line in lines)
    assert not any(line.startswith("Summa per organisation") for line in lines)


def test_a_plan_without_levels_has_no_table_of_them() -> None:
    own = reconciled(plan(measure(BRUKARE, amount=1_000_000, organisation="Region")))
    view = decision_view(own, own.plans[0])
    assert view.levels is None
    text = text_of(view)
    assert "Nivå" not in text
    assert "Ingen organisation angiven" in text


# --- Drafts ----------------------------------------------------------------------------------


def test_every_page_of_a_draft_says_so() -> None:
    own = vg_dossier()
    draft = own.agreement.model_copy(update={"status": Status.DRAFT})
    view = decision_view(replace(own, agreement=draft), own.plans[0])
    pages = words_of(drawn(view).pdf)
    assert [page.count("UTKAST") for page in pages] == [1] * len(pages)
    assert len(pages) > 2
    assert "UTKAST" not in text_of(vg())
