"""`statsbidrag fetch` from outside, against a stand-in for SCB on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from statsbidrag.documents.national.national_view import NationalView
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.intake import pxweb
from statsbidrag.rendering.view import View
from tests.behaviour.conftest import few_views
from tests.helpers.program import A24, A25, RAW, Ended, RawCopy, in_process, tree
from tests.helpers.scb import Scb, answering, cut, serving, sweden

HEX = "[0-9a-f]{12}"
ESTIMATED = r"\bskatt(ad|ning)"
ADDED = [
    "population/folkmangd_2024-11-01_kommun_0-18.json",
    "population/folkmangd_2024-11-01_kommun_0-18.yaml",
    "population/folkmangd_2024-11-01_lan.json",
    "population/folkmangd_2024-11-01_lan.yaml",
]


@pytest.fixture
def scb() -> Iterator[Scb]:
    with serving(sweden(RAW)) as server:
        yield server


def fetch(scb: Scb, raw: RawCopy, agreement_id: str = A25) -> Ended:
    return in_process("--raw", raw.root, "fetch", agreement_id, "--from", scb.address)


@dataclass(frozen=True)
class Revision:
    """What a run left of one agreement."""

    folder: Path

    def lines(self, kind: str) -> list[bytes]:
        """The rows of the posts to one recipient type in the allocation, byte for byte."""
        content = (self.folder / "allocation.csv").read_bytes().splitlines(keepends=True)
        return [line for line in content if line.split(b";")[1].startswith(f"{kind}/".encode())]

    def told(self) -> str:
        """The words of the page about the nation, without its head."""
        html = (self.folder / "nation" / "fordelning.html").read_text("utf-8")
        return re.sub(r"<(style|head).*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL).lower()


def run(raw: RawCopy, output: Path) -> Revision:
    in_process("--raw", raw.root, "--output", output, "run", "--jobs", "1", A25).require(0)
    return Revision((output / A25 / "current").resolve())


@pytest.fixture
def _nation_only() -> Iterator[None]:
    """Of the documents only the one that is read here."""

    def nation(dossier: Dossier, counties: Collection[str] | None = None) -> tuple[View, ...]:
        return tuple(v for v in few_views(dossier, counties) if isinstance(v, NationalView))

    with mock.patch("assets.documents.views", nation):
        yield


@pytest.mark.usefixtures("_nation_only")
def test_only_posts_by_age_change_when_the_estimate_gives_way(
    scb: Scb, raw: RawCopy, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    before = run(raw, output)
    fetch(scb, raw).require(0)
    after = run(raw, output)
    revisions = {path.name for path in (output / A25).iterdir() if re.fullmatch(HEX, path.name)}
    assert revisions == {before.folder.name, after.folder.name}
    for kind, count in (("region", 2 * 21), ("lan", 5 * 21), ("skr", 1)):
        assert before.lines(kind) == after.lines(kind)
        assert len(after.lines(kind)) == count
    old, new = before.lines("kommun"), after.lines("kommun")
    assert len(old) == len(new) == 290
    assert set(old).isdisjoint(new)
    assert all(b"skattad" in line for line in old)
    assert not any(b"skattad" in line for line in new)
    assert re.search(ESTIMATED, before.told())
    assert not re.search(ESTIMATED, after.told())


def test_what_is_asked_and_stored_is_said(scb: Scb, raw: RawCopy) -> None:
    before = tree(raw.root)
    shown = fetch(scb, raw).require(0)
    after = tree(raw.root)
    assert sorted(set(after) - set(before)) == ADDED
    assert {name: after[name] for name in before} == before
    path = raw.path(ADDED[0])
    digest = re.search(r"sha256: '?([0-9a-f]{12})", raw.path(ADDED[1]).read_text())
    assert digest is not None
    assert (
        f"stored: {path}, 5510 cells, updated 2025-02-21T07:00:00Z, definitive, "
        f"sha256 {digest[1]}…\n"
        "  asked: TAB1267, 290 regions, 19 ages, ContentsCode BE0101A9, Tid 2024\n"
        f"  of:    {scb.address}/tables/TAB1267/data?lang=sv&outputFormat=json-stat2\n"
    ) in shown.out
    assert shown.out.endswith(f"Next:\n  statsbidrag run {A25}\n")
    again = fetch(scb, raw).require(0)
    assert again.out.count("unchanged: ") == 2
    assert again.out.endswith("SCB has nothing new: nothing is stored.\n")
    assert tree(raw.root) == after


def test_the_limits_of_the_real_service_are_kept(scb: Scb, raw: RawCopy) -> None:
    # 290 municipalities by 19 ages do not fit into 2 000 cells.
    scb.config["maxDataCells"] = 2000
    fetch(scb, raw).require(0)
    assert [len(asked["Region"]) for asked in scb.questions()] == [21, 105, 105, 80]
    data = json.loads(raw.path(ADDED[0]).read_bytes())
    assert data["size"] == [290, 19, 1, 1]
    in_process("--raw", raw.root, "check", A25).require(0)


def test_a_year_that_scb_does_not_have(scb: Scb, raw: RawCopy) -> None:
    before = tree(raw.root)
    shown = fetch(scb, raw, A24).require(2)
    assert "expected: the year 2023" in shown.err
    assert "found:    2024 to 2024" in shown.err
    assert "fetch again later" in shown.err
    assert tree(raw.root) == before


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (answering(200, b"<html>", "text/html"), 2, "found:    text/html"),
        (answering(500), 2, "found:    500 Internal Server Error: empty"),
        (answering(429, Retry_After="3600"), 3, "asks to wait 3600 s"),
        (cut, 3, "peer closed connection"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(
    scb: Scb,
    raw: RawCopy,
    monkeypatch: pytest.MonkeyPatch,
    fault: object,
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr(pxweb, "PAUSES", (0.0,))
    before = tree(raw.root)
    scb.faults.extend([None, fault, fault])  # type: ignore[list-item]
    shown = fetch(scb, raw).require(code)
    assert said in shown.err
    assert f"{scb.address}/tables/TAB1267/data" in shown.err
    assert "nothing is stored" in shown.err
    assert tree(raw.root) == before


def test_nobody_there(raw: RawCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pxweb, "PAUSES", (0.0,))
    with serving(sweden(RAW)) as gone:
        address = gone.address
    shown = in_process("--raw", raw.root, "fetch", A25, "--from", address).require(3)
    assert f"{address}/config" in shown.err
    assert "(attempt 2 of 2)" in shown.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([A25, "--from", "http://example.org/api"], "one without TLS"),
        (["psykisk-halsa-2031"], "there is no such agreement"),
        ([], "Missing argument"),
    ],
)
def test_a_call_that_means_nothing(raw: RawCopy, args: list[str], said: str) -> None:
    assert said in in_process("--raw", raw.root, "fetch", *args).require(2).err
