"""A country small enough to be counted by hand, as a folder `raw/`. Invented, not a source.

Belongs here: making the folder, and changing it. Does not: any expectation.

It comes in two sizes. `write()` makes two counties (01 Norra, 02 Södra), three municipalities, and
1 000 persons on 1 November 2024:

| municipality | all ages | 0-18 | 19+ |
|---|---|---|---|
| 0114 Alby    | 600 | 150 | 450 |
| 0115 Berga   | 300 |  30 | 270 |
| 0201 Ceby    | 100 |  20 |  80 |

The agreement `prov-2025` shares 1 561 kr out:

| post | kr | key | exact |
|---|---|---|---|
| `region/a`   | 1 001 | population | 900.9, 100.1 |
| `lan/b/x`    |    30 | 10 each, 20 to the group `stor` (01) | 20, 10 |
| `lan/b/y`    |   205 | population | 184.5, 20.5 |
| `lan/e`      |   100 | 5 each, the rest by population | 86, 14 |
| `kommun/c`   |   175 | 25 each, the rest by population 0-18 | 100, 40, 35 |
| `skr/d`      |    50 | all of it | 50 |

`write_four()` makes four counties and five municipalities, to which agreements and weights are
added (`tests/helpers/made.py` writes agreements as data):

| county | 1 Nov 2024, counties' table | municipalities' table: 0–18, 19–64, 65+ | 1 Nov 2023 |
|---|---|---|---|
| 01 Alfa  | 690 | 0101: 100, 300, 100; 0102: 50, 100, 50 (together 700) | 600 |
| 02 Beta  | 200 | 0201: 20, 150, 30 (200) | 200 |
| 03 Gamma | 90 | 0301: 30, 40, 10 (80) | 100 |
| 04 Delta | 20 | 0401: 0, 10, 10 (20) | 100 |
| all      | 1 000 | 200, 600, 200 (1 000) | 1 000 |

The four counties' table is definitive, that of their municipalities preliminary, so that they may
differ.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw

AGREEMENT = "prov-2025"
DAY = "2024-11-01"

REGISTER = """\
type,code,name,slug,lan_code
lan,01,Norra län,norra-lan,01
lan,02,Södra län,sodra-lan,02
region,01,Region Norra,region-norra,01
region,02,Region Södra,region-sodra,02
kommun,0114,Alby,alby,01
kommun,0115,Berga,berga,01
kommun,0201,Ceby,ceby,02
skr,SKR,Sveriges Kommuner och Regioner,skr,
"""

NAMES = {
    "01": "Norra län",
    "02": "Södra län",
    "0114": "Alby",
    "0115": "Berga",
    "0201": "Ceby",
}

ALL_AGES = {"0114": 600, "0115": 300, "0201": 100}
BY_AGE = {"0114": [150, 450], "0115": [30, 270], "0201": [20, 80]}
AGES = ["0-18", "19+"]

EARLIER = "2023-11-01"
FOUR_COUNTIES = {"01": "Alfa län", "02": "Beta län", "03": "Gamma län", "04": "Delta län"}
FIVE_KOMMUNER = {"0101": "Asta", "0102": "Arby", "0201": "Bro", "0301": "Glimma", "0401": "Dal"}
IN_FOUR_COUNTIES = {"01": 690, "02": 200, "03": 90, "04": 20}
IN_FOUR_COUNTIES_EARLIER = {"01": 600, "02": 200, "03": 100, "04": 100}
IN_FIVE_KOMMUNER = {
    "0101": [100, 300, 100],
    "0102": [50, 100, 50],
    "0201": [20, 150, 30],
    "0301": [30, 40, 10],
    "0401": [0, 10, 10],
}
THREE_AGES = ["0-18", "19-64", "65+"]

AGREEMENT_TEXT = """\
format: 1
id: prov-2025
programme: prov
year: 2025
title: Överenskommelse på prov 2025
status: signed
coverage: complete
signed: {state: 2025-01-30, skr: 2025-01-24}
sources:
  agreement: {title: Överenskommelse på prov 2025}
total: {amount: 1 561, reference: {source: agreement}}
population:
  table: TAB1267
  reference_date: 2024-11-01
  levels: {region: lan, lan: lan, kommun: kommun}
rounding: {method: half_up, unit: 1, totals: from_unrounded}
requisition: {total: sum_of_posts}
groups:
  stor: {recipients: lan, members: ["01"]}
areas:
  - {id: ett, title: Ett}
  - {id: tva, title: Två}
post_groups:
  - {id: lan/b, title: Delad post}
posts:
  - id: region/a
    area: ett
    recipients: region
    title: A
    amount: 1 001
    key: [{rest: {by: population}}]
    reference: {source: agreement}
  - id: lan/b/x
    part_of: lan/b
    area: ett
    recipients: lan
    title: X
    amount: 30
    key:
      - fixed: 10
        except: {stor: 20}
    reference: {source: agreement}
  - id: lan/b/y
    part_of: lan/b
    area: tva
    recipients: lan
    title: Y
    amount: 205
    key: [{rest: {by: population}}]
    reference: {source: agreement}
  - id: lan/e
    area: tva
    recipients: lan
    title: E
    amount: 100
    key:
      - fixed: 5
      - rest: {by: population}
    reference: {source: agreement}
  - id: kommun/c
    area: tva
    recipients: kommun
    title: C
    amount: 175
    key:
      - fixed: 25
      - rest: {by: population, ages: 0-18}
    reference: {source: agreement}
  - id: skr/d
    area: tva
    recipients: skr
    title: D
    amount: 50
    key: [{rest: {by: equal}}]
    reference: {source: agreement}
stated_totals:
  - {recipients: lan, amount: 335, reference: {source: agreement}}
  - {area: ett, amount: 1 031, reference: {source: agreement}}
dates:
  requisition: {date: 2025-12-01, reference: {source: agreement}}
  repayment: {date: 2026-03-31, reference: {source: agreement}}
"""

PLAN_TEXT = """\
format: 1
agreement: prov-2025
county: "01"
title: Plan på prov
issuer: Norra läns förbund
source: påhittad
decision: {by: Nämnden, proposal: [Godkänna planen.]}
requisition: {by: Region Norra}
measures:
  - {post: lan/b/x, title: Ett, responsible: Alby, organisation: Alby, amount: 20}
  - {post: lan/b/y, title: Två, responsible: Alby, organisation: Alby, amount: 100}
  - {post: lan/b/y, title: Tre, responsible: Berga, organisation: Berga, amount: 85}
  - {post: lan/e, title: Fyra, responsible: Båda, organisation: [Alby, Berga], amount: 86}
stated_sums:
  - {organisation: Alby, amount: 120}
  - {organisation: Berga, amount: 85}
  - {organisation: [Alby, Berga], amount: 86}
payment: {method: faktura, text: [Mot faktura.]}
known_differences: []
"""


def jsonstat(
    values: Mapping[str, int | Sequence[int]],
    ages: Sequence[str] = (),
    *,
    year: str = "2024",
    refperiod: str = "1 november respektive år",
    table: str = "TAB1267",
    names: Mapping[str, str] = NAMES,
) -> dict[str, Any]:
    """A json-stat2 document: one figure per region, or one per region and age."""
    codes = list(values)
    cells = [[cell] if isinstance(cell, int) else list(cell) for cell in values.values()]
    dimension: dict[str, Any] = {
        "Region": {
            "category": {
                "index": {code: index for index, code in enumerate(codes)},
                "label": {code: names.get(code, code) for code in codes},
            }
        },
        "ContentsCode": {
            "category": {"index": {"BE0101A9": 0}},
            "extension": {"refperiod": {"BE0101A9": refperiod}},
        },
        "Tid": {"category": {"index": {year: 0}}},
    }
    ids, size = ["Region", "ContentsCode", "Tid"], [len(codes), 1, 1]
    if ages:
        dimension["Alder"] = {"category": {"index": {age: i for i, age in enumerate(ages)}}}
        ids.insert(1, "Alder")
        size.insert(1, len(ages))
    return {
        "version": "2.0",
        "class": "dataset",
        "id": ids,
        "size": size,
        "dimension": dimension,
        "extension": {"px": {"tableid": table}},
        "value": [cell for row in cells for cell in row],
    }


def as_yaml(data: Mapping[str, Any]) -> str:
    """Data as YAML, every value written out: what stands twice would else become an alias."""
    return yaml.safe_dump(json.loads(json.dumps(data)), sort_keys=False, allow_unicode=True)


@dataclass(frozen=True)
class SmallCountry:
    """The folder, and how to change it: every file from outside is sealed as it is written."""

    root: Path

    @property
    def raw(self) -> Raw:
        return Raw(self.root)

    @property
    def agreement(self) -> Path:
        return self.root / "agreements" / f"{AGREEMENT}.yaml"

    @property
    def plan(self) -> Path:
        return self.root / "plans" / AGREEMENT / "01.yaml"

    def write(self) -> SmallCountry:
        """The whole folder, without published figures."""
        self._put(self.agreement, AGREEMENT_TEXT)
        self._put(self.plan, PLAN_TEXT)
        self.register(REGISTER)
        self.extract("alla", jsonstat(ALL_AGES))
        self.extract("aldrar", jsonstat(BY_AGE, AGES), maturity="estimate")
        return self

    def write_four(self) -> SmallCountry:
        """The register and the three population tables of the four counties; no agreement."""
        lines = ["type,code,name,slug,lan_code"]
        for kind in ("lan", "region"):
            lines += [
                f"{kind},{code},{name},x{code},{code}" for code, name in FOUR_COUNTIES.items()
            ]
        lines += [f"kommun,{c},{name},x{c},{c[:2]}" for c, name in FIVE_KOMMUNER.items()]
        lines.append("skr,SKR,Sveriges Kommuner och Regioner,skr,")
        self.register("\n".join(lines) + "\n")
        self.root.joinpath("agreements").mkdir()
        self.population(DAY, "lan", IN_FOUR_COUNTIES)
        self.population(EARLIER, "lan", IN_FOUR_COUNTIES_EARLIER)
        self.population(DAY, "kommun", IN_FIVE_KOMMUNER, THREE_AGES, maturity="preliminary")
        return self

    def population(
        self,
        day: str,
        level: str,
        persons: Mapping[str, int | Sequence[int]],
        ages: Sequence[str] = (),
        *,
        maturity: str = "definitive",
    ) -> None:
        """An extract of the four counties: persons per region, or per region and age."""
        content = jsonstat(persons, ages, year=day[:4], names={**FOUR_COUNTIES, **FIVE_KOMMUNER})
        facts = {"reference_date": day, "level": level, "maturity": maturity}
        self.extract(f"folkmangd_{day}_{level}", content, **facts)

    def weights(self, name: str, recipients: str, weights: Mapping[str, int]) -> None:
        """A table of weights."""
        rows = [f"{code},{weight}" for code, weight in weights.items()]
        self.weights_as_text(name, recipients, "\n".join(["recipient_code,weight", *rows]) + "\n")

    def weights_as_text(self, name: str, recipients: str, content: str) -> None:
        """A table of weights with any content."""
        facts = {
            "title": name,
            "source": "påhittad",
            "recipients": recipients,
            "unit": "vikt",
            "reference_date": "2024-06-30",
            "maturity": "definitive",
            "rows": max(len(content.splitlines()) - 1, 0),
        }
        self.seal(self._put(self.root / "weights" / f"{name}.csv", content), facts)

    def write_agreement(self, agreement_id: str, content: str | Mapping[str, Any]) -> Path:
        """An agreement's file, from text as a person writes it, or from data."""
        text = content if isinstance(content, str) else as_yaml(content)
        return self._put(self.root / "agreements" / f"{agreement_id}.yaml", text)

    def register(self, text: str) -> None:
        rows = len(text.splitlines()) - 1
        facts = {"source": "påhittad", "valid_from": "2007-01-01", "rows": rows}
        self.seal(self._put(self.root / "register" / "recipients.csv", text), facts)

    def types(self, old: str = "", new: str = "", **counts: int) -> Path:
        """The project's types in words, with this country's counts, and one text replaced."""
        text = (PROJECT / "raw" / "register" / "types.yaml").read_text("utf-8")
        for kind, count in {"region": 2, "lan": 2, "kommun": 3, "skr": 1, **counts}.items():
            own = rf"(id: {kind}\n(?:    .*\n)*?    count: )[0-9]+"
            text = re.sub(own, rf"\g<1>{count}", text)
        assert old in text
        return self._put(self.root / "register" / "types.yaml", text.replace(old, new))

    def published(self, *rows: str) -> Path:
        """Published figures: `lan,01,lan/e,86` and so on."""
        text = "agreement,recipient_type,recipient_code,post,amount_sek,source\n"
        text += "".join(f"{AGREEMENT},{row},påhittad\n" for row in rows)
        path = self._put(self.root / "published" / f"{AGREEMENT}.csv", text)
        self.seal(path, {"source": "påhittad", "rows": len(rows)})
        return path

    def extract(self, name: str, content: object, **facts: Any) -> Path:
        """A population extract (a document, or bytes as they are) and its sidecar."""
        path = self.root / "population" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(text)
        self.seal(
            path,
            {
                "table": "TAB1267",
                "contents": "BE0101A9",
                "producer": "påhittad",
                "licence": "ingen",
                "reference_date": DAY,
                "level": "kommun",
                "maturity": "definitive",
                "method": "påhittad",
                **facts,
            },
        )
        return path

    def correction(self, file: str, region: str, *, expect: int, value: int, **where: Any) -> Path:
        """A file of corrections with one of one figure."""
        entry = {
            "file": file,
            "where": {"region": region, **where},
            "expect": expect,
            "value": value,
            "why": "Prövad mot registret.",
            "reported_by": "Alby kommun",
            "reported": "2025-02-03",
        }
        text = yaml.safe_dump({"format": 1, "corrections": [entry]}, allow_unicode=True)
        return self._put(self.root / "corrections" / f"{file}.yaml", text)

    def changes(self, text: str) -> Path:
        """When codes came and went."""
        return self._put(self.root / "register" / "changes.yaml", text)

    def seal(self, path: Path, facts: Mapping[str, Any]) -> None:
        """The sidecar of a file as it is now."""
        content = path.read_bytes()
        seal = {
            "format": 1,
            "file": path.name,
            "retrieved": "2026-11-21",
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            **facts,
        }
        self._put(path.with_suffix(".yaml"), yaml.safe_dump(seal, allow_unicode=True))

    def sha256(self, name: str) -> str:
        """The hash of a population extract."""
        content = (self.root / "population" / f"{name}.json").read_bytes()
        return hashlib.sha256(content).hexdigest()

    def change(self, path: Path, old: str, new: str) -> int:
        """Replaces the one place that reads `old`; its line in the file."""
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        path.write_text(text.replace(old, new), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    def _put(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path
