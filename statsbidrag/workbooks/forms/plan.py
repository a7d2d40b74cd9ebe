"""A county's plan as a workbook: the template, what is filled in, and the plan that it becomes.

Belongs here: which sheets and fields a plan's workbook has, and from its cells to `schemas.plan`
and back. Does not: how cells are written and read (`statsbidrag.workbooks.forms`), or whether the
plan adds up (`statsbidrag.reconciliation`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.common import RecipientType
from schemas.plan import Plan
from statsbidrag.allocation.figures import Figures
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import InputError, UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location
from statsbidrag.plans.county_plans import Placed, county_amounts, load_plan, placed, plan_problems
from statsbidrag.register import recipients as reg
from statsbidrag.workbooks.forms.cell_values import Cell, Row
from statsbidrag.workbooks.forms.cells_to_model import CellPlaces, model_of
from statsbidrag.workbooks.forms.form import (
    FIRST_ROW,
    LAST_ROW,
    MARK,
    Column,
    Facts,
    Form,
    Kind,
    Shown,
    Table,
)
from statsbidrag.workbooks.forms.form_reading import Filled, read_form, read_mark
from statsbidrag.workbooks.forms.form_writing import Content, Values, write_form
from statsbidrag.workbooks.forms.posts import (
    POSTS,
    Mark,
    created,
    fact_values,
    labels_of,
    put,
    require_made_for,
    require_posts,
)

_MARK: Final = Mark("plan", (RecipientType.LAN,))
_LEVELS: Final = "Nivåer"
_ORGANISATIONS: Final = "Organisationer"
_PARTS: Final = "Avsnitt"
_SOURCE: Final = "länets eget underlag"
_SPARE_MEASURES: Final = 30

_TEXTS: Final = {
    "Förslag till beslut": "decision.proposal",
    "Utbetalning": "payment.text",
    "Utdrag till": "recipients_of_extract",
}
"""What the sheet of texts holds, and where in the plan it goes."""


def _text(key: str, heading: str, help_: str, **more: Any) -> Column:
    return Column(key, heading, Kind.TEXT, help_, **more)


_FACTS: Final = Facts(
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

_MEASURES: Final = "measures"


def _of_post() -> str:
    """The sum of the post that a row names, in a formula."""
    return (
        f"INDEX({POSTS}!$C${FIRST_ROW}:$C${LAST_ROW},MATCH($A{{row}},"
        f"{POSTS}!$A${FIRST_ROW}:$A${LAST_ROW},0))"
    )


def _rows_of(letter: str) -> str:
    return f"${letter}${FIRST_ROW}:${letter}${LAST_ROW}"


def _gives(row: int) -> str:
    """What a measure comes to: its amount, its share of the post, or what the others leave."""
    whole = _of_post().format(row=row)
    own = f"--({_rows_of('A')}=$A{row})"
    others = f"SUMPRODUCT({own},{_rows_of('G')})-SUMPRODUCT({own},{_rows_of('H')})*{whole}"
    return (
        f'=IF($A{row}="","",IF(ISNUMBER($G{row}),$G{row},IFERROR(IF(ISNUMBER($H{row}),'
        f'$H{row}*{whole},IF($I{row}="ja",MAX(0,{whole}-{others}),0)),0)))'
    )


def _left_of_post(row: int) -> str:
    """What is left of the post that a row names, after all its measures."""
    return (
        f'=IF($A{row}="","",IFERROR(INDEX({POSTS}!$F${FIRST_ROW}:$F${LAST_ROW},'
        f'MATCH($A{row},{POSTS}!$A${FIRST_ROW}:$A${LAST_ROW},0)),""))'
    )


def _placed_of(row: int) -> str:
    """What the measures of a post come to, out of what is written: a row needs no formula to count.

    Where one takes the rest, the sum is the post itself: no share leaves a part of an öre behind.
    """
    own = f"--(Insatser!{_rows_of('A')}=$A{row})"
    amounts = f"SUMPRODUCT({own},Insatser!{_rows_of('G')})"
    shares = f"SUMPRODUCT({own},Insatser!{_rows_of('H')})*$C{row}"
    given = f"{amounts}+IF(ISNUMBER($C{row}),{shares},0)"
    rests = f'SUMPRODUCT({own},--(Insatser!{_rows_of("I")}="ja"))'
    return f"=IF(AND(ISNUMBER($C{row}),{rests}>0),MAX($C{row},{given}),{given})"


def _rest(row: int) -> str:
    return f'=IF(ISNUMBER($C{row}),$C{row}-$E{row},"")'


def _state(row: int) -> str:
    return (
        f'=IF(ISNUMBER($F{row}),IF($F{row}=0,"fördelad",IF($F{row}>0,"kvar att fördela",'
        '"för mycket fördelat")),"länets belopp är inte känt")'
    )


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
    _MEASURES,
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
        Column("gives", "Ger, kr", Kind.SHOWN, "Räknas ut: vad insatsen får.", 12, formula=_gives),
        Column("left", "Kvar av posten, kr", Kind.SHOWN,
               "Räknas ut: vad som är kvar av postens pengar efter alla insatser.", 12,
               formula=_left_of_post),
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

_NAMES: Final = {table.key: table.name for table in _TABLES}

_GUIDE: Final = (
    "Fyll i bladet Uppgifter. Vid varje rad står om den måste fyllas i. Annat som inte är bestämt "
    "lämnas tomt.",
    "Skriv en rad per insats i bladet Insatser. Bladet Poster visar hela tiden vad som är kvar.",
    "Grå celler räknas ut eller är givna. Ändra inte dem, rubrikerna eller bladens namn.",
    "Skriv värden, inte formler (utom =1/3 i Andel). Dölj inget, och slå inte ihop celler.",
    "Spara som Excel-arbetsbok (.xlsx) och läs in den: statsbidrag plan-import FIL.",
)


# --- The workbook -------------------------------------------------------------------------------


def plan_template(computed: Computed, county: str) -> bytes:
    """A county's template: its posts and sums, and nothing else filled in. Raises UsageError."""
    return _workbook(computed, county, None)


def plan_workbook(computed: Computed, plan: Plan) -> bytes:
    """A plan as the same workbook, filled in. Raises UsageError for a text that no cell holds."""
    return _workbook(computed, plan.county, plan)


def existing_plan(raw: Raw, computed: Computed, county: str) -> Plan:
    """The plan that a county has. Raises UsageError where it has none, InputError for a bad one."""
    _require_county(computed, county)
    path = raw.plan_path(computed.agreement.id, county)
    if not path.exists():
        raise UsageError(
            f"{path}: there is no such plan. A template to fill in:\n"
            f"  statsbidrag plan-template {computed.agreement.id} {county}"
        )
    return load_plan(path, computed.agreement, computed.register)


def _workbook(computed: Computed, county: str, plan: Plan | None) -> bytes:
    _require_county(computed, county)
    content = Content(_fact_values(computed, county, plan), _row_values(computed, county, plan))
    return write_form(plan_form(computed, county, plan), content, created(computed.agreement))


def _require_county(computed: Computed, county: str) -> None:
    agreement = computed.agreement
    known = reg.names(computed.register, RecipientType.LAN)
    if county not in known:
        raise UsageError(
            f"{county}: no county has this code. There are: "
            + ", ".join(f"{code} ({name})" for code, name in known.items())
        )
    if not agreement.posts_of(RecipientType.LAN):
        raise UsageError(f"{agreement.id} has no post to counties, so there is nothing to plan")


def plan_form(computed: Computed, county: str, plan: Plan | None = None) -> Form:
    """The form of one county's workbook; a plan adds its own words to the lists of suggestions."""
    agreement = computed.agreement
    labels = labels_of(agreement, RecipientType.LAN)
    measures = plan.measures if plan else ()
    organisations = [
        *_organisations(computed, county),
        *(name for measure in measures for name in measure.organisation),
    ]
    return Form(
        mark=_mark(agreement.id, county),
        title=f"Plan för länsgemensamma medel {agreement.year}, {_county(computed, county)}",
        guide=_GUIDE,
        facts=_FACTS,
        tables=_TABLES,
        lists={POSTS: {label: post for post, label in labels.items()}, _PARTS: _TEXTS},
        suggestions={
            _ORGANISATIONS: [*dict.fromkeys(organisations)],
            _LEVELS: [*dict.fromkeys(measure.level for measure in measures if measure.level)],
        },
    )


def _mark(agreement: str, county: str) -> str:
    return _MARK.of(agreement, RecipientType.LAN, county)


def _county(computed: Computed, county: str) -> str:
    return f"{reg.names(computed.register, RecipientType.LAN)[county]} ({county})"


def _organisations(computed: Computed, county: str) -> list[str]:
    """The region and the municipalities of a county, as they are most often named."""
    frame = computed.register
    own = frame[frame["lan_code"] == county]
    regions = own.loc[own["type"] == str(RecipientType.REGION), "name"]
    municipalities = own.loc[own["type"] == str(RecipientType.KOMMUN), "name"]
    return [*map(str, regions), *map(str, municipalities)]


def _fact_values(computed: Computed, county: str, plan: Plan | None) -> Values:
    values: dict[str, Any] = {
        "mark": _mark(computed.agreement.id, county),
        "agreement": computed.agreement.id,
        "county": _county(computed, county),
        "source": _SOURCE,
    }
    if plan is None:
        return values
    values |= fact_values(_FACTS, plan, skipped=("mark", "agreement", "county"))
    return values


def _row_values(computed: Computed, county: str, plan: Plan | None) -> dict[str, list[Values]]:
    labels = labels_of(computed.agreement, RecipientType.LAN)
    amounts = county_amounts(computed.allocation, county)
    own = placed(plan, amounts) if plan else ()
    rows: dict[str, list[Values]] = {"posts": [*_post_rows(computed, county, labels, amounts, own)]}
    if plan is None:
        return rows
    sums = _placed_sums(own)
    rows[_MEASURES] = [
        _measure_row(number, each, labels, amounts, sums)
        for number, each in enumerate(own, start=FIRST_ROW)
    ]
    texts = {
        "decision.proposal": plan.decision.proposal,
        "payment.text": plan.payment.text,
        "recipients_of_extract": plan.recipients_of_extract,
    }
    rows["texts"] = [
        {"part": name, "text": text} for name, key in _TEXTS.items() for text in texts[key]
    ]
    rows["changes"] = [
        {"text": c.text, "change_sek": c.change_sek, "exact": not c.approximate}
        for c in plan.changes
    ]
    rows["stated_sums"] = [{**dict(each)} for each in plan.stated_sums]
    rows["reporting"] = [{**dict(each)} for each in plan.reporting]
    rows["known_differences"] = [
        {**dict(each), "post": labels[each.post]} for each in plan.known_differences
    ]
    return rows


def _placed_sums(own: Sequence[Placed]) -> dict[str, Any]:
    """What the measures of each post come to, as the workbook computes it."""
    sums: dict[str, Any] = {}
    for each in own:
        sums[each.measure.post] = sums.get(each.measure.post, 0) + (each.exact or 0)
    return sums


def _number(value: Any) -> int | float:
    """An exact sum as a cell's value: a share of a post may leave a part of a krona."""
    return int(value) if value == value // 1 else float(value)


def _post_rows(
    computed: Computed,
    county: str,
    labels: Mapping[str, str],
    amounts: Mapping[str, int | None],
    own: Sequence[Placed],
) -> Iterator[Values]:
    sums, figures = _placed_sums(own), Figures(computed.allocation)
    for row, (post, label) in enumerate(labels.items(), start=FIRST_ROW):
        amount = amounts.get(post)
        shown = figures.known(post, RecipientType.LAN, county)
        left = None if amount is None else amount - sums.get(post, 0)
        words = {0: "fördelad", 1: "kvar att fördela", -1: "för mycket fördelat"}
        sign = 0 if not left else 1 if left > 0 else -1
        yield {
            "label": label,
            "id": post,
            "amount": amount,
            "word": shown.word if shown else "",
            "placed": Shown(_placed_of(row), _number(sums.get(post, 0))),
            "left": Shown(_rest(row), "" if left is None else _number(left)),
            "state": Shown(
                _state(row), words[sign] if left is not None else "länets belopp är inte känt"
            ),
        }


def _measure_row(
    number: int,
    each: Placed,
    labels: Mapping[str, str],
    amounts: Mapping[str, int | None],
    sums: Mapping[str, Any],
) -> Values:
    measure = each.measure
    amount = amounts.get(measure.post)
    left = "" if amount is None else _number(amount - sums[measure.post])
    return {
        **dict(measure),
        "post": labels[measure.post],
        "gives": Shown(_gives(number), _number(each.exact or 0)),
        "left": Shown(_left_of_post(number), left),
    }


# --- And back -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadPlan:
    """A plan that somebody has filled in, what it was computed with, and what was passed over."""

    plan: Plan
    computed: Computed
    notes: tuple[str, ...]


def read_plan(raw: Raw, path: Path) -> ReadPlan:
    """The plan of a filled workbook. Raises InputError with every mistake, each at its cell."""
    mark, book = read_mark(path, _FACTS)
    agreement_id, _, county = _MARK.made_for(path, mark, raw.agreement_ids())
    computed = compute(raw, agreement_id)
    _require_county(computed, county)
    filled = read_form(path, book, plan_form(computed, county))
    _require_own(computed, county, filled)
    data, places = _data(computed, county, filled)
    plan = model_of(filled, Plan, data, places)
    if plan is not None:
        where = CellPlaces(filled, places, raw.plan_path(agreement_id, county))
        filled.problems.extend(plan_problems(plan, where, computed.agreement, computed.register))
    if filled.problems or plan is None:
        raise InputError(filled.problems)
    return ReadPlan(plan, computed, tuple(filled.notes))


def _require_own(computed: Computed, county: str, filled: Filled) -> None:
    """Tells of a workbook whose county, agreement or posts are others than it was made for."""
    wanted = {"agreement": computed.agreement.id, "county": _county(computed, county)}
    require_made_for(filled, wanted, "plan-template ID CODE")
    amounts = county_amounts(computed.allocation, county)
    require_posts(
        filled, amounts, [*labels_of(computed.agreement, RecipientType.LAN)], "plan-export"
    )


def _data(
    computed: Computed, county: str, filled: Filled
) -> tuple[dict[str, Any], dict[Location, Cell]]:
    """What the cells say, in the form of a plan, and which cell each part stands in."""
    data: dict[str, Any] = {"format": 1, "agreement": computed.agreement.id, "county": county}
    places: dict[Location, Cell] = {}
    for column in _FACTS.columns:
        if column.key not in ("mark", "agreement", "county"):
            put(data, places, tuple(column.key.split(".")), filled.facts[column.key])
    if not any(data["payment"]["invoicing"].values()):
        data["payment"]["invoicing"] = None
    places["agreement",], places["county",] = filled.facts["agreement"], filled.facts["county"]
    for key in ("changes", _MEASURES, "stated_sums", "reporting", "known_differences"):
        data[key] = []
        places[key,] = Cell(None, f"{_NAMES[key]}!A{FIRST_ROW}")
        for index, row in enumerate(filled.rows[key]):
            data[key].append({})
            for name, cell in row.items():
                put(data, places, (key, index, name), cell)
    if not filled.rows[_MEASURES]:
        places[_MEASURES,] = nothing = Cell(None, f"{_NAMES[_MEASURES]}!A{FIRST_ROW}", wrong=True)
        filled.problem(nothing, expected="at least one measure", found="none", action="add it")
    for change in data["changes"]:
        change["approximate"] = not change.pop("exact", False)
    _texts_into(data, places, filled.rows["texts"])
    for index, row in enumerate(filled.rows[_MEASURES]):
        _one_of_three(filled, row, data[_MEASURES][index], places, index)
    return data, places


def _texts_into(data: Any, places: dict[Location, Cell], rows: Sequence[Row]) -> None:
    lists: dict[str, list[str]] = {key: [] for key in _TEXTS.values()}
    for row in rows:
        part, text = row["part"], row["text"]
        if not (part.wrong or text.wrong):
            places[(*part.value.split("."), len(lists[part.value]))] = text
            lists[part.value].append(text.value)
    data["decision"]["proposal"] = lists["decision.proposal"]
    data["payment"]["text"] = lists["payment.text"]
    data["recipients_of_extract"] = lists["recipients_of_extract"]


def _one_of_three(
    filled: Filled, row: Row, data: Any, places: dict[Location, Cell], index: int
) -> None:
    """Tells of a measure that says how much in no way, or in two."""
    ways = ("amount", "share", "remainder")
    given = [name for name in ways if row[name].value is not None and row[name].value is not False]
    if len(given) == 1 or any(row[name].wrong for name in ways):
        return
    cell = row["amount"]
    filled.problem(
        cell,
        expected="one of Belopp, Andel av posten and Resten",
        found="none of them" if not given else f"{len(given)} of them",
        action="write an amount (0 for none), a share, or ja in Resten: one of them",
    )
    places[_MEASURES, index, "amount"] = Cell(cell.value, cell.place, wrong=True)
