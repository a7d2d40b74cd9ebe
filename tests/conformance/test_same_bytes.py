"""The same inputs give the same bytes: in another folder, in other processes, document by document.

The first of each kind, with ALL=1 every document. How whole runs end alike in two folders is tried
with a small country (`test_whole_runs.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from statsbidrag.files.project import PROJECT
from tests.conformance.conftest import kind_of
from tests.helpers.program import A24, A25, environment

pytestmark = pytest.mark.conformance

RENDER = """
import json
import sys
from pathlib import Path
from statsbidrag.documents.catalogue import views
from statsbidrag.rendering.many import print_all
from statsbidrag.files.raw_folder import Raw
from statsbidrag.dossier.gathering import dossier_of

if __name__ == "__main__":
    agreement, names = sys.argv[1], set(json.load(sys.stdin))
    wanted = [v for v in views(dossier_of(Raw(Path("raw")), agreement)) if v.path in names]
    for document in print_all(wanted, {}, jobs=1):
        for name, content in document.named().items():
            path = Path("rendered", agreement, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in another folder."""
    folder = tmp_path_factory.mktemp("en annan mapp")
    for name in ("assets", "pipelines", "schemas", "statsbidrag", "templates", "raw"):
        shutil.copytree(PROJECT / name, folder / name)
    (folder / "render.py").write_text(RENDER, "utf-8")
    return folder


@pytest.mark.parametrize("agreement", [A24, A25])
def test_another_folder_and_one_process_give_the_same_bytes(
    agreement: str, output: Path, elsewhere: Path, judged: dict[str, list[str]]
) -> None:
    """The published ones were drawn by two processes."""
    folder = output / agreement / "current"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    chosen: dict[str, str] = {}
    for document in manifest["documents"]:
        path = document["path"]
        chosen[path if os.environ.get("ALL") else kind_of(path)] = path
    names = sorted(chosen.values())
    judged[f"drawn again, {agreement}"] = names
    subprocess.run(
        [sys.executable, "render.py", agreement],
        cwd=elsewhere,
        env=environment(PYTHONPATH=str(elsewhere), TZ="Asia/Tokyo", LC_ALL="C"),
        input=json.dumps(names),
        text=True,
        check=True,
    )
    drawn = elsewhere / "rendered" / agreement
    files = {path.relative_to(drawn).as_posix() for path in drawn.rglob("*.*")}
    assert {name.rpartition(".")[0] for name in files} == {*names}
    differing = [n for n in sorted(files) if (drawn / n).read_bytes() != (folder / n).read_bytes()]
    assert differing == []
