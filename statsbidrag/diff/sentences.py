"""What a revision changed, as Swedish sentences made from the data.

Belongs here: how a reason, a file, a population and a single changed amount are said. Does not:
what changed (`statsbidrag.diff.comparing`), or which sentences a document shows (`templates/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import Final

from schemas.agreement import RoundingMethod
from schemas.revision import InputKind, Reason
from statsbidrag.allocation.figures import MATURITIES
from statsbidrag.diff.changes import Line, PostChange
from statsbidrag.diff.comparing import same_key
from statsbidrag.publication.revision import (
    ALL_AGES,
    WEIGHTS,
    Amount,
    PublishedBasis,
    PublishedPost,
    Step,
)
from statsbidrag.swedish.typography import decimals, inside, kronor, listed, number, sentence

REASONS: Final = {
    Reason.ADDED_POST: "ny post",
    Reason.REMOVED_POST: "borttagen post",
    Reason.ADDED_RECIPIENT: "ny mottagare",
    Reason.REMOVED_RECIPIENT: "borttagen mottagare",
    Reason.PUBLISHED: "publicerat belopp",
    Reason.POST_AMOUNT: "postens belopp",
    Reason.RULE: "regeln",
    Reason.OWN_POPULATION: "egen folkmängd",
    Reason.OTHERS_POPULATION: "andras folkmängd",
    Reason.PARTS: "postens belopp",
    Reason.ROUNDING: "avrundningen av hela kolumnen",
    Reason.PROGRAM: "programmet",
    Reason.MATURITY: "folkmängdens mognad",
}
"""What a reason is called in a column."""

INPUTS: Final = {
    InputKind.POPULATION: "Folkmängd",
    InputKind.AGREEMENT: "Överenskommelse",
    InputKind.PLAN: "Ett läns plan",
    InputKind.PUBLISHED: "Publicerade belopp",
    InputKind.REGISTER: "Register över mottagare",
    InputKind.WEIGHTS: "Tabell med vikter",
    InputKind.CORRECTION: "Rättelse",
    InputKind.DECISION: "Registrerat beslut",
    InputKind.OTHER: "Annan indata",
    InputKind.PROGRAM: "Programmet",
}
"""What a file is that a revision was made from."""

_FEWEST_PLACES: Final = 4
_MOST_PLACES: Final = 12
_LEVELS: Final = {"lan": "per län", "kommun": "per kommun"}


def reasons_in_words(line: Line) -> str:
    """Why an amount is another, for a column; the maturity only where nothing else is."""
    reasons = [reason for reason in line.reasons if reason != Reason.MATURITY] or line.reasons
    words = ", ".join(REASONS[reason] for reason in reasons)
    # Both causes share their noun, and always stand side by side.
    both = f"{REASONS[Reason.OWN_POPULATION]}, {REASONS[Reason.OTHERS_POPULATION]}"
    words = words.replace(both, "egen och andras folkmängd")
    steps = [step for side in (line.before, line.after) if side for step in side.shares]
    return words.replace("folkmängd", "vikt") if any(map(is_weight, steps)) else words


def is_weight(step: Step) -> bool:
    """Whether a step shares by a table of weights, and not by population."""
    return step.basis.startswith(f"{WEIGHTS}/")


def basis_in_words(name: str) -> str:
    """A population by the name that keys use: `0–18 år per kommun den 2024-11-01`."""
    day, _, rest = name.partition("/")
    level, _, ages = rest.partition("/")
    if day == WEIGHTS:
        return f"Tabellen {rest}"
    years = "Alla åldrar" if ages == ALL_AGES else f"{ages.replace('-', '–')} år"
    return f"{years} {_LEVELS.get(level, level)} den {day}"


def source_in_words(basis: PublishedBasis | None) -> str:
    """The file that a population came from, and how far it can be trusted."""
    if basis is None:
        return "används inte"
    return f"{basis.extract} ({MATURITIES[basis.maturity]})"


def everyone_in_words(lines: Iterable[Line], labels: Mapping[str, str]) -> str:
    """What all who share a post are together, before and after, in one sentence.

    `labels` are what posts are called: they are named where the figures are several. Empty where
    everyone together is what it was.
    """
    posts: dict[tuple[str, int, int], set[str]] = {}
    for line in lines:
        for found in _sums(line):
            posts.setdefault(found, set()).add(inside(labels[line.post]))
    said = [
        f"allas {what} tillsammans var {number(before)} och är {number(after)}"
        + (f" för {listed(sorted(own))}" if len(posts) > 1 else "")
        for (what, before, after), own in sorted(posts.items())
    ]
    return sentence(f"{'; '.join(said)}.") if said else ""


def _sums(line: Line) -> Iterator[tuple[str, int, int]]:
    """Everyone's figure of each step of which it is another."""
    sides = [side.shares if side else () for side in (line.before, line.after)]
    for old, new in zip(*sides, strict=False):
        if old.everyone is not None and new.everyone is not None and old.everyone != new.everyone:
            yield "vikt" if is_weight(new) else "folkmängd", old.everyone, new.everyone


def post_in_words(change: PostChange) -> str:
    """What became of a post's money or rule."""
    old, new = change.before, change.after
    if old is None or new is None:
        post = old or new
        label = "" if post is None else f"{post.label} ({post.id}), {kronor(post.amount_sek)}"
        return f"{'Ny' if old is None else 'Borttagen'} post: {label}."
    said = [f"{new.label} ({new.id}):"]
    if old.amount_sek != new.amount_sek:
        said.append(f"postens belopp var {kronor(old.amount_sek)} och är {kronor(new.amount_sek)}.")
    if not same_key(old, new):
        same_words = old.rule == new.rule
        both = f"Regeln var: {old.rule}. Den är: {new.rule}."
        said.append("Regeln är en annan." if same_words else both)
    if (old.method, old.unit) != (new.method, new.unit):
        said.append("Beloppen avrundas på ett annat sätt.")
    return " ".join(said)


# --- One amount ------------------------------------------------------------------------------


def explanation(line: Line, before: PublishedPost | None, after: PublishedPost | None) -> str:
    """How one amount became another, in figures that can be recomputed by hand.

    Says the recipient's own share before and after, the exact amounts, and on which side of the
    half krona each falls. Empty where nothing differs.
    """
    if not line.changed or line.before is None or line.after is None:
        return ""
    places = enough_places(line.before.exact, line.after.exact)
    said = [*_terms(line, before, after), *_shares(line.before, line.after)]
    if not said and Reason.OTHERS_POPULATION in line.reasons:
        said.append(
            "Andelen är oförändrad, men andras är det inte, och regeln har ett tak eller golv."
        )
    for side, post, word in ((line.before, before, "var"), (line.after, after, "är")):
        if side.exact is not None and post is not None:
            said.append(f"Det exakta beloppet {word} {_rounded(side, post, places)}.")
    for side, word in ((line.before, "tidigare"), (line.after, "nya")):
        if side.published_sek is not None and Reason.PUBLISHED in line.reasons:
            said.append(f"Det {word} beloppet {kronor(side.published_sek)} är publicerat.")
    return " ".join(said)


def enough_places(*values: Fraction | None) -> int:
    """So many decimals that the values differ in print, and none looks like a half that is not."""
    known = [value for value in values if value is not None]
    for places in range(_FEWEST_PLACES, _MOST_PLACES):
        shown = [decimals(value, places) for value in known]
        if len(set(shown)) == len(set(known)) and all(_tells(value, places) for value in known):
            return places
    return _MOST_PLACES


def _tells(value: Fraction, places: int) -> bool:
    """Whether the printed value falls on the same side of the half krona as the exact one."""
    scaled = abs(value) * 10**places
    printed = Fraction(floor(scaled + Fraction(1, 2)), 10**places)
    return half(printed) == half(value)


def half(value: Fraction) -> int:
    """-1 below the half krona, 0 on it, 1 above it; by the part that is not whole kronor."""
    rest = value - floor(value)
    return (rest > Fraction(1, 2)) - (rest < Fraction(1, 2))


def _terms(line: Line, before: PublishedPost | None, after: PublishedPost | None) -> Iterator[str]:
    """What became of the post itself."""
    if before and after and Reason.POST_AMOUNT in line.reasons:
        yield f"Postens belopp var {kronor(before.amount_sek)} och är {kronor(after.amount_sek)}."
    if Reason.RULE in line.reasons:
        yield "Postens regel är en annan."


def _shares(before: Amount, after: Amount) -> Iterator[str]:
    """A sentence per step that uses a population."""
    if len(before.shares) != len(after.shares):
        return
    for old, new in zip(before.shares, after.shares, strict=True):
        what = "Vikten" if is_weight(new) else "Egen folkmängd"
        if old.own is None or new.own is None or _same(old, new):
            continue
        if old.own == new.own:
            yield f"{what} är oförändrad, {number(new.own)}."
        else:
            yield f"{what} var {number(old.own)} och är {number(new.own)}."
        yield f"Andelen var {_share(old)} och är {_share(new)}."


def _same(old: Step, new: Step) -> bool:
    return (old.own, old.everyone) == (new.own, new.everyone)


def _share(step: Step) -> str:
    return f"{number(step.own or 0)} av {number(step.everyone or 0)}"


def _rounded(side: Amount, post: PublishedPost, places: int) -> str:
    """An exact amount, its side of the half krona, and the whole kronor that it became."""
    exact, sek = side.exact, side.computed_sek
    if exact is None or sek is None:
        return ""
    shown = f"{decimals(exact, places)}\u00a0kr"
    if exact.denominator == 1 and exact == sek:
        return f"{kronor(sek)}, hela kronor"
    if post.method != RoundingMethod.HALF_UP or post.unit != 1:
        return f"{shown}, som avrundas till {kronor(sek)}"
    where = {-1: "under halva kronan", 0: "precis på halva kronan", 1: "över halva kronan"}
    way = "nedåt" if sek < exact else "uppåt"
    return f"{shown}, {where[half(exact)]}, och avrundas {way} till {kronor(sek)}"
