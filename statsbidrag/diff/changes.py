"""What a revision changed, as values: a line per amount, a basis, a file, a decision.

Belongs here: the changes themselves and what each line can say of itself. Does not: finding them
(`statsbidrag.diff.comparing`), or saying them (`statsbidrag.diff.sentences`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from schemas.common import Recipient, RecipientType
from schemas.documents import recipient_of
from schemas.revision import InputKind, Reason
from statsbidrag.publication.revision import (
    Amount,
    PublishedBasis,
    PublishedPost,
    PublishedRevision,
)


@dataclass(frozen=True)
class Line:
    """One recipient's amount of one post (or its total) before and after, and why it differs.

    A side is None where the post or the recipient was not there.
    """

    post: str
    recipients: RecipientType
    code: str
    before: Amount | None
    after: Amount | None
    reasons: tuple[Reason, ...]

    @property
    def name(self) -> str:
        """The recipient's name, the later one."""
        side = self.after or self.before
        return "" if side is None else side.name

    @property
    def difference(self) -> int | None:
        """Kronor more (or less) than before, 0 for a side not there; None if not known."""
        before = self.before.sek if self.before else 0
        after = self.after.sek if self.after else 0
        return None if before is None or after is None else after - before

    @property
    def share(self) -> Fraction | None:
        """The difference as a share of the earlier amount; None where that is nothing."""
        before = self.before.sek if self.before else None
        return Fraction(self.difference, before) if before and self.difference is not None else None

    @property
    def moved(self) -> bool:
        """Whether the amount is another."""
        before, after = (side.sek if side else None for side in (self.before, self.after))
        return before != after

    @property
    def own_changed(self) -> bool:
        """Whether the recipient's own population is another."""
        return Reason.OWN_POPULATION in self.reasons

    @property
    def changed(self) -> bool:
        """Whether amount or own population is another, or a side is missing."""
        missing = self.before is None or self.after is None
        return self.moved or self.own_changed or missing

    @property
    def only_matured(self) -> bool:
        """Whether nothing but the maturity is another."""
        return not self.changed and Reason.MATURITY in self.reasons

    @property
    def against(self) -> bool:
        """Whether the amount went one way and the recipient's own population the other.

        So it does for one who shrank less than all together: the share is what counts.
        """
        own = [side.own if side else None for side in (self.before, self.after)]
        causes = {*self.reasons} - {Reason.MATURITY}
        if causes != {Reason.OWN_POPULATION, Reason.OTHERS_POPULATION} or None in own:
            return False
        return ((own[1] or 0) - (own[0] or 0)) * (self.difference or 0) < 0

    @property
    def decidable(self) -> bool:
        """Whether both amounts may stand in a decision; one on an estimate never may."""
        sides = [side.figure for side in (self.before, self.after) if side is not None]
        return all(figure is not None and figure.decided for figure in sides)


@dataclass(frozen=True)
class Summary:
    """One recipient type: how many amounts changed, for how many, and by how much together."""

    recipients: RecipientType
    lines: int
    lines_moved: int
    recipients_count: int
    recipients_moved: int
    only_matured: int
    increases_sek: int
    decreases_sek: int
    largest: Line | None

    @property
    def net_sek(self) -> int:
        """Increases and decreases together."""
        return self.increases_sek + self.decreases_sek


@dataclass(frozen=True)
class InputChange:
    """A file that came, went or changed; a hash is empty on the side where it is not."""

    kind: InputKind
    path: str
    before: str
    after: str


@dataclass(frozen=True)
class BasisChange:
    """A population that amounts rest on, before and after; a side is None where it is not used."""

    name: str
    before: PublishedBasis | None
    after: PublishedBasis | None

    @property
    def regions_changed(self) -> int:
        """How many regions have another figure."""
        old = self.before.persons if self.before else {}
        new = self.after.persons if self.after else {}
        return sum(old.get(code) != new.get(code) for code in {*old, *new})


@dataclass(frozen=True)
class PostChange:
    """A post whose money, rule or rounding is another; a side is None where there is no such."""

    before: PublishedPost | None
    after: PublishedPost | None


@dataclass(frozen=True)
class Consequence:
    """What one recipient is paid more (or repays) if the earlier amounts were decided.

    `whole` says that it is the recipient's total; otherwise only those posts count that rest on no
    estimate. `difference_sek` is None where that cannot be known: amounts on an estimate are
    nobody's decision, and what was decided in their place is not here. `decided` says that a
    decision on the earlier amounts is registered; what follows is otherwise only what would.
    """

    total: Line
    difference_sek: int | None
    whole: bool
    decided: bool


@dataclass(frozen=True)
class Decided:
    """A decision taken on a document of the earlier revision. What is not known of it is blank.

    `document` is where it lies inside the revision: whose amounts were decided follows from that.
    """

    document: str
    date: date | None
    by: str
    reference_number: str

    def of(self, recipients: RecipientType, code: str) -> bool:
        """Whether the decision is on that recipient's amounts: its own document, or everyone's."""
        whose = recipient_of(self.document)
        return whose is None or whose == Recipient(recipients, code)


@dataclass(frozen=True)
class Changes:
    """All that differs between two revisions. `lines` and `totals` hold what is unchanged too.

    Both are sorted: recipient types in the agreement's order, then the largest difference first.
    """

    before: PublishedRevision
    after: PublishedRevision
    lines: tuple[Line, ...]
    totals: tuple[Line, ...]
    posts: tuple[PostChange, ...]
    bases: tuple[BasisChange, ...]
    inputs: tuple[InputChange, ...]
    versions: tuple[tuple[str, str, str], ...]
    decided: tuple[Decided, ...]

    @property
    def types(self) -> tuple[RecipientType, ...]:
        """The recipient types of either revision."""
        return tuple(dict.fromkeys(line.recipients for line in self.lines))

    @property
    def anything(self) -> bool:
        """Whether any amount, population or maturity is another."""
        return any(line.changed or line.only_matured for line in self.lines)

    def of(self, recipients: RecipientType) -> tuple[Line, ...]:
        """The lines of one recipient type."""
        return tuple(line for line in self.lines if line.recipients == recipients)

    @property
    def labels(self) -> Mapping[str, str]:
        """What each post of either revision is called."""
        return {line.post: self.post(line.post).label for line in self.lines}

    def post(self, post_id: str) -> PublishedPost:
        """The post of that id, the later one."""
        return self.after.posts.get(post_id) or self.before.posts[post_id]
