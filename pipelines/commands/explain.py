"""What `explain` prints: one amount from clause to krona, as text and as JSON.

Belongs here: the two forms. Does not: the derivation (`statsbidrag.allocation.derivation`) or
wording of rules (`statsbidrag.swedish.key_sentences`). The text is Swedish, as the documents are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from pipelines.commands.printing import no_such_post
from schemas.agreement import Agreement, TotalsFrom
from schemas.common import TOTAL, Maturity, Recipient, RecipientType, Reference
from schemas.corrections import Correction
from schemas.keys import AgeInterval
from schemas.tables import OPEN_AGE, AllocationTable
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.allocation.derivation import (
    Derivation,
    DerivationStep,
    PopulationCell,
    RoundingStep,
    derive,
    rounding_step,
)
from statsbidrag.dossier.gathering import Computed
from statsbidrag.errors import UsageError
from statsbidrag.population.demand import ALL_AGES
from statsbidrag.population.extract import Extract, cells_of, spans_of
from statsbidrag.register import recipients as reg
from statsbidrag.swedish.key_sentences import exact_number
from statsbidrag.swedish.typography import number

_FIXED = "fasta belopp i överenskommelsen"
_MATURITY = {
    Maturity.DEFINITIVE: "SCB:s slutliga folkmängd",
    Maturity.PRELIMINARY: "SCB:s preliminära folkmängd",
    Maturity.RECONSTRUCTED: "folkmängd återräknad ur publicerade tabeller, inte hämtad från SCB",
    Maturity.ESTIMATE: "vår skattning av folkmängden",
    Maturity.UNRESOLVED: "publicerat, inte omräknat",
}
_MEANS = {
    Maturity.PRELIMINARY: "; beloppet kan ändras när SCB:s slutliga tal kommer",
    Maturity.ESTIMATE: "; inte ett beslutat belopp, det beslutade kan vara ett annat",
}
"""What follows for an amount that nobody has published."""


def explained(computed: Computed, post: str, code: str) -> tuple[AmountRow, tuple[Derivation, ...]]:
    """The amount that was asked for, and the derivation of it (or of each of its parts).

    `post` is a post, a post with parts, or `total`; `code` is `23`, or `lan:23` where the type does
    not follow from the post. Raises UsageError for what is not there. An unresolved post
    is explained to every recipient of its type, whether or not anything is published for it.
    """
    agreement = computed.agreement
    known = list(dict.fromkeys(n for p in agreement.posts for n in (p.part_of, p.id) if n))
    if post not in [*known, TOTAL]:
        raise no_such_post(agreement.id, post, [*known, TOTAL])
    kind, _, bare = code.rpartition(":")
    recipients = _recipients(agreement, post, kind)
    allocation = _with_unpublished(computed, recipients, bare)
    found = [
        row
        for row in rows(allocation[allocation["post"] == post])
        if (row.recipient_type, row.recipient_code) == (recipients, bare) and row.kind != "nation"
    ]
    if not found:
        raise UsageError(
            f"{agreement.id} has no amount of `{post}` for {recipients}:{bare}. "
            + reg.how_to_write(
                bare,
                [
                    (str(recipients), known_code, name)
                    for known_code, name in reg.names(computed.register, recipients).items()
                ],
            )
        )
    parts = [
        each.id
        for each in agreement.posts
        if each.id == post
        or each.part_of == post
        or (post == TOTAL and each.recipients == recipients)
    ]
    derivations = tuple(
        derive(
            agreement,
            computed.basis,
            allocation,
            computed.register,
            part,
            Recipient(recipients, bare),
            computed.published_source,
        )
        for part in parts
    )
    return found[0], derivations


def _with_unpublished(computed: Computed, recipients: RecipientType, code: str) -> AllocationTable:
    """The allocation, with a row for each unresolved post of which nothing is published for one.

    The allocation itself holds of an unresolved post only what somebody published.
    """
    frame = computed.allocation
    named = reg.names(computed.register, recipients).get(code)
    own = set(frame.loc[frame["recipient_code"] == code, "post"])
    missing = [
        {
            "agreement": computed.agreement.id,
            "kind": "post",
            "post": post.id,
            "recipient_type": str(recipients),
            "recipient_code": code,
            "recipient_name": named,
            "exact": "",
            "amount_sek": None,
            "maturity": str(Maturity.UNRESOLVED),
            "published_sek": None,
            "basis": "",
        }
        for post in computed.agreement.posts_of(recipients)
        if named is not None and post.unresolved and post.id not in own
    ]
    if not missing:
        return frame
    added = pd.DataFrame(missing, columns=frame.columns).astype(frame.dtypes.to_dict())
    return AllocationTable(pd.concat([frame, added], ignore_index=True))


def _recipients(agreement: Agreement, post: str, kind: str) -> RecipientType:
    if kind:
        if kind not in list(RecipientType):
            raise UsageError(f"no recipient type `{kind}`; one of: {', '.join(RecipientType)}")
        return RecipientType(kind)
    if post == TOTAL:
        raise UsageError("a total is of one recipient type: write lan:23 or region:23")
    first = post.split("/")[0]
    return RecipientType(first)


def as_text(computed: Computed, row: AmountRow, derivations: Sequence[Derivation]) -> str:
    """The derivation for a person: rule, steps, population, rounding, amount."""
    agreement = computed.agreement
    lines = [
        f"{agreement.title}",
        f"{row.recipient_name} ({row.recipient_type}:{row.recipient_code})",
    ]
    for derivation in derivations:
        lines += ["", *_lines(computed, derivation)]
    if len(derivations) > 1 or row.post != derivations[0].post:
        lines += ["", *_sum_lines(row, derivations)]
    # A terminal's reader searches with ordinary spaces.
    return "\n".join(lines).replace("\u00a0", " ") + "\n"


def _lines(computed: Computed, derivation: Derivation) -> list[str]:
    agreement = computed.agreement
    lines = [
        f"{derivation.post}: {derivation.post_title}",
        f"  Postens belopp   {number(derivation.post_amount_sek)} kr",
        f"  Regel            {derivation.key_in_words}",
        f"  Källa            {cited(agreement, derivation.reference)}",
    ]
    if derivation.unresolved:
        lines.append(f"  Inte omräknat    {derivation.unresolved}")
    for step in derivation.steps:
        lines += _step_lines(step)
        lines += [f"                   {words}" for words in _succession(computed, step)]
        lines += [f"                   {words}" for words in _random(computed, step)]
        lines += [f"                   {words}" for words in _mended(computed, derivation, step)]
    if derivation.exact is not None and derivation.rounding is not None:
        formulas = [step.formula for step in derivation.steps if step.value]
        lines.append(f"  Räkning          {' + '.join(formulas) or '0'}")
        lines.append(f"  Exakt            {_exactly(derivation.exact)}")
        lines.append(f"  Avrundning       {derivation.rounding.words}")
    if derivation.amount_sek is not None:
        lines.append(f"  Belopp           {number(derivation.amount_sek)} kr")
    counted = any(step.population for step in derivation.steps) or derivation.unresolved
    stands = derivation.amount_sek == derivation.published_sek
    rests_on = _rests_on(derivation.maturity, stands) if counted else _FIXED
    if derivation.unresolved and derivation.published_sek is None:
        return [*lines, "  Publicerat       inget belopp för den här mottagaren"]
    lines.append(f"  Vilar på         {rests_on}")
    if derivation.published_sek is not None:
        published = number(derivation.published_sek)
        lines.append(f"  Publicerat       {published} kr, {derivation.published_source}")
    return lines


def _rests_on(maturity: Maturity, published: bool) -> str:
    """What an amount rests on; and what follows from it, unless it is published as it stands."""
    return _MATURITY[maturity] + ("" if published else _MEANS.get(maturity, ""))


def _step_lines(step: DerivationStep) -> list[str]:
    lines = [f"  Steg             {step.words}", f"                   {step.formula}"]
    if step.value.denominator != 1 or step.formula != exact_number(step.value):
        lines.append(f"                   = {exact_number(step.value)} kr")
    cell = step.population
    if cell is not None:
        lines += [
            f"                   {cell.extract}, plats {cell.positions}, {cell.reference_date}, "
            f"{cell.ages}",
            f"                   sha256 {cell.sha256}",
        ]
    return lines


def _random(computed: Computed, step: DerivationStep) -> list[str]:
    """That figures are published with random numbers in them, and which ones were taken."""
    cell = step.population
    extract = None if cell is None else _extract_of(computed, cell)
    if cell is None or extract is None or extract.perturbation is None:
        return []
    ages = None if cell.ages == ALL_AGES else AgeInterval.model_validate(cell.ages)
    frame = cells_of(extract, ages)
    if frame is None:
        return []
    spans = [_ages(*span) for span in spans_of(frame)]
    named = "alla åldrar i ett" if spans == ["0+"] else f"åldrarna {', '.join(spans)}"
    return [f"publicerade värden, {named}; källan har lagt små slumptal till dem"]


def _succession(computed: Computed, step: DerivationStep) -> list[str]:
    """Which table figures are from, where it has taken the place of the agreement's."""
    extract = None if step.population is None else _extract_of(computed, step.population)
    if extract is None or not extract.sidecar.succeeds:
        return []
    return [f"ur {extract.sidecar.table_in_words}"]


def _ages(first: int, last: int) -> str:
    if last == OPEN_AGE:
        return f"{first}+"
    return f"{first}" if first == last else f"{first}–{last}"


def _extract_of(computed: Computed, cell: PopulationCell) -> Extract | None:
    """The extract that a figure is from: its own level, or the municipalities of it."""
    own = [
        each
        for each in computed.extracts
        if (each.sidecar.sha256, str(each.reference_date)) == (cell.sha256, cell.reference_date)
    ]
    return next((each for each in own if str(each.level) == cell.level), next(iter(own), None))


def _mended(computed: Computed, derivation: Derivation, step: DerivationStep) -> list[str]:
    """The corrections of the file that a step's population is from, in words."""
    every = _corrections(computed, step)
    own = [c for c in every if c.where.region.startswith(derivation.recipient_code)]
    words = [
        f"rättat tal {c.where.region}: {number(c.expect)} i filen, {number(c.value)} används. "
        f"{c.why} Anmält av {c.reported_by} den {c.reported}."
        for c in own
    ]
    others = len(every) - len(own)
    return [*words, f"rättade tal för andra i samma fil: {others}"] if others else words


def _corrections(computed: Computed, step: DerivationStep) -> list[Correction]:
    cell = step.population
    return [
        correction
        for extract in computed.extracts
        if cell is not None
        and (extract.sidecar.sha256, str(extract.reference_date))
        == (cell.sha256, cell.reference_date)
        for correction in extract.corrections
    ]


def _sum_lines(row: AmountRow, derivations: Sequence[Derivation]) -> list[str]:
    """How the parts make the sum: rounded from the exact sum, or added as printed."""
    lines = ["Summa"]
    if row.exact is not None:
        lines.append(f"  Exakt            {_exactly(row.exact)}")
        printed = sum(each.amount_sek or 0 for each in derivations)
        lines.append(f"  Delarnas summa   {number(printed)} kr")
    if row.amount_sek is not None:
        lines.append(f"  Belopp           {number(row.amount_sek)} kr")
        if row.maturity != Maturity.DEFINITIVE:
            stands = row.amount_sek == row.published_sek
            lines.append(f"  Vilar på         {_rests_on(row.maturity, stands)}")
    else:
        lines.append("  Inte omräknat    en del av summan har ingen känd nyckel")
    if row.published_sek is not None:
        lines.append(f"  Publicerat       {number(row.published_sek)} kr")
    return lines


def _exactly(value: Fraction) -> str:
    """A fraction, and where it is not whole its first two decimals (cut, not rounded)."""
    if value.denominator == 1:
        return f"{exact_number(value)} kr"
    hundredths = int(value * 100)
    cut = f"{number(hundredths // 100)},{hundredths % 100:02d}…"
    return f"{exact_number(value)} = {cut} kr"


def cited(agreement: Agreement, reference: Reference) -> str:
    """A reference in words: the document, its number, section, table, page."""
    source = agreement.sources[reference.source]
    parts = [source.title]
    if source.reference_number:
        parts.append(source.reference_number)
    parts += [
        f"{word} {value}"
        for word, value in (
            ("avsnitt", reference.section),
            ("tabell", reference.table),
            ("sida", reference.page),
        )
        if value
    ]
    return ", ".join(parts)


def as_json(computed: Computed, row: AmountRow, derivations: Sequence[Derivation]) -> str:
    """The derivation for a program: every number needed to compute the amount again."""
    data = {
        "agreement": computed.agreement.id,
        "post": row.post,
        "recipient_type": str(row.recipient_type),
        "recipient_code": row.recipient_code,
        "recipient_name": row.recipient_name,
        "exact": _fraction(row.exact),
        "amount_sek": row.amount_sek,
        "maturity": str(row.maturity),
        "published_sek": row.published_sek,
        "parts": [_part(computed, each) for each in derivations],
        "sum": None if row.kind == "post" else _sum(computed.agreement, row),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _part(computed: Computed, derivation: Derivation) -> dict[str, Any]:
    agreement, rounding = computed.agreement, derivation.rounding
    return {
        "post": derivation.post,
        "title": derivation.post_title,
        "post_amount_sek": derivation.post_amount_sek,
        "key": derivation.key_in_words,
        "reference": cited(agreement, derivation.reference),
        "unresolved": derivation.unresolved,
        "published": derivation.published_sek is not None,
        "steps": [_step(computed, step) for step in derivation.steps],
        "exact": _fraction(derivation.exact),
        "rounding": None if rounding is None else _rounding(rounding),
        "amount_sek": derivation.amount_sek,
        "maturity": str(derivation.maturity),
        "published_sek": derivation.published_sek,
        "published_source": derivation.published_source,
    }


def _sum(agreement: Agreement, row: AmountRow) -> dict[str, Any]:
    """How the parts make the sum: the printed ones added, or the exact ones rounded."""
    rounding, totals = None, agreement.rounding.totals
    if totals == TotalsFrom.UNROUNDED and row.exact is not None and row.amount_sek is not None:
        rounding = _rounding(rounding_step(row.exact, row.amount_sek, agreement.rounding))
    return {"totals": str(totals), "rounding": rounding}


def _rounding(rounding: RoundingStep) -> dict[str, Any]:
    return {
        "method": str(rounding.method),
        "unit": rounding.unit,
        "alone": rounding.alone,
        "added": rounding.added,
    }


def _step(computed: Computed, step: DerivationStep) -> dict[str, Any]:
    operation, cell = step.operation, step.population
    return {
        "words": step.words,
        "formula": step.formula.replace("\u00a0", " "),
        "operation": {
            "kind": operation.kind,
            "amount": _fraction(operation.amount),
            "weight": operation.weight,
            "total": operation.total,
            "rate": _fraction(operation.rate),
            "floor": operation.floor,
            "cap": operation.cap,
        },
        "value": _fraction(step.value),
        "population": None
        if cell is None
        else {
            "file": cell.extract,
            "sha256": cell.sha256,
            "positions": cell.positions,
            "reference_date": cell.reference_date,
            "level": cell.level,
            "ages": cell.ages,
            "recipient": cell.recipient,
            "nation": cell.nation,
            "maturity": str(cell.maturity),
            "corrections": [
                c.model_dump(mode="json") | {"where": str(c.where)}
                for c in _corrections(computed, step)
            ],
        },
    }


def _fraction(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"
