"""Documents that any test of this session drew before, from a folder that all processes share.

Belongs here: the folder, and what is short on paper where many runs draw the same. Does not: any
expectation. That the same view gives the same bytes is what tests of rendering show, and the heavy
judges (`tests/conformance/test_same_bytes.py`): they draw.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from schemas.reconciliation import Verdict
from statsbidrag.diff.document_view import RevisionView
from statsbidrag.documents.audit import AuditView
from statsbidrag.documents.national.national_view import NationalView
from statsbidrag.rendering.document import Document, render
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.rendering.view import View
from tests.helpers.pages import page

DRAWN = "STATSBIDRAG_TESTS_DRAWN"
"""Names the folder of drawn documents, to processes that a run starts too."""


def drawn(view: View) -> Document:
    """The document, drawn by this test or by an earlier one."""
    return _kept(view, render, "whole")


def drawn_short(view: View) -> Document:
    """The same, with few of its figures on paper where they take many pages.

    A function of the module: it must have a name by which another process finds it.
    """
    return _kept(view, _on_short_paper, "short") if short(view) is not view else drawn(view)


def _kept(view: View, draw: Callable[[View], Document], how: str) -> Document:
    name = f"{view.path.replace('/', '_')}-{fingerprint(view)}-{how}"
    kept = Path(os.environ[DRAWN]) / name
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(draw(view)))
    document: Document = pickle.loads(kept.read_bytes())
    return document


def _on_short_paper(view: View) -> Document:
    screen = page(view)
    return replace(screen, files={**screen.files, "pdf": render(short(view)).pdf})


def short(view: View) -> View:
    """What is left of a view for a few pages; a view that never takes many is left as it is.

    Of the national tables the first, of the reconciliation what does not agree, of a revision its
    summary.
    """
    match view:
        case NationalView():
            few = view.sections[:1]
            return replace(view, per_person=None, change=None, sections=few, rules=view.rules[:1])
        case AuditView():
            kept = (
                replace(each, shown=tuple(r for r in each.shown if r.verdict != Verdict.EQUAL))
                for each in view.groups
            )
            return replace(view, groups=tuple(each for each in kept if each.shown))
        case RevisionView():
            return replace(view, sections=(), rows=())
        case _:
            return view
