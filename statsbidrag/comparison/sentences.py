"""What differs between two agreements, as Swedish sentences made from the data.

Belongs here: how a post that ended, began or changed is said. Does not: which posts correspond
(`statsbidrag.comparison.agreements`), or how a single key is said
(`statsbidrag.swedish.key_sentences`).
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.agreement import Agreement, Coverage, Post
from schemas.common import RecipientType
from schemas.keys import shares_of
from statsbidrag.comparison.agreements import Comparison, OfType
from statsbidrag.comparison.money import Line
from statsbidrag.comparison.post_pairs import PostPair
from statsbidrag.swedish.key_sentences import ages_in_words, key_in_words
from statsbidrag.swedish.typography import inside, kronor, listed, sentence, signed_kronor


def changes_in_words(comparison: Comparison, of: OfType) -> tuple[str, ...]:
    """All that differs for one recipient type: its money, ages that keys use, then each post."""
    return (
        type_in_words(comparison, of),
        *_ages(comparison, of.recipients),
        *posts_in_words(comparison, of.recipients),
    )


def posts_in_words(comparison: Comparison, recipients: RecipientType) -> tuple[str, ...]:
    """Each of the type's posts that ended, began, or changed key or amount."""
    said = (
        pair_in_words(comparison, pair)
        for pair in comparison.posts
        if pair.recipients == recipients
    )
    return tuple(words for words in said if words)


def type_in_words(comparison: Comparison, of: OfType) -> str:
    """What all recipients of a type share: `Länen: 724 000 000 kr blir 493 000 000 kr`.

    Where one post became another, in another area, their keys are set beside each other too.
    """
    words = f"{sentence(comparison.words[of.recipients].definite)}: {_line(comparison, of.total)}."
    old = comparison.before.posts_of(of.recipients)
    new = comparison.after.posts_of(of.recipients)
    whole = Coverage.COMPLETE
    if comparison.before.coverage != whole or comparison.after.coverage != whole:
        return words
    alone = len(old) == 1 and len(new) == 1
    if alone and any(pair.before is None for pair in comparison.posts if pair.after == new[0]):
        first, second = (
            _key_before(comparison, old[0]),
            _key_after(comparison, new[0]),
        )
        if first != second:
            words += f" Nyckeln ändras från ”{first}” till ”{second}”."
    return words


def pair_in_words(comparison: Comparison, pair: PostPair) -> str:
    """What happened to one post; empty where nothing did."""
    before, after = pair.before, pair.after
    if after is None:
        return "" if before is None else _ended(comparison, before)
    if before is None:
        return _began(comparison, after)
    changes = list(_changes(comparison, pair, before, after))
    if not changes:
        return ""
    name = _named(comparison, after)
    if before.label != after.label:
        name += f", tidigare {before.label}"
    return f"{name}: {listed(changes)}."


def _ended(comparison: Comparison, post: Post) -> str:
    name = _named(comparison, post)
    if comparison.after.coverage == Coverage.PARTIAL:
        year = comparison.after.year
        return f"{name}: {kronor(post.amount)} tidigare. Om posten finns {year} är inte känt."
    key = "Nyckeln var inte känd" if post.unresolved else f"Nyckeln var {_key_of(comparison, post)}"
    return f"{name}: posten på {kronor(post.amount)} finns inte längre. {key}."


def _named(comparison: Comparison, post: Post) -> str:
    """A post and whose it is: several types may have posts of one name."""
    if post.recipients == RecipientType.SKR:
        return post.label
    return f"{post.label} ({comparison.words[post.recipients].definite})"


def _key_of(comparison: Comparison, post: Post) -> str:
    return f"”{_key_before(comparison, post)}”"


def _began(comparison: Comparison, post: Post) -> str:
    name = _named(comparison, post)
    key = f"”{_key_after(comparison, post)}”"
    if comparison.before.coverage == Coverage.PARTIAL:
        year = comparison.before.year
        return (
            f"{name}: {kronor(post.amount)}, med nyckeln {key}. "
            f"Om posten fanns {year} är inte känt."
        )
    return f"{name}: ny post på {kronor(post.amount)}. Nyckeln är {key}."


def _changes(comparison: Comparison, pair: PostPair, before: Post, after: Post) -> Iterator[str]:
    if pair.amount_changed:
        yield (
            f"beloppet ändras från {kronor(before.amount)} till {kronor(after.amount)} "
            f"({signed_kronor(after.amount - before.amount)})"
        )
    for title in pair.regrouped:
        yield f"gruppen {title} har andra medlemmar"
    if not pair.key_changed:
        return
    first, second = (
        _key_before(comparison, before),
        _key_after(comparison, after),
    )
    if before.unresolved:
        yield f"nyckeln var inte känd och är ”{second}”"
    elif after.unresolved:
        yield f"nyckeln var ”{first}” och är inte känd"
    elif first != second:
        yield f"nyckeln ändras från ”{first}” till ”{second}”"
    elif not pair.regrouped:
        # What words do not say, such as another published level of the population.
        yield "nyckelns underlag ändras"


def _ages(comparison: Comparison, recipients: RecipientType) -> Iterator[str]:
    """Age intervals that no key uses any more, and those that none used before."""
    old = _intervals(comparison.before, recipients)
    new = _intervals(comparison.after, recipients)
    who = comparison.words[recipients].definite
    gone = [words for words in old if words not in new]
    come = [words for words in new if words not in old]
    if gone and comparison.after.coverage == Coverage.COMPLETE:
        yield f"Ingen post till {who} fördelas längre efter folkmängd {listed(gone)}."
    if come and comparison.before.coverage == Coverage.COMPLETE:
        yield f"Ny grund för {who} är folkmängd {listed(come)}."


def _intervals(agreement: Agreement, recipients: RecipientType) -> list[str]:
    return list(
        dict.fromkeys(
            ages_in_words(share.ages)
            for post in agreement.posts_of(recipients)
            for step in post.key
            for share in shares_of(step)
            if share.ages is not None
        )
    )


def _line(comparison: Comparison, line: Line) -> str:
    first, second = line.before.sek, line.after.sek
    if first is not None and second is not None:
        difference = signed_kronor(second - first)
        if first == second:
            return f"{kronor(first)} båda åren"
        return f"{kronor(first)} blir {kronor(second)} ({difference})"
    years = (comparison.before.year, comparison.after.year)
    return ", ".join(
        f"{year} {'är summan inte känd' if sek is None else kronor(sek)}"
        for year, sek in zip(years, (first, second), strict=True)
    )


def _key_before(comparison: Comparison, post: Post) -> str:
    """An earlier key in the middle of a sentence."""
    return inside(key_in_words(comparison.before, post, comparison.words))


def _key_after(comparison: Comparison, post: Post) -> str:
    return inside(key_in_words(comparison.after, post, comparison.words))
