"""Avstämning: every pair of figures that should agree, compared and judged.

Belongs here: which comparisons are made, and what each outcome means (`docs/felpolicy.md`). Does
not: what is done about it (`statsbidrag.publication.folder`), nor how it is shown (`templates/`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor

import pandas as pd

from schemas.agreement import Agreement, Coverage, Post, RoundingMethod
from schemas.common import NATION, TOTAL, Level, Maturity, RecipientType
from schemas.keys import SetAsideStep, UndistributedStep
from schemas.plan import KnownDifference, Plan
from schemas.reconciliation import Kind, Reconciliation, Result, Severity, Verdict, Withholds
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.allocation.rounding import half_up
from statsbidrag.plans.county_plans import Placed, county_amounts, placed, placed_sum
from statsbidrag.population.extract import (
    Counted,
    Extract,
    allowed,
    counted,
    differing,
    same_figures,
)
from statsbidrag.population.perturbation import tolerance
from statsbidrag.register import recipients as reg
from statsbidrag.swedish.key_sentences import ages_in_words, share_in_words
from statsbidrag.swedish.recipient_types import ALL_OF
from statsbidrag.swedish.typography import number

_PERTURBED = (
    "SCB lägger små slumptal till varje publicerat värde, så nivåer behöver inte stämma. "
    "Skillnaden ryms inom vad slumptalen kan ge."
)


def reconcile(
    agreement: Agreement,
    register: pd.DataFrame,
    extracts: Sequence[Extract],
    allocation: pd.DataFrame,
    plans: Sequence[Plan],
    fingerprint: str = "",
) -> Reconciliation:
    """Every comparison of one agreement, in the order of the stages.

    Where the agreement pins an extract, others with the same figures do not count and are not
    compared.
    """
    pins = agreement.population.pins
    pinned = [e for e in extracts if e.sidecar.sha256 in pins]
    extracts = [
        extract
        for extract in extracts
        if extract.sidecar.sha256 in pins or not any(same_figures(extract, pin) for pin in pinned)
    ]
    results = [
        *_stated_totals(agreement),
        *_control_totals(extracts),
        *_levels(extracts, register),
        *_extracts(extracts),
        *_corrections(extracts),
        *_doubts(extracts),
        *_allocated(agreement, allocation),
        *_published(agreement, allocation, extracts),
    ]
    for plan in plans:
        results.extend(_plan(agreement, plan, allocation))
    return Reconciliation(agreement=agreement.id, fingerprint=fingerprint, results=tuple(results))


def _result(
    kind: Kind,
    what: str,
    expected: int | None,
    found: int | None,
    *,
    verdict: Verdict | None = None,
    severity: Severity = Severity.ERROR,
    withholds: Withholds = Withholds.NOTHING,
    tolerance: int = 0,
    unit: str = "kr",
    rows: tuple[str, ...] = (),
    where: str = "",
    county: str = "",
    note: str = "",
) -> Result:
    """A result whose verdict and severity apply only where the figures differ, unless given."""
    difference = None if expected is None or found is None else found - expected
    if difference == 0 and verdict is None:
        verdict, severity, withholds = Verdict.EQUAL, Severity.INFO, Withholds.NOTHING
    return Result(
        kind=kind,
        what=what,
        expected=expected,
        found=found,
        difference=difference,
        tolerance=tolerance,
        unit=unit,
        verdict=verdict or Verdict.DIFFERENT,
        severity=severity,
        withholds=withholds if severity == Severity.ERROR else Withholds.NOTHING,
        rows=rows,
        where=where,
        county=county,
        note=note,
    )


# Posts to the totals that the agreement states ------------------------------------------------


def _stated_totals(agreement: Agreement) -> Iterator[Result]:
    partial = agreement.coverage == Coverage.PARTIAL
    stated = [
        (
            "Posterna mot överenskommelsens totalbelopp",
            list(agreement.posts),
            agreement.total.amount,
            "total",
        )
    ]
    for index, total in enumerate(agreement.stated_totals):
        if total.recipients is not None:
            what = f"Posterna till {ALL_OF[total.recipients]} mot överenskommelsens summa"
            posts = agreement.posts_of(total.recipients)
        else:
            title = agreement.area(str(total.area)).title
            what = f"Posterna i området {title} mot överenskommelsens summa"
            posts = [post for post in agreement.posts if post.area == total.area]
        stated.append((what, posts, total.amount, f"stated_totals[{index}]"))
    for what, posts, amount, place in stated:
        yield _result(
            Kind.POSTS_TO_STATED_TOTAL,
            what,
            amount,
            sum(post.amount for post in posts),
            verdict=Verdict.UNTESTABLE if partial else None,
            severity=Severity.WARNING if partial else Severity.ERROR,
            withholds=Withholds.AGREEMENT,
            rows=tuple(post.id for post in posts),
            where=f"agreements/{agreement.id}.yaml: {place}",
            note="Alla poster är inte kända, så summan kan inte prövas." if partial else "",
        )


# Levels and extracts of the population --------------------------------------------------------


def _control_totals(extracts: Sequence[Extract]) -> Iterator[Result]:
    for extract in extracts:
        if extract.control_total is not None:
            yield _result(
                Kind.CONTROL_TOTAL,
                f"Summan av alla {_regions(extract)} i {extract.name} mot kontrollsumman",
                extract.control_total,
                extract.delivered,
                withholds=Withholds.AGREEMENT,
                unit="personer",
                where=extract.name,
            )


def _levels(extracts: Sequence[Extract], register: pd.DataFrame) -> Iterator[Result]:
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


def _extracts(extracts: Sequence[Extract]) -> Iterator[Result]:
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
            yield _result(
                Kind.EXTRACTS,
                f"Antal {_regions(one)} som skiljer sig den {one.reference_date}{ages}",
                0,
                len(apart),
                verdict=verdict if apart else None,
                severity=severity,
                withholds=Withholds.AGREEMENT,
                unit=_regions(one),
                rows=tuple(apart[:20]),
                where=f"{one.name} och {other.name}",
                note=note if apart else "",
            )


def _compared(
    what: str, both: tuple[Counted, Counted], pair: tuple[Extract, Extract], code: str
) -> Result:
    """One county's persons in two extracts, with what random numbers allow."""
    own, parts = both
    expected, found = int(own.persons[code]), int(parts.persons[code])
    cells = int(own.cells[code]) + int(parts.cells[code])
    most = tolerance(allowed(*pair), cells)
    severity, verdict, note = _judged(pair, within=abs(found - expected) <= most)
    return _result(
        Kind.LEVELS,
        what,
        expected,
        found,
        verdict=verdict if expected != found else None,
        severity=severity,
        withholds=Withholds.AGREEMENT,
        tolerance=most,
        unit="personer",
        rows=(code,),
        where=f"{pair[0].name} och {pair[1].name}",
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


def _corrections(extracts: Sequence[Extract]) -> Iterator[Result]:
    """Every figure that is used although the file has another one."""
    for extract in extracts:
        for each in extract.corrections:
            by = f"Anmält av {each.reported_by} den {each.reported}."
            yield _result(
                Kind.CORRECTION,
                f"Rättad folkmängd i {extract.name}: {each.where.region}",
                each.expect,
                each.value,
                verdict=Verdict.KNOWN_DIFFERENCE,
                severity=Severity.WARNING,
                unit="personer",
                rows=(each.where.region,),
                where=extract.name,
                note=f"{each.why} {by}",
            )


def _doubts(extracts: Sequence[Extract]) -> Iterator[Result]:
    """What a file leaves open, each once though the file has several days."""
    for name, doubt in dict.fromkeys((e.name, doubt) for e in extracts for doubt in e.doubts):
        yield _result(
            Kind.DOUBT,
            doubt,
            None,
            None,
            verdict=Verdict.UNTESTABLE,
            severity=Severity.WARNING,
            unit="personer",
            where=name,
        )


def _regions(extract: Extract) -> str:
    return "kommuner" if extract.level == Level.KOMMUN else "län"


# Allocation to posts ---------------------------------------------------------------------------


def _allocated(agreement: Agreement, allocation: pd.DataFrame) -> Iterator[Result]:
    """The printed column's sum to the post, with the rounding difference named."""
    every = rows(allocation)
    for post in agreement.posts:
        rounding = agreement.rounding_of(post)
        own = [row for row in every if (row.kind, row.post) == ("post", post.id)]
        if post.unresolved:
            yield _unresolved(agreement, post, own)
            continue
        found = sum(row.amount_sek or 0 for row in own)
        shared = sum((row.exact or Fraction(0) for row in own), Fraction(0))
        expected = half_up(shared)
        if shared != post.amount:
            yield _undistributed(agreement, post, expected)
        exact = rounding.method != RoundingMethod.HALF_UP
        yield _result(
            Kind.ALLOCATED_TO_POST,
            f"Fördelade belopp mot posten {post.label} till {ALL_OF[post.recipients]}",
            expected,
            found,
            verdict=Verdict.ROUNDING if found != expected else None,
            severity=Severity.WARNING,
            tolerance=0 if exact else floor(Fraction(len(own) * rounding.unit, 2)),
            rows=(f"{post.id} {post.recipients}:{NATION}",),
            where=f"agreements/{agreement.id}.yaml: {post.id}",
            note=_rounding_note(agreement, post.recipients) if found != expected else "",
        )


def _unresolved(agreement: Agreement, post: Post, own: Sequence[AmountRow]) -> Result:
    """A post without a known key: its published amounts stand, nothing is computed."""
    return _result(
        Kind.PUBLISHED_UNRESOLVED,
        f"Posten {post.label} till {ALL_OF[post.recipients]}: publicerad, inte beräknad",
        post.amount,
        None,
        verdict=Verdict.UNTESTABLE,
        severity=Severity.WARNING,
        rows=tuple(row.cell for row in own),
        where=f"agreements/{agreement.id}.yaml: {post.id}",
        note=post.unresolved,
    )


def _undistributed(agreement: Agreement, post: Post, shared: int) -> Result:
    """What the rule itself keeps from the recipients: a common pot, a condition, a remainder."""
    reasons = [s.set_aside.title for s in post.key if isinstance(s, SetAsideStep)]
    reasons += [s.undistributed for s in post.key if isinstance(s, UndistributedStep)]
    reasons += [post.condition.text] if post.condition else []
    return _result(
        Kind.UNDISTRIBUTED,
        f"Det som fördelas av posten {post.label} till {ALL_OF[post.recipients]}",
        post.amount,
        shared,
        verdict=Verdict.KNOWN_DIFFERENCE,
        severity=Severity.INFO,
        rows=(f"{post.id} {post.recipients}:{NATION}",),
        where=f"agreements/{agreement.id}.yaml: {post.id}",
        note="; ".join(reasons),
    )


def _rounding_note(agreement: Agreement, recipients: RecipientType) -> str:
    note = "Avrundning: varje belopp avrundas för sig."
    if recipients in agreement.rounding.assumed_for:
        note += " Att det gäller även här är vår läsning; ingen tabell är publicerad."
    return note


# Allocation to published figures ---------------------------------------------------------------


def _published(
    agreement: Agreement, allocation: pd.DataFrame, extracts: Sequence[Extract]
) -> Iterator[Result]:
    where = f"published/{agreement.id}.csv"
    labels = {post.id: post.label for post in agreement.posts}
    labels |= {group.id: group.label for group in agreement.post_groups}
    labels[TOTAL] = "Totalt"
    for row in rows(allocation):
        if row.published_sek is None or row.amount_sek is None:
            continue
        name = ALL_OF[row.recipient_type] if row.kind == "nation" else row.recipient_name
        subject = f"{labels[row.post]}, {name}"
        if row.kind == "nation":
            yield _nation(agreement, allocation, row, f"{subject}: kolumnens summa", where)
            continue
        found, expected = row.amount_sek, row.published_sek
        verdict, severity, note = None, Severity.ERROR, ""
        if found == expected and row.maturity == Maturity.ESTIMATE:
            severity = Severity.WARNING
            verdict, note = _on_an_estimate(row, extracts)
        yield _result(
            Kind.PUBLISHED_AMOUNT,
            f"{subject}: beräknat belopp mot publicerat",
            expected,
            found,
            verdict=verdict,
            severity=severity,
            withholds=Withholds.DOCUMENTS,
            rows=(row.cell,),
            where=where,
            note=note,
        )


def _on_an_estimate(row: AmountRow, extracts: Sequence[Extract]) -> tuple[Verdict, str]:
    """What it means that an estimate meets a figure: nothing, where it was made to meet it."""
    for extract in extracts:
        for target in extract.sidecar.calibrated_to:
            hit = (
                row.recipient_code in target.recipients
                and target.agreement == row.agreement
                and row.post in (target.post, TOTAL)
            )
            if hit:
                return Verdict.CALIBRATED, (
                    "Stämmer, men bevisar inget: skattningen av folkmängden är kalibrerad så att "
                    "beloppet blir detta."
                )
    return Verdict.EQUAL, "Stämmer, men beloppet vilar på en skattad folkmängd."


def _nation(
    agreement: Agreement,
    allocation: pd.DataFrame,
    row: AmountRow,
    what: str,
    where: str,
) -> Result:
    """The sum of our printed column to the printed *Riket*: rounding makes them differ."""
    parts = allocation[
        (allocation["post"] == row.post)
        & (allocation["recipient_type"] == str(row.recipient_type))
        & (allocation["kind"] != "nation")
    ]
    found, expected = row.amount_sek or 0, row.published_sek or 0
    tolerance = floor(Fraction(len(parts) * agreement.rounding.unit, 2))
    rounding = 0 < abs(found - expected) <= tolerance
    return _result(
        Kind.PUBLISHED_NATION,
        f"{what} mot tryckt Riket",
        expected,
        found,
        verdict=Verdict.ROUNDING if rounding else None,
        severity=Severity.WARNING if rounding else Severity.ERROR,
        withholds=Withholds.DOCUMENTS,
        tolerance=tolerance,
        rows=(row.cell,),
        where=where,
        note="Avrundning: varje belopp avrundas för sig, Riket är postens hela belopp."
        if rounding
        else "",
    )


# A county's plan ------------------------------------------------------------------------------


def _plan(agreement: Agreement, plan: Plan, allocation: pd.DataFrame) -> Iterator[Result]:
    amounts = county_amounts(allocation, plan.county)
    measures = placed(plan, amounts)
    where = f"plans/{agreement.id}/{plan.county}.yaml"
    posts = agreement.posts_of(RecipientType.LAN)
    for each in measures:
        if each.measure.share is not None and each.left_over:
            yield _uneven_share(plan, each, agreement.post(each.measure.post).label, where)
    for post in posts:
        found = placed_sum([each for each in measures if each.measure.post == post.id])
        yield _plan_post(plan, post.id, post.label, amounts.get(post.id), found, where)
    known = [amount for post in posts if (amount := amounts.get(post.id)) is not None]
    yield _plan_total(
        plan,
        expected=amounts.get(TOTAL) if len(known) == len(posts) else None,
        of_posts=sum(known),
        found=placed_sum(measures),
        where=where,
    )
    yield from _plan_stated_sums(plan, measures, where)


def _uneven_share(plan: Plan, each: Placed, label: str, where: str) -> Result:
    """A share that does not come out in whole kronor: nobody but the county can say who gets it."""
    share = share_in_words(each.measure.share or Fraction(0))
    whole = floor(each.exact or 0)
    words = f"{share} av {number(each.post_sek or 0)} kr = {number(whole)} kr + {each.left_over} kr"
    return _result(
        Kind.PLAN_TO_POST,
        f"Andelen {share} av länets belopp för {label}: {each.measure.title}",
        None,
        whole,
        withholds=Withholds.PLAN,
        rows=(f"{each.measure.post} lan:{plan.county}", words),
        where=where,
        county=plan.county,
        note=f"Andelen går inte ut i hela kronor: {words}.",
    )


def _plan_stated_sums(plan: Plan, measures: Sequence[Placed], where: str) -> Iterator[Result]:
    """The measures of each organisation to the county's own sums, where it states any."""
    if not plan.stated_sums:
        return
    sums = {
        organisation: placed_sum([p for p in measures if p.measure.organisation == organisation])
        for organisation in plan.by_organisation()
    }
    stated = {each.organisation: each.amount for each in plan.stated_sums}
    for organisation in dict.fromkeys([*stated, *sums]):
        found = sums.get(organisation, 0)
        names = " och ".join(organisation) or "insatser utan angiven organisation"
        yield _result(
            Kind.PLAN_TO_STATED_SUM,
            f"Planens insatser för {names} mot länets egen summa",
            stated.get(organisation, 0),
            found,
            verdict=Verdict.UNTESTABLE if found is None else None,
            severity=Severity.WARNING if found is None else Severity.ERROR,
            withholds=Withholds.PLAN,
            where=where,
            county=plan.county,
            note=""
            if organisation in stated
            else "Länets egen sammanställning har ingen sådan rad.",
        )


def _plan_post(
    plan: Plan, post: str, label: str, expected: int | None, found: int | None, where: str
) -> Result:
    """The measures of one post to its amount; a known difference must be exactly the one found."""
    known = [d for d in plan.known_differences if d.post == post]
    verdict, note = None, ""
    if expected is None:
        verdict = Verdict.UNTESTABLE
        note = "Länets belopp är inte känt."
    elif found is None:
        verdict = Verdict.UNTESTABLE
        note = "Insatsernas belopp är inte kända i hela kronor."
    elif known:
        exact = sum(d.amount for d in known) == found - expected
        verdict = Verdict.KNOWN_DIFFERENCE if exact else Verdict.DIFFERENT
        note = " ".join(d.reason for d in known) if exact else _another_difference(known)
    return _result(
        Kind.PLAN_TO_POST,
        f"Planens insatser mot länets belopp för {label}",
        expected,
        found,
        verdict=verdict,
        severity=_severity(verdict),
        withholds=Withholds.PLAN,
        rows=(f"{post} lan:{plan.county}",),
        where=where,
        county=plan.county,
        note=note,
    )


def _another_difference(known: Sequence[KnownDifference]) -> str:
    told = number(sum(difference.amount for difference in known))
    return f"Den kända skillnaden är en annan: {told} kr."


def _plan_total(
    plan: Plan, *, expected: int | None, of_posts: int, found: int | None, where: str
) -> Result:
    """The plan's sum to the county's printed total.

    The printed total is rounded from the unrounded sum, so a plan that places every krona of every
    post may differ from it; then and only then is the difference one of rounding.
    """
    known = sum(difference.amount for difference in plan.known_differences)
    verdict, note = None, ""
    if expected is None:
        verdict = Verdict.UNTESTABLE
        note = "Länets totalbelopp är inte känt."
    elif found is None:
        verdict = Verdict.UNTESTABLE
        note = "Insatsernas belopp är inte kända i hela kronor."
    elif found != expected and found - of_posts == known:
        verdict = Verdict.KNOWN_DIFFERENCE if known else Verdict.ROUNDING
        reasons = [difference.reason for difference in plan.known_differences]
        if of_posts != expected:
            reasons.append(
                f"Avrundning: totalbeloppet avrundas från den oavrundade summan, och är "
                f"{number(expected)} kr där posterna ger {number(of_posts)} kr."
            )
        note = " ".join(reasons)
    return _result(
        Kind.PLAN_TO_TOTAL,
        "Planens alla insatser mot länets totalbelopp",
        expected,
        found,
        verdict=verdict,
        severity=_severity(verdict),
        withholds=Withholds.PLAN,
        tolerance=abs(of_posts - expected) if expected is not None else 0,
        rows=(f"{TOTAL} lan:{plan.county}",),
        where=where,
        county=plan.county,
        note=note,
    )


def _severity(verdict: Verdict | None) -> Severity:
    """A difference is an error unless it is explained."""
    return Severity.ERROR if verdict in (None, Verdict.DIFFERENT) else Severity.WARNING
