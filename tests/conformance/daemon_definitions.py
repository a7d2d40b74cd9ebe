"""The project's own definitions on folders of a test, for a daemon in a process of its own."""

import os
from pathlib import Path

from pipelines.definitions import build_defs, folders_of

_HERE = Path(os.environ["STATSBIDRAG_TEST_FOLDER"])

defs = build_defs(
    interval_seconds=2, **folders_of(_HERE / "raw", _HERE / "output", _HERE / "stages")
)
