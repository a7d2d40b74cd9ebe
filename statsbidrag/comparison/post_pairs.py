"""Which posts of two agreements correspond, and what became of each.

Belongs here: a post and the one that it became, whether its key or its amount changed. Does not:
how that is said (`statsbidrag.comparison.sentences`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.agreement import Agreement, Post
from schemas.common import RecipientType
from schemas.keys import FixedStep, PartStep, RestStep
from statsbidrag.comparison.areas import Areas
from statsbidrag.comparison.sides import Side, supplemented, types_of


@dataclass(frozen=True)
class PostPair:
    """A post before and the one that it became; one of them None where it ended, or began.

    `regrouped` names groups of the key (by title) that have other members than before.
    """

    before: Post | None
    after: Post | None
    regrouped: tuple[str, ...] = ()

    @property
    def recipients(self) -> RecipientType:
        """The recipient type that both are for."""
        post = self.after or self.before
        if post is None:
            raise ValueError("a pair has at least one post")
        return post.recipients

    @property
    def key_changed(self) -> bool:
        """Whether both exist and are split by different rules."""
        return (
            self.before is not None
            and self.after is not None
            and (
                bool(self.regrouped)
                or self.before.key != self.after.key
                or bool(self.before.unresolved) != bool(self.after.unresolved)
                or _condition(self.before) != _condition(self.after)
            )
        )

    @property
    def amount_changed(self) -> bool:
        """Whether both exist and hold different sums."""
        return (
            self.before is not None
            and self.after is not None
            and self.before.amount != self.after.amount
        )


def _condition(post: Post) -> tuple[str, str] | None:
    return None if post.condition is None else (post.condition.text, post.condition.met_by)


def post_pairs(before: Side, after: Side, areas: Sequence[Areas]) -> list[PostPair]:
    """Every post of either agreement once, by type and area: those that remain, began, ended.

    A supplement keeps the posts' ids, in whatever area it puts them, so there areas do not matter.
    """
    found = []
    by_id = supplemented(before.agreement, after.agreement)
    for recipients in types_of(before, after):
        if by_id:
            every = before.posts(recipients, None), after.posts(recipients, None)
            found += _matched(before.agreement, after.agreement, *every, by=(_same_id,))
            continue
        for each in areas:
            old = before.posts(recipients, each.before)
            new = after.posts(recipients, each.after)
            found += _matched(before.agreement, after.agreement, old, new)
    return found


def _same_id(old: Post, new: Post) -> bool:
    return new.id == old.id or new.replaces == old.id


def _same_last_word(old: Post, new: Post) -> bool:
    return old.id.rsplit("/", 1)[-1] == new.id.rsplit("/", 1)[-1]


def _matched(
    before: Agreement,
    after: Agreement,
    old: Sequence[Post],
    new: Sequence[Post],
    by: Sequence[Callable[[Post, Post], bool]] = (_same_id, _same_last_word),
) -> list[PostPair]:
    """Posts of one type in corresponding areas: the same by id, by its last word, or left alone."""
    left, partner = list(old), dict[str, Post]()
    for same in by:
        for post in new:
            candidates = [each for each in left if same(each, post)]
            if post.id not in partner and len(candidates) == 1:
                partner[post.id] = candidates[0]
                left.remove(candidates[0])
    alone = [post for post in new if post.id not in partner]
    if len(left) == 1 and len(alone) == 1:
        partner[alone[0].id] = left.pop()
    pairs = []
    for post in new:
        earlier = partner.get(post.id)
        regrouped = () if earlier is None else _regrouped(before, after, earlier, post)
        pairs.append(PostPair(earlier, post, regrouped))
    return [*pairs, *(PostPair(post, None) for post in left)]


def _regrouped(before: Agreement, after: Agreement, old: Post, new: Post) -> tuple[str, ...]:
    """Groups that both keys name and that have other members than before."""
    names = [name for name in _groups(new) if name in _groups(old)]
    return tuple(
        after.groups[name].title or name
        for name in names
        if set(after.groups[name].members) != set(before.groups[name].members)
    )


def _groups(post: Post) -> list[str]:
    names = [] if post.condition is None else [post.condition.met_by]
    for step in post.key:
        if isinstance(step, FixedStep):
            names += [*step.except_, *step.exclude]
        elif isinstance(step, RestStep):
            names += step.rest.exclude
        elif isinstance(step, PartStep):
            names += step.part.exclude
    return list(dict.fromkeys(names))
