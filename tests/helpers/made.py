"""A small country made up for tests: four counties, five municipalities, numbers to reckon with.

Belongs here: making a folder `raw/`, or the same in memory, and running the program on it. Does
not: any expectation.

| county | 1 Nov 2024, counties' table | municipalities' table: 0–18, 19–64, 65+ | 1 Nov 2023 |
|---|---|---|---|
| 01 | 690 | 0101: 100, 300, 100; 0102: 50, 100, 50 (together 700) | 600 |
| 02 | 200 | 0201: 20, 150, 30 (200) | 200 |
| 03 | 90 | 0301: 30, 40, 10 (80) | 100 |
| 04 | 20 | 0401: 0, 10, 10 (20) | 100 |
| all | 1 000 | 200, 600, 200 (1 000) | 1 000 |

The counties' table is definitive, the municipalities' preliminary, so that they may differ.
"""

from __future__ import annotations

import contextlib
import csv
import gc
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import yaml

from schemas.agreement import Agreement
from statsbidrag.agreement.published_figures import no_published
from statsbidrag.allocation.amounts import allocate
from statsbidrag.dossier.gathering import Computed
from statsbidrag.files.project import PROJECT
from statsbidrag.population.demand import bases_of, weight_tables

DAY, EARLIER = "2024-11-01", "2023-11-01"
COUNTIES = {"01": "Alfa län", "02": "Beta län", "03": "Gamma län", "04": "Delta län"}
KOMMUNER = {"0101": "Asta", "0102": "Arby", "0201": "Bro", "0301": "Glimma", "0401": "Dal"}
IN_COUNTIES = {"01": [690], "02": [200], "03": [90], "04": [20]}
IN_COUNTIES_EARLIER = {"01": [600], "02": [200], "03": [100], "04": [100]}
IN_KOMMUNER = {
    "0101": [100, 300, 100],
    "0102": [50, 100, 50],
    "0201": [20, 150, 30],
    "0301": [30, 40, 10],
    "0401": [0, 10, 10],
}
AGES = ["0-18", "19-64", "65+"]


@dataclass(frozen=True)
class Ended:
    """How a call of the program ended."""

    code: int
    out: str
    err: str

    def amounts(self, post: str) -> dict[str, int]:
        """The amounts of one post, by recipient code, from what was printed as CSV."""
        rows = csv.DictReader(io.StringIO(self.out))
        return {r["recipient_code"]: int(r["amount_sek"]) for r in rows if r["post"] == post}


class _Left(BaseException):
    """Stands for the end of the process."""


def program(raw: Path, *args: str) -> Ended:
    """The program itself, in a process of its own."""
    command = [sys.executable, "-m", "pipelines.cli", "--raw", str(raw), *args]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, check=False)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def in_process(raw: Path, *args: str) -> Ended:
    """The same `main()`, without the time that a process takes to start."""
    from pipelines import cli

    def leave(code: int) -> None:
        raise _Left(code)

    out, err = io.StringIO(), io.StringIO()
    try:
        with (
            mock.patch.object(sys, "argv", ["statsbidrag", "--raw", str(raw), *args]),
            mock.patch.object(cli, "_leave", leave),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            cli.main()
    except _Left as left:
        return Ended(left.args[0], out.getvalue(), err.getvalue())
    finally:
        gc.enable()
        if sys.modules.get("hypothesis", 0) is None:
            del sys.modules["hypothesis"]
    raise AssertionError("the program did not end")


@dataclass(frozen=True)
class Country:
    """A folder `raw/` with a register and population; agreements and weights are added to it."""

    raw: Path

    def write(self) -> Country:
        """The register and the three population tables."""
        lines = ["type,code,name,slug,lan_code", *(",".join(row) for row in _register_rows())]
        content = "\n".join(lines) + "\n"
        about = {"source": "provet", "valid_from": "2007-01-01", "rows": len(lines) - 1}
        self.sealed("register/recipients.csv", content, about)
        (self.raw / "agreements").mkdir()
        self.population(DAY, "lan", "definitive", IN_COUNTIES)
        self.population(EARLIER, "lan", "definitive", IN_COUNTIES_EARLIER)
        self.population(DAY, "kommun", "preliminary", IN_KOMMUNER, AGES)
        return self

    def sealed(self, name: str, content: str, about: Mapping[str, Any]) -> None:
        """A file and its sidecar."""
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        sidecar = {
            "format": 1,
            "file": path.name,
            "retrieved": "2024-12-01",
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
            "bytes": len(content.encode()),
            **about,
        }
        path.with_suffix(".yaml").write_text(yaml.safe_dump(sidecar), "utf-8")

    def population(
        self,
        day: str,
        level: str,
        maturity: str,
        persons: Mapping[str, Sequence[int]],
        ages: Sequence[str] = (),
    ) -> None:
        """An extract in json-stat2 form: persons per region and age."""
        names = COUNTIES if level == "lan" else KOMMUNER
        dimensions: dict[str, Any] = {"Region": {code: names[code] for code in persons}}
        if ages:
            dimensions["Alder"] = {age: age for age in ages}
        dimensions |= {"ContentsCode": {"BE0101A9": "Folkmängd"}, "Tid": {day[:4]: day[:4]}}
        data = {
            "version": "2.0",
            "class": "dataset",
            "id": list(dimensions),
            "size": [len(labels) for labels in dimensions.values()],
            "dimension": {
                name: {"category": {"index": list(labels), "label": labels}}
                for name, labels in dimensions.items()
            },
            "value": [number for numbers in persons.values() for number in numbers],
            "extension": {"px": {"tableid": "TAB1267"}},
        }
        data["dimension"]["ContentsCode"]["extension"] = {"refperiod": {"BE0101A9": "1 november"}}
        about = {
            "table": "TAB1267",
            "contents": "BE0101A9",
            "producer": "provet",
            "licence": "CC0",
            "reference_date": day,
            "level": level,
            "maturity": maturity,
            "method": "påhittad",
        }
        self.sealed(f"population/folkmangd_{day}_{level}.json", json.dumps(data), about)

    def weights(self, name: str, recipients: str, weights: Mapping[str, int]) -> None:
        """A table of weights."""
        rows = [f"{code},{weight}" for code, weight in weights.items()]
        self.weights_as_text(name, recipients, "\n".join(["recipient_code,weight", *rows]) + "\n")

    def weights_as_text(self, name: str, recipients: str, content: str) -> None:
        """A table of weights with any content."""
        about = {
            "title": name,
            "source": "provet",
            "recipients": recipients,
            "unit": "vikt",
            "reference_date": "2024-06-30",
            "maturity": "definitive",
            "rows": max(len(content.splitlines()) - 1, 0),
        }
        self.sealed(f"weights/{name}.csv", content, about)

    def agreement(self, agreement_id: str, content: str | Mapping[str, Any]) -> Path:
        """An agreement's file, from text as a person writes it, or from data."""
        path = self.raw / "agreements" / f"{agreement_id}.yaml"
        text = content if isinstance(content, str) else as_yaml(content)
        path.write_text(text, "utf-8")
        return path


def as_yaml(data: Mapping[str, Any]) -> str:
    """Data as YAML, every value written out: what stands twice would else become an alias."""
    return yaml.safe_dump(json.loads(json.dumps(data)), sort_keys=False, allow_unicode=True)


def _register_rows() -> list[list[str]]:
    rows = [[kind, c, n, f"x{c}", c] for kind in ("lan", "region") for c, n in COUNTIES.items()]
    rows += [["kommun", code, name, f"x{code}", code[:2]] for code, name in KOMMUNER.items()]
    return [*rows, ["skr", "SKR", "Sveriges Kommuner och Regioner", "skr", ""]]


def post(post_id: str, amount: int | str, *key: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A post as data; `more` are its other keys."""
    recipients = post_id.split("/")[0]
    return {
        "id": post_id,
        "area": "prov",
        "recipients": recipients,
        "title": post_id,
        "amount": amount,
        **({"key": list(key)} if key else {}),
        "reference": {"source": "avtal"},
        **more,
    }


def agreement(*posts: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """An agreement of these posts as data, complete; `changes` are its other top-level keys."""
    parts = sorted({each["part_of"] for each in posts if "part_of" in each})
    return {
        "format": 1,
        "id": "prov-2025",
        "programme": "prov",
        "year": 2025,
        "title": "En överenskommelse på prov",
        "status": "draft",
        "coverage": "complete",
        "sources": {"avtal": {"title": "Avtalet"}},
        "total": {
            "amount": sum(each["amount"] for each in posts),
            "reference": {"source": "avtal"},
        },
        "population": {
            "table": "TAB1267",
            "reference_date": DAY,
            "levels": {"lan": "lan", "region": "lan", "kommun": "kommun"},
        },
        "rounding": {"method": "half_up", "unit": 1, "totals": "from_printed"},
        "requisition": {"total": "sum_of_posts"},
        "groups": {},
        "areas": [{"id": "prov", "title": "Prov"}],
        "post_groups": [{"id": name, "title": name} for name in parts],
        "posts": list(posts),
        **changes,
    }


def computed(
    data: Mapping[str, Any],
    persons: Mapping[str, int],
    weights: Mapping[str, int] | None = None,
) -> Computed:
    """An agreement with posts to counties allocated in memory, without any file.

    `persons` are the population of every basis, `weights` the content of every weight table.
    """
    model = Agreement.model_validate(data)
    codes = list(persons)
    rows = [["lan", code, f"Län {code}", f"x{code}", code] for code in codes]
    names = pd.DataFrame(rows, columns=["type", "code", "name", "slug", "lan_code"])
    keys = [str(key) for key in bases_of(model)]
    keys += [f"weights/{name}" for name in sorted(weight_tables(model))]
    basis = pd.DataFrame(
        {
            "basis": [key for key in keys for _ in codes],
            "reference_date": DAY,
            "level": "lan",
            "ages": "alla",
            "region_code": codes * len(keys),
            "population": [
                (weights or persons)[code] if key.startswith("weights/") else persons[code]
                for key in keys
                for code in codes
            ],
            "maturity": "definitive",
            "extract": "population/prov.json",
            "sha256": "0" * 64,
            "positions": "0",
        }
    )
    published = no_published()
    allocation = allocate(model, names, basis, published)
    return Computed(
        agreement=model,
        register=names,
        extracts=(),
        basis=basis,
        published=published,
        published_source="",
        allocation=allocation,
    )
