"""A file with many mistakes: each told once, at its line, alone and together with all others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cases.small_country import SmallCountry
from tests.helpers.program import in_process

ID = "prov-2025"
RIGHT = """\
format: 1
id: prov-2025
programme: prov
year: 2025
title: Ett prov
status: signed
coverage: complete
signed: {state: 2025-01-30, skr: 2025-01-24}
sources:
  avtal: {title: Avtalet}
  beslut: {title: Beslutet}
total: {amount: 10 600, reference: {source: avtal}}
population:
  table: TAB1267
  reference_date: 2024-11-01
  levels: {region: lan, lan: lan, kommun: kommun}
rounding: {method: half_up, unit: 1, totals: from_unrounded}
requisition: {total: sum_of_posts}
groups:
  stora:
    recipients: lan
    members: ["01", "02"]
  sma: {recipients: lan, members: ["03", "04"]}
  alla: {recipients: lan, members: ["01", "02", "03", "04"]}
areas:
  - {id: vard, title: Vård}
  - {id: stod, title: Stöd}
posts:
  - id: lan/ett
    area: vard
    recipients: lan
    title: Ett
    amount: 1 000
    key:
      - rest: {by: population}
    reference: {source: avtal}
  - id: lan/tva
    area: vard
    recipients: lan
    title: Två
    amount: 1 000
    key:
      - fixed: 200
        except: {stora: 300}
    reference: {source: avtal}
  - id: lan/tre
    area: vard
    recipients: lan
    title: Tre
    amount: 1 000
    key:
      - fixed: 100
      - rest: {by: population}
    reference: {source: avtal}
  - id: lan/fyra
    area: vard
    recipients: lan
    title: Fyra
    amount: 1 000
    key:
      - part: {share: 40 %, by: equal}
      - rest: {by: population, exclude: [sma]}
    reference: {source: avtal}
  - id: lan/fem
    area: stod
    recipients: lan
    title: Fem
    amount: 1 000
    key:
      - fixed: 10
        except: {sma: 20}
      - rest: {by: population}
    reference: {source: avtal}
  - id: lan/sex
    area: stod
    recipients: lan
    title: Sex
    amount: 1 000
    key:
      - rest: {by: equal}
    reference: {source: avtal}
  - id: region/sju
    area: stod
    recipients: region
    title: Sju
    amount: 2 000
    key:
      - rest: {by: population, ages: 0-18}
    reference: {source: avtal}
  - id: region/atta
    area: stod
    recipients: region
    title: Åtta
    amount: 2 000
    key:
      - rest: {by: population}
    reference: {source: avtal}
  - id: kommun/nio
    area: stod
    recipients: kommun
    title: Nio
    amount: 600
    key:
      - ladder:
          by: population
          rungs:
            - {up_to: 100, amount: 50}
            - {up_to: 200, amount: 100}
            - {amount: 300}
    reference: {source: avtal}
stated_totals:
  - {recipients: lan, amount: 6 000, reference: {source: avtal}}
  - {recipients: kommun, amount: 600, reference: {source: avtal}}
dates:
  requisition:
    date: 2025-12-01
    reference: {source: avtal}
    changed:
      - {date: 2025-11-29, reference: {source: beslut}}
  repayment: {date: 2026-03-31, reference: {source: avtal}}
  financial_report: {date: 2026-03-31, reference: {source: avtal}}
reporting:
  - who: [region]
    what: redovisning
    to: Kammarkollegiet
    by: 2026-03-31
    reference: {source: avtal}
"""
LAST_POST = RIGHT[RIGHT.index("  - id: kommun/nio") : RIGHT.index("stated_totals:")]


@dataclass(frozen=True)
class Mistake:
    """One text in the place of another, and what is said of it: place, found, what to do.

    It is said of the first line that differs, or of one that is `up` lines above.
    """

    old: str
    new: str
    place: str
    found: str
    do: str = ""
    up: int = 0


FIFTEEN = [
    Mistake(
        "    title: Ett\n    amount: 1 000",
        "    short_titel: Ett\n    title: Ett\n    amount: 1 000",
        "posts[0].short_titel",
        "the unknown key `short_titel`",
        "did you mean `short_title`?",
    ),
    Mistake(
        "    title: Två\n    amount: 1 000",
        "    title: Två\n    amount: 1000.5",
        "posts[1].amount",
        "1000.5",
    ),
    Mistake(
        "area: vard\n    recipients: lan\n    title: Tre",
        "area: vrad\n    recipients: lan\n    title: Tre",
        "posts[2].area",
        "`vrad`",
        "did you mean `vard`?",
    ),
    Mistake(
        "- {date: 2025-11-29, reference: {source: beslut}}",
        "- {date: 2025-11-29, reference: {source: beslutet}}",
        "dates.requisition.changed[0].reference.source",
        "`beslutet`",
        "did you mean `beslut`?",
    ),
    Mistake(
        "exclude: [sma]",
        "exclude: [smaa]",
        "posts[3].key[1].rest.exclude[0]",
        "`smaa`",
        "did you mean `sma`?",
    ),
    Mistake('["01", "02"]', '["01", "05"]', "groups.stora.members[1]", "`05`"),
    Mistake(
        "id: lan/sex\n    area: stod",
        "id: lan/fem\n    area: stod\n    short_title: Sex",
        "posts[5].id",
        "`lan/fem` again",
    ),
    Mistake(
        "- fixed: 10\n        except: {sma: 20}\n      - rest: {by: population}",
        "- fixed: 240\n        except: {sma: 250}\n",
        "posts[4].key",
        "980 kr given out",
        "correct it against the agreement, or add `- rest: …`",
        up=1,
    ),
    Mistake(
        "- fixed: 100\n",
        "- fixed: 250\n",
        "posts[2].key",
        "1 000 kr given out, before the rest",
        up=1,
    ),
    Mistake(
        "    title: Åtta\n    amount: 2 000",
        "    title: Åtta\n    amount: -2 000",
        "posts[7].amount",
        "`-2 000`",
    ),
    Mistake("ages: 0-18", "ages: 18-0", "posts[6].key[0].rest.ages", "`18-0`"),
    Mistake(
        "- rest: {by: equal}",
        "- resten: {by: equal}",
        "posts[5].key[0]",
        "{'resten': {'by': 'equal'}}",
    ),
    Mistake(
        "repayment: {date: 2026-03-31",
        "repayment: {date: 2025-11-28",
        "dates.repayment.date",
        "2025-11-28",
    ),
    Mistake(
        "{recipients: kommun, amount: 600,",
        "{recipients: kommun, amount: 601,",
        "stated_totals[1].amount",
        "601 kr",
    ),
    Mistake("share: 40 %", "share: 140 %", "posts[3].key[0].part.share", "`140 %`"),
]

# Where no list item can be left out: what stands for it must hide nothing else.
MORE = [
    Mistake("status: signed", "status: signerad", "status", "`signerad`"),
    Mistake("year: 2025", "year: 25", "year", "25"),
    Mistake("{state: 2025-01-30,", "{state: 2025-01-32,", "signed.state", "`2025-01-32`"),
    Mistake("total: {amount: 10 600", "total: {amount: 10 tkr", "total.amount", "`10 tkr`"),
    Mistake("method: half_up", "method: halv_upp", "rounding.method", "`halv_upp`"),
    Mistake(
        "  alla: {recipients: lan, members",
        "  alla: {recipients: laan, members",
        "groups.alla.recipients",
        "`laan`",
    ),
    Mistake(
        "financial_report: {date: 2026-03-31",
        "financial_report: {date: 31 mars 2026",
        "dates.financial_report.date",
        "`31 mars 2026`",
    ),
    Mistake("kommun: kommun}", "kommun: riket}", "population.levels.kommun", "`riket`"),
    Mistake(
        "{up_to: 200, amount: 100}", "{up_to: 100, amount: 100}", "posts[8].key[0].ladder", "", up=4
    ),
    Mistake("    by: 2026-03-31", "    by: 2025-01-29", "reporting[0].by", "2025-01-29"),
]

ALONE = [
    *FIFTEEN,
    *MORE,
    Mistake("unit: 1, totals: from_unrounded}", "unit: 1}", "rounding.totals", "nothing", "add it"),
    Mistake(
        "  levels: {region: lan, lan: lan, kommun: kommun}",
        "  levels: {region: lan, lan: lan, kommun: lan}",
        "population.levels.kommun",
        "lan: no municipality's figure follows from its county's",
    ),
    Mistake(
        "rest: {by: population, ages: 0-18}",
        "rest: {by: population, ages: 0-18, level: riket}",
        "posts[6].key[0].rest.level",
        "`riket`",
    ),
    Mistake("exclude: [sma]", "exclude: [alla]", "posts[3].key[1].rest.exclude", "every recipient"),
    Mistake(
        "except: {stora: 300}",
        "except: {stora: 300, alla: 300}",
        "posts[1].key[0].except.alla",
        "01, 02 in two",
    ),
    Mistake('members: ["01", "02"]', "members: []", "groups.stora.members", "[]"),
    Mistake("share: 40 %", "share: 60 %, amount: 5", "posts[3].key[0].part", ""),
    Mistake("- fixed: 200\n", "- fixed: 201\n", "posts[1].key", "1 002 kr given out", up=1),
    Mistake("total: {amount: 10 600", "total: {amount: 10 601", "total.amount", "10 601 kr"),
    Mistake(
        "  - {id: stod, title: Stöd}",
        "  - {id: stod, title: Stöd}\n  - {id: vard, title: Vård}",
        "areas[2].id",
        "`vard` again",
        up=-1,
    ),
    Mistake("id: region/sju", "id: lan/sju", "posts[6]", ""),
    # The id of a post further up, with others between.
    Mistake(
        "id: lan/sex\n    area: stod",
        "id: lan/ett\n    area: stod\n    short_title: Sex",
        "posts[5].id",
        "`lan/ett` again",
    ),
    Mistake(
        LAST_POST,
        LAST_POST + LAST_POST,
        "posts[9].id",
        "`kommun/nio` again",
    ),
]


@dataclass(frozen=True)
class Told:
    """One message of the program."""

    line: int
    place: str
    found: str
    do: str


def told(country: SmallCountry, text: str) -> list[Told]:
    """What the program says of an agreement's file: every message, with its line."""
    path = country.write_agreement(ID, text)
    ended = in_process("--raw", country.root, "check", ID)
    if ended.code == 0:
        return []
    assert (ended.code, ended.out) == (2, "")
    pattern = re.compile(
        rf"error: {re.escape(str(path))}:(\d+):\d+: (.*)\n  expected: .+\n  found:    (.*)\n"
        r"  do:       (.*)\n"
    )
    messages = [Told(int(m[1]), m[2], m[3], m[4]) for m in pattern.finditer(ended.err)]
    assert pattern.sub("", ended.err) == ""
    return messages


def changed(text: str, mistake: Mistake) -> str:
    assert text.count(mistake.old) == 1, mistake.old
    return text.replace(mistake.old, mistake.new)


def line_of(mistake: Mistake, text: str) -> int:
    """The line of a mistake in a text that has it."""
    same = 0
    while mistake.new[: same + 1] == mistake.old[: same + 1] != mistake.new[:same]:
        same += 1
    before = text[: text.index(mistake.new)] + mistake.new[:same]
    return before.count("\n") + 1 - mistake.up


def require(messages: list[Told], mistake: Mistake, text: str) -> None:
    """One message is of this mistake: its line, its place, what was found, what to do."""
    [message] = [each for each in messages if each.place == mistake.place]
    assert message.line == line_of(mistake, text)
    assert mistake.found in message.found
    assert mistake.do in message.do


@pytest.fixture
def country(tmp_path: Path) -> SmallCountry:
    return SmallCountry(tmp_path / "raw").write_four()


def test_the_file_without_mistakes(country: SmallCountry) -> None:
    # Counties and municipalities differ in this country, so only reading is tried.
    country.write_agreement(ID, RIGHT)
    ended = in_process("--raw", country.root, "allocate", ID, "--format", "csv")
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize("mistake", ALONE, ids=lambda mistake: mistake.new.strip()[-40:])
def test_one_mistake_gives_one_message(country: SmallCountry, mistake: Mistake) -> None:
    text = changed(RIGHT, mistake)
    messages = told(country, text)
    assert len(messages) == 1
    require(messages, mistake, text)


@pytest.mark.parametrize(
    ("mistakes", "count"),
    [
        (FIFTEEN, 15),
        # A duty's day is compared with the day of signing, which cannot be read here.
        (FIFTEEN + [each for each in MORE if each.place != "reporting[0].by"], 24),
    ],
)
def test_fifteen_mistakes_give_fifteen_messages(
    country: SmallCountry, mistakes: list[Mistake], count: int
) -> None:
    text = RIGHT
    for mistake in mistakes:
        text = changed(text, mistake)
    messages = told(country, text)
    assert len(messages) == count
    for mistake in mistakes:
        require(messages, mistake, text)
    lines = [message.line for message in messages]
    assert lines == sorted(set(lines))


# What comes alone and first: a file that is no plain YAML, or far too large -----------------------


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (BOMB, 1, "an anchor or alias"),
        (RIGHT + "title: Ett annat\n", RIGHT.count("\n") + 1, "`title` a second time"),
        (RIGHT.replace("  sma: {", "  stora: {"), 23, "`stora` a second time"),
        (RIGHT + "---\n" + RIGHT, RIGHT.count("\n") + 1, "a second document"),
        (RIGHT.replace("title: Ett prov", "title: !!python/name:os.system x"), 5, "the tag"),
        (RIGHT + "  - {who\n", RIGHT.count("\n") + 2, ""),
        ("x: " + "[" * 2000 + "]" * 2000, 1, "more than 30 levels"),
        ("", 0, "an empty file"),
        ("[]", 1, ""),
    ],
    ids=["bomb", "key", "group", "document", "tag", "syntax", "depth", "empty", "list"],
)
def test_a_file_that_is_not_plain_yaml(
    country: SmallCountry, text: str, line: int, said: str
) -> None:
    path = country.write_agreement(ID, text)
    ended = in_process("--raw", country.root, "check", ID)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {path}" + (f":{line}:" if line else ""))
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_fifty_megabytes(country: SmallCountry) -> None:
    path = country.write_agreement(ID, RIGHT)
    with path.open("ab") as file:
        file.truncate(50_000_000)
    ended = in_process("--raw", country.root, "check", ID)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {path}\n")
    assert "found:    50000000 bytes" in ended.err


@pytest.mark.parametrize("name", ["folkmangd_2024-11-01_lan.json", "folkmangd_2024-11-01_lan.yaml"])
def test_fifty_megabytes_of_population(country: SmallCountry, name: str) -> None:
    country.write_agreement(ID, RIGHT)
    path = country.root / "population" / name
    with path.open("ab") as file:
        file.truncate(50_000_000)
    ended = in_process("--raw", country.root, "allocate", ID)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {path}")
    assert "50000000" in ended.err


def test_one_agreements_mistakes_do_not_stop_another(country: SmallCountry) -> None:
    country.write_agreement("prov-2024", BOMB)
    country.write_agreement(
        "frisk-2025",
        RIGHT.replace("id: prov-2025\nprogramme: prov", "id: frisk-2025\nprogramme: frisk"),
    )
    ended = in_process("--raw", country.root, "agreements")
    assert ended.code == 2
    assert "frisk-2025" in ended.out
    assert "prov-2024.yaml:1:" in ended.err
