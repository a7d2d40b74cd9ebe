"""The main job from the command line: Dagster in this process, a progress bar, a summary.

Belongs here: running agreements one after the other so that one's failure does not stop the others,
and saying what came of it. Does not: any stage (`assets/`), or arguments (`pipelines.cli`).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from assets import settings
from assets.raw_files import CONTENT_TAG, observation
from pipelines.commands.printing import finding
from pipelines.definitions import PROJECT, build_defs, folders_of
from schemas.common import RecipientType
from schemas.documents import family_of
from schemas.reconciliation import Reconciliation
from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import ProgramError, StatsbidragError, UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import Inputs, content_hash, inputs_of
from statsbidrag.publication.folder import Revision, find_revision, keep, write_files
from statsbidrag.register.recipients import codes
from statsbidrag.rendering.many import print_all
from statsbidrag.rendering.templates import STATIC, static_files
from statsbidrag.site.update import write_site

Outcome = tuple[list[StatsbidragError], bool]
"""What went wrong, and whether anything was withheld."""


def run_agreements(raw: Path, output: Path, ids: Sequence[str], jobs: int) -> Outcome:
    """Every stage of each agreement; prints a summary and the address of the site."""
    failed: list[StatsbidragError] = []
    revisions: list[Revision] = []
    look = Raw(raw)
    console = Console(stderr=True)
    with _instance() as (instance, stages), _bar(console) as bar:
        for agreement_id in ids:
            task = bar.add_task(agreement_id, total=None)
            families = _Families(bar)
            try:
                revised = ""
                look = Raw(raw)
                inputs = inputs_of(look, agreement_id, PROJECT)
                revision = _published(output, agreement_id, inputs)
                if revision is None:
                    resources = folders_of(
                        raw.resolve(), output.resolve(), stages, jobs, inputs.fingerprint
                    )
                    defs = build_defs(**{**resources, "progress": families})
                    revision, revised = _run(instance, defs, output, look, agreement_id, inputs)
                elif revision.manifest.withheld:
                    _say_why(dossier_of(look, agreement_id).reconciliation)
                bar.update(task, completed=1, total=1)
            except Exception as error:
                failed.append(_ours(agreement_id, error))
                bar.update(task, description=f"{agreement_id} failed")
                continue
            finally:
                families.end()
            _say(revision, revised)
            revisions.append(revision)
    if revisions:
        try:
            failed.extend(write_site(look, output, PROJECT))
            print((output / "index.html").resolve().as_uri())
        except Exception as error:
            failed.append(_ours("index.html", error))
    return failed, any(revision.manifest.withheld for revision in revisions)


def _ours(what: str, error: Exception) -> StatsbidragError:
    """The error, if it is our own; otherwise it is a bug or the machine, and one of ours says so.

    Either way the other agreements go on.
    """
    if isinstance(error, StatsbidragError):
        return error
    found = ProgramError(f"{what}: the program failed: {type(error).__name__}: {error}")
    found.__cause__ = error
    return found


def run_draft(raw: Path, output: Path, ids: Sequence[str], counties: Sequence[str]) -> Outcome:
    """The chosen counties' documents, to look at: `output/<agreement>/draft/`, never current."""
    failed: list[StatsbidragError] = []
    made: list[Dossier] = []
    for agreement_id in ids:
        try:
            made.append(dossier_of(Raw(raw), agreement_id))
        except StatsbidragError as error:
            failed.append(error)
    known = {code for each in made for code in codes(each.register, RecipientType.LAN)}
    unknown = [county for county in dict.fromkeys(counties) if county not in known]
    if unknown and not failed:
        path = raw / "register" / "recipients.csv"
        raise UsageError(f"no county has the code {', '.join(unknown)}: {path} has them all")
    for each in made:
        _say_why(each.reconciliation)
        _draw(each, output / each.agreement.id / "draft", counties)
    return failed, any(each.reconciliation.errors() for each in made)


def _draw(made: Dossier, folder: Path, counties: Sequence[str]) -> None:
    chosen = views(made, counties)
    for document in print_all(chosen, {}):
        write_files(folder, document.named())
        print((folder / f"{document.path}.pdf").resolve().as_uri())
    if chosen:
        write_files(folder / STATIC, static_files())


class _Families(settings.Progress):
    """A bar for each family of documents, below that of the agreement."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def expect(self, family: str, count: int) -> None:
        """So many documents of this family are to come."""
        own = family_of(family)
        self._tasks[family] = self._bar.add_task(f"  {own.name if own else family}", total=count)

    def step(self, family: str) -> None:
        """One of them is done."""
        self._bar.advance(self._tasks[family])

    def end(self) -> None:
        """The agreement is done: its families' bars go."""
        for task in self._tasks.values():
            self._bar.remove_task(task)
        self._tasks.clear()


def _published(output: Path, agreement_id: str, inputs: Inputs) -> Revision | None:
    """The revision of exactly these inputs, if it was published before."""
    revision = find_revision(output, agreement_id, inputs.fingerprint)
    return keep(output, revision) if revision is not None else None


def _run(
    instance: dg.DagsterInstance,
    defs: dg.Definitions,
    output: Path,
    look: Raw,
    agreement_id: str,
    inputs: Inputs,
) -> tuple[Revision, str]:
    """The new revision, and what is said of how it differs from the one before it."""
    content = content_hash(inputs.files)
    instance.add_dynamic_partitions(str(settings.agreements.name), [agreement_id])
    instance.report_runless_asset_event(observation(agreement_id, content))
    try:
        outcome = defs.resolve_job_def("publish").execute_in_process(
            partition_key=agreement_id,
            # A sensor that looks meanwhile sees that this content is being taken care of.
            tags={CONTENT_TAG: content},
            instance=instance,
            raise_on_error=True,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    except dg.DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None
    except dg.DagsterError as error:
        # A blocking check: either the inputs contradict each other, which this says, or a bug.
        dossier_of(look, agreement_id)
        raise ProgramError(f"{agreement_id}: {error}") from error
    manifest = outcome.asset_value("publication")
    revision = find_revision(output, agreement_id, manifest.fingerprint)
    if not outcome.success or revision is None:
        raise ProgramError(f"{agreement_id}: the job ended without a revision.")
    _say_why(outcome.asset_value("reconciliation"))
    [made] = outcome.asset_materializations_for_node("publication")
    revised = str(made.metadata["revised"].value)
    return Revision(revision.folder, revision.manifest, new=True), revised


def _say_why(report: Reconciliation) -> None:
    for result in report.errors():
        sys.stderr.write(finding(report.agreement, result))


def _say(revision: Revision, revised: str) -> None:
    manifest = revision.manifest
    name = revision.folder.name
    news = f"new revision {name}" if revision.new else f"unchanged: revision {name} stands"
    print(f"{manifest.agreement}: {news}, {len(manifest.documents)} documents")
    if manifest.withheld:
        print(f"{manifest.agreement}: withheld: {', '.join(manifest.withheld)}; not made current")
    if revised:
        print(f"{manifest.agreement}: {revised}")


@contextmanager
def _instance() -> Iterator[tuple[dg.DagsterInstance, Path]]:
    """Dagster's memory: kept in DAGSTER_HOME where that is set, else only for this call."""
    home = os.environ.get("DAGSTER_HOME")
    if home:
        with dg.DagsterInstance.get() as instance:
            yield instance, Path(home) / "stages"
    else:
        with (
            tempfile.TemporaryDirectory(prefix="statsbidrag-") as folder,
            dg.DagsterInstance.ephemeral() as instance,
        ):
            yield instance, Path(folder)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
