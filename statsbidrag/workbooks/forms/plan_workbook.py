"""A county's plan as a workbook: the template, what is filled in, and the plan that it becomes.

Belongs here: from `schemas.plan` to what cells hold, and back. Does not: which sheets and fields
there are (`plan_form`), or how cells are written and read (`form_writing`, `form_reading`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from schemas.common import Recipient
from schemas.plan import Plan
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import Problem, UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location
from statsbidrag.plans.county_plans import Placed, load_plan, placed, plan_problems
from statsbidrag.workbooks.book import Shown, created
from statsbidrag.workbooks.forms import plan_formulas as formulas
from statsbidrag.workbooks.forms.cell_values import Cell, Row
from statsbidrag.workbooks.forms.cells_to_model import CellPlaces, fact_values, put
from statsbidrag.workbooks.forms.filled_workbook import Fields, FormKind, Submitted, read_filled
from statsbidrag.workbooks.forms.form import FIRST_ROW
from statsbidrag.workbooks.forms.form_reading import Filled
from statsbidrag.workbooks.forms.form_writing import Content, Values, write_form
from statsbidrag.workbooks.forms.plan_form import (
    MEASURES,
    PLAN_FACTS,
    PLAN_MARK,
    PLAN_TEXTS,
    SHEET_OF,
    PlanCase,
    plan_case,
    plan_form,
)

_SOURCE: Final = "länets eget underlag"

# --- The workbook -------------------------------------------------------------------------------


def plan_template(computed: Computed, county: str) -> bytes:
    """A county's template: its posts and sums, and nothing else filled in. Raises UsageError."""
    return _workbook(plan_case(computed, county), None)


def plan_workbook(computed: Computed, plan: Plan) -> bytes:
    """A plan as the same workbook, filled in. Raises UsageError for a text that no cell holds."""
    return _workbook(plan_case(computed, plan.county), plan)


def existing_plan(raw: Raw, computed: Computed, county: str) -> Plan:
    """The plan that a county has. Raises UsageError where it has none, InputError for a bad one."""
    path = _path(raw, plan_case(computed, county))
    if not path.exists():
        raise UsageError(
            f"{path}: there is no such plan. A template to fill in:\n"
            f"  statsbidrag plan-template {computed.agreement.id} {county}"
        )
    return load_plan(path, computed.agreement, computed.register)


def _workbook(case: PlanCase, plan: Plan | None) -> bytes:
    form = plan_form(case, plan.measures if plan else ())
    facts: dict[str, Any] = {"mark": form.mark, **case.given}
    facts |= fact_values(PLAN_FACTS, plan, skipped=facts) if plan else {"source": _SOURCE}
    content = Content(facts, _row_values(case, plan))
    return write_form(form, content, created(case.computed.agreement))


def _row_values(case: PlanCase, plan: Plan | None) -> dict[str, list[Values]]:
    own = placed(plan, case.amounts) if plan else ()
    sums = _placed_sums(own)
    rows: dict[str, list[Values]] = {"posts": [*_post_rows(case, sums)]}
    if plan is None:
        return rows
    rows[MEASURES] = [
        _measure_row(number, each, case, sums) for number, each in enumerate(own, start=FIRST_ROW)
    ]
    texts = {
        "decision.proposal": plan.decision.proposal,
        "payment.text": plan.payment.text,
        "recipients_of_extract": plan.recipients_of_extract,
    }
    rows["texts"] = [
        {"part": name, "text": text} for name, key in PLAN_TEXTS.items() for text in texts[key]
    ]
    rows["changes"] = [
        {"text": c.text, "change_sek": c.change_sek, "exact": not c.approximate}
        for c in plan.changes
    ]
    rows["stated_sums"] = [{**dict(each)} for each in plan.stated_sums]
    rows["reporting"] = [{**dict(each)} for each in plan.reporting]
    rows["known_differences"] = [
        {**dict(each), "post": case.labels[each.post]} for each in plan.known_differences
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


def _post_rows(case: PlanCase, sums: Mapping[str, Any]) -> Iterator[Values]:
    for row, (post, label) in enumerate(case.labels.items(), start=FIRST_ROW):
        figure = case.figures[post]
        left = None if figure is None else figure.sek - sums.get(post, 0)
        words = {0: "fördelad", 1: "kvar att fördela", -1: "för mycket fördelat"}
        sign = 0 if not left else 1 if left > 0 else -1
        yield {
            "label": label,
            "id": post,
            "amount": figure.sek if figure else None,
            "word": figure.word if figure else "",
            "placed": Shown(formulas.placed(row), _number(sums.get(post, 0))),
            "left": Shown(formulas.left(row), "" if left is None else _number(left)),
            "state": Shown(
                formulas.state(row),
                words[sign] if left is not None else "länets belopp är inte känt",
            ),
        }


def _measure_row(row: int, each: Placed, case: PlanCase, sums: Mapping[str, Any]) -> Values:
    measure = each.measure
    amount = case.amounts.get(measure.post)
    left = "" if amount is None else _number(amount - sums[measure.post])
    return {
        **dict(measure),
        "post": case.labels[measure.post],
        "gives": Shown(formulas.gives(row), _number(each.exact or 0)),
        "left": Shown(formulas.left_of_post(row), left),
    }


# --- And back -----------------------------------------------------------------------------------


def read_plan(raw: Raw, path: Path) -> Submitted[PlanCase, Plan]:
    """The plan of a filled workbook. Raises InputError with every mistake, each at its cell."""
    return read_filled(raw, path, _KIND)


def _fields(case: PlanCase, filled: Filled) -> Fields:
    """What the cells say, in the form of a plan, and which cell each part stands in."""
    agreement_id = case.computed.agreement.id
    data: dict[str, Any] = {"format": 1, "agreement": agreement_id, "county": case.code}
    places: dict[Location, Cell] = {}
    for column in PLAN_FACTS.columns:
        if not column.given:
            put(data, places, tuple(column.key.split(".")), filled.facts[column.key])
    if not any(data["payment"]["invoicing"].values()):
        data["payment"]["invoicing"] = None
    places["agreement",], places["county",] = filled.facts["agreement"], filled.facts["county"]
    for key in ("changes", MEASURES, "stated_sums", "reporting", "known_differences"):
        data[key] = []
        places[key,] = Cell(None, f"{SHEET_OF[key]}!A{FIRST_ROW}")
        for index, row in enumerate(filled.rows[key]):
            data[key].append({})
            for name, cell in row.items():
                put(data, places, (key, index, name), cell)
    if not filled.rows[MEASURES]:
        places[MEASURES,] = nothing = Cell(None, f"{SHEET_OF[MEASURES]}!A{FIRST_ROW}", wrong=True)
        filled.problem(nothing, expected="at least one measure", found="none", action="add it")
    for change in data["changes"]:
        change["approximate"] = not change.pop("exact", False)
    _texts_into(data, places, filled.rows["texts"])
    for index, row in enumerate(filled.rows[MEASURES]):
        _one_of_three(filled, row, data[MEASURES][index], places, index)
    return data, places


def _texts_into(data: Any, places: dict[Location, Cell], rows: Sequence[Row]) -> None:
    lists: dict[str, list[str]] = {key: [] for key in PLAN_TEXTS.values()}
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
    places[MEASURES, index, "amount"] = Cell(cell.value, cell.place, wrong=True)


def _case(raw: Raw, agreement_id: str, recipient: Recipient) -> PlanCase:
    return plan_case(compute(raw, agreement_id), recipient.code)


def _path(raw: Raw, case: PlanCase) -> Path:
    return raw.plan_path(case.computed.agreement.id, case.code)


def _problems(plan: Plan, case: PlanCase, where: CellPlaces) -> list[Problem]:
    return plan_problems(plan, where, case.computed.agreement, case.computed.register)


_KIND: Final = FormKind(
    mark=PLAN_MARK,
    facts=PLAN_FACTS,
    model=Plan,
    case_of=_case,
    form_of=plan_form,
    fields_of=_fields,
    path_of=_path,
    problems_of=_problems,
)
