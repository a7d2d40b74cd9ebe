"""Plans and outcomes by way of workbooks: what the commands write, and what they say.

Belongs here: files in and out, and the words of the terminal. Does not: what a workbook holds
(`statsbidrag.workbooks.forms`).
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from pipelines.commands.printing import finding
from schemas.common import Recipient, RecipientType
from schemas.outcome import Outcome
from schemas.plan import Plan
from schemas.reconciliation import Kind, Reconciliation, Result, Severity
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import InputError, ProgramError, UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.whole_file import put_whole
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.files.yaml_writing import put, yaml_text
from statsbidrag.reconciliation.reconcile import reconcile
from statsbidrag.workbooks.forms.outcome_form import OutcomeCase, outcome_case
from statsbidrag.workbooks.forms.outcome_workbook import (
    existing_outcome,
    outcome_workbook,
    read_outcome,
)
from statsbidrag.workbooks.forms.plan_workbook import (
    existing_plan,
    plan_template,
    plan_workbook,
    read_plan,
)

_BLANK: Final = ("date", "reference_number")
"""Fields that a file has even where nothing is known of them."""


@dataclass(frozen=True)
class Imported:
    """What an import came to: what to say, and whether the file does not add up."""

    said: str
    notes: tuple[str, ...]
    failed: bool = False


def write_plan_template(raw: Raw, agreement_id: str, county: str, out: Path | None) -> Path:
    """A county's template as a file. Raises UsageError where there is one already."""
    content = plan_template(compute(raw, agreement_id), county)
    return _write(out or Path(f"plan-{agreement_id}-{county}.xlsx"), content)


def write_plan(raw: Raw, agreement_id: str, county: str, out: Path | None) -> Path:
    """A county's plan as a workbook. Raises UsageError where there is such a file already."""
    computed = compute(raw, agreement_id)
    plan = existing_plan(raw, computed, county)
    content = plan_workbook(computed, plan)
    return _write(out or Path(f"plan-{agreement_id}-{county}.xlsx"), content)


def import_plan(raw: Raw, path: Path, *, replace: bool) -> Imported:
    """The workbook's plan put in its place, and held against the county's sums like any plan."""
    read = read_plan(raw, path)
    plan = read.model
    target = raw.plan_path(plan.agreement, plan.county)
    said = _put_model(target, plan, Plan, replace=replace, command="plan-export")
    reconciled = _reconciled(read.case.computed, plan)
    results = [each for each in reconciled.results if each.county == plan.county]
    told = [each for each in results if each.severity in (Severity.ERROR, Severity.WARNING)]
    said += "".join(finding(plan.agreement, each) for each in told)
    failed = any(each.severity == Severity.ERROR for each in results)
    if failed:
        said += "".join(f"{each}\n" for each in _amiss(plan, results))
        said += "Its decision document is withheld until this is mended.\n"
    else:
        said += f"{len(plan.measures)} measures; every post adds up.\n" if not told else ""
    return Imported(said, read.notes, failed)


def _amiss(plan: Plan, results: Sequence[Result]) -> Iterator[str]:
    """What of a plan does not add up, and what to do about it, a sentence for each kind."""
    errors = [each for each in results if each.severity == Severity.ERROR]
    known = {f"{each.post} lan:{plan.county}" for each in plan.known_differences}
    stale = [
        each
        for each in errors
        if each.kind == Kind.PLAN_TO_POST and each.difference is not None and {*each.rows} & known
    ]
    of_posts = [each for each in errors if each.kind == Kind.PLAN_TO_POST and each not in stale]
    totals = [each for each in errors if each.kind == Kind.PLAN_TO_TOTAL]
    if of_posts or (totals and not stale):
        yield (
            "The plan does not add up to the county's posts: change the measures (Insatser), or "
            "write down a difference that is to stay (Skillnader)."
        )
    for each in stale:
        post = each.rows[0].split()[0]
        if each.difference == 0:
            yield (
                f"The known difference of {post} is no longer there, for the measures give the "
                "whole post: take its row away (Skillnader)."
            )
        else:
            yield (
                f"The known difference of {post} is not the one that there is now: correct its "
                "row (Skillnader), or the measures (Insatser)."
            )
    if any(each.kind == Kind.PLAN_TO_STATED_SUM for each in errors):
        yield (
            "The county's own summary does not say what the measures come to: correct its sums "
            "(Summor), or the measures (Insatser); without any summary nothing is compared."
        )


def write_outcome_template(raw: Raw, agreement_id: str, recipient: str, out: Path | None) -> Path:
    """A recipient's template as a file. Raises UsageError where there is one already."""
    case = outcome_case(raw, agreement_id, _recipient(recipient))
    content = outcome_workbook(case, None)
    return _write(out or _outcome_name(case), content)


def write_outcome(raw: Raw, agreement_id: str, recipient: str, out: Path | None) -> Path:
    """A recipient's outcome as a workbook. Raises UsageError where there is such a file already."""
    case = outcome_case(raw, agreement_id, _recipient(recipient))
    content = outcome_workbook(case, existing_outcome(raw, case))
    return _write(out or _outcome_name(case), content)


def _outcome_name(case: OutcomeCase) -> Path:
    return Path(f"utfall-{case.computed.agreement.id}-{case.recipients}-{case.code}.xlsx")


def import_outcome(raw: Raw, path: Path, *, replace: bool) -> Imported:
    """The workbook's outcome put in its place, and what it comes to."""
    read = read_outcome(raw, path)
    outcome = read.model
    target = raw.outcome_path(outcome.agreement, outcome.recipient_type, outcome.recipient_code)
    said = _put_model(target, outcome, Outcome, replace=replace, command="outcome-export")
    left = outcome.unused_sek
    spoken = "to be repaid" if left >= 0 else "used beyond the grant, nothing to be repaid"
    figures = [_sek(outcome.received), _sek(outcome.used_sek), _sek(abs(left))]
    said += f"received {figures[0]} kr, used {figures[1]} kr, {figures[2]} kr {spoken}.\n"
    if outcome.example:
        said += "It is marked as an example, and so is everything that is made of it.\n"
    return Imported(said, read.notes)


def _sek(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _recipient(text: str) -> Recipient:
    """`lan:23`, `kommun:2380`, `2380` or `SKR`. Raises UsageError for a code of two types."""
    kind, colon, code = text.partition(":")
    if colon and kind in list(RecipientType):
        return Recipient(RecipientType(kind), code)
    if text == "SKR":
        return Recipient(RecipientType.SKR, text)
    if not colon and len(text) == len("2380"):
        return Recipient(RecipientType.KOMMUN, text)
    raise UsageError(f"{text}: write lan:23, region:23, kommun:2380 or SKR")


def _reconciled(computed: Computed, plan: Plan) -> Reconciliation:
    return reconcile(
        computed.agreement,
        computed.register,
        computed.extracts,
        computed.allocation,
        (plan,),
        "",
    )


def _put_model(
    target: Path, model: BaseModel, kind: type[BaseModel], *, replace: bool, command: str
) -> str:
    """Puts a model's file in its place. Raises UsageError where another one stands there."""
    if target.exists():
        with contextlib.suppress(InputError):
            if read_model(target, kind)[0] == model:
                return f"{target} says the same already: nothing is written.\n"
        if not replace:
            raise UsageError(
                f"{target}: there is another one already, and it is not overwritten. To see it as "
                f"a workbook: statsbidrag {command}. To put this one in its place (comments in the "
                "file go): --replace"
            )
    blank: dict[str, str] = {name: "" for name in _BLANK if name in kind.model_fields}
    text = yaml_text(model, blank)
    _require_same(text, model, kind)
    put(target, text)
    return f"{target} is written.\n"


def _require_same(text: str, model: BaseModel, kind: type[BaseModel]) -> None:
    """Raises ProgramError where the text would not be read back as what it says (a bug)."""
    with tempfile.TemporaryDirectory(prefix="statsbidrag-") as folder:
        trial = Path(folder) / "trial.yaml"
        trial.write_text(text, encoding="utf-8", newline="\n")
        if read_model(trial, kind)[0] != model:
            raise ProgramError("the file would not say what the workbook says: nothing is written")


def _write(path: Path, content: bytes) -> Path:
    """A new file, whole or not at all; never over another one. Raises UsageError."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError(
            f"--out {path}: a workbook's name ends in .xlsx. Write {path.with_suffix('.xlsx')}"
            if path.name
            else f"--out {path}: a workbook's name ends in .xlsx"
        )
    try:
        put_whole(path, content, replace=False)
    except FileExistsError:
        raise UsageError(
            f"{path}: there is such a file already, and somebody may have filled it in. Give "
            "another name with --out, or take it away yourself"
        ) from None
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path.parent}: there is no such folder") from None
    except OSError as error:
        raise ProgramError(f"{path} cannot be written: {error.strerror or error}") from error
    return path
