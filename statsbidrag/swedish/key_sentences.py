"""Keys, roundings and steps as Swedish sentences.

Belongs here: how a rule is said in words. Does not: figures of a single recipient
(`statsbidrag.allocation.derivation`), or typography beyond digits in threes.
"""

from __future__ import annotations

from fractions import Fraction

from schemas.agreement import Agreement, Post, Rounding, RoundingMethod
from schemas.common import RecipientType
from schemas.keys import (
    AgeInterval,
    FixedStep,
    LadderStep,
    Part,
    PartStep,
    PriceStep,
    SetAsideStep,
    ShareBy,
    Step,
    UndistributedStep,
)
from schemas.register import TypesInWords
from statsbidrag.swedish.typography import number

_ROUNDING = {
    RoundingMethod.HALF_UP: "Varje belopp avrundas för sig till närmaste {unit}; en halv uppåt.",
    RoundingMethod.LARGEST_REMAINDER: "Beloppen avrundas nedåt till {unit}; det som blir över går "
    "till de största resterna, så att summan blir exakt postens.",
    RoundingMethod.RESIDUAL_TO_LARGEST: "Varje belopp avrundas till närmaste {unit}; skillnaden "
    "mot posten läggs på den största mottagaren.",
}


def source_title(agreement: Agreement, name: str) -> str:
    """The title of a source that is named by its key or its file; else the name itself."""
    for key, source in agreement.sources.items():
        if name in (key, source.file):
            return source.title
    return name


def exact_number(value: Fraction) -> str:
    """A whole number as such, another as numerator and denominator."""
    if value.denominator == 1:
        return number(value.numerator)
    return f"{number(value.numerator)}/{number(value.denominator)}"


def share_in_words(value: Fraction) -> str:
    """A share as per cent where that is exact, else as a fraction: `12,5 %`, `1/3`."""
    percent = value * 100
    scaled = percent * 10**6
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    whole, decimals = divmod(int(scaled), 10**6)
    digits = f"{decimals:06d}".rstrip("0")
    return f"{whole},{digits}\u00a0%" if digits else f"{whole}\u00a0%"


def key_in_words(agreement: Agreement, post: Post, types: TypesInWords) -> str:
    """A post's key as a Swedish sentence: `5 000 000 kr per län, resten efter folkmängd`."""
    if post.unresolved:
        return "Nyckeln är inte känd"
    parts: list[str] = []
    for step in post.key:
        parts.append(step_in_words(agreement, post, step, types, first=not parts))
    sentence = ", ".join(parts)
    if post.condition is not None:
        sentence += f"; betalas till dem som uppfyller villkoret: {post.condition.text}"
    return sentence[0].upper() + sentence[1:]


def step_in_words(
    agreement: Agreement, post: Post, step: Step, types: TypesInWords, *, first: bool
) -> str:
    """One step, in words that can stand in the middle of a sentence."""
    noun = types[post.recipients].each
    if isinstance(step, SetAsideStep):
        return f"{_sum_or_share(step.set_aside)} avsätts först till {step.set_aside.title}"
    if isinstance(step, UndistributedStep):
        return f"resten fördelas inte: {step.undistributed}"
    if isinstance(step, FixedStep):
        words = f"{number(step.fixed)} kr per {noun}"
        for name, amount in step.except_.items():
            words += f", men {number(amount)} kr till {group_in_words(agreement, name)}"
        return words + _excluded(agreement, step.exclude)
    if isinstance(step, PriceStep):
        return f"{number(step.price.per_unit)} kr per enhet enligt tabellen {step.price.weights}"
    if isinstance(step, LadderStep):
        return _ladder_in_words(step, noun)
    if isinstance(step, PartStep):
        what = measure_in_words(step.part)
        return f"{_sum_or_share(step.part)} {what}{_bounds(agreement, step.part)}"
    if step.rest.by == "equal" and post.recipients == RecipientType.SKR:
        return "hela beloppet till SKR"
    what = measure_in_words(step.rest)
    return f"{'' if first else 'resten '}{what}{_bounds(agreement, step.rest)}"


def measure_in_words(share: ShareBy) -> str:
    """What a share is in proportion to: `efter folkmängd 0–18 år`, `i lika delar`."""
    if share.by == "equal":
        return "i lika delar"
    if share.by == "weights":
        return f"efter tabellen {share.weights}"
    words = "efter folkmängd" + (f" {ages_in_words(share.ages)}" if share.ages else "")
    if share.reference_date is not None:
        words += f" den {share.reference_date}"
    return words


def ages_in_words(ages: AgeInterval) -> str:
    """An age interval: `0–18 år`, `65 år och äldre`."""
    if ages.last is None:
        return f"{ages.first} år och äldre"
    return f"{ages.first}\u2013{ages.last} år"


def group_in_words(agreement: Agreement, name: str) -> str:
    """What a group is called in a sentence."""
    return agreement.groups[name].title or name


def rounding_in_words(rounding: Rounding) -> str:
    """The rounding convention as a Swedish sentence."""
    unit = "hela krona" if rounding.unit == 1 else f"{number(rounding.unit)} kr"
    return _ROUNDING[rounding.method].format(unit=unit)


def _sum_or_share(part: Part | object) -> str:
    share = getattr(part, "share", None)
    if share is not None:
        return f"{share_in_words(share)} av posten"
    return f"{number(getattr(part, 'amount', 0))} kr"


def _ladder_in_words(step: LadderStep, noun: str) -> str:
    ladder = step.ladder
    words = []
    for rung in ladder.rungs:
        upper = f"upp till {number(rung.up_to)}" if rung.up_to is not None else "däröver"
        words.append(f"{upper}: {number(rung.amount)} kr")
    return f"per {noun} i trappsteg {measure_in_words(ladder.as_share())} ({'; '.join(words)})"


def _bounds(agreement: Agreement, share: ShareBy) -> str:
    words = _excluded(agreement, share.exclude)
    if share.cap is not None:
        words += f", högst {number(share.cap)} kr"
    if share.floor is not None:
        words += f", minst {number(share.floor)} kr"
    return words


def _excluded(agreement: Agreement, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    return ", utom " + " och ".join(group_in_words(agreement, name) for name in names)
