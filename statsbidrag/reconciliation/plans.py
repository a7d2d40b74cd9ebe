"""A county's plan against its posts: what is placed, what is left, what the county says itself.

Belongs here: comparisons of a plan's sums. Does not: what its measures come to
(`statsbidrag.plans.county_plans`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor

from schemas.agreement import Agreement
from schemas.common import TOTAL, RecipientType
from schemas.plan import KnownDifference, Plan
from schemas.reconciliation import Kind, Result, Severity, Verdict, Withholds
from schemas.tables import AllocationTable
from statsbidrag.plans.county_plans import Placed, county_amounts, placed, placed_sum
from statsbidrag.reconciliation.pairs import Pair
from statsbidrag.swedish.key_sentences import share_in_words
from statsbidrag.swedish.typography import number


def plan_results(agreement: Agreement, plan: Plan, allocation: AllocationTable) -> Iterator[Result]:
    """Every comparison of one county's plan: its posts, its total, its own sums."""
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
    return Pair(
        Kind.PLAN_TO_POST,
        f"Andelen {share} av länets belopp för {label}: {each.measure.title}",
        None,
        whole,
        rows=(f"{each.measure.post} lan:{plan.county}", words),
        where=where,
        county=plan.county,
    ).judged(withholds=Withholds.PLAN, note=f"Andelen går inte ut i hela kronor: {words}.")


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
        yield Pair(
            Kind.PLAN_TO_STATED_SUM,
            f"Planens insatser för {names} mot länets egen summa",
            stated.get(organisation, 0),
            found,
            where=where,
            county=plan.county,
        ).judged(
            verdict=Verdict.UNTESTABLE if found is None else None,
            severity=Severity.WARNING if found is None else Severity.ERROR,
            withholds=Withholds.PLAN,
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
    return Pair(
        Kind.PLAN_TO_POST,
        f"Planens insatser mot länets belopp för {label}",
        expected,
        found,
        rows=(f"{post} lan:{plan.county}",),
        where=where,
        county=plan.county,
    ).judged(verdict=verdict, severity=_severity(verdict), withholds=Withholds.PLAN, note=note)


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
    return Pair(
        Kind.PLAN_TO_TOTAL,
        "Planens alla insatser mot länets totalbelopp",
        expected,
        found,
        tolerance=abs(of_posts - expected) if expected is not None else 0,
        rows=(f"{TOTAL} lan:{plan.county}",),
        where=where,
        county=plan.county,
    ).judged(verdict=verdict, severity=_severity(verdict), withholds=Withholds.PLAN, note=note)


def _severity(verdict: Verdict | None) -> Severity:
    """A difference is an error unless it is explained."""
    return Severity.ERROR if verdict in (None, Verdict.DIFFERENT) else Severity.WARNING
