"""An outcome as a workbook: the template, what is filled in, and the outcome that it becomes.

Belongs here: from `schemas.outcome` to what cells hold, and back. Does not: which sheets and fields
there are (`outcome_form`), or how cells are written and read (`form_writing`, `form_reading`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from schemas.outcome import Outcome
from statsbidrag.errors import Problem, UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location
from statsbidrag.plans.county_plans import placed
from statsbidrag.plans.outcomes import load_outcome, outcome_doubts, outcome_problems, paired
from statsbidrag.workbooks.book import Shown, created
from statsbidrag.workbooks.forms.cell_values import Cell
from statsbidrag.workbooks.forms.cells_to_model import CellPlaces, fact_values, put
from statsbidrag.workbooks.forms.filled_workbook import Fields, FormKind, Submitted, read_filled
from statsbidrag.workbooks.forms.form import FIRST_FACT, FIRST_ROW, LAST_ROW, Form
from statsbidrag.workbooks.forms.form_reading import Filled
from statsbidrag.workbooks.forms.form_writing import Content, Values, letter_of, write_form
from statsbidrag.workbooks.forms.outcome_form import (
    OUTCOME_FACTS,
    OUTCOME_MARK,
    USED,
    OutcomeCase,
    outcome_case,
    outcome_form,
    used_left,
)


def existing_outcome(raw: Raw, case: OutcomeCase) -> Outcome:
    """The outcome that a recipient has. Raises UsageError where it has none."""
    agreement = case.computed.agreement
    path = _path(raw, case)
    if not path.exists():
        raise UsageError(
            f"{path}: there is no such outcome. A template to fill in:\n"
            f"  statsbidrag outcome-template {agreement.id} {case.recipients}:{case.code}"
        )
    return load_outcome(path, agreement, case.computed.register, case.plans)


# --- The workbook -------------------------------------------------------------------------------


def outcome_workbook(case: OutcomeCase, outcome: Outcome | None) -> bytes:
    """The workbook of an outcome, or, without one, the template with everything to fill in."""
    form = outcome_form(case)
    rows = list(_used_rows(case, outcome))
    content = Content(
        _fact_values(form, case, outcome),
        {"posts": list(_post_rows(form, case, outcome)), "used": rows},
    )
    return write_form(form, content, created(case.computed.agreement))


def _used_range(form: Form, key: str) -> str:
    letter = letter_of(form.tables[-1], key)
    return f"{USED}!${letter}${FIRST_ROW}:${letter}${LAST_ROW}"


def _fact_values(form: Form, case: OutcomeCase, outcome: Outcome | None) -> Values:
    values: dict[str, Any] = {"mark": form.mark, **case.given}
    if outcome is not None:
        values |= fact_values(OUTCOME_FACTS, outcome, skipped=values)
    rows = {column.key: FIRST_FACT + n for n, column in enumerate(OUTCOME_FACTS.columns)}
    received, used = f"$B${rows['received']}", f"$B${rows['used_sum']}"
    values["used_sum"] = Shown(
        f"=SUM({_used_range(form, 'used')})", outcome.used_sek if outcome else 0
    )
    values["repay"] = Shown(
        f'=IF(ISNUMBER({received}),MAX(0,{received}-{used}),"")',
        max(outcome.unused_sek, 0) if outcome else "",
    )
    return values


def _post_rows(form: Form, case: OutcomeCase, outcome: Outcome | None) -> Iterator[Values]:
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


def _used_rows(case: OutcomeCase, outcome: Outcome | None) -> Iterator[Values]:
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
            "left": Shown(used_left(row), left),
        }


def _blank_rows(case: OutcomeCase) -> Iterator[Values]:
    if case.plan is None:
        yield from ({"post": label} for label in case.labels.values())
        return
    for row, each in enumerate(placed(case.plan, case.amounts), start=FIRST_ROW):
        yield {
            "post": case.labels[each.measure.post],
            "measure": each.measure.title,
            "level": each.measure.level,
            "planned": each.amount_sek,
            "left": Shown(used_left(row), ""),
        }


def _planned(case: OutcomeCase, outcome: Outcome) -> list[int | None]:
    """What the plan gives each line of an outcome; None where it does not have it."""
    if case.plan is None:
        return [None] * len(outcome.used)
    own = placed(case.plan, case.amounts)
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


def read_outcome(raw: Raw, path: Path) -> Submitted[OutcomeCase, Outcome]:
    """The outcome of a filled workbook. Raises InputError with every mistake, each at its cell."""
    read = read_filled(raw, path, _KIND)
    read.filled.notes.extend(_other_plans(path, read.filled, _planned(read.case, read.model)))
    for key, doubt in outcome_doubts(read.model, read.case.computed.agreement):
        read.filled.notes.append(f"{path}: {read.filled.facts[key].place}: {doubt}")
    return read


def _other_plans(path: Path, filled: Filled, planned: Sequence[int | None]) -> Iterator[str]:
    """What stands as planned and is not the plan's, row by row."""
    for row, sek in zip(filled.rows["used"], planned, strict=True):
        cell = row.get("planned")
        if cell is not None and cell.value != sek:
            has = "nothing" if sek is None else f"{sek} kr"
            wrong = f"the workbook has {cell.value} kr, the plan {has}: passed over"
            yield f"{path}: {cell.place}: {wrong}"


def _fields(case: OutcomeCase, filled: Filled) -> Fields:
    """What the cells say, in the form of an outcome, and which cell each part stands in."""
    data: dict[str, Any] = {
        "format": 1,
        "agreement": case.computed.agreement.id,
        "recipient_type": case.recipients,
        "recipient_code": case.code,
        "used": [],
    }
    places: dict[Location, Cell] = {("used",): Cell(None, f"{USED}!A{FIRST_ROW}")}
    for column in OUTCOME_FACTS.columns:
        if not (column.given or column.kind.ours):
            put(data, places, (column.key,), filled.facts[column.key])
    for index, row in enumerate(filled.rows["used"]):
        data["used"].append({})
        for name, cell in row.items():
            if name != "planned":
                put(data, places, ("used", index, name), cell)
    return data, places


def _path(raw: Raw, case: OutcomeCase) -> Path:
    return raw.outcome_path(case.computed.agreement.id, case.recipients, case.code)


def _problems(outcome: Outcome, case: OutcomeCase, where: CellPlaces) -> list[Problem]:
    agreement, register = case.computed.agreement, case.computed.register
    return outcome_problems(outcome, where, agreement, register, case.plans)


_KIND: Final = FormKind(
    mark=OUTCOME_MARK,
    facts=OUTCOME_FACTS,
    model=Outcome,
    case_of=outcome_case,
    form_of=outcome_form,
    fields_of=_fields,
    path_of=_path,
    problems_of=_problems,
)
