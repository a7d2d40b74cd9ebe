"""What recipients are told beside their amounts: what the agreements say, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.agreement import Agreement
from schemas.common import RecipientType, Reference
from schemas.guidance import (
    About,
    FieldKind,
    Fills,
    Form,
    FormField,
    FormKind,
    Period,
    Purpose,
)
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.register.recipients import Register, read_register
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers import made
from tests.helpers.program import in_process

Refused = Callable[[Callable[[], object]], list[Problem]]
LAN, REGION, KOMMUN, SKR = (RecipientType(name) for name in ("lan", "region", "kommun", "skr"))
YEARS = (2024, 2025)


@pytest.fixture(params=YEARS)
def agreement(request: pytest.FixtureRequest, raw: Raw, register: Register) -> Agreement:
    return load_agreement(raw, f"psykisk-halsa-{request.param}", register)


def of(raw: Raw, register: Register, year: int) -> Agreement:
    return load_agreement(raw, f"psykisk-halsa-{year}", register)


# --- What the agreements say ------------------------------------------------------------------

# The annexes (2024: section 9; 2025: page 15), which are alike: every line that is a field.
CONTACT = [
    "Bidragsmottagare",
    "Organisationsnummer",
    "Kontaktperson",
    "Postadress",
    "Telefon inkl. riktnummer",
    "Faxnummer",
    "E-postadress",
]
SIGNED = ["Datum", "Underskrift", "Namnförtydligande"]
ANNEX: dict[FormKind, dict[str, list[str]]] = {
    FormKind.REQUISITION: {
        "Kontaktuppgifter": CONTACT,
        "Bidrag som ansökan avser": [
            "Regeringskansliets diarienummer för bakomliggande överenskommelse",
            "Regeringskansliets diarienummer för regeringsbeslut avseende utbetalning",
            "Överenskommelsens benämning",
            "Belopp som rekvireras",
            "Rekvisitionen avser perioden",
        ],
        "Uppgifter för utbetalning": ["Bankgiro/Plusgiro", "Önskad betalningsreferens"],
        "Underskrift i original av behörig företrädare": ["Intygande", *SIGNED],
    },
    FormKind.FINANCIAL_REPORT: {
        "Kontaktuppgifter": CONTACT,
        "Bidrag som ansökan avser": [
            "Regeringskansliets diarienummer för bakomliggande överenskommelse",
            "Regeringskansliets diarienummer avseende regeringsbeslut för utbetalning",
            "Överenskommelsens benämning",
            "Summa bidrag enligt överenskommelsen",
            "Summa bidrag som utbetalats från regeringen/Regeringskansliet",
            "Period som den ekonomiska redovisningen avser",
        ],
        "Redovisning av verksamhet eller aktivitet": [
            "Bidrag som erhållits av regeringen/Regeringskansliet",
            "Kostnader",
            "Kostnader (specificera större kostnadsposter)",
            "Summa kostnader",
            "Medel som inte har förbrukats (Bidrag – kostnader)",
        ],
        "Ekonomichefens (eller motsvarande) granskning av den ekonomiska redovisningen": [
            "Granskning",
            "Avvikelser och eventuella åtgärder",
            *SIGNED,
            "Befattning",
            "Telefon inkl. riktnummer",
            "E-postadress",
        ],
        "Underskrift i original av behörig företrädare": ["Intygande", *SIGNED],
    },
}


@pytest.mark.parametrize("kind", FormKind)
def test_every_field_of_the_annex_in_its_order(agreement: Agreement, kind: FormKind) -> None:
    form = agreement.forms[kind]
    found = {section.title: [field.label for field in section.fields] for section in form.sections}
    assert found == ANNEX[kind]
    assert list(found) == list(ANNEX[kind])


def test_who_sends_which_form(raw: Raw, register: Register) -> None:
    # 2024, section 7: SKR alone reports; 2025, section 6.1: everybody. All requisition.
    reports = FormKind.FINANCIAL_REPORT
    assert of(raw, register, 2024).forms[reports].who == (SKR,)
    assert set(of(raw, register, 2025).forms[reports].who) == set(RecipientType)
    for year in YEARS:
        agreement = of(raw, register, year)
        assert set(agreement.forms[FormKind.REQUISITION].who) == set(RecipientType)
        # Whoever sends the form has the duty, and nobody else.
        duty = {k for d in agreement.reporting if d.to == "Kammarkollegiet" for k in d.who}
        assert set(agreement.forms[reports].who) == duty
    assert of(raw, register, 2024).form_for(reports, KOMMUN) is None
    assert of(raw, register, 2025).form_for(reports, KOMMUN) is not None


def test_the_one_sum_is_grant_minus_costs(agreement: Agreement) -> None:
    fields = [field for form in agreement.forms.values() for field in form.fields]
    [field] = [field for field in fields if field.computed is not None]
    assert field.label == "Medel som inte har förbrukats (Bidrag – kostnader)"
    labels = {each.id: each.label for each in agreement.forms[FormKind.FINANCIAL_REPORT].fields}
    assert field.computed is not None
    assert labels[field.computed.from_] == "Bidrag som erhållits av regeringen/Regeringskansliet"
    assert labels[field.computed.minus] == "Summa kostnader"


def test_what_is_filled_in(agreement: Agreement) -> None:
    after = {Fills.RECEIVED, Fills.COSTS}
    for kind, form in agreement.forms.items():
        filled = {field.fills: field for field in form.fields if field.fills is not None}
        known = set(Fills) if kind == "financial_report" else set(Fills) - after
        assert set(filled) == known, "what comes after the decision is in the report alone"
        numbers = [field for field in form.fields if field.fills == Fills.REFERENCE_NUMBER]
        assert numbers[0].source == "agreement"
        assert form.period is not None
        assert (form.period.first, form.period.last) == (
            date(agreement.year, 1, 1),
            date(agreement.year, 12, 31),
        )
        assert form.by is not None
        assert agreement.dates[form.by].in_force.year in (agreement.year, agreement.year + 1)
        assert (form.sent_to, form.address) == ("Kammarkollegiet", "")


def test_no_detail_of_a_person_is_filled_in(agreement: Agreement) -> None:
    of_people = ("Kontaktperson", "Telefon", "Fax", "E-post", "Underskrift", "Namn", "Befattning")
    for field in (field for form in agreement.forms.values() for field in form.fields):
        assert field.personal == field.label.startswith(of_people)
        assert not (field.personal and field.fills)


def test_the_payment_decisions_number_is_not_invented(raw: Raw, register: Register) -> None:
    for year, source in ((2024, "payment_decision"), (2025, None)):
        agreement = of(raw, register, year)
        for form in agreement.forms.values():
            [field] = [field for field in form.fields if field.id == "decision_number"]
            assert field.source == source
        assert source is None or agreement.sources[source].reference_number == ""


def test_every_post_has_a_purpose(agreement: Agreement) -> None:
    for post in agreement.posts:
        purpose = agreement.purpose_of(post)
        assert purpose is not None, post.id
        assert post.recipients in purpose.who
        assert purpose in agreement.purposes_for(post.recipients)
    used = [p for kind in RecipientType for p in agreement.purposes_for(kind)]
    assert all(purpose in used for purpose in agreement.purposes)


def test_where_the_purposes_stand(raw: Raw, register: Register) -> None:
    # 2024: sections 3.1-3.6 and 4; 2025: sections 2.1-2.4 and 3.
    def sections(year: int, kind: RecipientType) -> list[str | None]:
        return [p.reference.section for p in of(raw, register, year).purposes_for(kind)]

    assert {kind: sections(2024, kind) for kind in RecipientType} == {
        REGION: ["3.1", "3.3", "3.6"],
        KOMMUN: ["3.3"],
        LAN: ["3.1", "3.2", "3.4", "3.5"],
        SKR: ["4"],
    }
    assert {kind: sections(2025, kind) for kind in RecipientType} == {
        REGION: ["2.3", "2.4"],
        KOMMUN: ["2.2"],
        LAN: ["2.3", "2.1", "2.4"],
        SKR: ["3"],
    }


def test_how_much_each_area_asks_of_its_recipients(raw: Raw, register: Register) -> None:
    # The bullets of sections 2.1-2.4 (2025) without the duty to report, which stands apart, and of
    # section 4 (2024).
    def asked(year: int, area: str) -> int:
        [purpose] = [p for p in of(raw, register, year).purposes if p.area == area]
        return len(purpose.must)

    assert asked(2025, "nationell-strategi") == 3
    # Three bullets; whom to attend to, and the laws to follow, are sentences of their own.
    assert asked(2025, "barn-och-unga") == 3 + 2
    # Six bullets, and the plan to follow.
    assert asked(2025, "komplexa-behov") == 6 + 1
    assert asked(2025, "suicidprevention") == 5
    assert asked(2024, "skr") == 8


@pytest.mark.parametrize("kind", RecipientType)
def test_what_everybody_has_to_know(agreement: Agreement, kind: RecipientType) -> None:
    told = {condition.about for condition in agreement.conditions_for(kind)}
    assert told >= {About.USE, About.PAYMENT, About.REPAYMENT, About.RECORDS}
    assert agreement.duties_of(kind)
    assert all(duty.contents for duty in agreement.duties_of(kind))
    days = {condition.by for condition in agreement.conditions_for(kind)}
    assert days >= {"requisition", "repayment"}


def test_only_2025_makes_the_money_depend_on_results(raw: Raw, register: Register) -> None:
    def asked(year: int) -> set[RecipientType]:
        conditions = of(raw, register, year).conditions
        return {kind for c in conditions if c.about == About.REQUIREMENT for kind in c.who}

    assert asked(2025) == set(RecipientType)
    assert asked(2024) == set()


def references(agreement: Agreement) -> Iterator[Reference]:
    yield from (purpose.reference for purpose in agreement.purposes)
    yield from (condition.reference for condition in agreement.conditions)
    for form in agreement.forms.values():
        yield form.reference
        yield from [form.period.reference] if form.period else []


def test_each_statement_says_where_it_stands(agreement: Agreement) -> None:
    for reference in references(agreement):
        assert reference.source == "agreement"
        assert reference.section or reference.page


def sentences(agreement: Agreement) -> Iterator[str]:
    for purpose in agreement.purposes:
        for text in (purpose.text, *purpose.must, *purpose.should):
            yield from re.split(r"(?<=\.)\s+", text)
    for condition in agreement.conditions:
        yield from re.split(r"(?<=\.)\s+", condition.text)


def test_the_sentences_are_short_and_whole(agreement: Agreement) -> None:
    for sentence in sentences(agreement):
        assert len(sentence.split()) <= 30, sentence
        assert re.fullmatch(r"[A-ZÅÄÖ].*[.]", sentence), sentence
        assert not re.search(r"\b(etc|mm|osv|t\.ex|bl\.a)\b", sentence), sentence


def test_no_condition_repeats_a_day(agreement: Agreement) -> None:
    # A later document may change it: it stands in `dates`.
    for condition in agreement.conditions:
        assert not re.search(r"[0-9] [a-zå]+ 20[0-9]{2}|20[0-9]{2}-", condition.text)


# --- What does not hold together ---------------------------------------------------------------

GUIDANCE = """\
purposes:
  - {area: ett, who: [region, lan], text: Till., must: [Göra.], reference: {source: agreement}}
  - area: tva
    who: [lan, kommun, skr]
    text: Till.
    must: [Göra.]
    reference: {source: agreement}
  - {post: lan/e, who: [lan], text: Just till E., must: [Göra.], reference: {source: agreement}}
conditions:
  - {about: use, who: [kommun], text: Så., reference: {source: agreement}}
  - {about: repayment, who: [lan], text: Så., by: repayment, reference: {source: agreement}}
forms:
  requisition:
    title: Rekvisition
    who: [lan, region]
    sent_to: Kammarkollegiet
    by: requisition
    period: {first: 2025-01-01, last: 2025-12-31, reference: {source: agreement}}
    reference: {source: agreement}
    sections:
      - title: Ett
        fields:
          - {id: grant, label: Bidrag, kind: amount, fills: amount}
          - {id: costs, label: Kostnader, kind: amount}
          - {id: number, label: Nummer, kind: text, fills: reference_number, source: agreement}
      - title: Två
        fields:
          - {id: period, label: Period, kind: period, fills: period}
          - {id: rest, label: Kvar, kind: amount, computed: {from: grant, minus: costs}}
          - {id: note, label: Not, kind: lines}
"""
FIELDS = "forms.requisition.sections"


@pytest.fixture
def told(country: SmallCountry) -> SmallCountry:
    text = country.agreement.read_text("utf-8")
    country.agreement.write_text(text + GUIDANCE, "utf-8")
    return country


def load(country: SmallCountry) -> Agreement:
    return load_agreement(country.raw, AGREEMENT, read_register(country.raw))


def test_a_posts_own_purpose_goes_before_its_areas(told: SmallCountry) -> None:
    agreement = load(told)
    texts = {}
    for post in agreement.posts:
        purpose = agreement.purpose_of(post)
        texts[post.id] = purpose.text if purpose else None
    assert texts == {
        **dict.fromkeys(["region/a", "lan/b/x", "lan/b/y", "kommun/c", "skr/d"], "Till."),
        "lan/e": "Just till E.",
    }
    assert len(agreement.purposes_for(LAN)) == 3
    assert [c.about for c in agreement.conditions_for(KOMMUN)] == [About.USE]
    assert agreement.form_for(FormKind.REQUISITION, KOMMUN) is None


@dataclass(frozen=True)
class Mistake:
    """One text in the place of another; the place, what was found, and what was expected."""

    old: str
    new: str
    place: str
    found: str
    expected: str


MISTAKES = {
    "a purpose of an unknown area": Mistake(
        "{area: ett, who: [region", "{area: etta, who: [region",
        "purposes[0].area", "`etta`", "one of: ett, tva"),
    "a purpose of an unknown post": Mistake(
        "post: lan/e, who", "post: lan/f, who", "purposes[2].post", "`lan/f`",
        "one of: region/a, lan/b/x, lan/b/y, lan/e, kommun/c, skr/d"),
    "a purpose for those who get nothing": Mistake(
        "who: [region, lan], text", "who: [region, lan, skr], text",
        "purposes[0].who[2]", "`skr`, which has none", "a recipient type that has a post in ett"),
    "two purposes of one area for one type": Mistake(
        "  - {post: lan/e, who", "  - {area: ett, who",
        "purposes[2].who[0]", "another for `lan`", "one purpose of ett for each recipient type"),
    "a post without purpose": Mistake(
        "who: [lan, kommun, skr]", "who: [lan, skr]", "purposes",
        "no purpose of that post, nor of its area for its recipient type",
        "what the money of kommun/c is for"),
    "a condition of an unknown day": Mistake(
        "by: repayment", "by: repayments", "conditions[1].by", "`repayments`",
        "one of: requisition, repayment"),
    "a form of an unknown day": Mistake(
        "by: requisition", "by: rekvisition", "forms.requisition.by", "`rekvisition`",
        "one of: requisition, repayment"),
    "an unknown source of a number": Mistake(
        "source: agreement}\n      - title: Två", "source: beslut}\n      - title: Två",
        f"{FIELDS}[0].fields[2].source", "`beslut`", "one of: agreement"),
    "an unknown source of a purpose": Mistake(
        "Till., must: [Göra.], reference: {source: agreement}",
        "Till., must: [Göra.], reference: {source: annat}",
        "purposes[0].reference.source", "`annat`", "one of: agreement"),
    "a field twice": Mistake(
        "{id: note, label", "{id: costs, label", f"{FIELDS}[1].fields[2].id", "`costs` again",
        "each field's id once"),
    "a sum with a field that is not there": Mistake(
        "minus: costs}", "minus: cost}", f"{FIELDS}[1].fields[1].computed.minus", "`cost`",
        "one of: grant, costs"),
    "a sum with something else than an amount": Mistake(
        "from: grant,", "from: number,", f"{FIELDS}[1].fields[1].computed.from", "`number`",
        "one of: grant, costs"),
    "a sum with itself": Mistake(
        "from: grant,", "from: rest,", f"{FIELDS}[1].fields[1].computed.from", "`rest`",
        "one of: grant, costs"),
    "a period that the form does not have": Mistake(
        "    period: {first: 2025-01-01, last: 2025-12-31, reference: {source: agreement}}\n", "",
        f"{FIELDS}[1].fields[0].fills", "none",
        "`period:` in the form, with its first and last day"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_what_does_not_hold_together(told: SmallCountry, refused: Refused, case: str) -> None:
    mistake = MISTAKES[case]
    told.change(told.agreement, mistake.old, mistake.new)
    [problem] = refused(lambda: load(told))
    assert (problem.place, problem.found) == (mistake.place, mistake.found)
    assert problem.expected == mistake.expected
    assert (problem.file, bool(problem.action)) == (str(told.agreement), True)
    key = re.findall("[a-z]+", mistake.place)[-1]
    assert f"{key}:" in told.agreement.read_text("utf-8").splitlines()[problem.line - 1]


def test_conditions_and_forms_are_for_those_who_are_paid(
    told: SmallCountry, refused: Refused
) -> None:
    text = told.agreement.read_text("utf-8")
    post = text[text.index("  - id: skr/d") : text.index("stated_totals:")]
    text = text.replace(post, "").replace("amount: 1 561,", "amount: 1 511,")
    text = text.replace("who: [lan, kommun, skr]", "who: [lan, kommun]")
    text = text.replace("who: [kommun], text: Så.", "who: [kommun, skr], text: Så.")
    text = text.replace("who: [lan, region]", "who: [skr, region]")
    told.agreement.write_text(text, "utf-8")
    problems = refused(lambda: load(told))
    assert {(problem.place, problem.found) for problem in problems} == {
        ("conditions[0].who[1]", "`skr`, which has none"),
        ("forms.requisition.who[0]", "`skr`, which has none"),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("status: signed", "status: draft"),
        ("status: signed", "status: reconstructed"),
        ("coverage: complete", "coverage: partial"),
    ],
)
def test_what_is_not_finished_may_have_gaps(told: SmallCountry, old: str, new: str) -> None:
    told.change(told.agreement, "who: [lan, kommun, skr]", "who: [lan]")
    told.change(told.agreement, old, new)
    agreement = load(told)
    assert agreement.purpose_of(agreement.post("kommun/c")) is None


def test_an_agreement_may_say_nothing_of_it(country: SmallCountry) -> None:
    agreement = load(country)
    assert (agreement.purposes, agreement.conditions, agreement.forms) == ((), (), {})
    assert agreement.purposes_for(LAN) == []


def test_an_empty_list_of_purposes_is_a_gap(country: SmallCountry, refused: Refused) -> None:
    text = country.agreement.read_text("utf-8")
    country.agreement.write_text(text + "purposes: []\n", "utf-8")
    problems = refused(lambda: load(country))
    assert [problem.expected for problem in problems] == [
        f"what the money of {name} is for"
        for name in ("region/a", "lan/b/x", "lan/b/y", "lan/e", "kommun/c", "skr/d")
    ]


def test_mistakes_in_every_part_are_told_at_once(told: SmallCountry, refused: Refused) -> None:
    # And none of them brings about another message: what could not be read is not missed.
    for old, new in (
        ("{area: ett, who: [region", "{omrade: ett, who: [region"),
        ("about: repayment", "about: återbetalning"),
        ("label: Not, kind: lines", "label: Not, kind: rader"),
        ("date: 2025-12-01", "date: 1 december"),
    ):
        told.change(told.agreement, old, new)
    assert {problem.place for problem in refused(lambda: load(told))} == {
        "purposes[0].omrade",
        "purposes[0]",
        "conditions[1].about",
        f"{FIELDS}[1].fields[2].kind",
        "dates.requisition.date",
    }


# --- What one part alone is refused for ----------------------------------------------------------

FIELD: dict[str, Any] = {"id": "falt", "label": "Fält", "kind": "text"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "fixed"}, "`text` stands at a field of kind `fixed`"),
        ({"text": "Jag intygar."}, "`text` stands at a field of kind `fixed`"),
        ({"kind": "fixed", "text": " "}, "at least 1 character"),
        ({"kind": "choice"}, "`options` stand at a field of kind `choice`"),
        ({"kind": "choice", "options": ["Ja"]}, "at least 2 items"),
        ({"options": ["Ja", "Nej"]}, "`options` stand at a field of kind `choice`"),
        ({"computed": {"from": "a", "minus": "b"}}, "only a field of kind `amount`"),
        ({"kind": "amount", "computed": {"from": "a", "minus": "a"}}, "two different fields"),
        ({"fills": "amount"}, "`fills: amount` needs `kind: amount`"),
        ({"fills": "kontonummer"}, "Input should be"),
        ({"fills": "reference_number"}, "`source` stands with"),
        ({"fills": "recipient", "source": "avtal"}, "`source` stands with"),
        ({"fills": "recipient", "personal": True}, "one of them at most"),
        ({"kind": "heading", "personal": True}, "takes nothing"),
        ({"kind": "signature", "personal": "kanske"}, "valid boolean"),
        ({"label": ""}, "at least 1 character"),
        ({"id": "Fält 1"}, "match pattern"),
        ({"value": "556000-0000"}, "Extra inputs are not permitted"),
    ],
)
def test_a_field_is_one_thing(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        FormField.model_validate(FIELD | changes)


def test_every_kind_of_field_can_be_written() -> None:
    more: dict[FieldKind, dict[str, Any]] = {
        FieldKind.FIXED: {"text": "Jag intygar."},
        FieldKind.CHOICE: {"options": ["Ja", "Nej"]},
    }
    for kind in FieldKind:
        assert FormField.model_validate(FIELD | {"kind": kind} | more.get(kind, {})).kind == kind


PURPOSE: dict[str, Any] = {
    "area": "prov",
    "who": ["lan"],
    "text": "Till.",
    "must": ["Göra."],
    "reference": {"source": "prov"},
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"post": "lan/a"}, "either an `area` or a `post`"),
        ({"area": None}, "either an `area` or a `post`"),
        ({"area": None, "post": "region/a"}, "the recipient type that its id begins with"),
        ({"who": []}, "at least 1 item"),
        ({"who": ["län"]}, "Input should be"),
        ({"must": []}, "at least 1 item"),
        ({"must": [" "]}, "at least 1 character"),
        ({"must": "Göra."}, "valid tuple"),
        ({"text": ""}, "at least 1 character"),
        ({"reference": ""}, "valid dictionary"),
    ],
)
def test_a_purpose_says_of_what_and_for_whom(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        Purpose.model_validate(PURPOSE | changes)


def test_a_period_ends_after_it_begins() -> None:
    days = {"first": "2025-12-31", "last": "2025-01-01", "reference": {"source": "prov"}}
    with pytest.raises(ValidationError, match="ends on its first day or later"):
        Period.model_validate(days)


@pytest.mark.parametrize("empty", ["sections", "who", "sent_to"])
def test_a_form_has_what_it_needs(empty: str) -> None:
    form: dict[str, Any] = {
        "title": "Rekvisition",
        "who": ["lan"],
        "sent_to": "Kammarkollegiet",
        "sections": [{"title": "Ett", "fields": [FIELD]}],
        "reference": {"source": "prov"},
    }
    assert Form.model_validate(form)
    with pytest.raises(ValidationError):
        Form.model_validate(form | {empty: "" if empty == "sent_to" else []})
    with pytest.raises(ValidationError):
        Form.model_validate(form | {"sections": [{"title": "Ett", "fields": []}]})


# --- Supplements ---------------------------------------------------------------------------------

REST = {"rest": {"by": "equal"}}
SIGNED_ON = {"state": "2025-01-30", "skr": "2025-01-24"}


def purpose(area: str, *who: str, text: str = "Till.") -> dict[str, Any]:
    return PURPOSE | {
        "area": area,
        "who": list(who),
        "text": text,
        "reference": {"source": "avtal"},
    }


FINISHED = {"status": "signed", "signed": SIGNED_ON}


@pytest.fixture
def supplemented(tmp_path: Path) -> SmallCountry:
    """A base that says what its money is for, with a condition."""
    country = SmallCountry(tmp_path / "raw").write_four()
    condition = {"about": "use", "who": ["lan"], "text": "Så.", "reference": {"source": "avtal"}}
    base = made.agreement(
        made.post("lan/a", 40, REST),
        made.post("region/b", 40, REST),
        **FINISHED,
        purposes=[purpose("prov", "lan", "region")],
        conditions=[condition],
    )
    country.write_agreement("prov-2025", base)
    return country


def supplement(country: SmallCountry, **changes: Any) -> None:
    """A supplement that adds a post to another type."""
    data = made.agreement(
        made.post("kommun/c", 50, REST),
        **FINISHED,
        id="prov-2025-tillagg",
        supplements="prov-2025",
        sources={"avtal": {"title": "Tillägget"}},
        **changes,
    )
    data["total"]["amount"] = 130
    country.write_agreement("prov-2025-tillagg", {**data, "areas": [{"id": "ny", "title": "Ny"}]})


def test_a_supplement_says_what_is_new(supplemented: SmallCountry) -> None:
    supplement(supplemented, purposes=[purpose("prov", "kommun", "region", text="Nytt.")])
    raw = supplemented.raw
    agreement = load_agreement(raw, "prov-2025-tillagg", read_register(raw))
    found = {}
    for post in agreement.posts:
        told = agreement.purpose_of(post)
        assert told is not None
        found[post.id] = (told.text, agreement.sources[told.reference.source].title)
    assert found == {
        "lan/a": ("Till.", "Avtalet"),
        "region/b": ("Nytt.", "Tillägget"),
        "kommun/c": ("Nytt.", "Tillägget"),
    }
    [condition] = agreement.conditions
    assert agreement.sources[condition.reference.source].title == "Avtalet"


def test_a_supplements_post_needs_a_purpose_where_the_base_has_them(
    supplemented: SmallCountry,
) -> None:
    supplement(supplemented)
    ended = in_process("--raw", supplemented.root, "check", "prov-2025-tillagg")
    assert ended.code == 2
    assert "what the money of kommun/c is for" in ended.err
    assert "add one: area: prov, who: [kommun]" in ended.err
    assert "lan/a" not in ended.err
