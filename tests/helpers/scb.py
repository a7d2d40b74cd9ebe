"""A stand-in for SCB's Statistikdatabas on this machine: PxWebApi 2 as it is documented to behave.

Belongs here: a server with one table of population, its limits, and its ways of failing. Does not:
any expectation.

What it imitates, each found in the interface's specification, its source, or reports of its users:
`/config` with its limits; metadata as json-stat2, where `elimination` says what may be left out;
POST with a selection; a GET without one that is answered with a default selection, in which the
regions are gone; 404 to a GET beyond 2 100 characters; 400 with `title` for unknown variables,
unknown codes, a variable left out that must not be, too many cells; 500 with an empty body where a
code stands twice; 429 with `Retry-After`; sparse values; notes, some of them mandatory.
"""

from __future__ import annotations

import csv
import email.utils
import json
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np

TABLE = "TAB1267"
CONTENTS = "BE0101A9"
AGES = (*(str(age) for age in range(100)), "100+")
LONGEST_GET = 2100
PROBLEMS = {
    "variable": (400, "Non-existent variable"),
    "value": (400, "Non-existent value"),
    # So spelled by the real one.
    "missing": (400, "Missing selection for mandantory variable"),
    "cells": (400, "Too many cells selected"),
    "table": (404, "Non-existent table"),
    "format": (400, "Unsupported output format"),
}

Fault = Callable[["Handler", bytes], None]
"""Answers in place of the server; it is given the answer that would have been."""


class _RefusedError(Exception):
    pass


@dataclass
class Population:
    """The table: persons per region, age and sex, of each year; and what it says of itself.

    `figures` are by year; the regions are municipalities, of which counties and the nation are the
    sums unless `totals` says otherwise (region, year). `classes` are further codes of ages,
    each with the places of the ages that it has together.
    """

    names: Mapping[str, str]
    municipalities: Sequence[str]
    figures: dict[str, np.ndarray]
    ages: Sequence[str] = AGES
    id: str = TABLE
    label: str = "Folkmängden 1 november efter region, ålder och kön. År 2002 - 2024"
    updated: str = "2025-02-21T07:00:00Z"
    contents: dict[str, str] = field(default_factory=lambda: {CONTENTS: "Folkmängd"})
    refperiod: str = "1 november respektive år"
    notes: tuple[str, ...] = ()
    mandatory: tuple[int, ...] = ()
    age_total: str | None = "tot"
    classes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    sex_total: str | None = None
    may_be_left_out: frozenset[str] = frozenset({"Region", "Alder", "Kon"})
    changed: dict[tuple[str, str], int] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def variables(self) -> dict[str, dict[str, str]]:
        """Each variable's codes in order, and what they are called."""
        ages = {age: f"{age} år" for age in self.ages}
        ages |= {code: f"{code} år" for code in self.classes}
        if self.age_total:
            ages[self.age_total] = "totalt ålder"
        sexes = {"1": "män", "2": "kvinnor"}
        if self.sex_total:
            sexes[self.sex_total] = "totalt"
        return {
            "Region": dict(self.names),
            "Alder": ages,
            "Kon": sexes,
            "ContentsCode": self.contents,
            "Tid": {year: year for year in self.figures},
        }

    def persons(self, region: str, year: str) -> np.ndarray:
        """Persons in one region by age and sex, their sums last."""
        own = [
            at
            for at, code in enumerate(self.municipalities)
            if region == "00" or code.startswith(region)
        ]
        counted = self.figures[year][own].sum(axis=0)
        counted = np.concatenate([counted, counted.sum(axis=0, keepdims=True)])
        counted = np.concatenate([counted, counted.sum(axis=1, keepdims=True)], axis=1)
        return counted + self.changed.get((region, year), 0)

    def metadata(self) -> dict[str, Any]:
        """The table without figures."""
        data = self._dataset(self.variables())
        del data["value"]
        return data | self.extra

    def data(self, selection: Mapping[str, Sequence[str]], *, sparse: bool) -> dict[str, Any]:
        """The selected cells; a variable without codes is summed away."""
        known = self.variables()
        chosen = {
            name: {code: known[name][code] for code in selection[name]}
            for name in known
            if selection.get(name)
        }
        data = self._dataset(chosen)
        # What is left out, or asked for as a total, is the sum that stands last.
        ages = [self._together(code) for code in chosen.get("Alder", [""])]
        sexes = [self._at(code, ("1", "2")) for code in chosen.get("Kon", [""])]
        counted = [
            [
                np.stack([self.persons(region, year)[own].sum(axis=0) for own in ages])[:, sexes]
                for year in chosen["Tid"]
            ]
            for region in chosen.get("Region", ["00"])
        ]
        # In the order of `id`: region, age, sex, year.
        values = np.array(counted).transpose(0, 2, 3, 1).reshape(-1).tolist()
        data["value"] = {str(at): v for at, v in enumerate(values)} if sparse else values
        return data

    def _together(self, code: str) -> list[int]:
        """The places of the ages that a code has together; the sum of all is last."""
        return list(self.classes.get(code, [self._at(code, self.ages)]))

    def listed(self) -> dict[str, Any]:
        """The table as a search lists it."""
        return {
            "type": "Table",
            "id": self.id,
            "label": self.label,
            "description": "",
            "updated": self.updated,
            "firstPeriod": min(self.figures),
            "lastPeriod": max(self.figures),
            "category": "public",
            "variableNames": list(self.variables()),
            "source": "SCB",
            "links": [],
        }

    def _at(self, code: str, codes: Sequence[str]) -> int:
        return list(codes).index(code) if code in codes else -1

    def _dataset(self, variables: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        dimension: dict[str, Any] = {
            name: {
                "label": name.lower(),
                "category": {
                    "index": {code: at for at, code in enumerate(labels)},
                    "label": dict(labels),
                },
                "extension": {"elimination": name in self.may_be_left_out, "show": "code_value"},
            }
            for name, labels in variables.items()
        }
        contents = dimension["ContentsCode"]
        contents["category"]["unit"] = {
            code: {"base": "antal", "decimals": 0} for code in self.contents
        }
        contents["extension"]["refperiod"] = dict.fromkeys(self.contents, self.refperiod)
        return {
            "version": "2.0",
            "class": "dataset",
            "label": self.label,
            "source": "SCB",
            "updated": self.updated,
            "note": list(self.notes),
            "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
            "id": list(variables),
            "size": [len(labels) for labels in variables.values()],
            "dimension": dimension,
            "value": [],
            "extension": {
                "px": {"tableid": self.id, "language": "sv"},
                "noteMandatory": {str(at): True for at in self.mandatory},
                "discontinued": None,
            },
        }


class Scb:
    """The server: where it is, what it was asked, and what goes wrong next.

    `faults` are taken one by one by questions for cells, `early` by all others; None: as it should.
    """

    def __init__(self, population: Population, clock: Callable[[], float] = time.monotonic) -> None:
        self.population = population
        self.others: list[Population] = []
        self.config: dict[str, Any] = {
            "apiVersion": "2.3.2",
            "appVersion": "2.5.0",
            "languages": [{"id": "sv", "label": "Svenska"}, {"id": "en", "label": "English"}],
            "defaultLanguage": "sv",
            "maxDataCells": 150_000,
            "maxCallsPerTimeWindow": 30,
            "timeWindow": 10,
            "license": "https://creativecommons.org/publicdomain/zero/1.0/",
            "defaultDataFormat": "json-stat2",
            "dataFormats": ["json-stat2", "csv", "px", "xlsx", "html", "json-px"],
            "features": None,
        }
        self.sparse = False
        self.faults: deque[Fault | None] = deque()
        self.early: deque[Fault | None] = deque()
        self.asked: list[tuple[str, str, Any]] = []
        self.refused = 0
        self.clock = clock
        self.address = ""
        self._calls: deque[float] = deque()

    def questions(self) -> list[dict[str, list[str]]]:
        """The selections that were asked for, in order."""
        return [
            {each["variableCode"]: each["valueCodes"] for each in body["selection"]}
            for method, path, body in self.asked
            if method == "POST" and "/data" in path
        ]

    def wait_of(self) -> float | None:
        """Seconds until one more call is allowed; None: it is, and is counted."""
        now, most = self.clock(), self.config["maxCallsPerTimeWindow"]
        while self._calls and self._calls[0] <= now - self.config["timeWindow"]:
            self._calls.popleft()
        if most and len(self._calls) >= most:
            self.refused += 1
            return self._calls[0] + float(self.config["timeWindow"]) - now
        self._calls.append(now)
        return None


class Handler(BaseHTTPRequestHandler):
    """One connection to the stand-in."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    scb: Scb

    def do_GET(self) -> None:
        """Limits, metadata, or cells of the default selection."""
        self._respond(None)

    def do_POST(self) -> None:
        """Cells of a selection."""
        length = int(self.headers.get("Content-Length", 0))
        self._respond(json.loads(self.rfile.read(length)))

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def send(
        self, status: int, body: bytes, kind: str = "application/json", **headers: str
    ) -> None:
        """A whole answer."""
        self.send_response(status)
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **own}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _respond(self, body: Any) -> None:
        self.scb.asked.append((self.command, self.path, body))
        cells = urlsplit(self.path).path.endswith("/data")
        wait = self.scb.wait_of()
        if wait is not None:
            self.send(429, b"", Retry_After=str(math.ceil(wait)))
            return
        try:
            answer = json.dumps(self._answer(body), ensure_ascii=False).encode()
        except _RefusedError as problem:
            status, title = PROBLEMS[str(problem)]
            said = {"type": "Parameter error", "title": title, "status": status}
            self.send(status, json.dumps(said).encode(), "application/problem+json")
            return
        except ZeroDivisionError:
            self.send(500, b"")
            return
        faults = self.scb.faults if cells else self.scb.early
        fault = faults.popleft() if faults else None
        if fault is not None:
            fault(self, answer)
        else:
            self.send(200, answer)

    def _answer(self, body: Any) -> Any:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        parts = [unquote(part) for part in url.path.split("/")[3:]]
        if self.command == "GET" and len(self.path) > LONGEST_GET:
            raise _RefusedError("table")
        if parts == ["config"]:
            return self.scb.config
        every = {each.id: each for each in (self.scb.population, *self.scb.others)}
        if parts == ["tables"]:
            return self._found(list(every.values()), query.get("query", [""])[0])
        if parts[:1] != ["tables"] or parts[1] not in every:
            raise _RefusedError("table")
        population = every[parts[1]]
        if parts[2:] == ["metadata"]:
            return population.metadata()
        if query.get("outputFormat", ["json-stat2"]) != ["json-stat2"]:
            raise _RefusedError("format")
        selection = self._selection(population, body)
        return population.data(selection, sparse=self.scb.sparse)

    def _found(self, tables: Sequence[Population], words: str) -> dict[str, Any]:
        """The tables whose titles have every word, on one page."""
        own = [
            each.listed()
            for each in tables
            if all(word.casefold() in each.label.casefold() for word in words.split())
        ]
        page = {"pageNumber": 1, "pageSize": 50, "totalElements": len(own), "totalPages": 1}
        return {"language": "sv", "tables": own, "page": page}

    def _selection(self, population: Population, body: Any) -> dict[str, list[str]]:
        known = population.variables()
        if body is None:
            last = list(known["Tid"])[-1]
            return {"Kon": list(known["Kon"]), "ContentsCode": [CONTENTS], "Tid": [last]}
        asked = {each["variableCode"]: each["valueCodes"] for each in body["selection"]}
        if set(asked) - set(known):
            raise _RefusedError("variable")
        for name, codes in asked.items():
            if set(codes) - set(known[name]):
                raise _RefusedError("value")
        if any(len(set(codes)) < len(codes) for codes in asked.values()):
            raise ZeroDivisionError
        mandatory = set(known) - population.may_be_left_out
        if any(not asked.get(name) for name in mandatory):
            raise _RefusedError("missing")
        if math.prod(len(codes) for codes in asked.values()) > self.scb.config["maxDataCells"]:
            raise _RefusedError("cells")
        return asked


# What can go wrong -----------------------------------------------------------------------------


def cut(handler: Handler, answer: bytes) -> None:
    """The connection breaks in the middle of the body."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(answer)))
    handler.end_headers()
    handler.wfile.write(answer[: len(answer) // 2])
    handler.close_connection = True


def cut_without_length(handler: Handler, answer: bytes) -> None:
    """The same, where nobody has said how long the body is."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(answer[: len(answer) // 2])
    handler.close_connection = True


def too_short_a_length(handler: Handler, answer: bytes) -> None:
    """Fewer bytes are announced than come."""
    handler.send(200, answer, Content_Length=str(len(answer) - 10))
    handler.close_connection = True


def silent(handler: Handler, answer: bytes) -> None:
    """No answer at all."""
    handler.close_connection = True


def answering(
    status: int, body: bytes = b"", kind: str = "application/json", **headers: str
) -> Fault:
    """Another answer, whatever was asked."""

    def fault(handler: Handler, answer: bytes) -> None:
        handler.send(status, body, kind, **headers)

    return fault


def in_a_while(seconds: float) -> Fault:
    """429, with the time of day when it is worth trying again."""

    def fault(handler: Handler, answer: bytes) -> None:
        until = email.utils.formatdate(time.time() + seconds, usegmt=True)
        handler.send(429, b"", Retry_After=until)

    return fault


def changed(change: Callable[[Any], object]) -> Fault:
    """The right answer with something in it changed."""

    def fault(handler: Handler, answer: bytes) -> None:
        data = json.loads(answer)
        change(data)
        handler.send(200, json.dumps(data, ensure_ascii=False).encode())

    return fault


@contextmanager
def serving(population: Population, clock: Callable[[], float] = time.monotonic) -> Iterator[Scb]:
    """The stand-in on a free port of this machine, until the end of the block."""
    scb = Scb(population, clock)
    handler = type("OwnHandler", (Handler,), {"scb": scb})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    scb.address = f"http://127.0.0.1:{server.server_address[1]}/api/v2"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield scb
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# A country to count by hand --------------------------------------------------------------------

SMALL_AGES = (*(str(age) for age in range(19)), "19+")


def small_country(**changes: Any) -> Population:
    """The country of `tests/cases/small_country.py`: as many people, 152, 38 and 19 of them young.

    In every year of age up to 18 there are 8 in Alby, 2 in Berga, 1 in Ceby (a man).
    """
    names = {"00": "Riket", "01": "Norra län", "0114": "Alby", "0115": "Berga"}
    names |= {"02": "Södra län", "0201": "Ceby"}
    young = np.array([[4, 4], [1, 1], [1, 0]])[:, None, :].repeat(19, axis=1)
    old = np.array([[[224, 224]], [[131, 131]], [[40, 41]]])
    persons = np.concatenate([young, old], axis=1)
    years = dict.fromkeys(("2023", "2024"), persons + 0)
    given: dict[str, Any] = {"ages": SMALL_AGES, **changes}
    return Population(names, ("0114", "0115", "0201"), years, **given)


# Sweden ----------------------------------------------------------------------------------------


def sweden(root: Path, year: str = "2024", **changes: Any) -> Population:
    """The table as SCB could have it: the municipalities' persons by age and sex, invented ages.

    Everybody is in the municipality where the definitive extract counts them; of every age up to
    30 some are made a year older than in the estimate, so that no interval below holds as many.
    """
    path = root / "population" / f"skattning_{year}-11-01_kommun_alder_kon.json"
    estimate = json.loads(path.read_bytes())
    codes = list(estimate["dimension"]["Region"]["category"]["index"])
    persons = np.array(estimate["value"]).reshape(len(codes), len(AGES), 2)
    older = np.minimum(persons[:, :30] // 20, 3) + (persons[:, :30] > 0)
    persons[:, :30] -= older
    persons[:, 1:31] += older
    with (root / "register" / "recipients.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["type"] in ("lan", "kommun")]
    names = {"00": "Riket", **{row["code"]: row["name"] for row in sorted(rows, key=_by_code)}}
    return Population(names, codes, {year: persons}, **changes)


def _by_code(row: Mapping[str, str]) -> str:
    return row["code"]


# A table as they are since 2025 ----------------------------------------------------------------

FIVES = {
    ("-4" if first == 0 else f"{first}-{first + 4}"): range(first, first + 5)
    for first in range(0, 100, 5)
}


def successor(of: Population, year: str = "2025", **changes: Any) -> Population:
    """The table that goes on where another one ends, with the same persons a year later.

    Ages of two divisions in one list, two totals of one value, the sexes' total, another code of
    contents; nothing may be left out.
    """
    [persons] = {id(each): each for each in [of.figures[max(of.figures)]]}.values()
    everyone = range(len(of.ages))
    classes = {code: ages for code, ages in FIVES.items() if max(ages) < len(of.ages)}
    given: dict[str, Any] = {
        "id": "TAB6999",
        "label": f"Folkmängden 1 november efter region, ålder och kön. År {year}",
        "contents": {"000008NA": "Folkmängd"},
        "age_total": None,
        "classes": {**classes, "TOT1": everyone, "TotSA": everyone},
        "sex_total": "TotSa",
        "may_be_left_out": frozenset({"Region"}),
        "notes": (
            "Från och med referensår 2025 används [Cell Key Method](https://www.scb.se/ckm).\r\n",
        ),
        "mandatory": (0,),
        **changes,
    }
    return Population(of.names, of.municipalities, {year: persons}, of.ages, **given)
