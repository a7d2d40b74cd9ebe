"""The revision document's view: its tables, rows and notes as plain values.

Belongs here: the form of what is shown, and its file of figures. Does not: choosing and ordering it
(`statsbidrag.diff.document`), or layout (`templates/revidering.html.jinja`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar, Final

from schemas.common import Maturity, RecipientType
from schemas.register import TypesInWords
from statsbidrag.allocation.figures import MATURITIES, maturities_to_explain
from statsbidrag.diff.changes import Consequence, Line, Summary
from statsbidrag.diff.sentences import is_weight
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.publication.revision import Step
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.typography import MINUS, NBSP, decimals

PATH: Final = "revidering"
"""Where the document lies inside its own folder, without suffix."""

LINES_ON_A_PAGE: Final = 24
REASON_LETTERS: Final = 27
POST_LETTERS: Final = 22
"""How many letters of a reason and of a post's label stand on one line of a table."""


@dataclass(frozen=True)
class RevisionSide:
    """One of the two revisions: its name, whole fingerprint, and what it withholds, in words."""

    name: str
    fingerprint: str
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One amount before and after, with what is said of it. `post` is the post's label.

    The exact amounts have as many decimals as it takes to see that they differ; empty where nothing
    was computed.
    """

    line: Line
    post: str
    reason: str
    explanation: str
    exact_before: str
    exact_after: str

    @property
    def percent(self) -> str:
        """The difference in per cent with its sign; a dash where there is nothing to compare."""
        share = self.line.share
        if share is None:
            return "–"
        text = decimals(share * 100, 2)
        return f"+{text}" if share > 0 and text != decimals(0, 2) else text

    @property
    def shares(self) -> tuple[Step | None, Step | None]:
        """The step that uses a population, before and after: the first one."""
        sides = (self.line.before, self.line.after)
        before, after = (side.shares[0] if side and side.shares else None for side in sides)
        return before, after


@dataclass(frozen=True)
class Table:
    """So many rows as a page holds; the tables of one number follow each other."""

    number: int
    part: int
    parts: int
    rows: tuple[Row, ...]

    @property
    def last(self) -> bool:
        """Whether no other part follows."""
        return self.part == self.parts


@dataclass(frozen=True)
class Section:
    """What changed for one recipient type. `post` is its only post's label, empty for several.

    `everyone` says what all who share are together, and `against` counts the amounts that went the
    other way than the recipient's own population. `exact` are the rows whose own population did not
    change, but whose amount did, and `example` is one of them explained. `unlisted` counts what did
    not change.
    """

    summary: Summary
    post: str
    tables: tuple[Table, ...]
    everyone: str
    against: int
    exact: tuple[Table, ...]
    example: Row | None
    unlisted: int

    @property
    def recipients(self) -> RecipientType:
        """Whose section it is."""
        return self.summary.recipients

    @property
    def measure(self) -> str:
        """What the posts are split by: persons, and in some agreements a table of weights."""
        rows = [row for table in self.tables for row in table.rows]
        weighted = any(is_weight(step) for row in rows for step in row.shares if step)
        return "Folkmängd eller vikt" if weighted else "Folkmängd"


@dataclass(frozen=True)
class ConsequenceTable:
    """So many recipients as a page holds."""

    number: int
    part: int
    parts: int
    rows: tuple[Consequence, ...]


@dataclass(frozen=True)
class FollowsPart:
    """Those with a registered decision, or those without: what is paid more, and what is repaid."""

    decided: bool
    more_sek: int
    repaid_sek: int
    tables: tuple[ConsequenceTable, ...]


@dataclass(frozen=True)
class Follows:
    """What follows for one recipient type from decisions on the earlier amounts, or would follow.

    `never_decided` counts those whose earlier total rests on an estimate, `not_yet` those whose
    later one does, `partly` those for whom only some posts count. `parts` are those with a decision
    before those without, each only if something follows.
    """

    recipients: RecipientType
    count: int
    never_decided: int
    not_yet: int
    partly: int
    parts: tuple[FollowsPart, ...]

    @property
    def tables(self) -> tuple[ConsequenceTable, ...]:
        """The tables of both parts."""
        return tuple(table for part in self.parts for table in part.tables)


@dataclass(frozen=True)
class DecidedRow:
    """A registered decision by the title of its document, or by whose amounts it is on."""

    title: str
    date: date | None
    by: str
    reference_number: str


@dataclass(frozen=True)
class BasisRow:
    """A population that amounts rest on: where it came from before and after, and how many in all.

    A sum is None on the side where the population is not used.
    """

    name: str
    source_before: str
    source_after: str
    sum_before: int | None
    sum_after: int | None
    regions_changed: int


@dataclass(frozen=True)
class InputRow:
    """A file that came, went or changed, or the program itself."""

    kind: str
    path: str
    before: str
    after: str


@dataclass(frozen=True)
class RevisionView:
    """Everything that the revision document shows; its text is the template's."""

    template: ClassVar[str] = "revidering.html.jinja"

    agreement: str
    agreement_title: str
    year: int
    draft: bool
    types: TypesInWords
    before: RevisionSide
    after: RevisionSide
    summaries: tuple[Summary, ...]
    reasons: tuple[tuple[str, int], ...]
    matured: tuple[tuple[Maturity, Maturity, int], ...]
    posts: tuple[str, ...]
    bases: tuple[BasisRow, ...]
    inputs: tuple[InputRow, ...]
    versions: tuple[tuple[str, str, str], ...]
    decided: tuple[DecidedRow, ...]
    follows: tuple[Follows, ...]
    sections: tuple[Section, ...]
    rows: tuple[Row, ...]
    totals: tuple[Consequence, ...]
    summary_number: int
    bases_number: int
    inputs_number: int

    @property
    def path(self) -> str:
        """Where the document lies inside its folder, without suffix."""
        return PATH

    @property
    def title(self) -> str:
        """The document's title."""
        return f"Revidering av statsbidraget: {self.agreement_title}"

    @property
    def created(self) -> datetime:
        """The first day of the agreement's year: a revision has no date of its own."""
        return datetime(self.year, 1, 1, tzinfo=UTC)

    @property
    def moved(self) -> int:
        """How many amounts changed."""
        return sum(summary.lines_moved for summary in self.summaries)

    @property
    def only_matured(self) -> int:
        """How many amounts are the same, on a population that can be trusted more or less."""
        return sum(summary.only_matured for summary in self.summaries)

    @property
    def undecided(self) -> bool:
        """Whether the amounts of some recipient were never decided, as far as is registered."""
        return not all(each.decided for each in self.totals)

    @property
    def decided_stand(self) -> bool:
        """Whether no total that was decided is another."""
        own = [each for each in self.totals if each.decided]
        return bool(own) and all(each.difference_sek == 0 for each in own)

    @property
    def explained(self) -> tuple[Maturity, ...]:
        """The maturities whose mark some figure of a table carries."""
        lines = [
            *(row.line for each in self.sections for table in each.tables for row in table.rows),
            *(row.total for each in self.follows for table in each.tables for row in table.rows),
        ]
        sides = [side for line in lines for side in (line.before, line.after) if side is not None]
        return maturities_to_explain(s.figure for s in sides if s.figure is not None)

    def attachments(self) -> tuple[Attachment, ...]:
        """Every amount before and after as a CSV file that a Swedish spreadsheet opens."""
        description = f"Alla belopp före och efter i {self.title}"
        return (Attachment(f"{PATH}.csv", revision_csv(self), "text/csv", description),)


CSV_HEAD: Final = [
    "mottagartyp",
    "kod",
    "mottagare",
    "post",
    "rubrik",
    "folkmängd (eller vikt) före",
    "folkmängd (eller vikt) efter",
    "allas folkmängd (eller vikt) före",
    "allas folkmängd (eller vikt) efter",
    "belopp före, kr",
    "belopp efter, kr",
    "skillnad, kr",
    "skillnad, %",
    "exakt före, kr",
    "exakt efter, kr",
    "mognad före",
    "mognad efter",
    "publicerat före, kr",
    "publicerat efter, kr",
    "orsak",
    "förklaring",
]


def revision_csv(view: RevisionView) -> bytes:
    """`revidering.csv`: every amount before and after, the largest difference of a type first.

    Numbers have decimal commas.
    """
    return csv_bytes(CSV_HEAD, (_cells(row, view.types) for row in view.rows))


def _cells(row: Row, types: TypesInWords) -> list[object]:
    line = row.line
    old, new = row.shares
    sides = (line.before, line.after)
    share = "" if line.share is None else _for_a_spreadsheet(decimals(line.share * 100, 4))
    return [
        types[line.recipients].singular,
        line.code,
        line.name,
        line.post,
        row.post,
        *(step.own if step else None for step in (old, new)),
        *(step.everyone if step else None for step in (old, new)),
        *(side.sek if side else None for side in sides),
        line.difference,
        share,
        *(
            text.replace("\u00a0", "").replace("−", "-")
            for text in (row.exact_before, row.exact_after)
        ),
        *(MATURITIES[side.maturity] if side else None for side in sides),
        *(side.published_sek if side else None for side in sides),
        row.reason,
        row.explanation,
    ]


def _for_a_spreadsheet(text: str) -> str:
    """A printed number as a spreadsheet reads it: no spaces, and the minus sign of keyboards."""
    return text.replace(NBSP, "").replace(MINUS, "-")
