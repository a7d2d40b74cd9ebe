"""What runs without hands: sensors on the raw files, the yearly fetch, the notice of a failure.

Belongs here: deciding that an agreement is to be run, and why not. Does not: the run itself
(`assets/`), or which files an agreement depends on (`statsbidrag.publication.fingerprint`).

Content is a hash of the raw files and never a time: a file that is touched, copied back or checked
out anew changes nothing. An agreement is run once per content, whether or not that run succeeds.
What cannot be read begins no run; whatever looked tells of it, once for as long as it stands.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import dagster as dg
from pydantic import BaseModel, ConfigDict, ValidationError

from assets.raw_files import CONTENT_TAG, content_now, observation
from assets.settings import STOCKHOLM, Folders, agreements
from pipelines.notices import Notice, Notices, said_of, shortly
from schemas.agreement import Agreement, Status
from statsbidrag.errors import InputError, StatsbidragError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import content_hash
from statsbidrag.publication.folder import current_revision

INTERVAL_SECONDS: Final = 30
YEARLY: Final = "0 6 1 3 *"
"""1 March at six: SCB's table of 1 November is out, and nine months remain to requisition in. No
clock is ever set at that hour."""
_PARTITIONS: Final = str(agreements.name)
_PARTITION_TAG: Final = "dagster/partition"
_RUNS_LOOKED_AT: Final = 50

Job = Any
"""A job, resolved or not; Dagster has a type for each and none for both."""

_Looking = dg.SensorEvaluationContext | dg.ScheduleEvaluationContext
"""Of what looks for runs to begin."""


class Seen(BaseModel):
    """The content that the sensor last saw of an agreement, and how many runs it has asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha: str
    count: int


class Memory(BaseModel):
    """A sensor's cursor: what it last saw of each agreement, and the errors it has told of.

    `told` are hashes of the errors that still stand; one that is mended is forgotten, and told
    anew if it comes back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seen: dict[str, Seen] = {}
    told: tuple[str, ...] = ()


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


def raw_content_sensor(
    context: dg.SensorEvaluationContext, folders: Folders, notices: dg.ResourceParam[Notices]
) -> dg.SensorResult:
    """A run of each registered agreement whose raw files have another content than last seen.

    Content that the current revision was made from, or that the latest run was asked for, is only
    remembered. One agreement that cannot be read does not stop the others, and is told of.
    """
    raw, memory = folders.raw_files(), _remembered(context)
    seen, unread = dict(memory.seen), dict[str, str]()
    requests, observed = list[dg.RunRequest](), list[dg.AssetObservation]()
    said: list[str] = []
    for agreement_id in sorted(context.instance.get_dynamic_partitions(_PARTITIONS)):
        before = seen.get(agreement_id)
        try:
            sha = content_now(raw, agreement_id)
            if before is not None and before.sha == sha:
                said.append(f"{agreement_id}: unchanged ({sha[:12]})")
                continue
            known = _known(context.instance, Path(folders.output), agreement_id, sha)
        except StatsbidragError as error:
            unread[agreement_id] = str(error)
            continue
        observed.append(observation(agreement_id, sha))
        count = _count(context.instance, agreement_id, before)
        if known:
            said.append(f"{agreement_id}: {known} ({sha[:12]})")
        else:
            count += 1
            requests.append(_request(agreement_id, sha, f"{agreement_id}:{sha}:{count}"))
        seen[agreement_id] = Seen(sha=sha, count=count)
    told = _tell(context, notices, context.sensor_name, unread, memory.told)
    said += _passed_over(unread)
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else _reason(raw, said, "no agreement is registered yet"),
        cursor=Memory(seen=seen, told=told).model_dump_json(),
        asset_events=observed,
    )


def _remembered(context: dg.SensorEvaluationContext) -> Memory:
    """What the cursor says. One that says something else is as good as none: nothing runs twice
    for it, because revisions and runs say what they were made of.
    """
    try:
        return Memory.model_validate_json(context.cursor or "{}")
    except ValidationError:
        context.log.warning(f"the cursor is not ours and is begun anew: {context.cursor}")
        return Memory()


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
    context: dg.SensorEvaluationContext, folders: Folders, notices: dg.ResourceParam[Notices]
) -> dg.SensorResult:
    """Registers each agreement that is no draft and not yet registered, and asks for its first run.

    A draft waits for the day when its status says `signed`. One that cannot be read is told of.
    """
    raw, memory = folders.raw_files(), _remembered(context)
    registered = set(context.instance.get_dynamic_partitions(_PARTITIONS))
    names, unread = _names(raw)
    found: dict[str, str] = {}
    said: list[str] = []
    for agreement_id in [name for name in names if name not in registered]:
        try:
            if _agreement(raw, agreement_id).status == Status.DRAFT:
                said.append(f"{agreement_id}: a draft, left alone until its status is `signed`")
            else:
                found[agreement_id] = content_now(raw, agreement_id)
        except StatsbidragError as error:
            unread[agreement_id] = str(error)
    told = _tell(context, notices, context.sensor_name, unread, memory.told)
    said += _passed_over(unread)
    return dg.SensorResult(
        run_requests=[
            _request(agreement_id, sha, f"{agreement_id}:{sha}")
            for agreement_id, sha in found.items()
        ],
        skip_reason=None if found else _reason(raw, said, "every agreement is registered"),
        cursor=Memory(told=told).model_dump_json(),
        dynamic_partitions_requests=[agreements.build_add_request(list(found))] if found else None,
        asset_events=[observation(agreement_id, sha) for agreement_id, sha in found.items()],
    )


# Once a year --------------------------------------------------------------------------------------


def yearly_fetch(
    context: dg.ScheduleEvaluationContext, folders: Folders, notices: dg.ResourceParam[Notices]
) -> list[dg.RunRequest] | dg.SkipReason:
    """A run that begins at SCB for each of the year's agreements; nothing of another year.

    Drafts are left alone, and what cannot be read is told of. Where the year has no agreement, the
    reason names the file to write.
    """
    raw = folders.raw_files()
    year = context.scheduled_execution_time.astimezone(STOCKHOLM).year
    known: list[Agreement] = []
    names, unread = _names(raw)
    for name in names:
        try:
            known.append(_agreement(raw, name))
        except StatsbidragError as error:
            unread[name] = str(error)
    # It looks once a year, so it has nothing to remember that it has told of.
    _tell(context, notices, "yearly_fetch", unread, told=())
    said = _passed_over(unread)
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
    _pass_on(context, notices, _notice(context))


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
    return raw.model(raw.agreement_path(agreement_id), Agreement)


def _names(raw: Raw) -> tuple[list[str], dict[str, str]]:
    """The agreements that have a file; where there is no folder of them, none, and that error."""
    try:
        return raw.agreement_ids(), {}
    except InputError as error:
        return [], {"": str(error)}


def _passed_over(unread: Mapping[str, str]) -> list[str]:
    """A line for each agreement that cannot be read, with the first of its errors."""
    return [
        f"{agreement_id}: passed over: {shortly(error)}" if agreement_id else shortly(error)
        for agreement_id, error in unread.items()
    ]


def _tell(
    context: _Looking,
    notices: Notices,
    job: str,
    unread: Mapping[str, str],
    told: Collection[str],
) -> tuple[str, ...]:
    """Passes one notice on for each distinct error in `unread` (by agreement) not in `told`.

    Gives the hashes of the errors that are known of by now. A file that all agreements share is one
    error, of all of them. The log has every error, whole, each time.
    """
    now = datetime.now(STOCKHOLM)
    concerned: dict[str, list[str]] = defaultdict(list)
    for agreement_id, error in unread.items():
        concerned[error].append(agreement_id)
    known: list[str] = []
    for error, names in concerned.items():
        context.log.warning(f"{', '.join(names) or 'all'}: passed over:\n{error}")
        mark = hashlib.sha256(error.encode()).hexdigest()
        if mark not in told:
            notice = Notice(now, job, ", ".join(names), shortly(error), run_id="")
            _pass_on(context, notices, notice)
        known.append(mark)
    return tuple(known)


def _pass_on(
    context: _Looking | dg.RunFailureSensorContext, notices: Notices, notice: Notice
) -> None:
    """Tells it. One that does not get through stands in the log, whole, and is not tried again."""
    try:
        notices.tell(notice)
    except Exception as error:
        context.log.error(f"This notice could not be passed on ({error}):\n{notice.line()}")


def _reason(raw: Raw, said: Sequence[str], otherwise: str) -> str:
    """Why nothing is run: what was looked at, a line for each agreement."""
    return f"Looked at {raw.root}: " + ("\n".join(["", *said]).lstrip(" ") if said else otherwise)
