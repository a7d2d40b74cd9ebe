"""From clause to krona: how one amount came about, in numbers that can be recomputed by hand.

Belongs here: the derivation as data, for the command `explain`, the documents and the auditor.
Does not: the allocation itself (`statsbidrag.allocation`), or page layout (`templates/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from schemas.agreement import (
    Agreement,
    FixedStep,
    Post,
    RestStep,
    Rounding,
    RoundingMethod,
    ShareBy,
)
from schemas.common import Maturity, RecipientType, Reference
from statsbidrag import register as reg
from statsbidrag.allocation import basis_keys, population_of, split_post
from statsbidrag.errors import UsageError
from statsbidrag.population import BasisKey


@dataclass(frozen=True)
class PopulationCell:
    """The recipient's population and the nation's on one basis, and the file they come from."""

    ages: str
    reference_date: str
    level: str
    recipient: int
    nation: int
    extract: str
    sha256: str
    maturity: Maturity


@dataclass(frozen=True)
class DerivationStep:
    """One step of the key: in words (Swedish), as a formula, and its exact value."""

    words: str
    formula: str
    value: Fraction
    population: PopulationCell | None = None


@dataclass(frozen=True)
class Derivation:
    """One amount: where the rule stands, the key in words, each step, the sum, the rounding."""

    agreement: str
    post: str
    post_title: str
    recipient_type: RecipientType
    recipient_code: str
    recipient_name: str
    post_amount_sek: int
    reference: Reference
    key_in_words: str
    steps: tuple[DerivationStep, ...]
    exact: Fraction
    rounding_in_words: str
    amount_sek: int
    maturity: Maturity
    published_sek: int | None
    published_source: str


_TYPE_NOUN = {
    RecipientType.REGION: "region",
    RecipientType.KOMMUN: "kommun",
    RecipientType.LAN: "län",
    RecipientType.SKR: "mottagare",
}

_ROUNDING_WORDS = {
    RoundingMethod.HALF_UP: "Varje belopp avrundas för sig till närmaste {unit}; en halv uppåt.",
    RoundingMethod.LARGEST_REMAINDER: "Beloppen avrundas nedåt till {unit}; det som blir över går "
    "till de största resterna, så att summan blir exakt postens.",
    RoundingMethod.RESIDUAL_TO_LARGEST: "Varje belopp avrundas till närmaste {unit}; skillnaden "
    "mot posten läggs på den största mottagaren.",
}


def derive(
    agreement: Agreement,
    basis: pd.DataFrame,
    allocation: pd.DataFrame,
    register: pd.DataFrame,
    post_id: str,
    recipient_type: RecipientType,
    code: str,
    published_source: str = "",
) -> Derivation:
    """How one amount of one post came about. Raises UsageError for a post or recipient not there.

    All that the derivation says can be recomputed from its own numbers.
    """
    post = next((p for p in agreement.posts if p.id == post_id), None)
    rows = allocation[
        (allocation["post"] == post_id)
        & (allocation["recipient_type"] == str(recipient_type))
        & (allocation["recipient_code"] == code)
        & (allocation["kind"] == "post")
    ]
    if post is None or rows.empty:
        raise UsageError(f"{agreement.id}: no amount for {post_id} and {recipient_type}:{code}")
    row = rows.iloc[0]
    codes = reg.codes(register, post.recipients)
    steps = _steps(agreement, post, codes, code, basis, register)
    published = row["published_sek"]
    return Derivation(
        agreement=agreement.id,
        post=post.id,
        post_title=post.title,
        recipient_type=recipient_type,
        recipient_code=code,
        recipient_name=str(row["recipient_name"]),
        post_amount_sek=post.amount,
        reference=post.key_reference or post.reference,
        key_in_words=key_in_words(agreement, post),
        steps=steps,
        exact=sum((step.value for step in steps), Fraction(0)),
        rounding_in_words=rounding_in_words(agreement.rounding_of(post)),
        amount_sek=int(row["amount_sek"]),
        maturity=Maturity(str(row["maturity"])),
        published_sek=None if pd.isna(published) else int(published),
        published_source="" if pd.isna(published) else published_source,
    )


def key_in_words(agreement: Agreement, post: Post) -> str:
    """A post's key as a Swedish sentence: `5 000 000 kr per län, resten efter folkmängd`."""
    noun = _TYPE_NOUN[post.recipients]
    parts: list[str] = []
    for step in post.key:
        if isinstance(step, FixedStep):
            words = f"{number(step.fixed)} kr per {noun}"
            for name, amount in step.except_.items():
                words += f", men {number(amount)} kr till {agreement.groups[name].title or name}"
            parts.append(words)
        else:
            parts.append(_rest_words(step.rest, post, first=not parts))
    sentence = ", ".join(parts)
    return sentence[0].upper() + sentence[1:]


def rounding_in_words(rounding: Rounding) -> str:
    """The rounding convention as a Swedish sentence."""
    unit = "hela krona" if rounding.unit == 1 else f"{number(rounding.unit)} kr"
    return _ROUNDING_WORDS[rounding.method].format(unit=unit)


def number(value: int) -> str:
    """Digits in threes with a no-break space between."""
    return f"{value:,}".replace(",", "\u00a0").replace("-", "\u2212")


def _rest_words(share: ShareBy, post: Post, *, first: bool) -> str:
    if share.by == "equal":
        if post.recipients == RecipientType.SKR:
            return "hela beloppet till SKR"
        return "lika delar" if first else "resten i lika delar"
    ages = "folkmängd" if share.ages is None else f"folkmängd {_ages_words(share)} år"
    return f"efter {ages}" if first else f"resten efter {ages}"


def _ages_words(share: ShareBy) -> str:
    return str(share.ages).replace("-", "\u2013")


def _steps(
    agreement: Agreement,
    post: Post,
    codes: Sequence[str],
    code: str,
    basis: pd.DataFrame,
    register: pd.DataFrame,
) -> tuple[DerivationStep, ...]:
    shares = split_post(agreement, post, register, basis)
    left = post.amount
    steps = []
    keys = iter(basis_keys(agreement, post))
    for step, values in zip(post.key, shares.steps, strict=True):
        value = values[code]
        if isinstance(step, FixedStep):
            words = f"Fast belopp per {_TYPE_NOUN[post.recipients]}"
            steps.append(DerivationStep(words, f"{number(int(value))}", value))
        elif step.rest.by == "equal":
            formula = f"{number(left)} / {len(codes)}" if len(codes) > 1 else number(left)
            steps.append(
                DerivationStep("Lika delar" if len(codes) > 1 else "Hela beloppet", formula, value)
            )
        else:
            cell = _cell(agreement, post, codes, code, basis, next(keys), step)
            formula = f"{number(left)} × {number(cell.recipient)} / {number(cell.nation)}"
            words = _rest_words(step.rest, post, first=not steps)
            steps.append(DerivationStep(words[0].upper() + words[1:], formula, value, cell))
        left -= int(sum(values.values()))
    return tuple(steps)


def _cell(
    agreement: Agreement,
    post: Post,
    codes: Sequence[str],
    code: str,
    basis: pd.DataFrame,
    key: BasisKey,
    step: RestStep,
) -> PopulationCell:
    persons = population_of(agreement, post, codes, basis)(step.rest.ages)
    row = basis[basis["basis"] == str(key)].iloc[0]
    return PopulationCell(
        ages=str(row["ages"]),
        reference_date=str(key.reference_date),
        level=str(key.level),
        recipient=persons[code],
        nation=sum(persons.values()),
        extract=str(row["extract"]),
        sha256=str(row["sha256"]),
        maturity=Maturity(str(row["maturity"])),
    )
