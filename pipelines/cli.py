"""The command line `statsbidrag`: arguments in, exit code out.

Belongs here: commands, their options, and how errors are shown. Does not: the work itself. Dagster
is imported by `run` alone, because it takes longer to load than the other commands take to answer.
"""

from __future__ import annotations

import gc
import io
import os
import sys
import tempfile
import traceback
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer.main import get_command

from statsbidrag.errors import (
    InputError,
    ProgramError,
    StatsbidragError,
    UsageError,
    blanks_together,
)
from statsbidrag.files.project import PROJECT

if TYPE_CHECKING:
    from pipelines.commands.forms import Imported
    from schemas.reconciliation import Reconciliation
    from statsbidrag.files.raw_folder import Raw


app = typer.Typer(
    name="statsbidrag",
    help="Government grants by agreement: allocated to the krona, reconciled, published.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Form(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Explained(StrEnum):
    """How a derivation is printed."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Place:
    """The folders that this call works on."""

    raw: Path
    output: Path

    def files(self) -> Raw:
        """The raw files."""
        from statsbidrag.files.raw_folder import Raw

        return Raw(self.raw)


Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Default: all.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="An agreement, such as psykisk-halsa-2025.")]


@app.callback()
def _common(
    context: typer.Context,
    raw: Annotated[
        Path, typer.Option(metavar="DIR", help="The raw files.", show_default="raw/")
    ] = PROJECT / "raw",
    output: Annotated[
        Path, typer.Option(metavar="DIR", help="What is made.", show_default="output/")
    ] = PROJECT / "output",
) -> None:
    context.obj = Place(_short(raw), _short(output))


@app.command()
def agreements(context: typer.Context) -> None:
    """List the agreements: year, status, coverage, total, maturity of their population."""
    from pipelines.commands.printing import aligned
    from schemas.common import Maturity, weakest
    from statsbidrag.dossier.gathering import compute

    place: Place = context.obj
    rows = [["id", "year", "status", "coverage", "total, kr", "population"]]
    failed: list[StatsbidragError] = []
    for agreement_id in _ids(place, None):
        try:
            computed = compute(place.files(), agreement_id)
        except StatsbidragError as error:
            failed.append(error)
            continue
        agreement = computed.agreement
        maturity = weakest([Maturity(name) for name in set(computed.basis["maturity"])])
        total = f"{agreement.total.amount:,}".replace(",", " ")
        status = (agreement.status, agreement.coverage)
        rows.append([agreement.id, str(agreement.year), *status, total, str(maturity)])
    typer.echo(aligned(rows, right={4}), nl=False)
    _end(failed)


@app.command()
def check(context: typer.Context, ids: Ids = None) -> None:
    """Read and reconcile, write nothing. Prints what does not simply agree."""
    from statsbidrag.dossier.gathering import dossier_of
    from statsbidrag.plans.outcomes import outcome_doubts

    place: Place = context.obj
    chosen = _ids(place, ids)
    failed = _foreign(place, ids)
    withheld = False
    for agreement_id in chosen:
        try:
            made = dossier_of(place.files(), agreement_id)
            _compare_issued(place, agreement_id)
        except StatsbidragError as error:
            failed.append(error)
            continue
        withheld = _report(made.reconciliation) or withheld
        for each in made.outcomes:
            path = place.files().outcome_path(
                agreement_id, each.recipient_type, each.recipient_code
            )
            for key, doubt in outcome_doubts(each, made.agreement):
                typer.echo(f"note: {path}: {key}: {doubt}", err=True)
    from statsbidrag.intake.unused import unused

    for path, why in unused(place.files(), chosen if ids else None):
        typer.echo(f"note: {path}: {why}", err=True)
    _end(failed, withheld=withheld)


def _report(report: Reconciliation) -> bool:
    """Prints one agreement's comparisons; says whether any failed."""
    from pipelines.commands.printing import finding, findings
    from schemas.reconciliation import Severity

    errors = report.errors()
    for result in errors:
        typer.echo(finding(report.agreement, result), err=True, nl=False)
    warnings = [r for r in report.results if r.severity == Severity.WARNING]
    shown = findings(report.model_copy(update={"results": tuple(warnings)}))
    typer.echo(shown, nl=False)
    typer.echo(
        f"{report.agreement}: {len(report.results)} comparisons, {len(errors)} errors, "
        f"{len(warnings)} warnings"
    )
    return bool(errors)


@app.command()
def allocate(
    context: typer.Context,
    agreement_id: Id,
    post: Annotated[str | None, typer.Option(metavar="P", help="A post, and its parts.")] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar="T", help="region, kommun, lan or skr.")
    ] = None,
    recipient: Annotated[
        str | None, typer.Option(metavar="R", help="lan:23, kommun:2380, or a bare code.")
    ] = None,
    totals: Annotated[bool, typer.Option("--totals", help="Add sums and totals.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How rows are printed.")] = Form.TABLE,
) -> None:
    """Print the amounts of an agreement."""
    from pipelines.commands import printing
    from statsbidrag.dossier.gathering import compute

    place: Place = context.obj
    computed = compute(place.files(), _one(place, agreement_id))
    frame = printing.chosen(
        computed.agreement,
        computed.allocation,
        post=post,
        kind=type_,
        recipient=recipient,
        totals=totals,
    )
    shown = {Form.TABLE: printing.as_table, Form.CSV: printing.as_csv, Form.JSON: printing.as_json}
    sys.stdout.write(shown[form](frame))


@app.command()
def explain(
    context: typer.Context,
    agreement_id: Id,
    post: Annotated[str, typer.Argument(metavar="POST", help="A post, a post group, or total.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="23, 2380, SKR, or lan:23.")],
    form: Annotated[
        Explained, typer.Option("--format", help="For a person, or for a program.")
    ] = Explained.TEXT,
) -> None:
    """Derive one amount: clause, key, population, exact fraction, rounding."""
    from pipelines.commands import explain
    from statsbidrag.dossier.gathering import compute

    place: Place = context.obj
    computed = compute(place.files(), _one(place, agreement_id))
    row, derivations = explain.explained(computed, post, code)
    shown = {Explained.TEXT: explain.as_text, Explained.JSON: explain.as_json}
    sys.stdout.write(shown[form](computed, row, derivations))


@app.command()
def compare(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="ID1", help="The earlier agreement.")],
    second: Annotated[str, typer.Argument(metavar="ID2", help="The later one.")],
    type_: Annotated[
        str | None, typer.Option("--type", metavar="T", help="region, kommun, lan or skr.")
    ] = None,
    recipient: Annotated[
        str | None, typer.Option(metavar="R", help="lan:23, kommun:2380, or a bare code.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How rows are printed.")] = Form.TABLE,
) -> None:
    """Two agreements side by side, by area: amounts, and what became of each post."""
    from pipelines.commands import compare

    place: Place = context.obj
    comparison = compare.compared(
        place.files(),
        _one(place, first),
        _one(place, second),
        kind=type_,
        recipient=recipient,
    )
    shown = {
        Form.TABLE: compare.as_table,
        Form.CSV: compare.as_csv,
        Form.JSON: compare.as_json,
    }
    sys.stdout.write(shown[form](comparison))


@app.command()
def fetch(
    context: typer.Context,
    agreement_id: Id,
    address: Annotated[
        str | None,
        typer.Option("--from", metavar="URL", help="Another PxWebApi 2.", show_default="SCB's"),
    ] = None,
    table: Annotated[
        str,
        typer.Option(
            metavar="TABLE",
            help="A table that has taken the place of the agreement's.",
            show_default="the agreement's",
        ),
    ] = "",
    contents: Annotated[
        str,
        typer.Option(
            metavar="CODE",
            help="Which of the table's contents is the population.",
            show_default="the one that is",
        ),
    ] = "",
) -> None:
    """Fetch the population that an agreement needs from SCB; what has not changed is left alone."""
    from datetime import date

    from pipelines.commands import intake
    from statsbidrag.intake.fetching import Choice, fetch_population
    from statsbidrag.intake.pxweb import ADDRESS, PxWeb

    place: Place = context.obj
    chosen = _one(place, agreement_id)
    with PxWeb(address or ADDRESS) as scb:
        choice = Choice(table, contents)
        fetched = fetch_population(place.files(), chosen, scb, date.today(), choice)
    typer.echo(intake.as_text(fetched, chosen), nl=False)


@app.command()
def add(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="As downloaded from SCB; all or none.")
    ],
    days: Annotated[
        list[str], typer.Option("--date", metavar="DAY", help="2024-11-01; again for another year.")
    ],
    maturity: Annotated[
        str, typer.Option(metavar="M", help="definitive, preliminary, reconstructed or estimate.")
    ],
    level: Annotated[
        str | None,
        typer.Option(metavar="L", help="kommun or lan.", show_default="the one that fits"),
    ] = None,
    ages: Annotated[
        str | None, typer.Option(metavar="A", help="0-18, where the file does not say its ages.")
    ] = None,
    table: Annotated[
        str | None, typer.Option(metavar="TABLE", help="SCB's number.", show_default="TAB1267")
    ] = None,
    succeeds: Annotated[
        str | None, typer.Option(metavar="TABLE", help="The table whose place it has taken.")
    ] = None,
    contents: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="What counts, where several are populations."),
    ] = None,
    perturbation: Annotated[
        str | None,
        typer.Option(
            metavar="P",
            help="none or cell_key, where the file does not say if figures have random numbers.",
            show_default="cell_key from 2025 on",
        ),
    ] = None,
    producer: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Who made it.", show_default="SCB")
    ] = None,
    method: Annotated[
        str | None, typer.Option(metavar="TEXT", help="How it was made (Swedish).")
    ] = None,
    replaces: Annotated[
        str | None, typer.Option(metavar="SHA256", help="The file that this one corrects.")
    ] = None,
) -> None:
    """Take in population tables that you have downloaded, each with a sidecar of its own."""
    from datetime import date

    from pipelines.commands import intake
    from statsbidrag.intake.adding import add_extracts, facts_of

    place: Place = context.obj
    given = {
        "days": tuple(days),
        "maturity": maturity,
        "level": level,
        "ages": ages,
        "table": table,
        "succeeds": succeeds,
        "contents": contents,
        "perturbation": perturbation,
        "producer": producer,
        "method": method,
        "replaces": replaces,
    }
    facts = facts_of({name: value for name, value in given.items() if value is not None})
    added = add_extracts(place.files(), files, facts, date.today())
    typer.echo(intake.added_as_text(added, place.files()), nl=False)


@app.command()
def diff(
    context: typer.Context,
    agreement_id: Id,
    first: Annotated[str, typer.Argument(metavar="REV1", help="The earlier revision.")],
    second: Annotated[str, typer.Argument(metavar="REV2", help="The later one, or `current`.")],
    form: Annotated[Form, typer.Option("--format", help="How rows are printed.")] = Form.TABLE,
) -> None:
    """What a revision changed, per recipient; writes the revision document beside the revisions."""
    from pipelines.commands import diff
    from statsbidrag.diff.writing import PAGE, write_revision_document

    place: Place = context.obj
    changes = diff.differing(place.output, agreement_id, first, second)
    shown = {
        Form.TABLE: diff.as_table,
        Form.CSV: diff.as_csv,
        Form.JSON: diff.as_json,
    }
    if changes.before.name == changes.after.name:
        typer.echo(
            f"{agreement_id}: {first} and {second} are the same revision, {changes.after.name}: "
            "nothing differs, and no document is written",
            err=True,
        )
    else:
        folder = write_revision_document(place.output, changes)
        _front_page(place)
        typer.echo((folder / PAGE).resolve().as_uri(), err=form is not Form.TABLE)
    sys.stdout.write(shown[form](changes))


def _front_page(place: Place) -> None:
    """Brings the front page up to date. What hinders it is said; the document is there anyway."""
    from statsbidrag.site.update import write_site

    try:
        failed: list[StatsbidragError] = [*write_site(place.files(), place.output, PROJECT)]
    except StatsbidragError as error:
        failed = [error]
    for each in failed:
        typer.echo(f"warning: the front page is not up to date: {each}", err=True)


@app.command()
def verify(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A revision's folder, or an edited .docx.")
    ],
    form: Annotated[Form, typer.Option("--format", help="How rows are printed.")] = Form.TABLE,
) -> None:
    """Re-hash a revision and recompute its amounts; or compare an edited .docx with what it was."""
    from pipelines.commands import verify

    place: Place = context.obj
    if not path.exists():
        raise UsageError(
            f"{path}: nothing lies there. Name a revision's folder (such as "
            f"{place.output}/ID/current) or an edited .docx"
        )
    if path.is_dir():
        from statsbidrag.verification.revision import verify_revision

        revision = verify_revision(path, place.files(), PROJECT)
        agrees = revision.agrees
        shown = {
            Form.TABLE: verify.revision_as_table,
            Form.CSV: verify.revision_as_csv,
            Form.JSON: verify.revision_as_json,
        }[form](revision)
    else:
        from statsbidrag.verification.word_copy import verify_copy

        copy = verify_copy(path, place.output)
        agrees = copy.agrees
        shown = {
            Form.TABLE: verify.copy_as_table,
            Form.CSV: verify.copy_as_csv,
            Form.JSON: verify.copy_as_json,
        }[form](path, copy)
    sys.stdout.write(shown)
    _end([], withheld=not agrees)


@app.command()
def new(
    context: typer.Context,
    agreement_id: Annotated[str, typer.Argument(metavar="ID", help="psykisk-halsa-2026")],
    like: Annotated[str, typer.Option(metavar="ID0", help="The agreement to be like.")],
) -> None:
    """Write the skeleton of a new agreement: every figure, date and reference blank."""
    from statsbidrag.agreement.skeleton import write_skeleton

    place: Place = context.obj
    path = write_skeleton(place.files(), agreement_id, _one(place, like))
    typer.echo(
        f"{path} is written. Fill in every blank from the agreement itself, then:\n"
        f"  statsbidrag check {agreement_id}"
    )


County = Annotated[str, typer.Argument(metavar="CODE", help="A county, such as 23.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="The workbook to write, .xlsx.")
]
Filled = Annotated[Path, typer.Argument(metavar="FILE", help="A filled workbook, .xlsx.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Put it in the place of another one that is there.")
]


@app.command()
def plan_template(context: typer.Context, agreement_id: Id, code: County, out: Out = None) -> None:
    """Write a workbook to plan a county's money in: its posts, its sums, what is left of each."""
    from pipelines.commands import forms

    place: Place = context.obj
    chosen = _one(place, agreement_id)
    path = forms.write_plan_template(place.files(), chosen, code, out)
    typer.echo(f"{path} is written. Fill it in, then:\n  statsbidrag plan-import {path}")


@app.command()
def plan_import(context: typer.Context, file: Filled, replace: Replace = False) -> None:
    """Turn a filled workbook into the county's plan in raw/plans/, or say what is wrong with it."""
    from pipelines.commands import forms

    place: Place = context.obj
    _imported(forms.import_plan(place.files(), file, replace=replace))


@app.command()
def plan_export(context: typer.Context, agreement_id: Id, code: County, out: Out = None) -> None:
    """Write a county's plan as the same workbook, to be changed and imported again."""
    from pipelines.commands import forms

    place: Place = context.obj
    path = forms.write_plan(place.files(), _one(place, agreement_id), code, out)
    typer.echo(f"{path} is written")


Recipient = Annotated[
    str, typer.Argument(metavar="R", help="lan:23, region:23, kommun:2380 or SKR.")
]


@app.command()
def outcome_template(
    context: typer.Context, agreement_id: Id, recipient: Recipient, out: Out = None
) -> None:
    """Write a workbook to fill in what a recipient used: by measure of its plan, or by post."""
    from pipelines.commands import forms

    place: Place = context.obj
    chosen = _one(place, agreement_id)
    path = forms.write_outcome_template(place.files(), chosen, recipient, out)
    typer.echo(f"{path} is written. Fill it in, then:\n  statsbidrag outcome-import {path}")


@app.command()
def outcome_import(context: typer.Context, file: Filled, replace: Replace = False) -> None:
    """Turn a filled workbook into the recipient's outcome in raw/outcomes/, or say what is off."""
    from pipelines.commands import forms

    place: Place = context.obj
    _imported(forms.import_outcome(place.files(), file, replace=replace))


@app.command()
def outcome_export(
    context: typer.Context, agreement_id: Id, recipient: Recipient, out: Out = None
) -> None:
    """Write a recipient's outcome as the same workbook, to be changed and imported again."""
    from pipelines.commands import forms

    place: Place = context.obj
    path = forms.write_outcome(place.files(), _one(place, agreement_id), recipient, out)
    typer.echo(f"{path} is written")


def _imported(done: Imported) -> None:
    for line in done.notes:
        typer.echo(f"note: {line}", err=True)
    typer.echo(done.said, nl=False)
    _end([], withheld=done.failed)


@app.command()
def run(
    context: typer.Context,
    ids: Ids = None,
    county: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Only these counties' documents, as a draft."),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="How many processes render.", show_default="cores"),
    ] = os.cpu_count() or 1,
) -> None:
    """The main job: allocation, reconciliation, documents, publication."""
    gc.enable()
    from pipelines.commands.run import run_agreements, run_draft

    place: Place = context.obj
    chosen, refused = _issued_as_said(place, _ids(place, ids))
    if not chosen:
        _end([*_foreign(place, ids), *refused])
    if county:
        failed, withheld = run_draft(place.raw, place.output, chosen, county)
    else:
        failed, withheld = run_agreements(place.raw, place.output, chosen, jobs)
    _end([*_foreign(place, ids), *refused, *failed], withheld=withheld)


def _issued_as_said(place: Place, ids: list[str]) -> tuple[list[str], list[StatsbidragError]]:
    """The agreements whose decisions no revision speaks against, and the errors of the others."""
    fine: list[str] = []
    refused: list[StatsbidragError] = []
    for agreement_id in ids:
        try:
            _compare_issued(place, agreement_id)
            fine.append(agreement_id)
        except InputError as error:
            refused.append(error)
    return fine, refused


def _compare_issued(place: Place, agreement_id: str) -> None:
    """Says what cannot be told of an agreement's decisions; raises what is wrong with them."""
    if not place.files().decisions_path(agreement_id).exists():
        return
    from datetime import date

    from statsbidrag.verification.issued import compare_issued

    for line in compare_issued(place.files(), place.output, agreement_id, date.today()):
        typer.echo(f"warning: {line}", err=True)


def _foreign(place: Place, ids: list[str] | None) -> list[StatsbidragError]:
    """What belongs to no agreement: said by a command about all, and otherwise lost in silence."""
    from statsbidrag.population.corrections import lost_corrections

    files = place.files()
    lost = [
        *files.foreign_plans(),
        *files.foreign_outcomes(),
        *files.foreign_decisions(),
        *lost_corrections(files),
    ]
    return [] if ids else list(lost)


def _ids(place: Place, ids: list[str] | None) -> list[str]:
    known = place.files().agreement_ids()
    if ids:
        return [_one(place, agreement_id) for agreement_id in dict.fromkeys(ids)]
    if not known:
        raise UsageError(f"{place.raw / 'agreements'} holds no agreement: write one there")
    return known


def _one(place: Place, agreement_id: str) -> str:
    known = place.files().agreement_ids()
    if not agreement_id.strip():
        raise UsageError(f"the agreement's ID is empty. There are: {', '.join(known) or 'none'}")
    if agreement_id not in known:
        path = place.files().agreement_path(agreement_id)
        like = known[-1] if known else "ID0"
        raise UsageError(
            f"{path}: there is no such agreement. There are: {', '.join(known) or 'none'}.\n"
            "  Nothing is carried over from another year: write the file from the agreement. "
            f"A skeleton:\n  statsbidrag new {agreement_id} --like {like}"
        )
    return agreement_id


def _short(path: Path) -> Path:
    """A path as a person would write it: relative to where they stand, where that is shorter."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve())
    except ValueError:
        return path


def _end(failed: list[StatsbidragError], *, withheld: bool = False) -> None:
    """Shows the errors and ends with the gravest exit code: 3, then 2, then 1."""
    # A file that several agreements need is said once.
    for error in {str(error): error for error in failed}.values():
        _show(error)
    codes = {error.exit_code for error in failed} | ({1} if withheld else set())
    if codes:
        raise typer.Exit(max(codes))


def _show(error: StatsbidragError) -> None:
    if isinstance(error, InputError):
        for problem in blanks_together(error.problems):
            typer.echo(f"error: {problem}", err=True)
    else:
        typer.echo(f"error: {error}", err=True)
    if isinstance(error, ProgramError):
        typer.echo(f"  log:      {_log(error)}", err=True)


def _log(error: BaseException) -> str:
    """The name of a file with all that is known about an error that should not happen."""
    try:
        handle, name = tempfile.mkstemp(prefix="statsbidrag-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"statsbidrag {' '.join(sys.argv[1:])}\n\n")
            file.writelines(traceback.format_exception(error))
    except OSError as refused:
        return f"none could be written in the folder for temporary files ({refused.strerror})"
    return name


def _require_validation() -> None:
    # pandera takes any other word than these for no.
    enabled = os.environ.get("PANDERA_VALIDATION_ENABLED", "True") in ("true", "True", "1")
    depth = os.environ.get("PANDERA_VALIDATION_DEPTH", "SCHEMA_AND_DATA")
    for name, fine in (
        ("PANDERA_VALIDATION_ENABLED", enabled),
        ("PANDERA_VALIDATION_DEPTH", depth == "SCHEMA_AND_DATA"),
    ):
        if not fine:
            raise ProgramError(
                f"{name}={os.environ[name]} switches checks off. Unset it: nothing is computed "
                "from tables that were not checked."
            )


def main() -> NoReturn:
    """Runs a command and ends the process with its exit code; never with a traceback."""
    # A command is over before there is garbage worth collecting; `run` switches collection on.
    gc.disable()
    # pandera loads hypothesis where it is installed, to make examples; that takes longer than most
    # commands, and a command makes none.
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What we print is UTF-8 with LF, whatever the machine's own habits are.
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        _require_validation()
        code = get_command(app).main(standalone_mode=False)
        sys.stdout.flush()
    except StatsbidragError as error:
        _show(error)
        code = error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except BrokenPipeError:
        code = 0
    except SystemExit as left:
        # The library's own way out when nobody reads on (`… | head -1`): for us all is well.
        code = 0 if isinstance(left.__context__, BrokenPipeError) else left.code
    except Exception as error:
        code = _unexpected(error)
    if code == 130:
        typer.echo("stopped; nothing half-written is left", err=True)
    _leave(code if isinstance(code, int) else 0)


def _leave(code: int) -> NoReturn:
    """Ends the process. Taking pandas apart piece by piece takes longer than many commands do."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # Nobody reads on, or the disk is full: `main` has said so, and Python would once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    if "dagster" in sys.modules:
        sys.exit(code)
    os._exit(code)


def _unexpected(error: Exception) -> int:
    show = getattr(error, "show", None)
    if callable(show):
        # An error of usage: the library words it, and names the option.
        show()
        return int(getattr(error, "exit_code", 2))
    typer.echo(f"error: the program failed: {type(error).__name__}: {error}", err=True)
    typer.echo(f"  log:      {_log(error)}", err=True)
    return 3


if __name__ == "__main__":
    main()
