"""What the command `diff` prints: what changed between two published revisions.

Belongs here: the forms `table`, `csv`, `json` of a comparison of revisions. Does not: what differs
(`statsbidrag.diff.comparing`), or the revision document (`statsbidrag.diff.document`).
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

from pipelines.commands.printing import aligned, as_comma_lines
from schemas.common import RecipientType
from schemas.revision import Reason
from statsbidrag.diff.changes import Changes, Line
from statsbidrag.diff.comparing import compare_revisions, summary_of
from statsbidrag.publication.reading_back import read_revision
from statsbidrag.publication.revision import Amount
from statsbidrag.publication.revision_names import named_revision

_COLUMNS = [
    "before",
    "after",
    "post",
    "recipient_type",
    "recipient_code",
    "recipient_name",
    "before_population",
    "after_population",
    "before_everyone",
    "after_everyone",
    "before_sek",
    "after_sek",
    "difference_sek",
    "before_exact",
    "after_exact",
    "before_maturity",
    "after_maturity",
    "before_published_sek",
    "after_published_sek",
    "reasons",
]
_HEADING = ["recipient", "", "post", "population", "after", "before, kr", "after, kr"]
_HEADING += ["difference, kr", "%", "reason"]


def differing(output: Path, agreement_id: str, first: str, second: str) -> Changes:
    """The comparison that was asked for, from the two published folders alone.

    Raises UsageError for a revision that is not there, or was made before revisions carried their
    population; ProgramError for one that was altered.
    """
    names = [named_revision(output, agreement_id, text) for text in (first, second)]
    before, after = (read_revision(output, agreement_id, name) for name in names)
    return compare_revisions(before, after)


def as_table(changes: Changes) -> str:
    """For the eye: the inputs that changed, then what changed per recipient type, with its sums."""
    blocks = [_inputs(changes)]
    for recipients in changes.types:
        lines = [line for line in changes.of(recipients) if line.changed]
        rows = [_HEADING, *(_cells(line) for line in lines)]
        shown = aligned(rows, right={3, 4, 5, 6, 7, 8}) if lines else ""
        blocks.append(f"{recipients}: {_summed(changes, recipients)}\n{shown}")
    return "\n".join(block for block in blocks if block)


def as_csv(changes: Changes) -> str:
    """For machines: every amount of either revision, what did not change too."""
    return as_comma_lines(
        [_COLUMNS, *([_text(v) for v in _values(changes, line)] for line in changes.lines)]
    )


def as_json(changes: Changes) -> str:
    """For machines: the same rows, and the inputs that changed."""
    shown = {
        "agreement": changes.after.manifest.agreement,
        "before": changes.before.manifest.fingerprint,
        "after": changes.after.manifest.fingerprint,
        "inputs": [
            {
                "kind": str(each.kind),
                "path": each.path,
                "before_sha256": each.before or None,
                "after_sha256": each.after or None,
            }
            for each in changes.inputs
        ],
        "rows": [
            dict(zip(_COLUMNS, _values(changes, line), strict=True)) for line in changes.lines
        ],
    }
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"


def _inputs(changes: Changes) -> str:
    rows = [["changed input", "", "before", "after"]]
    for each in changes.inputs:
        rows.append([each.kind, each.path, each.before[:12] or "–", each.after[:12] or "–"])
    return aligned(rows) if changes.inputs else ""


def _summed(changes: Changes, recipients: RecipientType) -> str:
    summary = summary_of(changes, recipients)
    said = f"{summary.lines_moved} of {summary.lines} amounts changed"
    if summary.lines_moved:
        said += (
            f", for {summary.recipients_moved} of {summary.recipients_count} recipients: "
            f"{_signed(summary.increases_sek)} and {_signed(summary.decreases_sek)} kr, "
            f"net {_signed(summary.net_sek)} kr"
        )
    if summary.only_matured:
        said += f"; {summary.only_matured} the same on population of another maturity"
    return said


def _cells(line: Line) -> list[str]:
    percent = "" if line.share is None else f"{float(line.share) * 100:+.2f}"
    return [
        f"{line.recipients}:{line.code}",
        line.name,
        line.post,
        *(_spaced(side.own if side else None) for side in (line.before, line.after)),
        *(_spaced(side.sek if side else None) for side in (line.before, line.after)),
        "" if line.difference is None else _signed(line.difference),
        percent,
        ", ".join(_reasons(line)),
    ]


def _reasons(line: Line) -> list[str]:
    """Every reason, that of a maturity only where nothing else is another."""
    found = [str(reason) for reason in line.reasons if reason != Reason.MATURITY]
    return found or [str(reason) for reason in line.reasons]


def _values(changes: Changes, line: Line) -> list[str | int | None]:
    sides = (line.before, line.after)
    return [
        changes.before.name,
        changes.after.name,
        line.post,
        str(line.recipients),
        line.code,
        line.name,
        *(side.own if side else None for side in sides),
        *(side.shares[0].everyone if side and side.shares else None for side in sides),
        *(side.sek if side else None for side in sides),
        line.difference,
        *(_fraction(side) for side in sides),
        *(str(side.maturity) if side else None for side in sides),
        *(side.published_sek if side else None for side in sides),
        "; ".join(str(reason) for reason in line.reasons),
    ]


def _fraction(side: Amount | None) -> str | None:
    exact: Fraction | None = side.exact if side else None
    return None if exact is None else f"{exact.numerator}/{exact.denominator}"


def _spaced(value: int | None) -> str:
    return "–" if value is None else f"{value:,}".replace(",", " ")


def _signed(value: int) -> str:
    return f"{value:+,}".replace(",", " ") if value else "0"


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)
