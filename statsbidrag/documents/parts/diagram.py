"""A numbered drawing as a document holds it.

Belongs here: caption, markup, and what stands below. Does not: drawing
(`statsbidrag.rendering.svg`), or layout (`templates/diagram.html.jinja`).

The dataclass holds values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Diagram:
    """A numbered drawing: its caption, its markup, and what stands below it (empty: nothing)."""

    number: int
    caption: str
    svg: Markup
    source: str
