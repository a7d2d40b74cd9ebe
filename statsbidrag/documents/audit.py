"""For the auditor: every comparison as a document, and the tables as files that people open.

Belongs here: grouping and counting the comparisons, their Swedish names, the CSV files of a
revision, among them those that a later comparison reads (`statsbidrag.publication.reading_back`).
Does not: the comparisons themselves (`statsbidrag.reconciliation.amounts`), the machine's form of
the allocation (the command `allocate --format csv`), or hashes of inputs (the manifest).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import ClassVar, Final

import pandas as pd

from schemas.agreement import Agreement, Coverage, Post, Status
from schemas.common import Maturity, weakest
from schemas.reconciliation import Kind, Reconciliation, Result, Severity, Verdict
from statsbidrag.agreement.citations import citation
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.allocation.derivation import Derivation, DerivationStep
from statsbidrag.allocation.figures import MARKS, MATURITIES
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.key_sentences import key_in_words
from statsbidrag.swedish.recipient_types import TYPES

PATH: Final = "audit/avstamning"
"""Where the document lies inside its revision, without suffix."""

_FOLDED_FROM: Final = 10
"""So many comparisons of one kind that agree are folded: the others are what is looked for.

On paper they are counted: the attached file lists them.
"""

KINDS: Final = {
    Kind.POSTS_TO_STATED_TOTAL: (
        "Posterna mot överenskommelsens summor",
        "Posternas belopp läggs ihop och jämförs med summorna som överenskommelsen själv anger.",
    ),
    Kind.CONTROL_TOTAL: (
        "Folkmängden mot kontrollsummor",
        "Alla kommuner eller län i en fil läggs ihop och jämförs med filens kontrollsumma.",
    ),
    Kind.LEVELS: (
        "Kommunernas folkmängd mot länens",
        "Kommunerna i varje län läggs ihop och jämförs med länets folkmängd i en annan fil.",
    ),
    Kind.EXTRACTS: (
        "Filer för samma dag mot varandra",
        "Två filer med folkmängd för samma dag och nivå jämförs område för område.",
    ),
    Kind.CORRECTION: (
        "Rättade folkmängder",
        "Ett tal i en fil är känt som fel och är ersatt. Filens tal jämförs med det som används.",
    ),
    Kind.DOUBT: (
        "Det som filerna inte säger själva",
        "Vad ett uttag med folkmängd lämnar öppet. Följefilen svarar för det.",
    ),
    Kind.ALLOCATED_TO_POST: (
        "Fördelade belopp mot posterna",
        "Mottagarnas avrundade belopp läggs ihop och jämförs med postens belopp.",
    ),
    Kind.UNDISTRIBUTED: (
        "Det som regeln själv håller tillbaka",
        "Avsättningar, villkor och rester som inte fördelas på mottagarna.",
    ),
    Kind.PUBLISHED_AMOUNT: (
        "Beräknade belopp mot publicerade",
        "Varje belopp som någon har publicerat jämförs med det vi har räknat fram.",
    ),
    Kind.PUBLISHED_NATION: (
        "Kolumnernas summor mot tryckt Riket",
        "Summan av varje kolumn jämförs med raden Riket i den publicerade tabellen.",
    ),
    Kind.PUBLISHED_UNRESOLVED: (
        "Publicerade belopp utan känd regel",
        "Beloppen visas som de är publicerade. Ingen känd regel ger dem, så de är inte omräknade.",
    ),
    Kind.PLAN_TO_POST: (
        "Länens planer mot posterna",
        "Insatserna i ett läns plan läggs ihop post för post och jämförs med länets belopp.",
    ),
    Kind.PLAN_TO_TOTAL: (
        "Länens planer mot totalbeloppen",
        "Alla insatser i ett läns plan läggs ihop och jämförs med länets totalbelopp.",
    ),
    Kind.PLAN_TO_STATED_SUM: (
        "Länens planer mot deras egna summor",
        "Insatserna per organisation jämförs med summan som länet självt anger.",
    ),
}
"""What each kind of comparison is called, and what it does."""

_COMPUTED: Final = {
    Kind.ALLOCATED_TO_POST: "found",
    Kind.PUBLISHED_AMOUNT: "found",
    Kind.PUBLISHED_NATION: "found",
    Kind.PLAN_TO_POST: "expected",
    Kind.PLAN_TO_TOTAL: "expected",
}

VERDICTS: Final = {
    Verdict.DIFFERENT: "Stämmer inte",
    Verdict.UNTESTABLE: "Kan inte prövas",
    Verdict.KNOWN_DIFFERENCE: "Känd skillnad",
    Verdict.CALIBRATED: "Kalibrerad, ingen bekräftelse",
    Verdict.ROUNDING: "Avrundning",
    Verdict.PERTURBED: "Inom SCB:s slumptal",
    Verdict.EQUAL: "Stämmer",
}
"""The verdicts in words, those to look at first."""

_SEVERITIES: Final = {
    Severity.INFO: "upplysning",
    Severity.WARNING: "varning",
    Severity.ERROR: "fel",
}

_WITHHELD: Final = {
    "agreement": "allt",
    "documents": "dokumenten till mottagarna",
    "plan": "länets beslutsunderlag",
    "": "",
}

SUMS: Final = {"group": "summa av en posts delar", "nation": "riket", "total": "totalbelopp"}


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
        return PATH

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
    allocation: pd.DataFrame,
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


def withheld_in_words(name: str, counties: Mapping[str, str] | None = None) -> str:
    """What is withheld, `documents` or `plan:23`, in words; `counties` gives names by code."""
    kind, _, county = name.partition(":")
    if kind == "plan":
        return f"beslutsunderlaget för {(counties or {}).get(county, f'län {county}')}"
    return _WITHHELD.get(kind, kind)


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
        _SEVERITIES[result.severity],
        _WITHHELD[str(result.withholds)],
        ", ".join(result.rows),
        result.where,
        result.county,
        result.note,
    ]


AMOUNT_HEAD: Final = [
    "överenskommelse",
    "post",
    "mottagartyp",
    "kod",
    "mottagare",
    "belopp, kr",
    "mognad",
    "publicerat, kr",
]


def allocation_csv(allocation: pd.DataFrame) -> bytes:
    """`allocation.csv`: every recipient's amount of every post, and no sums."""
    own = [row for row in rows(allocation) if row.kind == "post"]
    return csv_bytes(AMOUNT_HEAD, (_amount(row) for row in own))


def totals_csv(allocation: pd.DataFrame) -> bytes:
    """`totals.csv`: sums of a post's parts, of columns (*riket*) and per recipient."""
    own = [row for row in rows(allocation) if row.kind != "post"]
    return csv_bytes(["slag", *AMOUNT_HEAD], ([SUMS[row.kind], *_amount(row)] for row in own))


def _amount(row: AmountRow) -> list[object]:
    return [
        row.agreement,
        row.post,
        TYPES[row.recipient_type],
        row.recipient_code,
        row.recipient_name,
        row.amount_sek,
        MATURITIES[row.maturity],
        row.published_sek,
    ]


POPULATION_HEAD: Final = [
    "underlag",
    "dag",
    "nivå",
    "åldrar",
    "kod",
    "antal",
    "mognad",
    "fil",
    "sha256",
    "platser i filen",
]
POST_HEAD: Final = [
    "post",
    "mottagartyp",
    "rubrik",
    "belopp, kr",
    "regel",
    "avrundning",
    "enhet, kr",
    "bestämmelse",
    "del av",
]
DERIVATION_HEAD: Final = [
    "post",
    "mottagartyp",
    "kod",
    "mottagare",
    "steg",
    "i ord",
    "formel",
    "exakt, kr",
    "eget underlag",
    "allas underlag",
    "underlag",
]


def population_csv(basis: pd.DataFrame) -> bytes:
    """`audit/folkmangd.csv`: every figure of population (or weight) that an amount rests on."""
    own = basis.copy()
    own["maturity"] = [MATURITIES[Maturity(name)] for name in own["maturity"]]
    return csv_bytes(POPULATION_HEAD, own.itertuples(index=False, name=None))


def posts_csv(agreement: Agreement) -> bytes:
    """`audit/poster.csv`: every post with its money, rule in words, rounding and clause."""
    return csv_bytes(POST_HEAD, (_post(agreement, post) for post in agreement.posts))


def _post(agreement: Agreement, post: Post) -> list[object]:
    rounding = agreement.rounding_of(post)
    return [
        post.id,
        TYPES[post.recipients],
        post.label,
        post.amount,
        key_in_words(agreement, post),
        str(rounding.method),
        rounding.unit,
        clause(agreement, post),
        next((group.label for group in agreement.post_groups if group.id == post.part_of), ""),
    ]


def clause(agreement: Agreement, post: Post) -> str:
    """Where a post's key stands, in words: `Överenskommelsen, avsnitt 4.2`."""
    found = citation(agreement, post.key_reference or post.reference)
    words = ("Överenskommelsen" if found.agreement else found.title, found.place)
    return ", ".join(word for word in words if word)


def derivation_csv(derivations: Iterable[Derivation]) -> bytes:
    """`audit/harledning.csv`: one row per post, recipient and step of the key.

    The exact value of a step is a fraction of whole numbers; the recipient's amount is the sum of
    its steps, rounded. The population (or weight) is the recipient's own and that of all who share.
    """
    return csv_bytes(
        DERIVATION_HEAD,
        (
            _step(derivation, number, step)
            for derivation in derivations
            for number, step in enumerate(derivation.steps, start=1)
        ),
    )


def _step(derivation: Derivation, number: int, step: DerivationStep) -> list[object]:
    cell = step.population
    return [
        derivation.post,
        TYPES[derivation.recipient_type],
        derivation.recipient_code,
        derivation.recipient_name,
        number,
        step.words,
        step.formula,
        f"{step.value.numerator}/{step.value.denominator}",
        *((cell.recipient, cell.nation, cell.basis) if cell else ("", "", "")),
    ]


def csv_bytes(head: Sequence[str], body: Iterable[Sequence[object]]) -> bytes:
    """Semicolons, a byte order mark and CRLF: what a Swedish spreadsheet opens without asking.

    CRLF is what RFC 4180 names and what Excel itself writes. None becomes an empty field.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(body)
    return text.getvalue().encode("utf-8-sig")
