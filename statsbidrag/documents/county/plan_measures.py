"""A county's posts, and the measures of its plan that share them: by post, level, organisation.

Belongs here: the tables as plain values, with a plan or without one. Does not: reading or checking
plans (`statsbidrag.plans.county_plans`), or layout (`templates/beslutsunderlag.html.jinja`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.common import Maturity, RecipientType
from schemas.plan import Plan
from statsbidrag.allocation.figures import Figure, summed
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.plans.county_plans import Placed, county_amounts, placed
from statsbidrag.swedish.key_sentences import share_in_words, source_title


@dataclass(frozen=True)
class MeasureRow:
    """A measure in the plan: what, by whom, for how much.

    `share` is the share of the post that the plan gives instead of kronor, in words; `later`: the
    sum is what the others leave, to be decided later. `amount` is then as mature as the post; a sum
    in kronor is the county's own, and carries no mark. What the plan does not say is empty.
    """

    title: str
    label: str
    responsible: str
    organisations: tuple[str, ...]
    amount: Figure
    note: str
    level: str = ""
    share: str = ""
    later: bool = False


@dataclass(frozen=True)
class KnownGap:
    """A difference between plan and post that the plan itself explains: plan minus post."""

    amount_sek: int
    reason: str
    source: str


@dataclass(frozen=True)
class PostPart:
    """One of the county's posts: its sum, and the measures that share it, none without a plan.

    `part_of` is what the post of parts is called that it belongs to, if any.
    """

    id: str
    title: str
    label: str
    part_of: str
    amount: Figure
    measures: tuple[MeasureRow, ...]
    gaps: tuple[KnownGap, ...]

    @property
    def placed(self) -> Figure:
        """What the measures come to."""
        return summed(measure.amount for measure in self.measures)

    @property
    def placed_sek(self) -> int:
        """The same in kronor."""
        return self.placed.sek

    @property
    def unexplained_sek(self) -> int:
        """Plan minus post, without the differences that are known: 0 in all that is published."""
        known = sum(gap.amount_sek for gap in self.gaps)
        return self.placed_sek - self.amount.sek - known

    @property
    def differs(self) -> bool:
        """Whether measures and post are to be shown apart."""
        return bool(self.gaps) or self.placed_sek != self.amount.sek


@dataclass(frozen=True)
class LevelRow:
    """What one level has of each post, None where it has nothing; `level` is empty if unsaid."""

    level: str
    amounts: tuple[Figure | None, ...]

    @property
    def total(self) -> Figure:
        """The level's money."""
        return summed(amount for amount in self.amounts if amount is not None)

    @property
    def total_sek(self) -> int:
        """The same in kronor."""
        return self.total.sek


@dataclass(frozen=True)
class LevelTable:
    """The measures once more, by level (rows) and post (columns)."""

    posts: tuple[str, ...]
    rows: tuple[LevelRow, ...]

    @property
    def totals(self) -> tuple[Figure, ...]:
        """What all levels have of each post."""
        columns = zip(*(row.amounts for row in self.rows), strict=True)
        return tuple(summed(each for each in column if each is not None) for column in columns)


@dataclass(frozen=True)
class OrganisationPart:
    """The measures of one organisation, or of several that share them; none where none is named."""

    organisations: tuple[str, ...]
    measures: tuple[MeasureRow, ...]

    @property
    def amount(self) -> Figure:
        """What the measures come to."""
        return summed(measure.amount for measure in self.measures)

    @property
    def shared(self) -> bool:
        """Whether several organisations answer for the money together."""
        return len(self.organisations) > 1


def posts_of(dossier: Dossier, county: str, plan: Plan | None) -> tuple[PostPart, ...]:
    """The county's posts in the agreement's order, each with what the plan (if any) puts there."""
    agreement = dossier.agreement
    groups = {group.id: group.label for group in agreement.post_groups}
    measures = placed(plan, county_amounts(dossier.allocation, county)) if plan else ()
    found = []
    for post in agreement.posts_of(RecipientType.LAN):
        amount = dossier.figures.of(post.id, RecipientType.LAN, county)
        own = tuple(_measure(each, amount) for each in measures if each.measure.post == post.id)
        gaps = tuple(
            KnownGap(known.amount, known.reason, source_title(agreement, known.source))
            for known in (plan.known_differences if plan else ())
            if known.post == post.id
        )
        part_of = groups.get(post.part_of or "", "")
        found.append(PostPart(post.id, post.title, post.label, part_of, amount, own, gaps))
    return tuple(found)


def _measure(each: Placed, post: Figure) -> MeasureRow:
    measure = each.measure
    if each.amount_sek is None:
        raise ProgramError(f"{measure.post}: {measure.title}: a plan without its sums is withheld.")
    return MeasureRow(
        title=measure.title,
        label=measure.label,
        responsible=measure.responsible,
        organisations=measure.organisation,
        amount=Figure(each.amount_sek, published=True, maturity=Maturity.DEFINITIVE)
        if measure.amount is not None
        else replace(post, sek=each.amount_sek),
        note=measure.note,
        level=measure.level,
        share=share_in_words(measure.share) if measure.share is not None else "",
        later=measure.remainder,
    )


def levels_of(posts: Sequence[PostPart]) -> LevelTable | None:
    """The measures by level and post; None where the plan names no levels."""
    named = dict.fromkeys(measure.level for post in posts for measure in post.measures)
    if not any(named):
        return None
    order = sorted(named, key=lambda level: not level)
    rows = tuple(LevelRow(level, _of_level(posts, level)) for level in order)
    return LevelTable(tuple(post.label for post in posts), rows)


def _of_level(posts: Sequence[PostPart], level: str) -> tuple[Figure | None, ...]:
    """What one level has of each post, None where it has nothing."""
    own = [[m.amount for m in post.measures if m.level == level] for post in posts]
    return tuple(summed(amounts) if amounts else None for amounts in own)


def organisations_of(
    plan: Plan, measures: Sequence[Placed], posts: Sequence[PostPart]
) -> Iterator[OrganisationPart]:
    """The placed measures by who answers for them, in the plan's order, over the county's posts."""
    amounts = {post.id: post.amount for post in posts}
    for organisations in plan.by_organisation():
        own = [each for each in measures if each.measure.organisation == organisations]
        rows = tuple(_measure(each, amounts[each.measure.post]) for each in own)
        yield OrganisationPart(organisations, rows)
