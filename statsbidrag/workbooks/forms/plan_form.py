"""The form of a plan's workbook: its sheets and fields, and for which county there can be one.

Belongs here: which sheets and fields a plan's workbook has. Does not: what it holds
(`plan_workbook`), its formulas (`plan_formulas`), or whether the plan adds up
(`statsbidrag.reconciliation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.common import RecipientType
from schemas.plan import Measure
from statsbidrag.dossier.gathering import Computed
from statsbidrag.errors import UsageError
from statsbidrag.register import recipients as reg
from statsbidrag.workbooks.book import POSTS
from statsbidrag.workbooks.forms import plan_formulas as formulas
from statsbidrag.workbooks.forms.form import MARK, Column, Facts, Form, Kind, Table
from statsbidrag.workbooks.forms.mark_and_posts import Case, Mark

PLAN_MARK: Final = Mark("plan", (RecipientType.LAN,), "ID CODE")
"""The mark of a plan's workbook."""

_LEVELS: Final = "Nivåer"
_ORGANISATIONS: Final = "Organisationer"
_PARTS: Final = "Avsnitt"
_SPARE_MEASURES: Final = 30

PLAN_TEXTS: Final = {
    "Förslag till beslut": "decision.proposal",
    "Utbetalning": "payment.text",
    "Utdrag till": "recipients_of_extract",
}
"""What the sheet of texts holds, and where in the plan it goes."""


def _text(key: str, heading: str, help_: str, **more: Any) -> Column:
    return Column(key, heading, Kind.TEXT, help_, **more)


PLAN_FACTS: Final = Facts(
    "Uppgifter",
    "Planens uppgifter",
    "Skriv i kolumnen Svar. Rubrik och Källa måste fyllas i. Annat som inte är bestämt lämnas "
    "tomt, och står då tomt i underlaget.",
    (
        MARK,
        _text("agreement", "Överenskommelse", "Ändra inte.", required=True, given=True),
        _text("county", "Län", "Ändra inte.", required=True, given=True),
        _text("title", "Rubrik", "Underlagets rubrik, till exempel: Länsgemensamma medel 2025.",
              required=True),
        _text("issuer", "Utfärdat av", "Den organisation som står bakom underlaget."),
        _text("issuer_role", "Funktion", "Vilken funktion som har tagit fram det. Inget namn."),
        Column("date", "Datum", Kind.DAY, "Underlagets datum, som 2025-03-31."),
        _text("reference_number", "Diarienummer", "Organisationens eget diarienummer."),
        _text("source", "Källa", "Varifrån uppgifterna är hämtade.", required=True),
        _text("decision.by", "Beslutas av", "Den som beslutar, som underlaget kallar den."),
        _text("decision.by_long", "Beslutas av, utskrivet", "Namnet utan förkortning."),
        _text("requisition.by", "Rekvireras av", "Den som rekvirerar länets medel."),
        _text("requisition.text", "Om rekvisitionen", "En eller några meningar, om det behövs."),
        _text("payment.method", "Utbetalning sker genom", "Till exempel faktura eller avtal."),
        _text("payment.invoicing.to", "Faktura till", "Den som fakturor ställs till."),
        _text("payment.invoicing.address", "Fakturaadress", "Adress, eller var den finns."),
        _text("payment.invoicing.reference", "Fakturareferens", "Referensen på fakturan."),
    ),
)  # fmt: skip

MEASURES: Final = "measures"
"""The key of the table of measures."""


_POST_TABLE: Final = Table(
    "posts",
    POSTS,
    "Länets poster",
    "Länets belopp enligt överenskommelsen. Placerat och Kvar räknas om när du fyller i Insatser.",
    (
        Column("label", "Post", Kind.TEXT, width=34),
        Column("id", "Postens namn i filerna", Kind.TEXT, width=44),
        Column("amount", "Länets belopp, kr", Kind.KRONOR, width=18),
        _text("word", "Beloppet är", "slutlig, återräknad, skattad eller publicerad", width=16),
        Column("placed", "Placerat, kr", Kind.SHOWN, "Summan av postens insatser.", width=18),
        Column("left", "Kvar, kr", Kind.SHOWN, "Det som ännu inte är placerat. Minus: för mycket.",
               width=18),
        Column("state", "Läge", Kind.SAID, width=26),
    ),
    fixed=True,
)  # fmt: skip

_MEASURE_TABLE: Final = Table(
    MEASURES,
    "Insatser",
    "Insatser",
    "En rad per insats. Skriv antingen ett belopp, en andel av posten, eller ja i Resten.",
    (
        Column("post", "Post", Kind.CHOICE, "Välj den post som pengarna tas från.", 19,
               required=True, choices=POSTS),
        _text("title", "Insats", "Vad pengarna går till.", width=36, required=True),
        _text("short_title", "Kort namn", "Till sammanställningen, om insatsens namn är långt.",
              width=18),
        _text("level", "Nivå", "Länets eget ord för var pengarna används. Fyll gärna på listan.",
              width=14, choices=_LEVELS),
        _text("responsible", "Ansvarig verksamhet", "Den som genomför insatsen.", width=23),
        Column("organisation", "Organisation", Kind.TEXTS,
               "Den som svarar för pengarna. Delar flera på insatsen: semikolon mellan dem.", 23,
               choices=_ORGANISATIONS),
        Column("amount", "Belopp, kr", Kind.KRONOR, "Hela kronor, till exempel 1 500 000.", 12),
        Column("share", "Andel av posten", Kind.SHARE, "50 % eller =1/3. I stället för belopp.", 9),
        Column("remainder", "Resten", Kind.YES,
               "ja: det som postens andra insatser lämnar. I stället för belopp.", 8),
        Column("gives", "Ger, kr", Kind.SHOWN, "Räknas ut: vad insatsen får.", 12,
               formula=formulas.gives),
        Column("left", "Kvar av posten, kr", Kind.SHOWN,
               "Räknas ut: vad som är kvar av postens pengar efter alla insatser.", 12,
               formula=formulas.left_of_post),
        _text("note", "Anmärkning", "Visas under insatsen.", width=24),
    ),
    blank=_SPARE_MEASURES,
)  # fmt: skip

_TABLES: Final = (
    _POST_TABLE,
    _MEASURE_TABLE,
    Table(
        "texts",
        "Texter",
        "Texter i underlaget",
        "Ett stycke per rad, i den ordning de ska stå.",
        (
            Column("part", "Avsnitt", Kind.CHOICE, "Var i underlaget texten ska stå.", 26,
                   required=True, choices=_PARTS),
            _text("text", "Text", "En eller några meningar, eller en mottagare av utdraget.",
                  width=110, required=True),
        ),
    ),
    Table(
        "changes",
        "Ändringar",
        "Ändringar sedan förra året",
        "Det som skiljer sig från året före, där det inte framgår av beloppen.",
        (
            _text("text", "Ändring", "Vad som har ändrats.", width=90, required=True),
            Column("change_sek", "Skillnad, kr", Kind.CHANGE, "Med minus om det är mindre.", 18),
            Column("exact", "Exakt belopp", Kind.YES, "ja, om beloppet inte är ungefärligt.", 14),
        ),
        blank=6,
    ),
    Table(
        "stated_sums",
        "Summor",
        "Länets egen sammanställning",
        "Valfritt: summan per organisation, att stämma av insatserna mot.",
        (
            Column("organisation", "Organisation", Kind.TEXTS,
                   "Som i Insatser; semikolon mellan dem som delar.", 80, required=True,
                   choices=_ORGANISATIONS),
            Column("amount", "Summa, kr", Kind.KRONOR, "Hela kronor.", 18, required=True),
        ),
        blank=6,
    ),
    Table(
        "reporting",
        "Redovisning",
        "Vem som redovisar vad",
        "Länets egen redovisning. Det som överenskommelsen kräver står i underlaget ändå.",
        (
            Column("who", "Vem", Kind.TEXTS, "Semikolon mellan flera.", 50, required=True),
            _text("what", "Vad", "Vad som ska redovisas.", width=60, required=True),
            _text("to", "Till", "Till vem.", width=40, required=True),
            Column("by", "Senast", Kind.DAY, "Sista dag, om den är bestämd.", 13),
        ),
        blank=6,
    ),
    Table(
        "known_differences",
        "Skillnader",
        "Skillnader som ska stå kvar",
        "Bara om planen med avsikt inte ger postens belopp. Skillnaden visas i underlaget.",
        (
            Column("post", "Post", Kind.CHOICE, "Posten som skillnaden gäller.", 30, required=True,
                   choices=POSTS),
            Column("amount", "Skillnad, kr", Kind.CHANGE, "Planen minus posten: minus om planen "
                   "placerar mindre.", 16, required=True),
            _text("reason", "Skäl", "Varför den ska stå kvar.", width=80, required=True),
            _text("source", "Källa", "Var det står.", width=24, required=True),
        ),
        blank=6,
    ),
)  # fmt: skip

SHEET_OF: Final = {table.key: table.name for table in _TABLES}
"""The name of each table's sheet, by the table's key."""

_GUIDE: Final = (
    "Fyll i bladet Uppgifter. Vid varje rad står om den måste fyllas i. Annat som inte är bestämt "
    "lämnas tomt.",
    "Skriv en rad per insats i bladet Insatser. Bladet Poster visar hela tiden vad som är kvar.",
    "Grå celler räknas ut eller är givna. Ändra inte dem, rubrikerna eller bladens namn.",
    "Skriv värden, inte formler (utom =1/3 i Andel). Dölj inget, och slå inte ihop celler.",
    "Spara som Excel-arbetsbok (.xlsx) och läs in den: statsbidrag plan-import FIL.",
)


@dataclass(frozen=True)
class PlanCase(Case):
    """Whose plan it is: the agreement computed, and the county."""

    @property
    def county(self) -> str:
        """The county with its code."""
        return f"{self.register_name} ({self.code})"

    @property
    def given(self) -> dict[str, str]:
        """The agreement, and the county with its code."""
        return {"agreement": self.computed.agreement.id, "county": self.county}


def plan_case(computed: Computed, county: str) -> PlanCase:
    """An agreement's county, for which there is a post. Raises UsageError for another."""
    agreement = computed.agreement
    known = reg.names(computed.register, RecipientType.LAN)
    if county not in known:
        raise UsageError(
            f"{county}: no county has this code. There are: "
            + ", ".join(f"{code} ({name})" for code, name in known.items())
        )
    if not agreement.posts_of(RecipientType.LAN):
        raise UsageError(f"{agreement.id} has no post to counties, so there is nothing to plan")
    return PlanCase(computed, RecipientType.LAN, county)


def plan_form(case: PlanCase, measures: Sequence[Measure] = ()) -> Form:
    """The form of one county's workbook; measures add their words to the lists of suggestions."""
    organisations = [
        *_organisations(case),
        *(name for measure in measures for name in measure.organisation),
    ]
    year = case.computed.agreement.year
    return Form(
        mark=PLAN_MARK.of(case),
        title=f"Plan för länsgemensamma medel {year}, {case.county}",
        guide=_GUIDE,
        facts=PLAN_FACTS,
        tables=_TABLES,
        lists={POSTS: {label: post for post, label in case.labels.items()}, _PARTS: PLAN_TEXTS},
        suggestions={
            _ORGANISATIONS: [*dict.fromkeys(organisations)],
            _LEVELS: [*dict.fromkeys(measure.level for measure in measures if measure.level)],
        },
    )


def _organisations(case: PlanCase) -> list[str]:
    """The region and the municipalities of a county, as they are most often named."""
    register = case.computed.register
    own = register.by_county[case.code]
    return [
        register.by_type[kind][code]
        for kind in (RecipientType.REGION, RecipientType.KOMMUN)
        for code in own.get(kind, ())
    ]
