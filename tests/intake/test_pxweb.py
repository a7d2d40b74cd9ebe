"""The client of PxWebApi 2 against a stand-in on this machine: what it asks, bears, and refuses."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statsbidrag.errors import InputError, Problem, ProgramError, UsageError
from statsbidrag.intake import pxweb
from statsbidrag.intake.pxweb import ADDRESS, PxWeb
from statsbidrag.intake.pxweb_answers import Selection, assembled, split
from tests.helpers.scb import (
    Fault,
    Handler,
    Scb,
    answering,
    changed,
    cut,
    cut_without_length,
    in_a_while,
    serving,
    silent,
    small_country,
    too_short_a_length,
)

Refused = Callable[[Callable[[], object]], list[Problem]]
ALL: Selection = {
    "Region": ("0114", "0115", "0201"),
    "Alder": ("0", "1", "2", "19+"),
    "ContentsCode": ("BE0101A9",),
    "Tid": ("2024",),
}
FIGURES = [8, 8, 8, 448, 2, 2, 2, 262, 1, 1, 1, 81]


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 1000.0, list[float]()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def scb(time: Time) -> Iterator[Scb]:
    with serving(small_country(), time.clock) as server:
        yield server


@pytest.fixture
def client(scb: Scb, time: Time) -> Iterator[PxWeb]:
    with PxWeb(scb.address, sleep=time.sleep, clock=time.clock) as own:
        yield own


def figures(client: PxWeb, selection: Selection = ALL) -> list[Any]:
    answer = client.cells(client.table("TAB1267"), selection)
    values: list[Any] = json.loads(answer.content)["value"]
    return values


def failed(client: PxWeb) -> str:
    """What is said when there is no answer."""
    with pytest.raises(ProgramError) as caught:
        figures(client)
    assert caught.value.exit_code == 3
    return str(caught.value)


# The stand-in is what the documents say ---------------------------------------------------------


def post(scb: Scb, selection: dict[str, list[str]]) -> httpx.Response:
    body = {"selection": [{"variableCode": k, "valueCodes": v} for k, v in selection.items()]}
    return httpx.post(f"{scb.address}/tables/TAB1267/data", json=body, trust_env=False)


def test_a_get_without_a_selection_is_answered_without_regions(scb: Scb) -> None:
    found = httpx.get(f"{scb.address}/tables/TAB1267/data", trust_env=False)
    assert found.status_code == 200
    assert found.json()["id"] == ["Kon", "ContentsCode", "Tid"]


@pytest.mark.parametrize(
    ("selection", "status", "title"),
    [
        ({"ContentsCode": ["BE0101A9"]}, 400, "Missing selection for mandantory variable"),
        ({"Ort": ["1"]}, 400, "Non-existent variable"),
        ({"Tid": ["1999"]}, 400, "Non-existent value"),
        ({"Tid": ["2024"], "ContentsCode": ["BE0101A9"], "Kon": ["1", "2"]}, 400, "Too many cells"),
        ({"Tid": ["2024", "2024"], "ContentsCode": ["BE0101A9"]}, 500, ""),
    ],
)
def test_the_stand_in_refuses_as_the_real_one(
    scb: Scb, selection: dict[str, list[str]], status: int, title: str
) -> None:
    scb.config["maxDataCells"] = 1
    found = post(scb, selection)
    assert (found.status_code, title in found.text) == (status, True)
    assert bool(found.content) == (status == 400)


def test_a_long_get_is_not_found(scb: Scb) -> None:
    codes = ",".join(["0114"] * 500)
    address = f"{scb.address}/tables/TAB1267/data?valueCodes[Region]={codes}"
    assert httpx.get(address, trust_env=False).status_code == 404


# What is asked ---------------------------------------------------------------------------------


def test_the_address_alone_is_enough(scb: Scb) -> None:
    with PxWeb(scb.address + "/") as client:
        assert figures(client) == FIGURES
    assert PxWeb().address == ADDRESS == "https://statistikdatabasen.scb.se/api/v2"


def test_cells_are_posted_with_every_code_once(scb: Scb, client: PxWeb) -> None:
    assert figures(client) == FIGURES
    assert [(method, path.removeprefix("/api/v2")) for method, path, _ in scb.asked] == [
        ("GET", "/config"),
        ("GET", "/tables/TAB1267/metadata?lang=sv"),
        ("POST", "/tables/TAB1267/data?lang=sv&outputFormat=json-stat2"),
    ]
    assert scb.questions() == [{name: list(codes) for name, codes in ALL.items()}]


def test_what_a_table_has(scb: Scb, client: PxWeb) -> None:
    scb.population.notes, scb.population.mandatory = ("En not.", "En viktig."), (1,)
    scb.population.may_be_left_out = frozenset({"Kon"})
    table = client.table("TAB1267")
    assert table.label == scb.population.label
    assert table.variables["Region"].codes == ("00", "01", "0114", "0115", "02", "0201")
    assert table.variables["Region"].labels["0114"] == "Alby"
    assert [n for n, own in table.variables.items() if own.may_be_left_out] == ["Kon"]
    assert table.variables["ContentsCode"].days == {"BE0101A9": "1 november respektive år"}
    assert (table.notes.all, table.notes.mandatory) == (
        ("En not.", "En viktig."),
        ("En viktig.",),
    )


def test_notes_of_variables_and_codes_count_too(scb: Scb, client: PxWeb) -> None:
    def noted(data: Any) -> None:
        region = data["dimension"]["Region"]
        region["note"] = ["Om regionerna."]
        region["category"]["note"] = {"0114": ["Om Alby.", "Mer om Alby."]}
        region["extension"]["categoryNoteMandatory"] = {"0114": {"1": True}}

    scb.faults.append(changed(noted))
    notes = client.cells(client.table("TAB1267"), ALL).notes
    assert notes.all == ("Om regionerna.", "Om Alby.", "Mer om Alby.")
    assert notes.mandatory == ("Mer om Alby.",)


def test_one_answer_is_kept_byte_for_byte(scb: Scb, client: PxWeb) -> None:
    content = json.dumps(scb.population.data(ALL, sparse=False), indent=3).encode()
    scb.faults.append(answering(200, content, "application/json; charset=utf-8"))
    assert client.cells(client.table("TAB1267"), ALL).content == content


def test_the_environment_is_not_read(scb: Scb, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with PxWeb(scb.address) as client:
        assert figures(client) == FIGURES


def test_no_test_reaches_another_machine() -> None:
    with PxWeb("https://192.0.2.1/api/v2") as client, pytest.raises(AssertionError, match="192"):
        client.limits()
    with PxWeb() as client, pytest.raises(AssertionError, match="statistikdatabasen"):
        client.limits()


# Limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "queries"), [(150_000, 1), (12, 1), (11, 2), (8, 2), (4, 3), (3, 6), (1, 12)]
)
@pytest.mark.parametrize("sparse", [False, True])
def test_no_query_asks_for_more_cells_than_allowed(
    scb: Scb, client: PxWeb, most: int, queries: int, sparse: bool
) -> None:
    scb.config["maxDataCells"], scb.sparse = most, sparse
    scb.population.notes = ("En not.",)
    answer = client.cells(client.table("TAB1267"), ALL)
    data = json.loads(answer.content)
    value = data["value"]
    assert (
        [value[str(at)] for at in range(12)] == FIGURES
        if sparse and queries == 1
        else (value == FIGURES)
    )
    assert (answer.queries, len(scb.questions()), scb.refused) == (queries, queries, 0)
    assert data["size"] == [3, 4, 1, 1]
    assert list(data["dimension"]["Region"]["category"]["label"].values()) == [
        *("Alby", "Berga", "Ceby")
    ]
    assert answer.notes.all == ("En not.",)


def test_no_faster_than_allowed(scb: Scb, client: PxWeb, time: Time) -> None:
    scb.config |= {"maxDataCells": 1, "maxCallsPerTimeWindow": 3, "timeWindow": 10}
    assert figures(client) == FIGURES
    # 14 calls in threes: four full windows are waited for.
    assert (scb.refused, time.slept) == (0, [10.0, 10.0, 10.0, 10.0])


def test_a_pace_that_nobody_can_keep_is_an_error(scb: Scb, client: PxWeb, time: Time) -> None:
    scb.config |= {"maxCallsPerTimeWindow": 1, "timeWindow": 86_400}
    said = failed(client)
    assert "1 calls in 86400 s" in said
    assert not time.slept


def test_a_pace_that_is_not_said_is_no_limit(scb: Scb, client: PxWeb, time: Time) -> None:
    scb.config |= {"maxDataCells": 1, "maxCallsPerTimeWindow": 0, "timeWindow": 0}
    assert figures(client) == FIGURES
    assert not time.slept


@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    most=st.integers(1, 40),
    shuffled=st.randoms(use_true_random=False),
)
def test_parts_are_exactly_the_whole(sizes: list[int], most: int, shuffled: Any) -> None:
    selection: Selection = {
        f"v{at}": tuple(f"{at}{chr(97 + code)}" for code in range(size))
        for at, size in enumerate(sizes)
    }
    cells = [*itertools.product(*selection.values())]
    documents = []
    asked: list[tuple[str, ...]] = []
    for part in split(selection, most):
        order = list(part)
        shuffled.shuffle(order)
        own = {name: shuffled.sample(part[name], len(part[name])) for name in order}
        inside = [*itertools.product(*own.values())]
        assert len(inside) <= most
        places = [tuple(code for _, code in sorted(zip(order, c, strict=True))) for c in inside]
        asked += places
        documents.append(
            {
                "id": order,
                "dimension": {name: {"category": {"index": own[name]}} for name in order},
                "value": [cells.index(place) for place in places],
                "status": {"0": str(cells.index(places[0]))},
            }
        )
    assert sorted(asked) == sorted(cells)
    whole = assembled(documents, selection)
    index = {name: list(whole["dimension"][name]["category"]["index"]) for name in whole["id"]}
    for at, cell in enumerate(itertools.product(*index.values())):
        ordered = tuple(code for _, code in sorted(zip(whole["id"], cell, strict=True)))
        assert whole["value"][at] == cells.index(ordered)
        assert whole["status"].get(str(at), str(cells.index(ordered))) == str(cells.index(ordered))
    assert len(whole["status"]) == len(documents)


def test_a_table_that_changes_between_two_queries(
    scb: Scb, client: PxWeb, refused: Refused
) -> None:
    scb.config["maxDataCells"] = 8
    scb.faults.extend([None, changed(lambda data: data.update(updated="2025-03-01T07:00:00Z"))])
    [problem] = refused(lambda: figures(client))
    assert problem.place == "updated"
    assert problem.expected == "2025-02-21T07:00:00Z, as in the first answer"
    assert problem.found == "2025-03-01T07:00:00Z"


def test_notes_of_all_parts_stand_in_the_whole(scb: Scb, client: PxWeb) -> None:
    def noted(text: str, *, mandatory: bool) -> Fault:
        def change(data: Any) -> None:
            data["note"] = ["Gemensam.", text]
            data["extension"]["noteMandatory"] = {"1": True} if mandatory else {}

        return changed(change)

    scb.config["maxDataCells"] = 8
    scb.faults.extend([noted("Om en.", mandatory=False), noted("Om två.", mandatory=True)])
    answer = client.cells(client.table("TAB1267"), ALL)
    data = json.loads(answer.content)
    assert data["note"] == ["Gemensam.", "Om en.", "Om två."]
    assert data["extension"]["noteMandatory"] == {"2": True}
    assert answer.notes.mandatory == ("Om två.",)


# Waiting, and trying again ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "slept"),
    [
        (answering(429, Retry_After="7"), [7.0]),
        (answering(503, Retry_After="3"), [3.0]),
        (answering(429), [1.0]),
        (answering(429, Retry_After="snart"), [1.0]),
        (answering(502, b"<html>", "text/html"), [1.0]),
        (cut, [1.0]),
        (silent, [1.0]),
    ],
)
def test_what_may_pass_is_waited_for(
    scb: Scb, client: PxWeb, time: Time, fault: Fault, slept: list[float]
) -> None:
    scb.faults.append(fault)
    assert figures(client) == FIGURES
    assert time.slept == slept


def test_a_time_of_day_is_by_the_servers_own_clock(scb: Scb, client: PxWeb, time: Time) -> None:
    scb.faults.append(in_a_while(30))
    assert figures(client) == FIGURES
    [slept] = time.slept
    assert 28 <= slept <= 31


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (answering(429, Retry_After="1"), "429 Too Many Requests, asks to wait 1 s"),
        (answering(503, b"<html>", "text/html"), "503 Service Unavailable"),
        (cut, "peer closed connection"),
        (silent, "Server disconnected without sending a response"),
    ],
)
def test_nobody_waits_for_ever(
    scb: Scb, client: PxWeb, time: Time, fault: Fault, said: str
) -> None:
    scb.faults.extend([fault] * 9)
    shown = failed(client)
    assert said in shown
    assert "(attempt 4 of 4)" in shown
    assert scb.address in shown
    assert "nothing is stored" in shown
    assert len(time.slept) == 3


def test_a_long_wait_is_left_to_a_person(scb: Scb, client: PxWeb, time: Time) -> None:
    scb.faults.append(answering(429, Retry_After="3600"))
    assert "asks to wait 3600 s (attempt 1 of 4)" in failed(client)
    assert not time.slept


def test_nobody_there(time: Time) -> None:
    with serving(small_country()) as gone:
        address = gone.address
    with PxWeb(address, sleep=time.sleep) as client:
        shown = failed(client)
    assert f"{address}/config" in shown
    assert "Connection refused" in shown
    assert "reaches the address" in shown


def test_no_answer_in_time(scb: Scb, time: Time) -> None:
    over = threading.Event()

    def waiting(handler: Handler, answer: bytes) -> None:
        over.wait(5)

    scb.faults.extend([waiting] * 4)
    timeout = httpx.Timeout(0.05)
    with PxWeb(scb.address, sleep=time.sleep, clock=time.clock, timeout=timeout) as client:
        shown = failed(client)
    over.set()
    assert "no answer in time (ReadTimeout) (attempt 4 of 4)" in shown


def test_an_answer_that_never_ends(scb: Scb, time: Time) -> None:
    hours = itertools.count(0, 3600)
    client = PxWeb(scb.address, sleep=time.sleep, clock=lambda: float(next(hours)))
    with client, pytest.raises(ProgramError, match="and no end"):
        client.limits()


# What is no answer -----------------------------------------------------------------------------


def without_a_region(data: Any) -> None:
    del data["dimension"]["Region"]["category"]["index"]["0201"]
    data["size"][0] = 2
    del data["value"][8:]


def with_another_region(data: Any) -> None:
    index = data["dimension"]["Region"]["category"]["index"]
    index["00"] = index.pop("0201")


def summed_away(data: Any) -> None:
    del data["dimension"]["Alder"]
    del data["id"][1], data["size"][1]
    data["value"] = [472, 268, 84]


def with_sexes(data: Any) -> None:
    data["dimension"]["Kon"] = {"category": {"index": ["1"]}}
    data["id"].append("Kon")
    data["size"].append(1)


def two_in_one_place(data: Any) -> None:
    data["dimension"]["Region"]["category"]["index"] = {"0114": 0, "0115": 1, "0201": 1}


BAD: dict[str, tuple[Fault, str, str]] = {
    "an HTML page": (
        answering(200, b"<html><body>Underh\xc3\xa5ll</body></html>", "text/html"),
        "application/json",
        "text/html: <html><body>Underhåll",
    ),
    "no type": (answering(200, b"{}", ""), "application/json", "nothing said"),
    "500 without a word": (answering(500), "status 200", "500 Internal Server Error: empty"),
    "404": (answering(404, b'{"title": "Non-existent table"}'), "status 200", "Non-existent table"),
    "403": (answering(403), "status 200", "403 Forbidden"),
    "400": (answering(400, b'{"title": "Non-existent value"}'), "status 200", "Non-existent value"),
    "401 in deep brackets": (answering(401, b"[" * 9000), "status 200", "401 Unauthorized: [["),
    "no JSON": (answering(200, b'{"id": ['), "JSON in UTF-8", "8 bytes of something else"),
    "Latin-1": (answering(200, b'{"label": "\xe5"}'), "JSON in UTF-8", "something else"),
    "half a character": (answering(200, b'{"a": "\\ud800"}'), "JSON in UTF-8", "something else"),
    "deep brackets": (answering(200, b"[" * 99_999), "JSON in UTF-8", "something else"),
    "a list": (answering(200, b"[]"), "an answer of PxWebApi 2", "`[]`"),
    "no dataset": (answering(200, b"{}"), "an answer of PxWebApi 2", "`{}`"),
    "a longer body than announced": (too_short_a_length, "JSON in UTF-8", "something else"),
    "a body cut short, of no said length": (cut_without_length, "JSON in UTF-8", "something else"),
    "elsewhere": (
        answering(302, Location="https://example.org/api"),
        "the address itself",
        "302, a redirection to https://example.org/api",
    ),
    "elsewhere, without TLS": (
        answering(308, Location="http://example.org/api"),
        "the address itself",
        "308, a redirection to http://example.org/api",
    ),
    "elsewhere, without saying where": (answering(304), "the address itself", "to nowhere"),
    "packed, and not as it says": (
        answering(200, b"{}", Content_Encoding="gzip"),
        "a whole answer",
        "DecodingError",
    ),
    "a region too few": (changed(without_a_region), "the 3 codes", "2 codes; too few or too many"),
    "another region": (changed(with_another_region), "the 3 codes", "too many: 00, 0201"),
    "ages summed away": (changed(summed_away), "Region, Alder", "Region, ContentsCode, Tid"),
    "sexes as well": (changed(with_sexes), "Region, Alder", "ContentsCode, Tid, Kon"),
    "a figure too few": (changed(lambda d: d["value"].pop()), "12 figures", "11"),
    "a figure too many": (changed(lambda d: d["value"].append(1)), "12 figures", "13"),
    "figures beyond the end": (
        changed(lambda d: d.update(value={"12": 1})),
        "12 figures",
        "1",
    ),
    "no figures": (changed(lambda d: d.pop("value")), "12 figures", "something else"),
    "a status of its own": (changed(lambda d: d.update(status=["."] * 2)), "12 figures", "2"),
    "another size": (changed(lambda d: d.update(size=[3, 3, 1, 1])), "3, 3, 1, 1 codes", "3, 4"),
    "a place twice": (changed(two_in_one_place), "3, 4, 1, 1 codes", "0, 4, 1, 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_answer_that_cannot_be_used(
    scb: Scb, client: PxWeb, refused: Refused, time: Time, name: str
) -> None:
    fault, expected, found = BAD[name]
    scb.faults.append(fault)
    [problem] = refused(lambda: figures(client))
    assert problem.file == f"{scb.address}/tables/TAB1267/data?lang=sv&outputFormat=json-stat2"
    assert expected in problem.expected
    assert found in problem.found
    assert problem.action
    assert not time.slept


@pytest.mark.parametrize("announced", [True, False])
def test_more_than_anybody_asked_for(scb: Scb, refused: Refused, announced: bool) -> None:
    def endless(handler: Handler, answer: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        if announced:
            handler.send_header("Content-Length", str(10**12))
        handler.close_connection = True
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(10_000):
                handler.wfile.write(b" " * 65_536)

    scb.faults.append(endless)
    with PxWeb(scb.address, largest=100_000) as client:
        [problem] = refused(lambda: figures(client))
    assert problem.expected == "at most 100000 bytes"


def test_what_unpacks_to_more_than_anybody_asked_for(scb: Scb, refused: Refused) -> None:
    scb.faults.append(answering(200, gzip.compress(bytes(10**7)), Content_Encoding="gzip"))
    with PxWeb(scb.address, largest=100_000) as client:
        [problem] = refused(lambda: figures(client))
    assert problem.expected == "at most 100000 bytes"


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"maxDataCells": 0}, "maxDataCells"),
        ({"maxDataCells": "150000"}, "maxDataCells"),
        ({"maxDataCells": None}, "maxDataCells"),
        ({"timeWindow": -1}, "timeWindow"),
        ({"dataFormats": ["px", "csv"]}, "dataFormats"),
    ],
)
def test_limits_that_are_none(
    scb: Scb, client: PxWeb, refused: Refused, config: dict[str, Any], place: str
) -> None:
    scb.config |= config
    [problem] = refused(client.limits)
    assert (problem.file, problem.place) == (f"{scb.address}/config", place)


def test_another_table_than_its_name_says(scb: Scb, client: PxWeb, refused: Refused) -> None:
    scb.early.extend([None, changed(lambda data: data["extension"]["px"].update(tableid="TAB638"))])
    [problem] = refused(lambda: client.table("TAB1267"))
    assert (problem.expected, problem.found) == ("TAB1267", "TAB638")


def test_a_table_that_is_not_there(scb: Scb, client: PxWeb, refused: Refused) -> None:
    [problem] = refused(lambda: client.table("TAB1/../x y"))
    assert "404 Not Found: Non-existent table" in problem.found
    assert problem.file.endswith("/tables/TAB1%2F..%2Fx%20y/metadata?lang=sv")
    assert "`population: table`" in problem.action


@pytest.mark.parametrize(
    "address",
    [
        "http://statistikdatabasen.scb.se/api/v2",
        "http://127.0.0.1.example.org/api/v2",
        "ftp://127.0.0.1/",
        "statistikdatabasen.scb.se",
        "https://",
        "",
        "https://user:word@example.org/api",
        "https://example.org/api?x=1",
        "https://[::1",
    ],
)
def test_an_address_must_be_safe(address: str) -> None:
    with pytest.raises(UsageError, match="https://"):
        PxWeb(address)


def test_whatever_happens_is_said_in_the_projects_own_words(
    scb: Scb, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pxweb, "PAUSES", ())
    whole = json.dumps(scb.population.data(ALL, sparse=False)).encode()
    with PxWeb(scb.address, sleep=time.sleep, clock=time.clock) as client:
        table = client.table("TAB1267")
        scb.config["maxCallsPerTimeWindow"] = 0
        for at in range(0, len(whole), max(1, len(whole) // 40)):
            for content in (whole[:at], whole[:at] + b"\x00" + whole[at + 1 :]):
                scb.faults.append(answering(200, content))
                with contextlib.suppress(InputError):
                    client.cells(table, ALL)
                scb.faults.clear()
