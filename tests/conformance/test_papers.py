"""Every PDF read back: nothing missing, nothing outside, nothing torn, and the sums of its figures.

A few of each kind, with ALL=1 every one; the municipalities' letters are always all read.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conformance.conftest import sample
from tests.conformance.reading import NO_GLYPH, Block, Paper, Sheet, Word, amount, read
from tests.helpers.program import A24, A25

pytestmark = pytest.mark.conformance

MM = 72 / 25.4
MARK = re.compile(r"[*#]+")
FOOT = re.compile(r"Sida \d+ av \d+$")
ENGLISH = re.compile(
    "amount|are|county|definitive|empty|error|estimate|estimated|false|from|has|have|municipality"
    "|nan|none|null|of|page|reconstructed|recipient|share|table|the|this|true|undefined|unknown"
    "|unresolved|was|were|which|with",
    re.IGNORECASE,
)
"""English words that no Swedish word is spelled like."""


# --- What can be wrong with a paper ----------------------------------------------------------


def body(sheet: Sheet) -> tuple[list[Word], list[Word]]:
    """The words of a page and those of its foot, which stand on the last line."""
    low = max(word.bottom for word in sheet.words)
    foot = [word for word in sheet.words if word.bottom > low - 2]
    return [word for word in sheet.words if word not in foot], foot


def lines(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words that stand on one line, from left to right."""
    line: list[Word] = []
    for word in sorted(words, key=lambda each: each.bottom):
        if line and word.bottom - line[-1].bottom > 0.15:
            yield sorted(line, key=lambda each: each.left)
            line = []
        line.append(word)
    yield sorted(line, key=lambda each: each.left)


def a_glyph_is_missing(paper: Paper) -> Iterator[str]:
    for block in paper.blocks:
        if re.search(f"[{NO_GLYPH}\0\ue000-\uf8ff]", block.text):
            yield block.text


def something_is_off_the_page(paper: Paper) -> Iterator[str]:
    """A mark alone hangs out of the column, and out of the last one into the margin."""
    for sheet in paper.sheets:
        margin = (20 if sheet.width > sheet.height else 25) * MM - 1.5
        words, foot = body(sheet)
        top = min(word.top for word in foot)
        if not FOOT.search(" ".join(word.text for word in foot)):
            yield f"the foot is not the last line: {[word.text for word in foot]}"
        for word in words:
            right = sheet.width - margin + (6 * MM if MARK.fullmatch(word.text) else 0)
            if word.left < margin or word.right > right or word.bottom > top:
                yield str(word)


def words_touch(paper: Paper) -> Iterator[str]:
    """Less than half a space between them: no reader knows where an amount ends."""
    for sheet in paper.sheets:
        for line in lines(sheet.words):
            for before, after in pairwise(line):
                if after.left < before.right + 0.8:
                    yield f"{before.text} {after.text}"


def an_amount_is_on_two_lines(paper: Paper) -> Iterator[str]:
    for block in paper.blocks:
        for before, after in pairwise(block.lines):
            if re.search(r"\d$", before) and re.match(r"\s?(\d{3}|kr)\b(?!\d)", after):
                yield f"{before} | {after}"


def a_column_is_empty(paper: Paper) -> Iterator[str]:
    """But not the columns of lines to write on."""
    for table in paper.tables:
        head, *rows = table.rows
        if head[0].text == "Att fördela":
            continue
        filled: Counter[int] = Counter()
        for row in rows:
            column = 0
            for cell in row:
                filled[column] += bool(cell.text)
                column += cell.columns
        for column, cell in enumerate(head):
            if not filled[column]:
                yield f"{table.caption}: {cell.text}"


def a_column_is_too_narrow(paper: Paper) -> Iterator[str]:
    """A word of a heading does not fit in it, and its last letters are on a line of their own."""
    for table in paper.tables:
        for cell in table.rows[0]:
            if any(re.fullmatch(r"[a-zåäö]{1,2}", line.strip()) for line in cell.lines[1:]):
                yield f"{table.caption}: {' | '.join(cell.lines)}"


def english_is_spoken(paper: Paper) -> Iterator[str]:
    for block in paper.blocks:
        for word in block.text.split():
            if ENGLISH.fullmatch(word.strip('.,:;()”"')) or re.search("[{}]|&[a-z]+;", word):
                yield f"{word}: {block.text}"


def a_heading_ends_a_page(paper: Paper) -> Iterator[str]:
    """Nor does a table's head, or a sentence that leads to what comes after it."""
    for number, sheet in enumerate(paper.sheets, start=1):
        *_, last = lines(body(sheet)[0])
        text = " ".join(word.text for word in last)
        heading = {"H1", "H2", "H3", "Caption", "THead"} & {*sheet.ends_in}
        # Below this one is a line to write on.
        if heading and text != "Utdrag till":
            yield f"page {number}: {text}"
        if text.endswith(":") and number < len(paper.sheets):
            yield f"page {number}: {text}"


def a_page_is_nearly_empty(paper: Paper) -> Iterator[str]:
    for number, sheet in enumerate(paper.sheets, start=1):
        if len(list(lines(body(sheet)[0]))) < 7:
            yield f"page {number} of {len(paper.sheets)}"


FAULTS: tuple[Callable[[Paper], Iterator[str]], ...] = (
    a_glyph_is_missing,
    something_is_off_the_page,
    words_touch,
    an_amount_is_on_two_lines,
    a_column_is_empty,
    a_column_is_too_narrow,
    english_is_spoken,
    a_heading_ends_a_page,
    a_page_is_nearly_empty,
)


# --- The papers ------------------------------------------------------------------------------


def faults_of(output: Path, name: str) -> list[tuple[str, str]]:
    paper = read(output / name)
    return [(f.__name__, f"{name}: {said}") for f in FAULTS for said in f(paper)]


@pytest.fixture(scope="module")
def faults(output: Path, judged: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is wrong with the papers, by the kind of fault."""
    names = sample(path.relative_to(output).as_posix() for path in output.rglob("*.pdf"))
    assert names
    judged["papers read back"] = names
    found: dict[str, list[str]] = {fault.__name__: [] for fault in FAULTS}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for each in pool.map(partial(faults_of, output), names, chunksize=4):
            for fault, said in each:
                found[fault].append(said)
    return found


@pytest.mark.parametrize("fault", [fault.__name__ for fault in FAULTS])
def test_on_no_paper(fault: str, faults: Mapping[str, list[str]]) -> None:
    if faults[fault]:
        pytest.fail("\n".join(faults[fault]), pytrace=False)


A = Word("A", 80, 90, 95, 100)


def sheet(*words: Word, ends_in: tuple[str, ...] = ()) -> Sheet:
    foot = Word("Sida 1 av 2", 71, 790, 520, 800)
    return Sheet(595.3, 841.9, (*words, foot), ends_in)


def block(*lines: str) -> Paper:
    return Paper((), (Block("P", lines),), ())


@pytest.mark.parametrize(
    ("fault", "paper"),
    [
        (a_glyph_is_missing, block(f"Ren{NO_GLYPH}")),
        (something_is_off_the_page, Paper((sheet(Word("1", 500, 90, 530, 100)),), (), ())),
        (something_is_off_the_page, Paper((sheet(Word("1", 80, 785, 90, 795)),), (), ())),
        (
            words_touch,
            Paper((sheet(Word("1", 80, 90, 95, 100), Word("2", 90, 90, 99, 100)),), (), ()),
        ),
        (an_amount_is_on_two_lines, block("får 13 302", "905 kr")),
        (an_amount_is_on_two_lines, block("får 13 302 905", "kr i år")),
        (english_is_spoken, block("Summan är none.")),
        (
            a_heading_ends_a_page,
            Paper((sheet(Word("A", 80, 90, 95, 100), ends_in=("H2", "Span")),), (), ()),
        ),
        (a_page_is_nearly_empty, Paper((sheet(Word("A", 80, 90, 95, 100)),), (), ())),
    ],
)
def test_each_fault_is_seen(fault: Callable[[Paper], Iterator[str]], paper: Paper) -> None:
    assert list(fault(paper))


# --- The sums --------------------------------------------------------------------------------


def allocated(output: Path, agreement: str) -> list[dict[str, str]]:
    """The published allocation, as a spreadsheet opens it."""
    with (output / agreement / "current" / "allocation.csv").open(encoding="utf-8-sig") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def amounts_of(letter: Path) -> list[int]:
    """The amounts of each post in a letter, in the agreement's order."""
    rows = read(letter).tables[0].rows[1:]
    return [amount(row[-1].text) for row in rows if row[0].text != "Summa"]


@pytest.mark.parametrize("agreement", [A24, A25])
def test_the_letters_to_all_municipalities_sum_to_the_column(agreement: str, output: Path) -> None:
    """Half up, letter by letter: their sum need not be the post's, and the tables say so."""
    rows = [row for row in allocated(output, agreement) if row["mottagartyp"] == "kommun"]
    columns: Counter[str] = Counter()
    for row in rows:
        columns[row["post"]] += int(row["belopp, kr"])
    folder = output / agreement / "current"
    letters = sorted(folder.glob("kommun/*/tilldelning.pdf"))
    assert len(letters) == 290
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        read_back = list(pool.map(amounts_of, letters, chunksize=16))
    assert [sum(column) for column in zip(*read_back, strict=True)] == list(columns.values())

    nation = read(folder / "nation" / "fordelning.pdf")
    [against] = [table for table in nation.tables if "Alla 290 kommuner" in table.caption]
    for heading, column in zip(against.rows[0][1:], columns.values(), strict=True):
        difference = amount(against.value("Skillnad", heading.text))
        agreed = amount(against.value("Riket enligt överenskommelsen", heading.text))
        assert amount(against.value("Summa av kolumnen", heading.text)) == column
        assert column - agreed == difference
        sign = "+" if difference > 0 else "\N{MINUS SIGN}"
        said = f"({sign}{abs(difference)} kr)"
        assert not difference or any(said in each.text for each in nation.blocks)
