"""What the revision document shows: what changed, why, and what follows from it.

Belongs here: choosing and ordering figures as one frozen view, and its tables as pages hold them.
Does not: what differs (`statsbidrag.diff.comparing`), sentences about one amount
(`statsbidrag.diff.sentences`), layout (`templates/revidering.html.jinja`), or files for
spreadsheets (`statsbidrag.diff.writing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from math import floor

from schemas.agreement import Status
from schemas.common import Maturity, RecipientType
from schemas.revision import InputKind, Reason
from statsbidrag.diff.changes import Changes, Consequence, Decided, Line
from statsbidrag.diff.comparing import consequences, summary_of
from statsbidrag.diff.document_view import (
    LINES_ON_A_PAGE,
    POST_LETTERS,
    REASON_LETTERS,
    BasisRow,
    ConsequenceTable,
    DecidedRow,
    Follows,
    FollowsPart,
    InputRow,
    RevisionSide,
    RevisionView,
    Row,
    Section,
    Table,
)
from statsbidrag.diff.sentences import (
    INPUTS,
    basis_in_words,
    enough_places,
    everyone_in_words,
    explanation,
    post_in_words,
    reasons_in_words,
    source_in_words,
)
from statsbidrag.publication.revision import PublishedRevision
from statsbidrag.swedish.typography import decimals
from statsbidrag.swedish.verdicts import withheld_in_words


def revision_view(changes: Changes) -> RevisionView:
    """What the revision document shows of two compared revisions."""
    numbers = count(1)
    about = changes.after.manifest.about
    types = [each for each in changes.after.words if each in changes.types]
    rows = {line: _row(changes, line) for line in changes.lines}
    bases, inputs = tuple(_bases(changes)), tuple(_inputs(changes))
    return RevisionView(
        agreement=changes.after.manifest.agreement,
        agreement_title=about.title,
        year=about.year,
        draft=about.status == Status.DRAFT,
        types=changes.after.words,
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
    reason, post = -(-len(row.reason) // REASON_LETTERS), -(-len(row.post) // POST_LETTERS)
    return max(1, reason, post if with_post else 1)


def _pages(heights: Sequence[int]) -> list[tuple[int, int]]:
    """The first row of each page and the one after its last, for rows of so many lines."""
    starts, used = [0], 0
    for index, height in enumerate(heights):
        if used + height > LINES_ON_A_PAGE:
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
