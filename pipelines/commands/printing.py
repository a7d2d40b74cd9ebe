"""What the command line prints of an allocation and of a reconciliation.

Belongs here: the forms `table`, `csv`, `json`, and messages in English. Does not: documents for
readers (`templates/`), or files for people (`statsbidrag.files.csv_files`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import pandas as pd

from schemas.agreement import Agreement
from schemas.common import NATION, TOTAL, Maturity, RecipientType
from schemas.reconciliation import Kind, Reconciliation, Result, Severity, Verdict
from schemas.tables import ALLOCATION_CSV, AllocationTable
from statsbidrag.errors import UsageError
from statsbidrag.register.recipients import how_to_write

_KINDS = {
    Kind.POSTS_TO_STATED_TOTAL: "posts to stated total",
    Kind.ALLOCATED_TO_POST: "allocated to post",
    Kind.UNDISTRIBUTED: "kept back by the rule",
    Kind.LEVELS: "municipalities to county",
    Kind.CONTROL_TOTAL: "extract to its control total",
    Kind.EXTRACTS: "two extracts of one day",
    Kind.CORRECTION: "corrected figure",
    Kind.DOUBT: "left open by the file",
    Kind.PUBLISHED_AMOUNT: "published figure",
    Kind.PUBLISHED_NATION: "published row Riket",
    Kind.PUBLISHED_UNRESOLVED: "published, not computed",
    Kind.PLAN_TO_POST: "plan to its county's post",
    Kind.PLAN_TO_TOTAL: "plan to its county's total",
    Kind.PLAN_TO_STATED_SUM: "plan to its own summary",
}
_VERDICTS = {
    Verdict.EQUAL: "equal",
    Verdict.ROUNDING: "differs by rounding",
    Verdict.PERTURBED: "differs within the producer's random numbers",
    Verdict.CALIBRATED: "equal, but the estimate was calibrated: no proof",
    Verdict.KNOWN_DIFFERENCE: "a known difference",
    Verdict.DIFFERENT: "DIFFERENT",
    Verdict.UNTESTABLE: "cannot be tested",
}

MEANINGS = {
    Maturity.PRELIMINARY: "on SCB's preliminary population: may change when the final figures come",
    Maturity.RECONSTRUCTED: "on population recovered from published tables, not fetched from SCB",
    Maturity.ESTIMATE: "our own calculation on estimated population, not a decided amount; "
    "what was decided may be another",
    Maturity.UNRESOLVED: "as published, not computed: the rule behind it is not known",
}
"""What a reader is told of an amount of each maturity; of a definitive one, nothing."""


def chosen(
    agreement: Agreement,
    allocation: AllocationTable,
    *,
    post: str | None,
    kind: str | None,
    recipient: str | None,
    totals: bool,
) -> AllocationTable:
    """The rows that were asked for. Raises UsageError for a post, type or recipient not there."""
    frame = allocation if totals else allocation[allocation["kind"] == "post"]
    if post is not None:
        known = [
            *(p.id for p in agreement.posts),
            *(g.id for g in agreement.post_groups),
            *([TOTAL] if totals else []),
        ]
        if post not in known:
            raise no_such_post(agreement.id, post, known)
        frame = frame[(frame["post"] == post) | frame["post"].str.startswith(f"{post}/")]
    if kind is not None:
        if kind not in list(RecipientType):
            raise UsageError(f"no recipient type `{kind}`; one of: {', '.join(RecipientType)}")
        frame = frame[frame["recipient_type"] == kind]
    if recipient is not None:
        own = recipient.rpartition(":")[0]
        if kind is not None and own in list(RecipientType) and own != kind:
            raise UsageError(
                f"--type {kind} and --recipient {recipient} contradict each other: the recipient "
                f"is a {own}. Leave one of them out"
            )
        frame = _of_recipient(frame, recipient, agreement.id)
    return frame


def no_such_post(agreement_id: str, post: str, known: Sequence[str]) -> UsageError:
    """The error for a post that is not there: the nearest one that is, then all of them."""
    close = get_close_matches(post, known, n=1)
    nearest = f" Did you mean `{close[0]}`?" if close else ""
    return UsageError(f"{agreement_id} has no post `{post}`.{nearest} Posts: {', '.join(known)}")


def _of_recipient(frame: AllocationTable, recipient: str, agreement_id: str) -> AllocationTable:
    kind, _, code = recipient.rpartition(":")
    found = frame[frame["recipient_code"] == code]
    if kind:
        found = found[found["recipient_type"] == kind]
    if found.empty or code == NATION:
        raise UsageError(
            f"{agreement_id} has no such recipient among the rows: `{recipient}`. "
            + how_to_write(recipient, _named(frame))
        )
    return found


def _named(frame: AllocationTable) -> list[tuple[str, str, str]]:
    columns = frame[["recipient_type", "recipient_code", "recipient_name"]].drop_duplicates()
    return [(str(a), str(b), str(c)) for a, b, c in columns.itertuples(index=False)]


def as_csv(frame: AllocationTable) -> str:
    """The rows for machines: comma, UTF-8, LF, the eight columns and no others."""
    return frame[ALLOCATION_CSV].to_csv(index=False, lineterminator="\n")


def as_json(frame: AllocationTable) -> str:
    """The rows as a JSON list of objects, amounts as whole numbers or null."""
    records = [
        {name: None if pd.isna(value) else _native(value) for name, value in record.items()}
        for record in frame[ALLOCATION_CSV].to_dict("records")
    ]
    return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


def _native(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)


def as_table(frame: AllocationTable) -> str:
    """The rows for the eye: columns in line, thousands apart, the mark of what is estimated."""
    rows = [["post", "recipient", "", "amount, kr", "published, kr", "maturity"]]
    for record in frame.to_dict("records"):
        rows.append(
            [
                record["post"],
                f"{record['recipient_type']}:{record['recipient_code']}",
                record["recipient_name"],
                _spaced(record["amount_sek"]),
                _spaced(record["published_sek"]),
                record["maturity"],
            ]
        )
    told = frame[frame["published_sek"].isna() | (frame["amount_sek"] != frame["published_sek"])]
    unresolved = frame[frame["maturity"] == str(Maturity.UNRESOLVED)]
    return aligned(rows, right={3, 4}) + legend([*told["maturity"], *unresolved["maturity"]])


def legend(maturities: Iterable[str]) -> str:
    """What these maturities mean, a line each below a table; nothing for definitive amounts."""
    found = set(maturities)
    lines = [f"{name}: {words}\n" for name, words in MEANINGS.items() if name in found]
    return "\n" + "".join(lines) if lines else ""


def aligned(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Rows of cells as lines whose columns stand below each other; the first row is the heading."""
    to_right = set(right)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if i in to_right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def as_comma_lines(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as CSV for machines."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def findings(report: Reconciliation, least: Severity = Severity.WARNING) -> str:
    """The comparisons that did not simply agree, one paragraph each, errors first."""
    order = [Severity.ERROR, Severity.WARNING, Severity.INFO]
    shown = [r for r in report.results if order.index(r.severity) <= order.index(least)]
    shown.sort(key=lambda result: order.index(result.severity))
    return "".join(finding(report.agreement, result) for result in shown)


def finding(agreement_id: str, result: Result) -> str:
    """One comparison as a message: what, where, expected, found."""
    cells = ", ".join(result.rows) or result.what
    difference = "" if result.difference is None else f" ({result.difference:+,})".replace(",", " ")
    return (
        f"{result.severity}: {agreement_id}: {_KINDS[result.kind]}: {cells}: "
        f"{_VERDICTS[result.verdict]}\n"
        f"  expected: {_side(result.expected, result.unit, 'nothing to compare with')}"
        + (f"  [{result.where}]\n" if result.where else "\n")
        + f"  found:    {_side(result.found, result.unit, 'not computed')}{difference}\n"
        + (f"  note:     {result.note}\n" if result.note else "")
    )


def _side(value: int | None, unit: str, missing: str) -> str:
    """One side of a comparison, or `none` and why: never an empty amount."""
    return f"none ({missing})" if value is None else f"{_spaced(value)} {unit}"


def _spaced(value: int | None) -> str:
    return "" if value is None or pd.isna(value) else f"{int(value):,}".replace(",", " ")
