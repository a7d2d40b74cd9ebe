"""Two published revisions of one agreement compared: what changed, for whom, and why.

Belongs here: pairing amounts, differences and their reasons, sums, what follows for a decision that
was already taken. Does not: reading a revision (`statsbidrag.publication.reading_back`), how a
reason is said (`statsbidrag.diff.sentences`), or layout (`statsbidrag.diff.document`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from schemas.common import RecipientType
from schemas.keys import SetAsideStep, UndistributedStep
from schemas.keys import Step as KeyStep
from schemas.manifest import HashedFile, Manifest
from schemas.revision import InputKind, Reason
from statsbidrag.diff.changes import (
    BasisChange,
    Changes,
    Consequence,
    Decided,
    InputChange,
    Line,
    PostChange,
    Summary,
)
from statsbidrag.publication.revision import (
    Amount,
    Key,
    PublishedPost,
    PublishedRevision,
)

_RAW: Final = "raw/"

_FOLDERS: Final = {str(kind): kind for kind in InputKind}

K = TypeVar("K")


def compare_revisions(
    before: PublishedRevision,
    after: PublishedRevision,
    decided: tuple[Decided, ...] | None = None,
) -> Changes:
    """What the later revision changed. `decided` are the decisions taken on the earlier one.

    Where they are not given, those count that the revisions themselves carry.
    """
    names = {*before.bases, *after.bases}
    changed = frozenset(n for n in names if _persons(before, n) != _persons(after, n))
    order = list(dict.fromkeys(key[1] for key in {**after.amounts, **before.amounts}))
    lines = [_line(before, after, key, changed) for key in _keys(before.amounts, after.amounts)]
    totals = [_total(before, after, key) for key in _keys(before.totals, after.totals)]
    return Changes(
        before=before,
        after=after,
        lines=tuple(sorted(lines, key=lambda line: _rank(line, order))),
        totals=tuple(sorted(totals, key=lambda line: _rank(line, order))),
        posts=tuple(_posts(before, after)),
        bases=tuple(
            BasisChange(name, before.bases.get(name), after.bases.get(name))
            for name in _keys(before.bases, after.bases)
        ),
        inputs=tuple(_inputs(before.manifest, after.manifest)),
        versions=tuple(_versions(before.manifest, after.manifest)),
        decided=decisions_on(before, after) if decided is None else decided,
    )


def decisions_on(before: PublishedRevision, after: PublishedRevision) -> tuple[Decided, ...]:
    """The registered decisions on the earlier revision, or on a document that it holds unchanged.

    A decision is registered after the revision that it was taken on was made: the later one mostly
    knows of it.
    """
    marks = {each.path: each.fingerprint for each in before.manifest.documents}
    found = [
        Decided(each.document, each.issued, each.by, each.reference_number)
        for each in (*before.issued, *after.issued)
        if each.revision == before.name or marks.get(each.document, "").startswith(each.fingerprint)
    ]
    return tuple(dict.fromkeys(found))


def summary_of(changes: Changes, recipients: RecipientType) -> Summary:
    """One recipient type in a few figures."""
    lines = changes.of(recipients)
    differences = [line.difference or 0 for line in lines]
    largest = max(lines, key=lambda line: abs(line.difference or 0), default=None)
    return Summary(
        recipients=recipients,
        lines=len(lines),
        lines_moved=sum(line.moved for line in lines),
        recipients_count=len({line.code for line in lines}),
        recipients_moved=len({line.code for line in lines if line.moved}),
        only_matured=sum(line.only_matured for line in lines),
        increases_sek=sum(d for d in differences if d > 0),
        decreases_sek=sum(d for d in differences if d < 0),
        largest=largest if largest is not None and largest.difference else None,
    )


def consequences(changes: Changes, recipients: RecipientType) -> tuple[Consequence, ...]:
    """What follows for each recipient of a type if the earlier amounts had been decided."""
    own: dict[str, list[Line]] = {}
    for line in changes.of(recipients):
        own.setdefault(line.code, []).append(line)
    return tuple(
        _consequence(
            total,
            own.get(total.code, []),
            decided=any(each.of(recipients, total.code) for each in changes.decided),
        )
        for total in changes.totals
        if total.recipients == recipients
    )


def _consequence(total: Line, lines: Sequence[Line], *, decided: bool) -> Consequence:
    if total.decidable:
        return Consequence(total, total.difference, whole=True, decided=decided)
    differences = [line.difference for line in lines if line.decidable]
    known = [difference for difference in differences if difference is not None]
    return Consequence(total, sum(known) if known else None, whole=False, decided=decided)


def _line(
    before: PublishedRevision, after: PublishedRevision, key: Key, changed: frozenset[str]
) -> Line:
    old, new = before.amounts.get(key), after.amounts.get(key)
    post, recipients, code = key
    posts = before.posts.get(post), after.posts.get(post)
    reasons = tuple(sorted(set(_reasons(old, new, *posts, changed)), key=list(Reason).index))
    return Line(post, recipients, code, old, new, reasons)


def _total(before: PublishedRevision, after: PublishedRevision, key: Key) -> Line:
    old, new = before.totals.get(key), after.totals.get(key)
    post, recipients, code = key
    reasons: list[Reason] = []
    if old is None or new is None:
        reasons.append(Reason.ADDED_RECIPIENT if old is None else Reason.REMOVED_RECIPIENT)
    elif old.sek != new.sek:
        reasons.append(Reason.PARTS)
    elif old.maturity != new.maturity:
        reasons.append(Reason.MATURITY)
    return Line(post, recipients, code, old, new, tuple(reasons))


def _reasons(
    old: Amount | None,
    new: Amount | None,
    old_post: PublishedPost | None,
    new_post: PublishedPost | None,
    changed: frozenset[str],
) -> Iterator[Reason]:
    """Every reason that holds, the same one perhaps twice."""
    if old is None or new is None:
        if old is None:
            yield Reason.ADDED_RECIPIENT if old_post else Reason.ADDED_POST
        else:
            yield Reason.REMOVED_RECIPIENT if new_post else Reason.REMOVED_POST
        return
    if old.published_sek != new.published_sek:
        yield Reason.PUBLISHED
    if old.maturity != new.maturity:
        yield Reason.MATURITY
    computed = list(_reasons_to_compute_anew(old, new, old_post, new_post, changed))
    yield from computed
    if not computed and old.exact != new.exact:
        yield Reason.PROGRAM
    elif not computed and old.computed_sek != new.computed_sek:
        yield Reason.ROUNDING


def _reasons_to_compute_anew(
    old: Amount,
    new: Amount,
    old_post: PublishedPost | None,
    new_post: PublishedPost | None,
    changed: frozenset[str],
) -> Iterator[Reason]:
    both = (old_post, new_post) if old_post and new_post else None
    if both and both[0].amount_sek != both[1].amount_sek:
        yield Reason.POST_AMOUNT
    if both and not _same_rule(*both):
        yield Reason.RULE
    own = [step.own for step in old.shares] != [step.own for step in new.shares]
    if own:
        yield Reason.OWN_POPULATION
    # Steps that came or went are the rule's doing, and no change of anybody's figures.
    pairs = zip(old.shares, new.shares, strict=False)
    if any(before.others != after.others for before, after in pairs) or (
        # Within a cap or floor the others count one by one, even where their sum is the same.
        not own
        and both is not None
        and _same_terms(*both)
        and old.exact != new.exact
        and any(step.basis in changed for step in new.shares)
    ):
        yield Reason.OTHERS_POPULATION


def same_key(old: PublishedPost, new: PublishedPost) -> bool:
    """Whether two posts are split by the same key, to those who meet the same condition.

    A revision of before they carried the key itself has it in words alone: then those count.
    """
    if old.key is None or new.key is None:
        return old.rule == new.rule
    bare = [[_without_titles(step) for step in key] for key in (old.key, new.key)]
    return bare[0] == bare[1] and old.met_by == new.met_by


def _without_titles(step: KeyStep) -> object:
    """A step as it computes: what something is set aside for, or left for, is no part of that."""
    if isinstance(step, SetAsideStep):
        return step.set_aside.amount, step.set_aside.share
    return UndistributedStep if isinstance(step, UndistributedStep) else step


def _same_rule(old: PublishedPost, new: PublishedPost) -> bool:
    return same_key(old, new) and (old.method, old.unit) == (new.method, new.unit)


def _same_terms(old: PublishedPost, new: PublishedPost) -> bool:
    return old.amount_sek == new.amount_sek and _same_rule(old, new)


def _keys(before: Iterable[K], after: Iterable[K]) -> list[K]:
    """The later revision's keys in its order, then those that only the earlier one has."""
    return list(dict.fromkeys([*after, *before]))


def _rank(line: Line, order: Sequence[RecipientType]) -> tuple[int, int, int, str, str]:
    unknown = line.difference is None
    size = abs(line.difference or 0)
    return order.index(line.recipients), -size, 0 if unknown else 1, line.code, line.post


def _persons(revision: PublishedRevision, name: str) -> Mapping[str, int]:
    basis = revision.bases.get(name)
    return basis.persons if basis else {}


def _posts(before: PublishedRevision, after: PublishedRevision) -> Iterator[PostChange]:
    for name in _keys(before.posts, after.posts):
        old, new = before.posts.get(name), after.posts.get(name)
        if old is None or new is None or not _same_terms(old, new):
            yield PostChange(old, new)


def _inputs(before: Manifest, after: Manifest) -> Iterator[InputChange]:
    """The raw files that differ, each by itself; the program's own files as one."""
    old = {file.path: file.sha256 for file in before.inputs if file.path.startswith(_RAW)}
    new = {file.path: file.sha256 for file in after.inputs if file.path.startswith(_RAW)}
    order = list(InputKind)
    changed = [
        InputChange(_kind(path), path, old.get(path, ""), new.get(path, ""))
        for path in {*old, *new}
        if old.get(path) != new.get(path)
    ]
    yield from sorted(changed, key=lambda each: (order.index(each.kind), each.path))
    program = [_program(manifest.inputs) for manifest in (before, after)]
    if program[0] != program[1]:
        yield InputChange(InputKind.PROGRAM, "", *program)


def _kind(path: str) -> InputKind:
    return _FOLDERS.get(path.split("/")[1], InputKind.OTHER)


def _program(files: Iterable[HashedFile]) -> str:
    """One hash over the program's own sources, templates, fonts and lock."""
    own = sorted((f.path, f.sha256) for f in files if not f.path.startswith(_RAW))
    text = "\n".join(f"{path}:{digest}" for path, digest in own)
    return hashlib.sha256(text.encode()).hexdigest()


def _versions(before: Manifest, after: Manifest) -> Iterator[tuple[str, str, str]]:
    for name in sorted({*before.versions, *after.versions}):
        old, new = before.versions.get(name, ""), after.versions.get(name, "")
        if old != new:
            yield name, old, new
