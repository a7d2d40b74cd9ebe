"""Population against population: control totals, levels, two extracts of one day.

Belongs here: comparisons of extracts, and what they say of themselves (corrections, doubts). Does
not: which extract a key uses (`statsbidrag.population.basis`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.common import Level, Maturity, RecipientType
from schemas.reconciliation import Kind, Result, Severity, Verdict, Withholds
from statsbidrag.population.extract import (
    Counted,
    Extract,
    allowed,
    counted,
    differing,
    same_figures,
)
from statsbidrag.population.perturbation import allowance
from statsbidrag.reconciliation.pairs import Pair
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register
from statsbidrag.swedish.key_sentences import ages_in_words

_PERTURBED = (
    "SCB lägger små slumptal till varje publicerat värde, så nivåer behöver inte stämma. "
    "Skillnaden ryms inom vad slumptalen kan ge."
)


def control_totals(extracts: Sequence[Extract]) -> Iterator[Result]:
    """The sum of each file's figures against what its sidecar says that it should be."""
    for extract in extracts:
        if extract.control_total is not None:
            yield Pair(
                Kind.CONTROL_TOTAL,
                f"Summan av alla {_regions(extract)} i {extract.name} mot kontrollsumman",
                extract.control_total,
                extract.delivered,
                unit="personer",
                where=extract.name,
            ).judged(withholds=Withholds.AGREEMENT)


def levels(extracts: Sequence[Extract], register: Register) -> Iterator[Result]:
    """Municipalities to counties, between extracts of one day, county by county."""
    names = reg.names(register, RecipientType.LAN)
    for upper in extracts:
        for lower in extracts:
            levels = (upper.level, lower.level) == (Level.LAN, Level.KOMMUN)
            if not levels or upper.reference_date != lower.reference_date:
                continue
            both = _comparable(upper, lower)
            if both is None:
                continue
            ages, own, parts = both[0], both[1], both[2].by_county()
            for code, name in names.items():
                yield _compared(
                    f"Kommunerna i {name} mot länets folkmängd{ages}",
                    (own, parts),
                    (upper, lower),
                    code,
                )


def _comparable(one: Extract, other: Extract) -> tuple[str, Counted, Counted] | None:
    """Both counted for the widest ages that both have, with the ages in words; None if none."""
    for ages in (None, one.sidecar.ages, other.sidecar.ages):
        a, b = counted(one, ages), counted(other, ages)
        if a is not None and b is not None:
            return f", {ages_in_words(ages)}" if ages else "", a, b
    return None


def pairs_of_extracts(extracts: Sequence[Extract]) -> Iterator[Result]:
    """Two extracts of the same day and level, region by region, in one result each."""
    for index, one in enumerate(extracts):
        for other in extracts[index + 1 :]:
            same = (one.reference_date, one.level) == (other.reference_date, other.level)
            both = _comparable(one, other) if same else None
            if both is None:
                continue
            ages, a, b = both
            random = None if same_figures(one, other) else allowed(one, other)
            beyond = differing(a, b, random)
            apart = beyond or differing(a, b, None)
            severity, verdict, note = _judged((one, other), within=not beyond)
            yield Pair(
                Kind.EXTRACTS,
                f"Antal {_regions(one)} som skiljer sig den {one.reference_date}{ages}",
                0,
                len(apart),
                unit=_regions(one),
                rows=tuple(apart[:20]),
                where=f"{one.name} och {other.name}",
            ).judged(
                verdict=verdict if apart else None,
                severity=severity,
                withholds=Withholds.AGREEMENT,
                note=note if apart else "",
            )


def _compared(
    what: str, both: tuple[Counted, Counted], pair: tuple[Extract, Extract], code: str
) -> Result:
    """One county's persons in two extracts, with what random numbers allow."""
    own, parts = both
    expected, found = int(own.persons[code]), int(parts.persons[code])
    cells = int(own.cells[code]) + int(parts.cells[code])
    most = allowance(allowed(*pair), cells)
    severity, verdict, note = _judged(pair, within=abs(found - expected) <= most)
    return Pair(
        Kind.LEVELS,
        what,
        expected,
        found,
        tolerance=most,
        unit="personer",
        rows=(code,),
        # One file may have both levels.
        where=" och ".join(dict.fromkeys(extract.name for extract in pair)),
    ).judged(
        verdict=verdict if expected != found else None,
        severity=severity,
        withholds=Withholds.AGREEMENT,
        note=note if expected != found else "",
    )


def _judged(pair: tuple[Extract, Extract], *, within: bool) -> tuple[Severity, Verdict | None, str]:
    """What a difference between two extracts means; `within`: random numbers explain it."""
    maturities = {extract.sidecar.maturity for extract in pair}
    if len(maturities) > 1:
        severity = Severity.INFO if Maturity.ESTIMATE in maturities else Severity.WARNING
        return severity, None, "Uttagen är olika säkra; det säkraste gäller."
    if within:
        return Severity.WARNING, Verdict.PERTURBED, _PERTURBED
    return Severity.ERROR, None, ""


def corrections(extracts: Sequence[Extract]) -> Iterator[Result]:
    """Every figure that is used although the file has another one."""
    for extract in extracts:
        for each in extract.corrections:
            by = f"Anmält av {each.reported_by} den {each.reported}."
            yield Pair(
                Kind.CORRECTION,
                f"Rättad folkmängd i {extract.name}: {each.where.region}",
                each.expect,
                each.value,
                unit="personer",
                rows=(each.where.region,),
                where=extract.name,
            ).judged(
                verdict=Verdict.KNOWN_DIFFERENCE, severity=Severity.WARNING, note=f"{each.why} {by}"
            )


def doubts(extracts: Sequence[Extract]) -> Iterator[Result]:
    """What a file leaves open, each once though the file has several days."""
    for name, doubt in dict.fromkeys((e.name, doubt) for e in extracts for doubt in e.doubts):
        yield Pair(Kind.DOUBT, doubt, None, None, unit="personer", where=name).judged(
            verdict=Verdict.UNTESTABLE, severity=Severity.WARNING
        )


def _regions(extract: Extract) -> str:
    return "kommuner" if extract.level == Level.KOMMUN else "län"
