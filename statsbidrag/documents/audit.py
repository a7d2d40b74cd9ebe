"""For the auditor: every comparison as a document, and as a CSV file that people open.

Belongs here: grouping and counting the comparisons. Does not: the comparisons themselves
(`statsbidrag.reconciliation`), what they are called (`statsbidrag.swedish.verdicts`), the
tables of amounts beside them (`statsbidrag.publication.amounts_csv`), or hashes of inputs (the
manifest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import ClassVar, Final

from schemas.agreement import Agreement, Coverage, Status
from schemas.common import Maturity, weakest
from schemas.documents import AUDIT
from schemas.reconciliation import Kind, Reconciliation, Result, Verdict
from schemas.tables import AllocationTable
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.allocation.figures import MARKS
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.verdicts import KINDS, SEVERITIES, VERDICTS, WITHHELD, withheld_in_words

_FOLDED_FROM: Final = 10
"""So many comparisons of one kind that agree are folded: the others are what is looked for.

On paper they are counted: the attached file lists them.
"""

_COMPUTED: Final = {
    Kind.ALLOCATED_TO_POST: "found",
    Kind.PUBLISHED_AMOUNT: "found",
    Kind.PUBLISHED_NATION: "found",
    Kind.PLAN_TO_POST: "expected",
    Kind.PLAN_TO_TOTAL: "expected",
}

# --- The document --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """The comparisons of one kind. `where` is their common file, else empty."""

    kind: Kind
    heading: str
    meaning: str
    unit: str
    where: str
    shown: tuple[Result, ...]
    folded: tuple[Result, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """All of them, those that are looked for first."""
        return self.shown + self.folded

    @property
    def computed(self) -> str:
        """Which side of a comparison is an amount that we computed: `expected`, `found` or none."""
        return _COMPUTED.get(self.kind, "")

    @property
    def marked(self) -> tuple[Result, ...]:
        """Those that a computed amount takes part in."""
        return tuple(r for r in self.results if getattr(r, self.computed, None) is not None)

    def count(self, verdict: Verdict) -> int:
        """How many came to that verdict."""
        return sum(result.verdict == verdict for result in self.results)


@dataclass(frozen=True)
class AuditView:
    """Everything that the reconciliation report shows. `known_sek` is the sum of the posts.

    `withheld` is in words. `doubtful` is the maturity of each computed amount that a reader must be
    told of, by its cell. `comparisons` is the attached file.
    """

    template: ClassVar[str] = "avstamning.html.jinja"
    words: ClassVar[Mapping[Verdict, str]] = VERDICTS

    agreement_title: str
    year: int
    signed_by_state: date | None
    draft: bool
    reconstructed: bool
    partial: bool
    known_sek: int
    total_sek: int
    groups: tuple[Group, ...]
    withheld: tuple[str, ...]
    doubtful: Mapping[str, Maturity]
    comparisons: str

    @property
    def path(self) -> str:
        """Where the document lies inside its revision, without suffix."""
        return AUDIT.path()

    @property
    def title(self) -> str:
        """The document's title."""
        return f"Avstämning: {self.agreement_title}"

    @property
    def created(self) -> datetime:
        """The day on which the agreement was signed, or its year began. Never the clock's."""
        return datetime.combine(self.signed_by_state or date(self.year, 1, 1), time(), UTC)

    def attachments(self) -> tuple[Attachment, ...]:
        """Every comparison as a CSV file that a Swedish spreadsheet opens."""
        description = f"Alla jämförelser i {self.title}"
        content = self.comparisons.encode("utf-8-sig")
        return (Attachment("avstamning.csv", content, "text/csv", description),)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts that occur, best first."""
        found = {result.verdict for group in self.groups for result in group.results}
        return tuple(verdict for verdict in reversed(VERDICTS) if verdict in found)

    def count(self, verdict: Verdict) -> int:
        """How many comparisons of any kind came to that verdict."""
        return sum(group.count(verdict) for group in self.groups)

    def mark(self, result: Result) -> str:
        """The mark of the computed amount in a comparison, on whichever side it stands."""
        own = [self.doubtful[row] for row in result.rows if row in self.doubtful]
        return MARKS.get(weakest(own), "")

    @property
    def explained(self) -> tuple[Maturity, ...]:
        """The maturities whose mark stands in some comparison, the weakest first."""
        found = {self.mark(result) for group in self.groups for result in group.marked}
        return tuple(maturity for maturity, mark in MARKS.items() if mark in found)

    @property
    def total(self) -> int:
        """How many comparisons there are."""
        return sum(len(group.results) for group in self.groups)


def audit_view(
    agreement: Agreement,
    reconciliation: Reconciliation,
    allocation: AllocationTable,
    counties: Mapping[str, str] | None = None,
) -> AuditView:
    """The comparisons of one agreement in groups; `counties` gives names by code.

    It says nothing of the revision that it lies in: the same comparisons are the same document.
    """
    by_kind = {
        kind: [result for result in reconciliation.results if result.kind == kind] for kind in KINDS
    }
    return AuditView(
        agreement_title=agreement.title,
        year=agreement.year,
        signed_by_state=agreement.signed.state if agreement.signed else None,
        draft=agreement.status == Status.DRAFT,
        reconstructed=agreement.status == Status.RECONSTRUCTED,
        partial=agreement.coverage == Coverage.PARTIAL,
        known_sek=sum(post.amount for post in agreement.posts),
        total_sek=agreement.total.amount,
        groups=tuple(_group(kind, results) for kind, results in by_kind.items() if results),
        withheld=tuple(withheld_in_words(name, counties) for name in reconciliation.withheld()),
        doubtful=_doubtful(rows(allocation)),
        comparisons=reconciliation_csv(reconciliation).decode("utf-8-sig"),
    )


def _doubtful(every: Sequence[AmountRow]) -> dict[str, Maturity]:
    """The maturity of each computed amount that is not one that was published, by its cell.

    A column of figures that were all published and met has a sum that nobody need doubt.
    """
    own = [row for row in every if row.amount_sek not in (None, row.published_sek)]
    columns = {(row.post, row.recipient_type) for row in own if row.kind != "nation"}
    return {
        row.cell: row.maturity
        for row in own
        if row.maturity in MARKS
        and (row.kind != "nation" or (row.post, row.recipient_type) in columns)
    }


def _group(kind: Kind, results: Sequence[Result]) -> Group:
    heading, meaning = KINDS[kind]
    order = list(VERDICTS)
    ranked = sorted(results, key=lambda result: order.index(result.verdict))
    equal = [result for result in ranked if result.verdict == Verdict.EQUAL]
    fold = len(equal) >= _FOLDED_FROM
    return Group(
        kind=kind,
        heading=heading,
        meaning=meaning,
        unit=_common(result.unit for result in results),
        where=_common(result.where for result in results),
        shown=tuple(r for r in ranked if not (fold and r.verdict == Verdict.EQUAL)),
        folded=tuple(equal) if fold else (),
    )


def _common(texts: Iterable[str]) -> str:
    """The one text that all share, else empty."""
    different = set(texts)
    return different.pop() if len(different) == 1 else ""


# --- Files for people ------------------------------------------------------------------------


def reconciliation_csv(reconciliation: Reconciliation) -> bytes:
    """`reconciliation.csv`: one row per comparison, in the order of the stages."""
    head = [
        "slag",
        "vad",
        "väntat",
        "funnet",
        "skillnad",
        "tillåten skillnad",
        "enhet",
        "utslag",
        "följd",
        "håller inne",
        "celler",
        "var",
        "län",
        "anmärkning",
    ]
    return csv_bytes(head, (_comparison(result) for result in reconciliation.results))


def _comparison(result: Result) -> list[object]:
    return [
        KINDS[result.kind][0],
        result.what,
        result.expected,
        result.found,
        result.difference,
        result.tolerance,
        result.unit,
        VERDICTS[result.verdict],
        SEVERITIES[result.severity],
        WITHHELD[str(result.withholds)],
        ", ".join(result.rows),
        result.where,
        result.county,
        result.note,
    ]
