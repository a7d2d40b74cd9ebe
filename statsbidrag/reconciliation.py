"""Avstämning: every pair of figures that should agree, compared and judged.

Belongs here: which comparisons are made, and what each outcome means (`docs/felpolicy.md`). Does
not: what is done about it (`statsbidrag.publication`), nor how it is shown (`templates/`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor

import pandas as pd

from schemas.agreement import Agreement, Coverage, RoundingMethod
from schemas.common import NATION, TOTAL, Level, Maturity, RecipientType
from schemas.plan import Plan
from schemas.reconciliation import Kind, Reconciliation, Result, Severity, Verdict, Withholds
from statsbidrag import register as reg
from statsbidrag.allocation import AmountRow, rows
from statsbidrag.population import PERTURBED_FROM, Extract, by_region

TYPE_NAMES = {
    RecipientType.REGION: "regionerna",
    RecipientType.KOMMUN: "kommunerna",
    RecipientType.LAN: "länen",
    RecipientType.SKR: "SKR",
}


def reconcile(
    agreement: Agreement,
    register: pd.DataFrame,
    extracts: Sequence[Extract],
    allocation: pd.DataFrame,
    plans: Sequence[Plan],
    fingerprint: str = "",
) -> Reconciliation:
    """Every comparison of one agreement, in the order of the stages.

    Where the agreement pins extracts, the others do not count and are not compared.
    """
    pins = agreement.population.pins
    extracts = [extract for extract in extracts if not pins or extract.sidecar.sha256 in pins]
    results = [
        *_stated_totals(agreement),
        *_levels(extracts, register),
        *_extracts(extracts),
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
            what = f"Posterna till {TYPE_NAMES[total.recipients]} mot överenskommelsens summa"
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


def _levels(extracts: Sequence[Extract], register: pd.DataFrame) -> Iterator[Result]:
    """Municipalities to counties to the nation, within and between extracts of one day."""
    for extract in extracts:
        control = extract.sidecar.control_total
        if control is not None:
            yield _result(
                Kind.CONTROL_TOTAL,
                f"Summan av alla {_regions(extract)} i {extract.name} mot kontrollsumman",
                control,
                extract.total,
                withholds=Withholds.AGREEMENT,
                unit="personer",
                where=extract.name,
            )
    for upper in extracts:
        if upper.sidecar.level != Level.LAN:
            continue
        for lower in extracts:
            same_day = lower.sidecar.reference_date == upper.sidecar.reference_date
            if lower.sidecar.level == Level.KOMMUN and same_day:
                yield from _county_sums(upper, lower, register)


def _county_sums(upper: Extract, lower: Extract, register: pd.DataFrame) -> Iterator[Result]:
    names = reg.names(register, RecipientType.LAN)
    own = by_region(upper)
    parts = by_region(lower)
    summed = parts.groupby(parts.index.str[:2]).sum()
    for code, name in names.items():
        yield _compared(
            Kind.LEVELS,
            f"Kommunerna i {name} mot länets folkmängd",
            int(own[code]),
            int(summed[code]),
            (upper, lower),
            code,
        )


def _extracts(extracts: Sequence[Extract]) -> Iterator[Result]:
    """Two extracts of the same day and level, region by region, in one result each."""
    for index, one in enumerate(extracts):
        for other in extracts[index + 1 :]:
            same = (
                one.sidecar.reference_date == other.sidecar.reference_date
                and one.sidecar.level == other.sidecar.level
            )
            if same:
                a, b = by_region(one), by_region(other)
                differing = [str(code) for code in a.index if a[code] != b[code]]
                yield _compared(
                    Kind.EXTRACTS,
                    f"Antal {_regions(one)} som skiljer sig den {one.sidecar.reference_date}",
                    0,
                    len(differing),
                    (one, other),
                    *differing[:20],
                )


def _compared(
    kind: Kind,
    what: str,
    expected: int,
    found: int,
    pair: tuple[Extract, Extract],
    *codes: str,
) -> Result:
    maturities = {extract.sidecar.maturity for extract in pair}
    perturbed = pair[0].sidecar.reference_date.year >= PERTURBED_FROM
    severity = Severity.ERROR
    note = ""
    if len(maturities) > 1:
        severity = Severity.INFO if Maturity.ESTIMATE in maturities else Severity.WARNING
        note = "Uttagen är olika säkra; det säkraste gäller."
    elif perturbed:
        severity = Severity.WARNING
        note = "SCB lägger små slumptal till publicerade värden, så nivåerna behöver inte stämma."
    return _result(
        kind,
        what,
        expected,
        found,
        severity=severity,
        withholds=Withholds.AGREEMENT,
        unit=_regions(pair[0]) if kind == Kind.EXTRACTS else "personer",
        rows=codes,
        where=f"{pair[0].name} och {pair[1].name}",
        note=note if expected != found else "",
    )


def _regions(extract: Extract) -> str:
    return "kommuner" if extract.sidecar.level == Level.KOMMUN else "län"


# Allocation to posts ---------------------------------------------------------------------------


def _allocated(agreement: Agreement, allocation: pd.DataFrame) -> Iterator[Result]:
    """The printed column's sum to the post, with the rounding difference named."""
    every = rows(allocation)
    for post in agreement.posts:
        rounding = agreement.rounding_of(post)
        own = [row.amount_sek or 0 for row in every if (row.kind, row.post) == ("post", post.id)]
        found = sum(own)
        exact = rounding.method != RoundingMethod.HALF_UP
        yield _result(
            Kind.ALLOCATED_TO_POST,
            f"Fördelade belopp mot posten {post.label} till {TYPE_NAMES[post.recipients]}",
            post.amount,
            found,
            verdict=Verdict.ROUNDING if found != post.amount else None,
            severity=Severity.WARNING,
            tolerance=0 if exact else floor(Fraction(len(own) * rounding.unit, 2)),
            rows=(f"{post.id} {post.recipients}:{NATION}",),
            where=f"agreements/{agreement.id}.yaml: {post.id}",
            note=_rounding_note(agreement, post.recipients) if found != post.amount else "",
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
        name = TYPE_NAMES[row.recipient_type] if row.kind == "nation" else row.recipient_name
        subject = f"{labels[row.post]}, {name}"
        if row.kind == "nation":
            yield _nation(agreement, allocation, row, f"{subject}: kolumnens summa", where)
            continue
        found, expected = row.amount_sek, row.published_sek
        verdict, severity, note = None, Severity.ERROR, ""
        if found == expected and row.maturity == Maturity.ESTIMATE:
            verdict, severity = Verdict.CALIBRATED, Severity.WARNING
            note = _calibrated_note(row, extracts)
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


def _calibrated_note(row: AmountRow, extracts: Sequence[Extract]) -> str:
    """Whether the estimate says itself that it was made to meet this figure."""
    for extract in extracts:
        for target in extract.sidecar.calibrated_to:
            hit = (
                row.recipient_code in target.recipients
                and target.agreement == row.agreement
                and row.post in (target.post, TOTAL)
            )
            if hit:
                return (
                    "Stämmer, men bevisar inget: skattningen av folkmängden är kalibrerad så att "
                    "beloppet blir detta."
                )
    return "Stämmer, men beloppet vilar på en skattad folkmängd."


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
    own = {
        row.post: row
        for row in rows(allocation)
        if (row.recipient_type, row.recipient_code) == (RecipientType.LAN, plan.county)
    }
    where = f"plans/{agreement.id}/{plan.county}.yaml"
    posts = agreement.posts_of(RecipientType.LAN)
    placed = {post.id: sum(measure.amount for measure in plan.of_post(post.id)) for post in posts}
    for post in posts:
        yield _plan_post(plan, post.id, post.label, _shown(own[post.id]), placed[post.id], where)
    yield _plan_total(
        plan,
        expected=_shown(own[TOTAL]),
        of_posts=sum(_shown(own[post.id]) for post in posts),
        found=sum(placed.values()),
        where=where,
    )
    sums = {
        organisation: sum(measure.amount for measure in measures)
        for organisation, measures in plan.by_organisation().items()
    }
    for stated in plan.stated_sums:
        yield _result(
            Kind.PLAN_TO_STATED_SUM,
            f"Planens insatser för {' och '.join(stated.organisation)} mot länets egen summa",
            stated.amount,
            sums.get(stated.organisation, 0),
            withholds=Withholds.PLAN,
            where=where,
            county=plan.county,
        )
    for organisation in sums:
        if plan.stated_sums and organisation not in {s.organisation for s in plan.stated_sums}:
            yield _result(
                Kind.PLAN_TO_STATED_SUM,
                f"Planens insatser för {' och '.join(organisation)} mot länets egen summa",
                0,
                sums[organisation],
                withholds=Withholds.PLAN,
                where=where,
                county=plan.county,
                note="Länets egen sammanställning har ingen sådan rad.",
            )


def _plan_post(plan: Plan, post: str, label: str, expected: int, found: int, where: str) -> Result:
    known = [d for d in plan.known_differences if d.post == post]
    explained = bool(known) and sum(d.amount for d in known) == found - expected != 0
    return _result(
        Kind.PLAN_TO_POST,
        f"Planens insatser mot länets belopp för {label}",
        expected,
        found,
        verdict=Verdict.KNOWN_DIFFERENCE if explained else None,
        severity=Severity.WARNING if explained else Severity.ERROR,
        withholds=Withholds.PLAN,
        rows=(f"{post} lan:{plan.county}",),
        where=where,
        county=plan.county,
        note=" ".join(d.reason for d in known) if explained else "",
    )


def _plan_total(plan: Plan, *, expected: int, of_posts: int, found: int, where: str) -> Result:
    """The plan's sum to the county's printed total.

    The printed total is rounded from the unrounded sum, so a plan that places every krona of every
    post may differ from it; then and only then is the difference one of rounding.
    """
    known = sum(difference.amount for difference in plan.known_differences)
    verdict = None
    note = ""
    if found != expected and found - of_posts == known:
        verdict = Verdict.KNOWN_DIFFERENCE if known else Verdict.ROUNDING
        note = " ".join(difference.reason for difference in plan.known_differences)
    if verdict == Verdict.ROUNDING:
        note = "Avrundning: totalbeloppet avrundas från den oavrundade summan."
    return _result(
        Kind.PLAN_TO_TOTAL,
        "Planens alla insatser mot länets totalbelopp",
        expected,
        found,
        verdict=verdict,
        severity=Severity.WARNING if verdict else Severity.ERROR,
        withholds=Withholds.PLAN,
        tolerance=abs(of_posts - expected),
        rows=(f"{TOTAL} lan:{plan.county}",),
        where=where,
        county=plan.county,
        note=note,
    )


def _shown(row: AmountRow) -> int:
    """The amount that a county sees: the published one where there is one, else the computed."""
    return row.published_sek if row.published_sek is not None else row.amount_sek or 0
