"""Where the project's own files lie: its folder, and its templates.

Belongs here: places that do not depend on what is run. Does not: the folders of raw files and of
output, which whoever runs the program names (`pipelines`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
"""The folder that holds `statsbidrag/`, `templates/`, `raw/`."""

TEMPLATES: Final = PROJECT / "templates"
"""Jinja2, style sheets, fonts, scripts."""
