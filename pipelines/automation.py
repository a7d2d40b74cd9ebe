"""What runs without hands: sensors on the raw files, the yearly fetch, the notice of a failure.

Belongs here: deciding that an agreement is to be run, and why not. Does not: the run itself
(`assets/`), or which files an agreement depends on (`statsbidrag.fingerprint`).

Content is a hash of the raw files and never a time: a file that is touched, copied back or checked
out anew changes nothing. An agreement is run once per content, whether or not that run succeeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import dagster as dg
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assets.raw_files import CONTENT_TAG, content_now, observation
from assets.settings import STOCKHOLM, Folders, agreements
from pipelines.notices import Notice, Notices, said_of, shortly
from schemas.agreement import Agreement, Status
from statsbidrag.errors import InputError, StatsbidragError
from statsbidrag.fingerprint import content_hash
from statsbidrag.publication import current_revision
from statsbidrag.raw import Raw
from statsbidrag.yamlfile import read_model

INTERVAL_SECONDS: Final = 30
YEARLY: Final = "0 6 1 3 *"
"""1 March at six: SCB's table of 1 November is out, and nine months remain to requisition in. No
clock is ever set at that hour."""
_PARTITIONS: Final = str(agreements.name)
_PARTITION_TAG: Final = "dagster/partition"
_RUNS_LOOKED_AT: Final = 50

Job = Any
"""A job, resolved or not; Dagster has a type for each and none for both."""


class Seen(BaseModel):
    """The content that the sensor last saw of an agreement, and how many runs it has asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha: str
    count: int


_CURSOR: Final = TypeAdapter(dict[str, Seen])


def sensors(publish_job: Job, interval_seconds: int) -> list[dg.SensorDefinition]:
    """Every sensor, running as soon as a daemon is, each asked at this interval."""
    running = dg.DefaultSensorStatus.RUNNING
    return [
        dg.sensor(
            job=publish_job,
            minimum_interval_seconds=interval_seconds,
            default_status=running,
            description="Kör de överenskommelser vars filer i raw/ har fått ett annat innehåll.",
        )(raw_content_sensor),
        dg.sensor(
            job=publish_job,
            minimum_interval_seconds=interval_seconds,
            default_status=running,
            description="Tar upp en överenskommelse som har undertecknats och kör den en första "
            "gång. Utkast lämnas i fred.",
        )(signed_agreement_sensor),
        dg.run_failure_sensor(
            name="failure_notice_sensor",
            minimum_interval_seconds=interval_seconds,
            default_status=running,
            description="Skriver en rad om varje körning som misslyckas.",
        )(failure_notice),
    ]


def yearly_schedule(fetch_job: Job) -> dg.ScheduleDefinition:
    """The fetch and run of the year's agreements, running as soon as a daemon is."""
    return dg.schedule(
        job=fetch_job,
        cron_schedule=YEARLY,
        execution_timezone=str(STOCKHOLM),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Hämtar folkmängden från SCB och kör årets överenskommelser, den 1 mars varje "
        "år. Finns årets överenskommelse inte sägs vilken fil som ska skrivas.",
    )(yearly_fetch)


# Changed content ----------------------------------------------------------------------------------


def raw_content_sensor(context: dg.SensorEvaluationContext, folders: Folders) -> dg.SensorResult:
    """A run of each registered agreement whose raw files have another content than last seen.

    Content that the current revision was made from, or that the latest run was asked for, is only
    remembered. One agreement that cannot be read does not stop the others.
    """
    raw, output = folders.raw_files(), Path(folders.output)
    seen = _remembered(context)
    requests: list[dg.RunRequest] = []
    observed: list[dg.AssetObservation] = []
    said: list[str] = []
    for agreement_id in sorted(context.instance.get_dynamic_partitions(_PARTITIONS)):
        before = seen.get(agreement_id)
        try:
            sha = content_now(raw, agreement_id)
            if before is not None and before.sha == sha:
                said.append(f"{agreement_id}: unchanged ({sha[:12]})")
                continue
            known = _known(context.instance, output, agreement_id, sha)
        except StatsbidragError as error:
            said.append(_unread(context, agreement_id, error))
            continue
        observed.append(observation(agreement_id, sha))
        count = _count(context.instance, agreement_id, before)
        if known:
            said.append(f"{agreement_id}: {known} ({sha[:12]})")
        else:
            count += 1
            requests.append(_request(agreement_id, sha, f"{agreement_id}:{sha}:{count}"))
        seen[agreement_id] = Seen(sha=sha, count=count)
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else _reason(raw, said, "no agreement is registered yet"),
        cursor=_CURSOR.dump_json(seen).decode(),
        asset_events=observed,
    )


def _remembered(context: dg.SensorEvaluationContext) -> dict[str, Seen]:
    """What the cursor says. One that says something else is as good as none: nothing runs twice
    for it, because revisions and runs say what they were made of.
    """
    try:
        return _CURSOR.validate_json(context.cursor or "{}")
    except ValidationError:
        context.log.warning(f"the cursor is not ours and is begun anew: {context.cursor}")
        return {}


def _known(instance: dg.DagsterInstance, output: Path, agreement_id: str, sha: str) -> str:
    """Why this content need not be run; empty if it must be."""
    _, manifest = current_revision(output, agreement_id)
    if manifest is not None and content_hash(manifest.inputs) == sha:
        return "the current revision is of this content"
    runs = instance.get_runs(_runs_of(agreement_id), limit=_RUNS_LOOKED_AT)
    asked = next((run.tags[CONTENT_TAG] for run in runs if CONTENT_TAG in run.tags), None)
    return "the latest run was asked for this content" if asked == sha else ""


def _count(instance: dg.DagsterInstance, agreement_id: str, before: Seen | None) -> int:
    """How many runs were asked for. A cursor that was lost must not make an old key again."""
    return instance.get_runs_count(_runs_of(agreement_id)) if before is None else before.count


def _runs_of(agreement_id: str) -> dg.RunsFilter:
    return dg.RunsFilter(tags={_PARTITION_TAG: agreement_id})


# A newly signed agreement -------------------------------------------------------------------------


def signed_agreement_sensor(
    context: dg.SensorEvaluationContext, folders: Folders
) -> dg.SensorResult | dg.SkipReason:
    """Registers each agreement that is no draft and not yet registered, and asks for its first run.

    A draft waits for the day when its status says `signed`.
    """
    raw = folders.raw_files()
    registered = set(context.instance.get_dynamic_partitions(_PARTITIONS))
    found: dict[str, str] = {}
    said: list[str] = []
    try:
        unregistered = [name for name in raw.agreement_ids() if name not in registered]
    except InputError as error:
        return dg.SkipReason(str(error))
    for agreement_id in unregistered:
        try:
            if _agreement(raw, agreement_id).status == Status.DRAFT:
                said.append(f"{agreement_id}: a draft, left alone until its status is `signed`")
            else:
                found[agreement_id] = content_now(raw, agreement_id)
        except StatsbidragError as error:
            said.append(_unread(context, agreement_id, error))
    if not found:
        return dg.SkipReason(_reason(raw, said, "every agreement is registered"))
    return dg.SensorResult(
        run_requests=[
            _request(agreement_id, sha, f"{agreement_id}:{sha}")
            for agreement_id, sha in found.items()
        ],
        dynamic_partitions_requests=[agreements.build_add_request(list(found))],
        asset_events=[observation(agreement_id, sha) for agreement_id, sha in found.items()],
    )


# Once a year --------------------------------------------------------------------------------------


def yearly_fetch(
    context: dg.ScheduleEvaluationContext, folders: Folders
) -> list[dg.RunRequest] | dg.SkipReason:
    """A run that begins at SCB for each of the year's agreements; nothing of another year.

    Drafts are left alone. Where the year has no agreement, the reason names the file to write.
    """
    raw = folders.raw_files()
    year = context.scheduled_execution_time.astimezone(STOCKHOLM).year
    said: list[str] = []
    known: list[Agreement] = []
    try:
        names = raw.agreement_ids()
    except InputError as error:
        return dg.SkipReason(str(error))
    for name in names:
        try:
            known.append(_agreement(raw, name))
        except StatsbidragError as error:
            said.append(_unread(context, name, error))
    this_year = [each for each in known if each.year == year]
    drafts = [each.id for each in this_year if each.status == Status.DRAFT]
    said += [f"{name}: a draft, left alone until its status is `signed`" for name in drafts]
    chosen = [each.id for each in this_year if each.id not in drafts]
    if not this_year:
        said += _to_write(raw, known, year)
    if not chosen:
        return dg.SkipReason(_reason(raw, said, f"no agreement of {year}"))
    context.instance.add_dynamic_partitions(_PARTITIONS, chosen)
    return [_request(name, _content_if_read(raw, name), f"{name}:{year}") for name in chosen]


def _to_write(raw: Raw, known: Sequence[Agreement], year: int) -> list[str]:
    """One line per programme: the file that this year's agreement should be in."""
    latest = {each.programme: each.id for each in sorted(known, key=lambda each: each.year)}
    programmes = latest or {"psykisk-halsa": "ID0"}
    return [
        f"{raw.agreement_path(f'{programme}-{year}')}: there is no agreement of {year}. Nothing is "
        f"carried over from another year: statsbidrag new {programme}-{year} --like {like}"
        for programme, like in sorted(programmes.items())
    ]


def _content_if_read(raw: Raw, agreement_id: str) -> str:
    """The content before the fetch, empty where the fetch may be what mends it."""
    try:
        return content_now(raw, agreement_id)
    except StatsbidragError:
        return ""


# Failures -----------------------------------------------------------------------------------------


def failure_notice(context: dg.RunFailureSensorContext, notices: dg.ResourceParam[Notices]) -> None:
    """Passes one notice on; one that does not get through stands in the log, whole."""
    notice = _notice(context)
    try:
        notices.tell(notice)
    except Exception as error:
        context.log.error(f"This notice could not be passed on ({error}):\n{notice.line()}")


def _notice(context: dg.RunFailureSensorContext) -> Notice:
    run, event = context.dagster_run, context.failure_event
    failures = [step.step_failure_data.error for step in context.get_step_failure_events()]
    return Notice(
        time=_ended(context.instance, run.run_id),
        job=run.job_name,
        agreement=run.tags.get(_PARTITION_TAG, ""),
        error=said_of(failures, event.message or ""),
        run_id=run.run_id,
    )


def _ended(instance: dg.DagsterInstance, run_id: str) -> datetime:
    """When a run failed, in Swedish time: not when somebody got to know of it."""
    (record,) = instance.get_run_records(dg.RunsFilter(run_ids=[run_id]))
    stamp = record.end_time or record.update_timestamp.timestamp()
    return datetime.fromtimestamp(stamp, STOCKHOLM)


# Shared -------------------------------------------------------------------------------------------


def _request(agreement_id: str, sha: str, run_key: str) -> dg.RunRequest:
    tags = {CONTENT_TAG: sha} if sha else {}
    return dg.RunRequest(run_key=run_key, partition_key=agreement_id, tags=tags)


def _agreement(raw: Raw, agreement_id: str) -> Agreement:
    return read_model(raw.agreement_path(agreement_id), Agreement)[0]


def _unread(
    context: dg.SensorEvaluationContext | dg.ScheduleEvaluationContext,
    agreement_id: str,
    error: StatsbidragError,
) -> str:
    context.log.warning(f"{agreement_id} was passed over:\n{error}")
    return f"{agreement_id}: passed over: {shortly(str(error))}"


def _reason(raw: Raw, said: Sequence[str], otherwise: str) -> str:
    """Why nothing is run: what was looked at, a line for each agreement."""
    return f"Looked at {raw.root}: " + ("\n".join(["", *said]).lstrip(" ") if said else otherwise)
