"""The house holds: imports only go down, and the core knows no Dagster."""

from __future__ import annotations

import json
import subprocess
import sys

from statsbidrag.files.project import PROJECT
from statsbidrag.files.yaml_reading import read_yaml
from tests.helpers.program import environment

MODULES = """
import importlib, json, pkgutil, sys
import schemas, statsbidrag
names = [m.name for p in (schemas, statsbidrag)
         for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")]
for name in names:
    importlib.import_module(name)
print(json.dumps({"names": names, "loaded": sorted(sys.modules)}))
"""


def test_the_whole_core_and_the_vocabulary_load_without_dagster() -> None:
    shown = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:statsbidrag", "-c", MODULES],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    found = json.loads(shown.stdout)
    for name in (
        "statsbidrag.allocation.amounts",
        "statsbidrag.documents.catalogue",
        "schemas.agreement",
    ):
        assert name in found["names"]
    files = {
        path.relative_to(PROJECT).with_suffix("").as_posix().replace("/", ".")
        for path in (PROJECT / "statsbidrag").rglob("[!_]*.py")
    }
    assert files <= set(found["names"])
    # Not rich: httpx loads it wherever it is installed. That the core does not is a contract.
    upstairs = ("dagster", "pipelines", "assets", "typer")
    assert [name for name in found["loaded"] if name.split(".")[0] in upstairs] == []


def test_imports_only_go_down() -> None:
    shown = subprocess.run(
        [PROJECT / ".venv" / "bin" / "lint-imports", "--no-logo", "--no-cache"],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout
    assert " kept, 0 broken" in shown.stdout


def test_dagsters_telemetry_is_off() -> None:
    settings = read_yaml(PROJECT / ".dagster" / "dagster.yaml").data
    assert settings["telemetry"] == {"enabled": False}
