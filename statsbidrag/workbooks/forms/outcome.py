"""An outcome as a workbook: the template, what is filled in, and the outcome that it becomes.

Belongs here: which sheets and fields an outcome's workbook has, and from its cells to
`schemas.outcome` and back. Does not: how cells are written and read
(`statsbidrag.workbooks.forms`), or what is to be repaid
(`statsbidrag.documents.recipient.follow_up`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.common import Recipient, RecipientType
from schemas.outcome import Outcome
from schemas.plan import Plan
from statsbidrag.allocation.figures import Figure, Figures
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import InputError, UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location
from statsbidrag.plans.county_plans import county_amounts, load_plan, placed
from statsbidrag.plans.outcomes import load_outcome, outcome_doubts, outcome_problems, paired
from statsbidrag.register import recipients as reg
from statsbidrag.workbooks.forms.cell_values import Cell
from statsbidrag.workbooks.forms.cells_to_model import CellPlaces, model_of
from statsbidrag.workbooks.forms.form import (
    FIRST_FACT,
    FIRST_ROW,
    LAST_ROW,
    MARK,
    Column,
    Facts,
    Form,
    Kind,
    Shown,
)
from statsbidrag.workbooks.forms.form import Table as Sheet
from statsbidrag.workbooks.forms.form_reading import Filled, read_form, read_mark
from statsbidrag.workbooks.forms.form_writing import Content, Values, letter_of, write_form
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

_MARK: Final = Mark("utfall", tuple(RecipientType))
_USED: Final = "Utfall"
_SHOWN: Final = ("mark", "agreement", "recipient")

_FACTS: Final = Facts(
    "Uppgifter",
    "Utfallets uppgifter",
    "Skriv i kolumnen Svar. Skriv inga personuppgifter någonstans i arbetsboken.",
    (
        MARK,
        Column("agreement", "Överenskommelse", Kind.TEXT, "Ändra inte.", required=True,
               given=True),
        Column("recipient", "Mottagare", Kind.TEXT, "Ändra inte.", required=True,
               given=True),
        Column("example", "Exempel", Kind.YES,
               "ja, om uppgifterna är påhittade. Allt som görs av dem märks då."),
        Column("source", "Uppgifter från", Kind.TEXT, "Till exempel bokföringen.",
               required=True),
        Column("through", "Räknat till och med", Kind.DAY, "Sista dagen som räknas med."),
        Column("reference_number", "Diarienummer", Kind.TEXT, "Ert eget diarienummer."),
        Column("received", "Mottaget, kr", Kind.KRONOR, "Det som har betalats ut till er.",
               required=True),
        Column("used_sum", "Använt, kr", Kind.SHOWN, "Räknas ut ur bladet Utfall."),
        Column("repay", "Att betala tillbaka, kr", Kind.SHOWN, "Räknas ut: mottaget minus använt."),
        Column("comment", "Kommentar", Kind.TEXT, "Visas under tabellerna."),
    ),
)  # fmt: skip

_POST_COLUMNS: Final = (
    Column("label", "Post", Kind.TEXT, width=36),
    Column("id", "Postens namn i filerna", Kind.TEXT, width=44),
    Column("amount", "Belopp, kr", Kind.KRONOR, width=18),
    Column("word", "Beloppet är", Kind.TEXT, "slutlig, återräknad, skattad eller publicerad",
           width=18),
    Column("used_sum", "Använt, kr", Kind.SHOWN, "Summan i bladet Utfall.", width=18),
    Column("left", "Kvar, kr", Kind.SHOWN, "Minus: mer har använts.", width=18),
)  # fmt: skip

_POST: Final = Column(
    "post", "Post", Kind.CHOICE, "Välj posten som kostnaden hör till.", 26, True, POSTS
)
_SUMS: Final = (
    Column("used", "Använt, kr", Kind.KRONOR, "Hela kronor. Skriv 0 om inget har använts.", 16,
           required=True),
    Column("note", "Anmärkning", Kind.TEXT, "Visas vid raden. Inga personuppgifter.", 50),
)  # fmt: skip


def _used_left(row: int) -> str:
    return f'=IF(AND(ISNUMBER($D{row}),ISNUMBER($E{row})),$D{row}-$E{row},"")'


_BY_MEASURE: Final = Sheet(
    "used",
    _USED,
    "Utfall per insats",
    "En rad per insats i planen. Annat som betalats med bidraget skrivs på egna rader sist.",
    (
        _POST,
        Column("measure", "Insats", Kind.TEXT, "Som i planen, eller ett eget namn.", 54),
        Column("level", "Nivå", Kind.TEXT, "Som i planen.", 18),
        Column("planned", "Planerat, kr", Kind.SHOWN, "Enligt planen.", 16, given=True),
        _SUMS[0],
        Column("left", "Kvar, kr", Kind.SHOWN, "Planerat minus använt.", 16, formula=_used_left),
        _SUMS[1],
    ),
)
_BY_POST: Final = Sheet(
    "used",
    _USED,
    "Utfall per post",
    "Vad som har använts av varje post.",
    (_POST, *_SUMS),
    blank=0,
)

_GUIDE: Final = (
    "Fyll i bladet Uppgifter. Uppgifter från och Mottaget måste fyllas i, annat om det är känt.",
    "Fyll i Använt på varje rad i bladet Utfall. Där inget har använts: skriv 0.",
    "Grå celler räknas ut eller är givna. Ändra inte dem, rubrikerna eller bladens namn.",
    "Skriv värden, inte formler, och inga personuppgifter. Dölj inget, slå inte ihop celler.",
    "Spara som Excel-arbetsbok (.xlsx) och läs in den: statsbidrag outcome-import FIL.",
)


@dataclass(frozen=True)
class Case:
    """Whose outcome it is: the agreement computed, the recipient, and its plan if it has one."""

    computed: Computed
    recipients: RecipientType
    code: str
    plan: Plan | None

    @property
    def labels(self) -> dict[str, str]:
        """What the recipient's posts are called, by id."""
        return labels_of(self.computed.agreement, self.recipients)

    @property
    def mark(self) -> str:
        """For whom the workbook is made."""
        return _MARK.of(self.computed.agreement.id, self.recipients, self.code)

    @property
    def name(self) -> str:
        """The recipient with its type and code."""
        name = reg.names(self.computed.register, self.recipients)[self.code]
        return f"{name} ({self.recipients} {self.code})"

    @property
    def figures(self) -> dict[str, Figure | None]:
        """The recipient's amount of each post."""
        figures = Figures(self.computed.allocation)
        return {post: figures.known(post, self.recipients, self.code) for post in self.labels}

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plan, as a list of none or one."""
        return (self.plan,) if self.plan else ()


def case_of(raw: Raw, agreement_id: str, recipient: Recipient) -> Case:
    """An agreement's recipient, for whom there is a post. Raises UsageError for another."""
    computed = compute(raw, agreement_id)
    recipients, code = recipient
    if code not in reg.codes(computed.register, recipients):
        raise UsageError(f"{recipients}:{code}: the register has no such recipient")
    if not computed.agreement.posts_of(recipients):
        raise UsageError(f"{agreement_id} has no post to {recipients}, so nothing of it is used")
    path = raw.plan_path(agreement_id, code)
    plan = None
    if recipients == RecipientType.LAN and path.exists():
        plan = load_plan(path, computed.agreement, computed.register)
    return Case(computed, recipients, code, plan)


def existing_outcome(raw: Raw, case: Case) -> Outcome:
    """The outcome that a recipient has. Raises UsageError where it has none."""
    agreement = case.computed.agreement
    path = raw.outcome_path(agreement.id, case.recipients, case.code)
    if not path.exists():
        raise UsageError(
            f"{path}: there is no such outcome. A template to fill in:\n"
            f"  statsbidrag outcome-template {agreement.id} {case.recipients}:{case.code}"
        )
    return load_outcome(path, agreement, case.computed.register, case.plans)


# --- The workbook -------------------------------------------------------------------------------


def outcome_workbook(case: Case, outcome: Outcome | None) -> bytes:
    """The workbook of an outcome, or, without one, the template with everything to fill in."""
    form = outcome_form(case)
    rows = list(_used_rows(case, outcome))
    content = Content(
        _fact_values(form, case, outcome),
        {"posts": list(_post_rows(form, case, outcome)), "used": rows},
    )
    return write_form(form, content, created(case.computed.agreement))


def outcome_form(case: Case) -> Form:
    """The form of one recipient's workbook: by measure where it has a plan, else by post."""
    year = case.computed.agreement.year
    posts = Sheet(
        "posts",
        POSTS,
        "Mottagarens poster",
        "Belopp enligt överenskommelsen. Använt och Kvar räknas om när du fyller i Utfall.",
        _POST_COLUMNS,
        fixed=True,
    )
    return Form(
        mark=case.mark,
        title=f"Utfall av statsbidrag {year}, {case.name}",
        guide=_GUIDE,
        facts=_FACTS,
        tables=(posts, _BY_MEASURE if case.plan else _BY_POST),
        lists={POSTS: {label: post for post, label in case.labels.items()}},
    )


def _used_range(form: Form, key: str) -> str:
    letter = letter_of(form.tables[-1], key)
    return f"{_USED}!${letter}${FIRST_ROW}:${letter}${LAST_ROW}"


def _fact_values(form: Form, case: Case, outcome: Outcome | None) -> Values:
    values: dict[str, Any] = {
        "mark": case.mark,
        "agreement": case.computed.agreement.id,
        "recipient": case.name,
    }
    if outcome is not None:
        values |= fact_values(_FACTS, outcome, skipped=_SHOWN)
    rows = {column.key: FIRST_FACT + n for n, column in enumerate(_FACTS.columns)}
    received, used = f"$B${rows['received']}", f"$B${rows['used_sum']}"
    values["used_sum"] = Shown(
        f"=SUM({_used_range(form, 'used')})", outcome.used_sek if outcome else 0
    )
    values["repay"] = Shown(
        f'=IF(ISNUMBER({received}),MAX(0,{received}-{used}),"")',
        max(outcome.unused_sek, 0) if outcome else "",
    )
    return values


def _post_rows(form: Form, case: Case, outcome: Outcome | None) -> Iterator[Values]:
    for row, (post, label) in enumerate(case.labels.items(), start=FIRST_ROW):
        figure = case.figures[post]
        own = [each.used for each in outcome.used if each.post == post] if outcome else []
        placed_here = f"--({_used_range(form, 'post')}=$A{row})"
        yield {
            "label": label,
            "id": post,
            "amount": figure.sek if figure else None,
            "word": figure.word if figure else "",
            "used_sum": Shown(f"=SUMPRODUCT({placed_here},{_used_range(form, 'used')})", sum(own)),
            "left": Shown(
                f'=IF(ISNUMBER($C{row}),$C{row}-$E{row},"")',
                figure.sek - sum(own) if figure else "",
            ),
        }


def _used_rows(case: Case, outcome: Outcome | None) -> Iterator[Values]:
    """A row for each measure of the plan, or each post, with what was used where that is known."""
    if outcome is None:
        yield from _blank_rows(case)
        return
    planned = _planned(case, outcome)
    for row, each in enumerate(outcome.used, start=FIRST_ROW):
        plan_sek = planned[row - FIRST_ROW]
        left = "" if plan_sek is None else plan_sek - each.used
        yield {
            **dict(each),
            "post": case.labels[each.post],
            "planned": plan_sek,
            "left": Shown(_used_left(row), left),
        }


def _blank_rows(case: Case) -> Iterator[Values]:
    if case.plan is None:
        yield from ({"post": label} for label in case.labels.values())
        return
    amounts = county_amounts(case.computed.allocation, case.code)
    for row, each in enumerate(placed(case.plan, amounts), start=FIRST_ROW):
        yield {
            "post": case.labels[each.measure.post],
            "measure": each.measure.title,
            "level": each.measure.level,
            "planned": each.amount_sek,
            "left": Shown(_used_left(row), ""),
        }


def _planned(case: Case, outcome: Outcome) -> list[int | None]:
    """What the plan gives each line of an outcome; None where it does not have it."""
    if case.plan is None:
        return [None] * len(outcome.used)
    amounts = county_amounts(case.computed.allocation, case.code)
    own = placed(case.plan, amounts)
    found: dict[int, int | None] = {}
    for post in case.labels:
        measures = [each for each in own if each.measure.post == post]
        sums = {id(each.measure): each.amount_sek for each in measures}
        used = [each for each in outcome.used if each.post == post]
        for pair in paired([each.measure for each in measures], used):
            if pair.measure is not None and pair.used is not None:
                found[id(pair.used)] = sums[id(pair.measure)]
    return [found.get(id(each)) for each in outcome.used]


# --- And back -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadOutcome:
    """An outcome that somebody has filled in, for whom, and what was passed over."""

    outcome: Outcome
    case: Case
    notes: tuple[str, ...]


def read_outcome(raw: Raw, path: Path) -> ReadOutcome:
    """The outcome of a filled workbook. Raises InputError with every mistake, each at its cell."""
    mark, book = read_mark(path, _FACTS)
    agreement_id, recipients, code = _MARK.made_for(path, mark, raw.agreement_ids())
    case = case_of(raw, agreement_id, Recipient(recipients, code))
    filled = read_form(path, book, outcome_form(case))
    require_made_for(
        filled,
        {"agreement": agreement_id, "recipient": case.name},
        "outcome-template ID RECIPIENT",
    )
    amounts: Mapping[str, int | None] = {
        post: figure.sek if figure else None for post, figure in case.figures.items()
    }
    require_posts(filled, amounts, [*case.labels], "outcome-export")
    data, places = _data(case, filled)
    outcome = model_of(filled, Outcome, data, places)
    if outcome is not None:
        target = raw.outcome_path(agreement_id, recipients, code)
        where = CellPlaces(filled, places, target)
        agreement, register = case.computed.agreement, case.computed.register
        filled.problems.extend(outcome_problems(outcome, where, agreement, register, case.plans))
    if filled.problems or outcome is None:
        raise InputError(filled.problems)
    filled.notes.extend(_other_plans(path, filled, _planned(case, outcome)))
    for key, doubt in outcome_doubts(outcome, case.computed.agreement):
        filled.notes.append(f"{path}: {filled.facts[key].place}: {doubt}")
    return ReadOutcome(outcome, case, tuple(filled.notes))


def _other_plans(path: Path, filled: Filled, planned: Sequence[int | None]) -> Iterator[str]:
    """What stands as planned and is not the plan's, row by row."""
    for row, sek in zip(filled.rows["used"], planned, strict=True):
        cell = row.get("planned")
        if cell is not None and cell.value != sek:
            has = "nothing" if sek is None else f"{sek} kr"
            wrong = f"the workbook has {cell.value} kr, the plan {has}: passed over"
            yield f"{path}: {cell.place}: {wrong}"


def _data(case: Case, filled: Filled) -> tuple[dict[str, Any], dict[Location, Cell]]:
    """What the cells say, in the form of an outcome, and which cell each part stands in."""
    data: dict[str, Any] = {
        "format": 1,
        "agreement": case.computed.agreement.id,
        "recipient_type": case.recipients,
        "recipient_code": case.code,
        "used": [],
    }
    places: dict[Location, Cell] = {("used",): Cell(None, f"{_USED}!A{FIRST_ROW}")}
    for column in _FACTS.columns:
        if column.key not in _SHOWN and not column.kind.ours:
            put(data, places, (column.key,), filled.facts[column.key])
    for index, row in enumerate(filled.rows["used"]):
        data["used"].append({})
        for name, cell in row.items():
            if name != "planned":
                put(data, places, ("used", index, name), cell)
    return data, places
