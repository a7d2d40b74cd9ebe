"""What the revision document shows: what changed, why, and what follows from it.

Belongs here: choosing and ordering figures as one frozen view, and its tables as pages hold them.
Does not: what differs (`statsbidrag.diff.comparing`), sentences about one amount
(`statsbidrag.diff.sentences`), layout (`templates/revidering.html.jinja`), or files for
spreadsheets (`statsbidrag.diff.writing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count, pairwise
from math import floor
from typing import ClassVar, Final

from schemas.agreement import Status
from schemas.common import Maturity, RecipientType
from schemas.revision import InputKind, Reason
from statsbidrag.allocation.figures import MATURITIES, maturities_to_explain
from statsbidrag.diff.comparing import (
    Changes,
    Consequence,
    Decided,
    Line,
    Summary,
    consequences,
    summary_of,
)
from statsbidrag.diff.sentences import (
    INPUTS,
    basis_in_words,
    enough_places,
    everyone_in_words,
    explanation,
    is_weight,
    post_in_words,
    reasons_in_words,
    source_in_words,
)
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.publication.revision import PublishedRevision, Step
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.recipient_types import TYPES
from statsbidrag.swedish.typography import MINUS, NBSP, decimals
from statsbidrag.swedish.verdicts import withheld_in_words

PATH: Final = "revidering"
"""Where the document lies inside its own folder, without suffix."""

_LINES_ON_A_PAGE: Final = 24
_REASON_LETTERS: Final = 27
_POST_LETTERS: Final = 22
"""How many letters of a reason and of a post's label stand on one line of a table."""

_ORDER: Final = (RecipientType.REGION, RecipientType.LAN, RecipientType.SKR, RecipientType.KOMMUN)


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


def revision_view(changes: Changes) -> RevisionView:
    """What the revision document shows of two compared revisions."""
    numbers = count(1)
    about = changes.after.manifest.about
    types = [each for each in _ORDER if each in changes.types]
    rows = {line: _row(changes, line) for line in changes.lines}
    bases, inputs = tuple(_bases(changes)), tuple(_inputs(changes))
    return RevisionView(
        agreement=changes.after.manifest.agreement,
        agreement_title=about.title,
        year=about.year,
        draft=about.status == Status.DRAFT,
        before=_side(changes.before),
        after=_side(changes.after),
        summaries=tuple(summary_of(changes, each) for each in types),
        reasons=tuple(_reasons(changes)),
        matured=tuple(_matured(changes)),
        posts=tuple(post_in_words(change) for change in changes.posts),
        bases=bases,
        inputs=inputs,
        versions=changes.versions,
        decided=tuple(_decided(changes)),
        summary_number=next(numbers),
        bases_number=next(numbers) if bases else 0,
        inputs_number=next(numbers) if inputs else 0,
        follows=tuple(_follows(changes, each, numbers) for each in types),
        sections=tuple(_section(changes, each, rows, numbers) for each in types),
        rows=tuple(rows[line] for each in types for line in changes.of(each)),
        totals=tuple(total for each in types for total in consequences(changes, each)),
    )


def _side(revision: PublishedRevision) -> RevisionSide:
    manifest = revision.manifest
    counties = manifest.about.counties
    withheld = tuple(withheld_in_words(name, counties) for name in manifest.withheld)
    return RevisionSide(revision.name, manifest.fingerprint, withheld)


def _row(changes: Changes, line: Line) -> Row:
    old, new = changes.before.posts.get(line.post), changes.after.posts.get(line.post)
    exact = [side.exact if side else None for side in (line.before, line.after)]
    places = enough_places(*exact)
    before, after = ("" if each is None else decimals(each, places) for each in exact)
    words = explanation(line, old, new)
    label = changes.post(line.post).label
    return Row(line, label, reasons_in_words(line), words, before, after)


# --- Why ---------------------------------------------------------------------------------------


def _reasons(changes: Changes) -> Iterator[tuple[str, int]]:
    """Why amounts changed, in words, and how many for each reason; the most common first."""
    moved = [line for line in changes.lines if line.moved]
    found = Counter(reasons_in_words(line) for line in moved)
    yield from sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _matured(changes: Changes) -> Iterator[tuple[Maturity, Maturity, int]]:
    """From which maturity to which, for how many amounts."""
    found = Counter(
        (line.before.maturity, line.after.maturity)
        for line in changes.lines
        if line.before and line.after and Reason.MATURITY in line.reasons
    )
    for (old, new), number in sorted(found.items()):
        yield old, new, number


def _bases(changes: Changes) -> Iterator[BasisRow]:
    """The populations of which any figure, file or maturity is another."""
    for change in changes.bases:
        old, new = change.before, change.after
        if old != new:
            yield BasisRow(
                name=basis_in_words(change.name),
                source_before=source_in_words(old),
                source_after=source_in_words(new),
                sum_before=sum(old.persons.values()) if old else None,
                sum_after=sum(new.persons.values()) if new else None,
                regions_changed=change.regions_changed,
            )


def _inputs(changes: Changes) -> Iterator[InputRow]:
    for change in changes.inputs:
        path = change.path or "källkod, mallar, typsnitt och lås"
        if change.kind == InputKind.POPULATION and path.endswith(".yaml"):
            kind = "Uppgifter om folkmängden"
        else:
            kind = INPUTS[change.kind]
        yield InputRow(kind, path, change.before, change.after)


# --- For whom ----------------------------------------------------------------------------------


def _section(
    changes: Changes, recipients: RecipientType, rows: dict[Line, Row], numbers: Iterator[int]
) -> Section:
    lines = changes.of(recipients)
    # Beside amounts that changed stand those of the same post whose population only matured.
    posts = {line.post for line in lines if line.changed}
    listed = [line for line in lines if line.changed or (line.only_matured and line.post in posts)]
    same = [line for line in listed if line.moved and _only_others(line)]
    labels = {changes.post(line.post).label for line in lines}
    return Section(
        summary=summary_of(changes, recipients),
        post=labels.pop() if len(labels) == 1 else "",
        tables=tuple(_tables([rows[line] for line in listed], numbers)),
        everyone=everyone_in_words(lines, changes.labels),
        against=sum(line.against for line in lines),
        exact=tuple(_tables([rows[line] for line in same], numbers)),
        example=rows[max(same, key=_tells_most)] if same else None,
        unlisted=len(lines) - len(listed),
    )


def _only_others(line: Line) -> bool:
    """Whether nothing but the population of others moved the amount."""
    return {*line.reasons} - {Reason.MATURITY} == {Reason.OTHERS_POPULATION}


def _tells_most(line: Line) -> tuple[bool, bool]:
    """Ranks examples: best is one krona that the side of the half krona alone decides."""
    exact = [side.exact for side in (line.before, line.after) if side and side.exact is not None]
    return abs(line.difference or 0) == 1, len({floor(value) for value in exact}) == 1


def _tables(rows: Sequence[Row], numbers: Iterator[int]) -> Iterator[Table]:
    """The rows in tables of a page each: a table over several pages is several to a reader."""
    several = len({row.post for row in rows}) > 1
    pages = _pages([_height(row, with_post=several) for row in rows])
    if pages:
        number = next(numbers)
        for part, (first, last) in enumerate(pages, start=1):
            yield Table(number, part, len(pages), tuple(rows[first:last]))


def _height(row: Row, *, with_post: bool) -> int:
    """How many lines a row takes: its longest text decides."""
    reason, post = -(-len(row.reason) // _REASON_LETTERS), -(-len(row.post) // _POST_LETTERS)
    return max(1, reason, post if with_post else 1)


def _pages(heights: Sequence[int]) -> list[tuple[int, int]]:
    """The first row of each page and the one after its last, for rows of so many lines."""
    starts, used = [0], 0
    for index, height in enumerate(heights):
        if used + height > _LINES_ON_A_PAGE:
            starts.append(index)
            used = 0
        used += height
    return list(pairwise([*starts, len(heights)])) if heights else []


def _follows(changes: Changes, recipients: RecipientType, numbers: Iterator[int]) -> Follows:
    found = consequences(changes, recipients)
    parts = (
        _follows_part([each for each in found if each.decided == decided], decided, numbers)
        for decided in (True, False)
    )
    return Follows(
        recipients=recipients,
        count=len(found),
        never_decided=sum(_estimated(each.total, before=True) for each in found),
        not_yet=sum(
            _estimated(each.total, before=False) and not _estimated(each.total, before=True)
            for each in found
        ),
        partly=sum(not each.whole and each.difference_sek is not None for each in found),
        parts=tuple(part for part in parts if part.tables),
    )


def _follows_part(
    found: Sequence[Consequence], decided: bool, numbers: Iterator[int]
) -> FollowsPart:
    owed = sorted(
        (each for each in found if each.difference_sek),
        key=lambda each: (-abs(each.difference_sek or 0), each.total.code),
    )
    sums = [each.difference_sek or 0 for each in owed]
    pages = _pages([1] * len(owed))
    number = next(numbers) if pages else 0
    return FollowsPart(
        decided=decided,
        more_sek=sum(sek for sek in sums if sek > 0),
        repaid_sek=-sum(sek for sek in sums if sek < 0),
        tables=tuple(
            ConsequenceTable(number, part, len(pages), tuple(owed[first:last]))
            for part, (first, last) in enumerate(pages, start=1)
        ),
    )


def _decided(changes: Changes) -> Iterator[DecidedRow]:
    """The registered decisions; the path of a document says nothing to a reader."""
    made = (*changes.after.manifest.documents, *changes.before.manifest.documents)
    titles = {document.path: document.title for document in made}
    for each in changes.decided:
        title = titles.get(each.document) or _whose(changes, each)
        yield DecidedRow(title, each.date, each.by, each.reference_number)


def _whose(changes: Changes, decided: Decided) -> str:
    """Whose amounts a decision is on, where its document is in neither revision."""
    names = [each.name for each in changes.totals if decided.of(each.recipients, each.code)]
    if len(names) == 1:
        return names[0]
    return "Alla mottagare" if names else "En mottagare som inte finns med"


def _estimated(total: Line, *, before: bool) -> bool:
    """Whether the total on that side rests on an estimate, so that nobody may decide on it."""
    side = total.before if before else total.after
    figure = side.figure if side else None
    return figure is not None and not figure.decided


# --- As data -----------------------------------------------------------------------------------

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
    return csv_bytes(CSV_HEAD, (_cells(row) for row in view.rows))


def _cells(row: Row) -> list[object]:
    line = row.line
    old, new = row.shares
    sides = (line.before, line.after)
    share = "" if line.share is None else _for_a_spreadsheet(decimals(line.share * 100, 4))
    return [
        TYPES[line.recipients],
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
