"""What runs without hands, in Dagster's own contexts: which agreements, how often, and why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleCauseCategory
from dagster._core.loader import LoadingContextForTest
from dagster._utils.schedules import schedule_execution_time_iterator

from assets.raw_files import CONTENT_TAG, observation
from assets.settings import STOCKHOLM, Clock
from pipelines.automation import INTERVAL_SECONDS, YEARLY
from pipelines.commands import run as running
from pipelines.definitions import build_defs, folders_of, notice_file
from pipelines.notices import Notice, NoticeFile
from statsbidrag.dossier.gathering import Computed
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import raw_content
from statsbidrag.publication.folder import current_revision
from statsbidrag.rendering.document import Document
from statsbidrag.rendering.view import View
from tests.cases.small_country import SmallCountry
from tests.cases.three_agreements import ALL, EARLIER, OTHER, PROV, ThreeAgreements

CONTENT, SIGNED, FAILURE = "raw_content_sensor", "signed_agreement_sensor", "failure_notice_sensor"
PARTITION = "dagster/partition"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Told:
    """Notices kept in memory, or refused."""

    notices: list[Notice] = field(default_factory=list)
    refuses: bool = False

    def tell(self, notice: Notice) -> None:
        if self.refuses:
            raise OSError("nobody listens")
        self.notices.append(notice)


@dataclass
class Daemon:
    """Does what Dagster's daemon does with a sensor's answer, but for the runs, which tests choose.

    Each tick is of a repository built anew: nothing may be remembered but in the instance.
    """

    raw: ThreeAgreements
    output: Path
    stages: Path
    instance: dg.DagsterInstance
    told: Told = field(default_factory=Told)
    cursors: dict[str, str | None] = field(default_factory=dict)

    def definitions(self) -> dg.Definitions:
        return build_defs(**folders_of(self.raw.root, self.output, self.stages), notices=self.told)

    def tick(self, name: str = CONTENT) -> Any:
        definitions = self.definitions()
        repository = definitions.get_repository_def()
        with dg.build_sensor_context(
            instance=self.instance,
            instance_ref=self.instance.get_ref(),
            cursor=self.cursors.get(name),
            repository_def=repository,
            resources=definitions.resources,
            sensor_name=name,
        ) as context:
            answer = repository.get_sensor_def(name).evaluate_tick(context)
        for event in answer.asset_events:
            self.instance.report_runless_asset_event(event)
        for request in answer.dynamic_partitions_requests or ():
            self.instance.add_dynamic_partitions(
                request.partitions_def_name, request.partition_keys
            )
        self.cursors[name] = answer.cursor
        return answer

    def requested(self, name: str = CONTENT) -> list[str]:
        """The agreements of a tick's requests, each of which becomes a run."""
        requests = self.tick(name).run_requests
        self.begin(requests)
        return [request.partition_key for request in requests]

    def begin(self, requests: Sequence[dg.RunRequest]) -> None:
        """Runs as these ask for; sensors look at their tags only."""
        for request in requests:
            tags = {**request.tags, PARTITION: str(request.partition_key)}
            run = dg.DagsterRun(job_name="publish", run_id=str(uuid4()), tags=tags)
            self.instance.add_run(run)

    def publish(
        self, agreement: str, only: Sequence[str] | None = None
    ) -> dg.ExecuteInProcessResult:
        job = self.definitions().resolve_job_def("publish")
        return job.execute_in_process(
            partition_key=agreement,
            instance=self.instance,
            asset_selection=[dg.AssetKey(name) for name in only] if only else None,
            raise_on_error=False,
            run_config=QUIET,
        )

    def content(self, agreement: str) -> str:
        return raw_content(Raw(self.raw.root), agreement)


def _without_pages(
    views: Sequence[View], earlier: object, jobs: int = 1, progress: object = None
) -> list[Document]:
    return [
        Document(view.path, view.title, "0" * 64, {"html": b"<p>", "pdf": b"%PDF"})
        for view in views
    ]


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """On disk, as the daemon's is: sensors and schedules find it by its address."""
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


@pytest.fixture
def daemon(memory: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    """Three agreements, none of them registered, and nothing remembered."""
    monkeypatch.setattr("assets.documents.print_all", _without_pages)
    memory.wipe()
    for name in memory.get_dynamic_partitions("agreement"):
        memory.delete_dynamic_partition("agreement", name)
    raw = ThreeAgreements(SmallCountry(tmp_path / "raw")).write()
    return Daemon(raw, tmp_path / "output", tmp_path / "stages", memory)


@pytest.fixture
def passing(daemon: Daemon) -> Iterator[Daemon]:
    """The same with a memory of this process only, which is quicker where a job is really run."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("agreement", list(ALL))
        yield replace(daemon, instance=instance)


@pytest.fixture
def watched(daemon: Daemon) -> Daemon:
    """All three registered, and run once for what they hold."""
    daemon.instance.add_dynamic_partitions("agreement", list(ALL))
    assert daemon.requested() == list(ALL)
    return daemon


# Changed content ----------------------------------------------------------------------------------


def test_each_registered_agreement_is_run_once_for_what_it_holds(daemon: Daemon) -> None:
    daemon.instance.add_dynamic_partitions("agreement", [PROV, EARLIER])
    first = daemon.tick()
    assert [request.partition_key for request in first.run_requests] == [EARLIER, PROV]
    for request in first.run_requests:
        sha = daemon.content(request.partition_key)
        assert request.run_key == f"{request.partition_key}:{sha}:1"
        assert request.tags[CONTENT_TAG] == sha
        assert request.tags[PARTITION] == request.partition_key
    # Nothing of it is lost if the daemon dies before it has started any: the key says it is one.
    second = daemon.tick()
    assert second.run_requests == []
    assert f"{PROV}: unchanged ({daemon.content(PROV)[:12]})" in second.skip_message
    assert str(daemon.raw.root) in second.skip_message


def test_without_registered_agreements_there_is_nothing_to_do(daemon: Daemon) -> None:
    assert "no agreement is registered yet" in daemon.tick().skip_message


@pytest.mark.parametrize(
    ("extract", "concerned"), [("alla", [OTHER, PROV]), ("alla23", [OTHER, EARLIER])]
)
def test_a_changed_extract_runs_those_that_use_it_or_compare_with_one_that_does(
    extract: str, concerned: list[str], watched: Daemon
) -> None:
    watched.raw.move_one_person(extract)
    assert watched.requested() == concerned
    assert watched.requested() == []


def test_a_plan_runs_its_own_agreement_only(watched: Daemon) -> None:
    plan = watched.raw.country.plan
    plan.write_text(plan.read_text("utf-8") + "# läst\n", "utf-8")
    assert watched.requested() == [PROV]


def test_the_register_runs_them_all(watched: Daemon) -> None:
    path = watched.raw.root / "register" / "recipients.yaml"
    path.write_text(path.read_text("utf-8") + "# läst\n", "utf-8")
    assert watched.requested() == list(ALL)


def test_a_file_that_is_touched_changes_nothing(watched: Daemon) -> None:
    watched.raw.touch()
    answer = watched.tick()
    assert answer.run_requests == []
    assert answer.skip_message.count("unchanged") == 3


def test_one_that_cannot_be_read_does_not_stop_the_others(watched: Daemon) -> None:
    watched.raw.path(EARLIER).write_text("format: [", "utf-8")
    watched.raw.move_one_person()
    # The other one compares with it: that it cannot be read is its own failure.
    assert watched.requested() == [OTHER, PROV]
    reason = watched.tick().skip_message
    assert f"{EARLIER}: passed over" in reason
    assert str(watched.raw.path(EARLIER)) in reason


def test_an_agreement_that_was_taken_away_is_passed_over(watched: Daemon) -> None:
    watched.raw.path(EARLIER).unlink()
    assert watched.requested() == [OTHER]
    assert f"{watched.raw.path(EARLIER)}" in watched.tick().skip_message


def test_content_that_comes_back_is_run_again(watched: Daemon) -> None:
    keys = []
    for count in (1, 0, 1, 0):
        watched.raw.move_one_person(count=count)
        answer = watched.tick()
        watched.begin(answer.run_requests)
        assert [request.partition_key for request in answer.run_requests] == [OTHER, PROV]
        keys += [request.run_key for request in answer.run_requests]
    # Dagster never starts two runs of one key.
    assert len(set(keys)) == len(keys) == 8
    assert len({key.rpartition(":")[0] for key in keys}) == 4


@pytest.mark.parametrize("cursor", [None, "{}", "begun by someone else", '{"prov-2025": 1}'])
def test_a_lost_cursor_neither_repeats_nor_loses_a_run(cursor: str | None, watched: Daemon) -> None:
    watched.cursors[CONTENT] = cursor
    answer = watched.tick()
    assert answer.run_requests == []
    assert answer.skip_message.count("the latest run was asked for this content") == 3
    watched.cursors[CONTENT] = cursor
    watched.raw.move_one_person()
    (first, second) = watched.tick().run_requests
    assert (first.run_key[-2:], second.run_key[-2:]) == (":2", ":2")


def test_what_is_current_already_is_not_run_again(daemon: Daemon, passing: Daemon) -> None:
    """Published by the command line, say, with another memory of Dagster's, or none."""
    daemon.instance.add_dynamic_partitions("agreement", [PROV])
    assert passing.publish(PROV).success
    answer = daemon.tick()
    assert answer.run_requests == []
    assert "the current revision is of this content" in answer.skip_message
    assert daemon.requested() == []
    daemon.raw.move_one_person()
    assert daemon.requested() == [PROV]


def test_a_failed_run_is_not_repeated_before_something_changes(daemon: Daemon) -> None:
    daemon.instance.add_dynamic_partitions("agreement", [EARLIER])
    path = daemon.raw.path(EARLIER)
    good = path.read_text("utf-8")
    path.write_text(good.replace("amount: 1 561", "amount: 1 562"), "utf-8")
    (request,) = daemon.tick().run_requests
    tags = {**request.tags, PARTITION: EARLIER}
    failed = dg.DagsterRun("publish", str(uuid4()), tags=tags, status=dg.DagsterRunStatus.FAILURE)
    daemon.instance.add_run(failed)
    assert daemon.requested() == []
    path.write_text(good, "utf-8")
    assert daemon.requested() == [EARLIER]


def test_a_damaged_revision_is_said_and_nothing_is_run(watched: Daemon, passing: Daemon) -> None:
    assert passing.publish(PROV).success
    folder, _ = current_revision(watched.output, PROV)
    (folder / "manifest.json").write_bytes(b"{")
    watched.raw.move_one_person()
    assert watched.requested() == [OTHER]
    assert f"{PROV}: passed over" in watched.tick().skip_message


def test_the_command_line_says_what_its_runs_are_of(
    passing: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sensor that looks while `statsbidrag run` is at work leaves that content to it."""
    monkeypatch.setattr(
        running, "_instance", lambda: nullcontext((passing.instance, passing.stages))
    )
    failed, withheld = running.run_agreements(passing.raw.root, passing.output, [PROV], jobs=1)
    assert (failed, withheld) == ([], False)
    (run,) = passing.instance.get_runs()
    assert run.tags[CONTENT_TAG] == passing.content(PROV) == observed(passing, PROV)
    # The same again is no run at all.
    running.run_agreements(passing.raw.root, passing.output, [PROV], jobs=1)
    assert len(passing.instance.get_runs()) == 1


# A newly signed agreement -------------------------------------------------------------------------


def test_a_signed_agreement_is_registered_and_run(daemon: Daemon) -> None:
    daemon.raw.agreement("ny-2026", year=2026, status="reconstructed")
    answer = daemon.tick(SIGNED)
    names = sorted([*ALL, "ny-2026"])
    assert [request.partition_key for request in answer.run_requests] == names
    assert sorted(daemon.instance.get_dynamic_partitions("agreement")) == names
    for request in answer.run_requests:
        sha = daemon.content(request.partition_key)
        assert request.run_key == f"{request.partition_key}:{sha}"
        assert request.tags[CONTENT_TAG] == sha
    again = daemon.tick(SIGNED)
    assert again.run_requests == []
    assert "every agreement is registered" in again.skip_message


def test_the_two_sensors_do_not_both_run_it(daemon: Daemon) -> None:
    assert daemon.requested(SIGNED) == list(ALL)
    assert daemon.requested(CONTENT) == []
    daemon.raw.move_one_person()
    assert daemon.requested(SIGNED) == []
    assert daemon.requested(CONTENT) == [OTHER, PROV]


def test_a_draft_is_left_alone_until_it_is_signed(watched: Daemon) -> None:
    watched.raw.agreement("ny-2026", year=2026, status="draft")
    assert "ny-2026: a draft" in watched.tick(SIGNED).skip_message
    assert watched.requested(SIGNED) == watched.requested(CONTENT) == []
    assert "ny-2026" not in watched.instance.get_dynamic_partitions("agreement")
    watched.raw.agreement("ny-2026", year=2026)
    assert watched.requested(SIGNED) == ["ny-2026"]


def test_an_unreadable_file_does_not_stop_another_from_being_registered(daemon: Daemon) -> None:
    daemon.raw.path(EARLIER).write_text("status: signed\n", "utf-8")
    assert daemon.requested(SIGNED) == [OTHER, PROV]
    reason = daemon.tick(SIGNED).skip_message
    assert f"{EARLIER}: passed over: {daemon.raw.path(EARLIER)}" in reason


def test_a_folder_without_agreements_is_a_reason(daemon: Daemon) -> None:
    for path in (daemon.raw.root / "agreements").iterdir():
        path.unlink()
    (daemon.raw.root / "agreements").rmdir()
    assert str(daemon.raw.root / "agreements") in daemon.tick(SIGNED).skip_message


# Once a year --------------------------------------------------------------------------------------


def scheduled(daemon: Daemon, moment: datetime) -> Any:
    definitions = daemon.definitions()
    repository = definitions.get_repository_def()
    with dg.build_schedule_context(
        instance=daemon.instance,
        scheduled_execution_time=moment,
        repository_def=repository,
        resources=definitions.resources,
    ) as context:
        return repository.get_schedule_def("yearly_fetch").evaluate_tick(context)


def test_the_schedule_fetches_and_runs_the_agreements_of_its_year(daemon: Daemon) -> None:
    found = scheduled(daemon, datetime(2025, 3, 1, 6, tzinfo=STOCKHOLM))
    assert [request.partition_key for request in found.run_requests] == [OTHER, PROV]
    assert [request.run_key for request in found.run_requests] == [f"{OTHER}:2025", f"{PROV}:2025"]
    assert sorted(daemon.instance.get_dynamic_partitions("agreement")) == [OTHER, PROV]
    schedule = daemon.definitions().get_repository_def().get_schedule_def("yearly_fetch")
    assert schedule.job.name == "fetch_and_publish"


def test_the_sensors_leave_to_the_schedule_what_it_has_begun(daemon: Daemon) -> None:
    daemon.begin(scheduled(daemon, datetime(2024, 3, 1, 6, tzinfo=STOCKHOLM)).run_requests)
    assert daemon.requested(SIGNED) == [OTHER, PROV]
    assert daemon.requested(CONTENT) == []


def test_a_year_without_agreement_names_the_file_to_write(daemon: Daemon) -> None:
    found = scheduled(daemon, datetime(2027, 3, 1, 6, tzinfo=STOCKHOLM))
    assert not found.run_requests
    assert str(daemon.raw.path("prov-2027")) in found.skip_message
    assert "statsbidrag new prov-2027 --like prov-2025" in found.skip_message
    assert "statsbidrag new annat-2027 --like annat-2025" in found.skip_message
    assert list(daemon.instance.get_dynamic_partitions("agreement")) == []


def test_a_draft_of_the_year_is_left_alone(daemon: Daemon) -> None:
    daemon.raw.agreement("prov-2026", year=2026, status="draft")
    found = scheduled(daemon, datetime(2026, 3, 1, 6, tzinfo=STOCKHOLM))
    assert not found.run_requests
    assert "prov-2026: a draft" in found.skip_message
    assert "statsbidrag new" not in found.skip_message


def test_the_schedule_passes_over_what_it_cannot_read(daemon: Daemon) -> None:
    daemon.raw.path(PROV).write_text("år: 2025\n", "utf-8")
    found = scheduled(daemon, datetime(2025, 3, 1, 6, tzinfo=STOCKHOLM))
    assert [request.partition_key for request in found.run_requests] == [OTHER]
    daemon.raw.path(OTHER).unlink()
    found = scheduled(daemon, datetime(2025, 3, 1, 6, tzinfo=STOCKHOLM))
    assert f"{PROV}: passed over: {daemon.raw.path(PROV)}" in found.skip_message


def test_the_schedule_comes_once_a_year_by_the_swedish_clock(daemon: Daemon) -> None:
    schedule = daemon.definitions().get_repository_def().get_schedule_def("yearly_fetch")
    assert schedule.execution_timezone == "Europe/Stockholm"
    start = datetime(2024, 1, 1, tzinfo=STOCKHOLM).timestamp()
    moments = schedule_execution_time_iterator(start, YEARLY, schedule.execution_timezone)
    times = [next(moments).astimezone(UTC) for _ in range(4)]
    assert times == [datetime(year, 3, 1, 5, tzinfo=UTC) for year in range(2024, 2028)]


def test_no_clock_is_ever_set_at_the_hour_of_the_schedule() -> None:
    """On every day of a year that hour comes, and comes once."""
    minute, hour, *_ = YEARLY.split()
    new_year = datetime(2025, 1, 1, tzinfo=STOCKHOLM).timestamp()
    daily = schedule_execution_time_iterator(new_year, f"{minute} {hour} * * *", "Europe/Stockholm")
    times = [next(daily) for _ in range(365)]
    assert len({moment.date() for moment in times}) == 365
    assert {moment.strftime("%H:%M") for moment in times} == {"06:00"}


def test_the_year_is_the_swedish_one(daemon: Daemon) -> None:
    """A schedule that is moved to New Year's night must not take the year before."""
    found = scheduled(daemon, datetime(2024, 12, 31, 23, 30, tzinfo=UTC))
    assert [request.partition_key for request in found.run_requests] == [OTHER, PROV]


class April(Clock):
    """A day that never ends."""

    def today(self) -> date:
        return date(2026, 4, 1)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, date]]:
    """Instead of SCB: a table in which one person has moved."""
    from statsbidrag.intake import fetching

    calls: list[tuple[str, date]] = []

    def fetch(raw: Raw, agreement_id: str, scb: object, today: date) -> fetching.Fetched:
        calls.append((agreement_id, today))
        ThreeAgreements(SmallCountry(raw.root)).move_one_person()
        return fetching.Fetched(stored=(raw.root / "population/alla.json",), unchanged=())

    monkeypatch.setattr("assets.fetched.fetch_population", fetch)
    return calls


def test_a_run_that_fetches_goes_on_with_what_it_fetched(
    watched: Daemon, asked: list[tuple[str, date]]
) -> None:
    defs = build_defs(**folders_of(watched.raw.root, watched.output, watched.stages), clock=April())
    result = defs.resolve_job_def("fetch_and_publish").execute_in_process(
        partition_key=PROV,
        instance=watched.instance,
        tags={CONTENT_TAG: watched.content(PROV)},
        asset_selection=[dg.AssetKey(n) for n in ("fetched_population", "agreement", "population")],
        run_config=QUIET,
    )
    assert asked == [(PROV, date(2026, 4, 1))]
    steps = [event.step_key for event in result.get_step_success_events()]
    assert steps.index("fetched_population") < steps.index("agreement")
    used: Any = result.asset_value("population")
    assert watched.raw.country.sha256("alla") in set(used["sha256"])
    (run,) = watched.instance.get_runs(dg.RunsFilter(run_ids=[result.run_id]))
    assert run.tags[CONTENT_TAG] == watched.content(PROV)
    # The other agreement of that extract is run by the sensor; this one has been.
    assert watched.requested() == [OTHER]


def test_only_the_job_of_the_schedule_fetches() -> None:
    definitions = build_defs()
    jobs = {name: definitions.resolve_job_def(name) for name in ("publish", "fetch_and_publish")}
    steps = {name: {node.name for node in job.nodes} for name, job in jobs.items()}
    assert steps["fetch_and_publish"] - steps["publish"] == {"fetched_population"}
    assert steps["publish"] < steps["fetch_and_publish"]


# The source, as Dagster compares it ---------------------------------------------------------------


def observed(daemon: Daemon, agreement: str) -> str:
    (record,) = daemon.instance.fetch_observations(
        dg.AssetRecordsFilter(dg.AssetKey("raw_files"), asset_partitions=[agreement]), limit=1
    ).records
    return str(record.asset_observation.tags["dagster/data_version"])


def test_the_version_of_the_source_is_its_content(daemon: Daemon) -> None:
    daemon.instance.add_dynamic_partitions("agreement", [PROV, EARLIER])
    job = daemon.definitions().resolve_implicit_global_asset_job_def()

    def observe() -> None:
        assert job.execute_in_process(
            instance=daemon.instance,
            run_config=QUIET,
            asset_selection=[dg.AssetKey("raw_files")],
        ).success

    observe()
    before = {name: observed(daemon, name) for name in (PROV, EARLIER)}
    assert before == {name: daemon.content(name) for name in (PROV, EARLIER)}
    daemon.raw.touch()
    daemon.raw.move_one_person()
    daemon.raw.path(EARLIER).unlink()
    observe()
    assert observed(daemon, PROV) == daemon.content(PROV) != before[PROV]
    assert observed(daemon, EARLIER) == before[EARLIER]


def out_of_date(daemon: Daemon, agreement: str) -> set[str]:
    """The stages that Dagster's page marks, because what they are made of has changed."""
    graph = daemon.definitions().resolve_asset_graph()
    resolver = CachingStaleStatusResolver(
        daemon.instance, graph, LoadingContextForTest(daemon.instance)
    )
    return {
        key.to_user_string()
        for key in graph.materializable_asset_keys
        if any(
            cause.category == StaleCauseCategory.DATA
            for cause in resolver.get_stale_causes(key, agreement)
        )
    }


def test_the_stages_are_out_of_date_when_the_content_is(passing: Daemon) -> None:
    readers = ("agreement", "published", "population", "plan")

    def saw() -> None:
        passing.instance.report_runless_asset_event(observation(PROV, passing.content(PROV)))

    def run() -> None:
        assert passing.publish(PROV, only=readers).success
        assert out_of_date(passing, PROV) == set()

    saw()
    run()
    passing.raw.touch()
    saw()
    assert out_of_date(passing, PROV) == set()
    passing.raw.move_one_person()
    saw()
    assert out_of_date(passing, PROV) == set(readers)
    run()


def test_a_sensor_that_sees_new_content_says_so(watched: Daemon) -> None:
    assert observed(watched, PROV) == watched.content(PROV)
    watched.raw.move_one_person()
    watched.tick()
    assert observed(watched, PROV) == watched.content(PROV)


# The site -----------------------------------------------------------------------------------------


def test_a_run_that_nobody_started_shows_on_the_front_page(passing: Daemon) -> None:
    passing.raw.country.change(passing.raw.country.plan, "amount: 20}", "amount: 21}")
    page = passing.output / "index.html"
    assert passing.publish(PROV).success
    assert f"{PROV}/" in page.read_text("utf-8")
    assert passing.publish(EARLIER).success
    text = page.read_text("utf-8")
    assert f'"{EARLIER}/current/' in text
    # What was withheld has no `current`, and is still there when another agreement is run.
    assert f'"{PROV}/' in text
    assert f'"{PROV}/current/' not in text


# Failures -----------------------------------------------------------------------------------------


def reacted(daemon: Daemon, result: dg.ExecuteInProcessResult) -> Notice:
    """The notice of a failed run, by the sensor in its own context."""
    repository = daemon.definitions().get_repository_def()
    context = dg.build_run_status_sensor_context(
        sensor_name=FAILURE,
        dagster_instance=daemon.instance,
        dagster_run=result.dagster_run,
        dagster_event=result.get_run_failure_event(),
        resources={"notices": daemon.told},
    ).for_run_failure()
    repository.get_sensor_def(FAILURE)(context)
    return daemon.told.notices[-1]


def test_bad_input_is_told_in_our_own_words(passing: Daemon) -> None:
    path = passing.raw.path(EARLIER)
    path.write_text(path.read_text("utf-8").replace("amount: 1 561", "amount: 1 562"), "utf-8")
    result = passing.publish(EARLIER)
    notice = reacted(passing, result)
    assert (notice.job, notice.agreement, notice.run_id) == ("publish", EARLIER, result.run_id)
    assert notice.error.startswith(f"{path}:")
    for part in ("expected: ", "found: ", "do: "):
        assert part in notice.error
    assert "Traceback" not in notice.line()
    assert "\n" not in notice.line()
    assert notice.line().split("\t")[1:] == [
        "publish",
        EARLIER,
        notice.error,
        f"run {result.run_id}",
    ]
    assert datetime.fromisoformat(notice.line().split("\t")[0]) == notice.time.replace(
        microsecond=0
    )
    assert abs((datetime.now(UTC) - notice.time).total_seconds()) < 3600


def test_many_mistakes_are_counted(passing: Daemon) -> None:
    passing.raw.path(EARLIER).write_text("format: 1\nid: prov-2024\n", "utf-8")
    notice = reacted(passing, passing.publish(EARLIER))
    assert str(passing.raw.path(EARLIER)) in notice.error
    assert " more)" in notice.error


def test_a_check_that_blocks_is_told_with_its_name(
    passing: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assets import allocation as module

    real = module.allocate
    monkeypatch.setattr(
        module, "allocate", lambda *given: real(*given).assign(recipient_type="stad")
    )
    notice = reacted(passing, passing.publish(EARLIER))
    assert "a check that blocks failed: allocation: form" in notice.error
    assert "statsbidrag check" in notice.error


def test_a_bug_is_told_as_one(passing: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> Computed:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("assets.allocation.allocate", broken)
    notice = reacted(passing, passing.publish(EARLIER))
    assert notice.error == "the program failed: ZeroDivisionError: division by zero"


def test_a_notice_that_does_not_get_through_is_in_the_log(
    passing: Daemon, capfd: pytest.CaptureFixture[str]
) -> None:
    passing.raw.path(EARLIER).write_text("format: 1\n", "utf-8")
    result = passing.publish(EARLIER)
    passing.told.notices.append(Notice(datetime.now(UTC), "", "", "", ""))
    passing.told.refuses = True
    capfd.readouterr()
    reacted(passing, result)
    err = capfd.readouterr().err
    assert "nobody listens" in err
    assert result.run_id in err


def test_the_file_gets_a_line_for_each(tmp_path: Path) -> None:
    file = NoticeFile(path=str(tmp_path / "ny" / "failures.log"))
    first = Notice(datetime(2026, 3, 1, 6, 2, tzinfo=STOCKHOLM), "publish", PROV, "a:\n b", "1")
    file.tell(first)
    file.tell(Notice(datetime(2026, 3, 1, 6, 3, tzinfo=STOCKHOLM), "observe", "", "å", "2"))
    assert (tmp_path / "ny" / "failures.log").read_text("utf-8") == (
        "2026-03-01 06:02:00+01:00\tpublish\tprov-2025\ta: b\trun 1\n"
        "2026-03-01 06:03:00+01:00\tobserve\t-\tå\trun 2\n"
    )


def test_the_place_of_the_file_is_of_ones_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "/somewhere")
    monkeypatch.delenv("STATSBIDRAG_NOTICES", raising=False)
    assert notice_file() == Path("/somewhere/failures.log")
    monkeypatch.setenv("STATSBIDRAG_NOTICES", "/elsewhere/fel.txt")
    resources = build_defs().resources or {}
    assert resources["notices"] == NoticeFile(path="/elsewhere/fel.txt")


# What cannot be read ------------------------------------------------------------------------------


def stray(daemon: Daemon) -> Path:
    """An extract that somebody has laid there without its sidecar."""
    path = daemon.raw.root / "population" / "hamtad.json"
    path.write_text("{}", "utf-8")
    return path


def broken_corrections(daemon: Daemon) -> Path:
    """A file of corrections that somebody is half through with."""
    path = daemon.raw.root / "corrections" / "a.yaml"
    path.parent.mkdir()
    path.write_text("format: 1\ncorrections: [", "utf-8")
    return path


@pytest.mark.parametrize("lay", [stray, broken_corrections])
def test_a_shared_file_that_stops_all_is_told_once(
    lay: Callable[[Daemon], Path], watched: Daemon
) -> None:
    path = lay(watched)
    watched.raw.move_one_person()
    assert watched.requested() == watched.requested() == []
    (notice,) = watched.told.notices
    assert (notice.job, notice.agreement, notice.run_id) == (CONTENT, ", ".join(ALL), "")
    assert notice.error.startswith(str(path))
    assert "expected: " in notice.error
    assert notice.line().endswith("\tno run")
    # Each agreement says so too, where its sensor does.
    assert watched.tick().skip_message.count("passed over") == 3
    path.unlink()
    assert watched.requested() == [OTHER, PROV]
    assert len(watched.told.notices) == 1


def test_an_error_that_comes_back_is_told_anew(watched: Daemon) -> None:
    for count in (1, 2):
        path = stray(watched)
        watched.tick()
        assert len(watched.told.notices) == count
        path.unlink()
        watched.tick()


def test_another_error_is_another_notice(watched: Daemon) -> None:
    watched.raw.path(EARLIER).write_text("format: [", "utf-8")
    watched.tick()
    path = stray(watched)
    watched.tick()
    watched.tick()
    first, second = watched.told.notices
    assert (first.agreement, second.agreement) == (EARLIER, f"{OTHER}, {PROV}")
    assert str(watched.raw.path(EARLIER)) in first.error
    assert str(path) in second.error


def test_a_cursor_of_before_notices_is_begun_anew(watched: Daemon) -> None:
    watched.cursors[CONTENT] = f'{{"{PROV}": {{"sha": "{watched.content(PROV)}", "count": 1}}}}'
    assert watched.requested() == []
    watched.raw.move_one_person()
    assert watched.requested() == [OTHER, PROV]


def test_an_error_that_nobody_could_be_told_of_is_in_the_log(
    watched: Daemon, capfd: pytest.CaptureFixture[str]
) -> None:
    path = stray(watched)
    watched.told.refuses = True
    capfd.readouterr()
    assert watched.requested() == []
    err = capfd.readouterr().err
    assert "nobody listens" in err
    assert f"\t{CONTENT}\t{', '.join(ALL)}\t{path}" in err


def test_an_unread_agreement_that_is_not_registered_is_told_once(daemon: Daemon) -> None:
    daemon.raw.path(EARLIER).write_text("status: signed\n", "utf-8")
    assert daemon.requested(SIGNED) == [OTHER, PROV]
    daemon.tick(SIGNED)
    (notice,) = daemon.told.notices
    assert (notice.job, notice.agreement) == (SIGNED, EARLIER)
    assert str(daemon.raw.path(EARLIER)) in notice.error


def test_a_folder_that_is_gone_is_told_once(daemon: Daemon) -> None:
    folder = daemon.raw.root / "agreements"
    folder.rename(folder.with_name("borta"))
    daemon.tick(SIGNED)
    daemon.tick(SIGNED)
    (notice,) = daemon.told.notices
    assert notice.agreement == ""
    assert notice.error.startswith(str(folder))


def test_the_schedule_tells_of_what_it_passes_over(daemon: Daemon) -> None:
    daemon.raw.path(PROV).write_text("år: 2025\n", "utf-8")
    found = scheduled(daemon, datetime(2025, 3, 1, 6, tzinfo=STOCKHOLM))
    assert [request.partition_key for request in found.run_requests] == [OTHER]
    (notice,) = daemon.told.notices
    assert (notice.job, notice.agreement) == ("yearly_fetch", PROV)
    assert str(daemon.raw.path(PROV)) in notice.error


# The definitions ----------------------------------------------------------------------------------


def test_everything_runs_as_soon_as_a_daemon_does() -> None:
    repository = build_defs().get_repository_def()
    for sensor in repository.sensor_defs:
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
        assert sensor.minimum_interval_seconds == INTERVAL_SECONDS
        assert sensor.description
        assert sensor.description.endswith(".")
    (schedule,) = repository.schedule_defs
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert {sensor.name for sensor in repository.sensor_defs} == {CONTENT, SIGNED, FAILURE}
    quick = build_defs(interval_seconds=2).get_repository_def()
    assert {sensor.minimum_interval_seconds for sensor in quick.sensor_defs} == {2}
