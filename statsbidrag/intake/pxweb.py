"""PxWebApi 2, the interface of SCB's Statistikdatabas: what a table has, and some of its cells.

Belongs here: asking politely (limits, waiting, trying again), safely (TLS, no redirect, a size cap)
and refusing what is no whole answer. Does not: which cells are needed, or what they are good for
(`statsbidrag.intake.fetching`). No other module of the core may use the network.

Questions are always POSTed with a selection of every variable: a GET without one is answered with
a default selection, which may lack the regions, and a long GET is not found. See
`docs/decisions/0013-fetching.md`.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from statsbidrag.errors import InputError, Problem, ProgramError, UsageError, input_error
from statsbidrag.files.raw_folder import LARGEST
from statsbidrag.intake.pxweb_answers import (
    FORMAT,
    LATER,
    Config,
    Limits,
    Listed,
    Listing,
    Notes,
    Selection,
    Table,
    Variable,
    as_form,
    assembled,
    dataset_of,
    notes_of,
    parsed,
    require_asked,
    require_unchanged,
    split,
)

ADDRESS: Final = "https://statistikdatabasen.scb.se/api/v2"
LANGUAGE: Final = "sv"

PAUSES: Final = (1.0, 2.0, 4.0)
"""Seconds before a question is asked again, where the server does not say how long to wait."""

LONGEST_WAIT: Final = 120.0
"""Seconds. A server that asks for more is left alone: someone can run the command later."""

PATIENCE: Final = httpx.Timeout(30.0, connect=10.0)
WHOLE_ANSWER: Final = 300.0
"""Seconds that one answer may take, however steadily it drips."""

_OF_AN_ERROR: Final = 10_000
_LISTED: Final = 50


@dataclass(frozen=True)
class Answer:
    """The cells asked for, whole, as one json-stat2 document; `queries` is how many it took."""

    address: str
    content: bytes
    updated: str
    notes: Notes
    queries: int


class _AgainError(Exception):
    """Not now: `problem` says why, `wait` for how long (None: nobody has said)."""

    def __init__(self, problem: Problem, wait: float | None = None) -> None:
        super().__init__(str(problem))
        self.problem, self.wait = problem, wait


@cache
def _certificates() -> ssl.SSLContext:
    """Those that come with the program: to read them takes longer than most answers."""
    return httpx.create_ssl_context(trust_env=False)


# Asking ----------------------------------------------------------------------------------------


class PxWeb:
    """A server that speaks PxWebApi 2, asked no faster than it allows.

    The environment is not read: no proxy, no `.netrc`, no certificates but those that come with the
    program. Raises InputError where an answer cannot be used, ProgramError where there is none.
    `sleep` and `clock` (seconds, monotonic) are there for those who cannot wait.
    """

    def __init__(
        self,
        address: str = ADDRESS,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        timeout: httpx.Timeout = PATIENCE,
        largest: int = LARGEST,
    ) -> None:
        """Raises UsageError for an address that is not `https://…` (or this machine's own)."""
        self.address = _safe(address)
        self._sleep, self._clock, self._largest = sleep, clock, largest
        self._calls: deque[float] = deque()
        self._limits: Limits | None = None
        # `identity`: what is counted against the cap is what was sent.
        self._client = httpx.Client(
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            verify=_certificates(),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )

    def __enter__(self) -> Self:
        """The server itself; its connections are closed at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Closes the connections."""
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def limits(self) -> Limits:
        """What the server says it bears, asked once."""
        if self._limits is None:
            address = f"{self.address}/config"
            config = as_form(Config, parsed(self._asked("GET", address), address), address)
            if FORMAT not in config.data_formats:
                raise input_error(
                    address,
                    "dataFormats",
                    expected=FORMAT,
                    found=", ".join(config.data_formats) or "none",
                    action="this server cannot be used; fetch from another one with --from",
                )
            self._limits = Limits(
                config.max_data_cells, config.max_calls, float(config.time_window)
            )
        return self._limits

    def table(self, table_id: str) -> Table:
        """What the table has. Raises InputError where there is no such table."""
        self.limits()
        address = f"{self.address}/tables/{quote(table_id, safe='')}"
        at = f"{address}/metadata?lang={LANGUAGE}"
        dataset = dataset_of(parsed(self._asked("GET", at), at), at)
        found = dataset.extension.px.tableid or table_id
        if found != table_id:
            raise input_error(
                at,
                "extension.px.tableid",
                expected=table_id,
                found=found,
                action="see what the table is called today, and correct the agreement",
            )
        variables = {
            name: Variable(
                tuple(part.category.codes()),
                part.category.label,
                part.extension.elimination,
                {code: day for code, day in part.extension.refperiod.items() if day},
            )
            for name, part in dataset.dimension.items()
        }
        notes = notes_of(dataset)
        return Table(table_id, address, dataset.label, variables, notes)

    def search(self, words: str) -> list[Listed]:
        """The tables that a search for words finds, the best first."""
        self.limits()
        at = f"{self.address}/tables?lang={LANGUAGE}&query={quote(words)}&pageSize={_LISTED}"
        return as_form(Listing, parsed(self._asked("GET", at), at), at).listed()

    def cells(self, table: Table, selection: Selection) -> Answer:
        """These cells of the table and no others, in as many queries as the limits ask for.

        An answer to one query is kept byte for byte; several are put together. Raises InputError
        where the server answers anything but exactly what was asked, or where the table changed
        between two queries.
        """
        at = f"{table.address}/data?lang={LANGUAGE}&outputFormat={FORMAT}"
        contents, documents, stamps = [], [], []
        for part in split(selection, self.limits().cells, at):
            body = {
                "selection": [
                    {"variableCode": name, "valueCodes": list(codes)}
                    for name, codes in part.items()
                ]
            }
            content = self._asked("POST", at, body)
            document = parsed(content, at)
            dataset = dataset_of(document, at)
            require_asked(part, dataset, document, at)
            stamps.append(dataset.updated)
            require_unchanged(stamps, at)
            contents.append(content)
            documents.append(document)
        if len(documents) == 1:
            [content], [document] = contents, documents
        else:
            document = assembled(documents, selection, at)
            content = json.dumps(
                document, ensure_ascii=False, sort_keys=True, separators=(",", ":")
            ).encode()
        notes = notes_of(dataset_of(document, at))
        return Answer(at, content, stamps[0], notes, len(documents))

    def _asked(self, method: str, address: str, body: Any = None) -> bytes:
        """The body of an answer of status 200; asks again where that can help."""
        for attempt, pause in enumerate((*PAUSES, None), start=1):
            self._keep_pace(address)
            try:
                return self._answer(method, address, body)
            except _AgainError as again:
                wait = pause if again.wait is None else again.wait
                if pause is None or wait is None or wait > LONGEST_WAIT:
                    asks = "" if again.wait is None else f", asks to wait {again.wait:.0f} s"
                    tried = f" (attempt {attempt} of {len(PAUSES) + 1})"
                    raise _failed(again.problem, again.problem.found + asks + tried) from again
                self._sleep(wait)
        raise AssertionError("unreachable")

    def _keep_pace(self, address: str) -> None:
        """Waits until one more call is within the limits, and counts it."""
        limits = self._limits
        while limits and limits.calls and len(self._calls) >= limits.calls:
            wait = self._calls.popleft() + limits.seconds - self._clock()
            if wait > LONGEST_WAIT:
                said = f"{limits.calls} calls in {limits.seconds:.0f} s"
                problem = Problem(address, "limits", "a pace that can be kept", said, LATER)
                raise _failed(problem, said)
            if wait > 0:
                self._sleep(wait)
        self._calls.append(self._clock())

    def _answer(self, method: str, address: str, body: Any) -> bytes:
        wanted = "a whole answer"
        try:
            with self._client.stream(method, address, json=body) as response:
                _require_success(response, address)
                content = self._body(response, address)
        except httpx.TimeoutException as error:
            found = f"no answer in time ({type(error).__name__})"
            raise _AgainError(Problem(address, "", wanted, found, LATER)) from error
        except httpx.TransportError as error:
            found = str(error) or type(error).__name__
            action = f"see that this machine reaches the address, then {LATER}"
            raise _AgainError(Problem(address, "", wanted, found, action)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise input_error(
                address, expected=wanted, found=f"{type(error).__name__}: {error}", action=LATER
            ) from None
        return content

    def _body(self, response: httpx.Response, address: str) -> bytes:
        parts, size, begun = [], 0, self._clock()
        # A length that is announced is believed where it is too long, never where it is not.
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > self._largest:
            raise _too_large(address, self._largest)
        for part in response.iter_bytes():
            size += len(part)
            if size > self._largest:
                raise _too_large(address, self._largest)
            if self._clock() - begun > WHOLE_ANSWER:
                found = f"{size} bytes in {WHOLE_ANSWER:.0f} s, and no end"
                raise _AgainError(Problem(address, "", "a whole answer", found, LATER))
            parts.append(part)
        return b"".join(parts)


def _safe(address: str) -> str:
    """The address without a slash at its end, if it may be used at all."""
    try:
        url = httpx.URL(address.strip())
    except httpx.InvalidURL:
        url = httpx.URL("")
    plain = not (url.userinfo or url.query or url.fragment)
    if plain and url.host and (url.scheme == "https" or (url.scheme == "http" and _own(url.host))):
        return str(url).rstrip("/")
    raise UsageError(
        f"{address}\n  expected: the address of a PxWebApi 2, such as {ADDRESS}\n"
        "  found:    one without TLS, or no address\n"
        "  do:       write it with https:// (http:// is for this machine's own addresses only)"
    )


def _own(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _failed(problem: Problem, found: str) -> ProgramError:
    """The environment's failure, in the form that errors have."""
    parts = (problem.file, problem.place, problem.expected, found, problem.action)
    return ProgramError(str(Problem(*parts)))


def _too_large(address: str, largest: int) -> InputError:
    return input_error(
        address,
        "size",
        expected=f"at most {largest} bytes",
        found="more",
        action="this is not the table, or not the cells, that were asked for; nothing is stored",
    )


# What an answer must be ------------------------------------------------------------------------


def _require_success(response: httpx.Response, address: str) -> None:
    """Raises where the answer is no JSON of status 200, whatever it is instead."""
    status = response.status_code
    if status == httpx.codes.OK:
        kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if kind == "application/json" or kind.endswith("+json"):
            return
        found = f"{kind or 'nothing said'}: {_beginning(response)}"
        raise input_error(
            address,
            "Content-Type",
            expected="application/json",
            found=found,
            action="see the address in a browser: the server may be under repair; " + LATER,
        )
    if status in (429, 502, 503, 504):
        found = f"{status} {response.reason_phrase}".strip()
        problem = Problem(address, "", "an answer", found, LATER)
        raise _AgainError(problem, _retry_after(response))
    if response.is_redirect:
        raise input_error(
            address,
            expected="an answer from the address itself",
            found=f"{status}, a redirection to {response.headers.get('Location', 'nowhere')[:200]}",
            action="no redirection is followed; if the service has moved, name it with --from",
        )
    raise input_error(
        address,
        expected="status 200",
        found=f"{status} {response.reason_phrase}: {_beginning(response)}",
        action=_ACTIONS.get(status, "the server could not answer; " + LATER),
    )


_ACTIONS: Final = {
    400: "the server does not understand what was asked: see what the table has today",
    403: "the server does not give this table out: see that the table's name is right",
    404: "see that the address and the agreement's `population: table` are right",
}


def _beginning(response: httpx.Response) -> str:
    """What an error says of itself, or the beginning of what came instead."""
    content = b""
    for part in response.iter_bytes():
        content += part
        if len(content) > _OF_AN_ERROR:
            break
    try:
        said = json.loads(content)
        text = " ".join(str(said[key]) for key in ("title", "detail") if said.get(key))
    except (ValueError, AttributeError, RecursionError):
        text = ""
    text = text or content.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200] or "empty"


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server asks for: a number, or a time compared with its own clock."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
        now = parsedate_to_datetime(response.headers.get("Date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None
