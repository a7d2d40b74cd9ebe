"""Amounts against amounts: posts and their stated totals, what is allocated, what was published.

Belongs here: comparisons in kronor of what was computed. Does not: comparisons of population
(`statsbidrag.reconciliation.populations`) or of plans (`statsbidrag.reconciliation.plans`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor

from schemas.agreement import Agreement, Coverage, Post, RoundingMethod
from schemas.common import NATION, TOTAL, Maturity, RecipientType
from schemas.keys import SetAsideStep, UndistributedStep
from schemas.reconciliation import Kind, Result, Severity, Verdict, Withholds
from schemas.register import TypesInWords
from schemas.tables import AllocationTable
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.allocation.rounding import half_up
from statsbidrag.population.extract import Extract
from statsbidrag.reconciliation.pairs import Pair

# Posts to the totals that the agreement states -----------------------------------------------


def stated_totals(agreement: Agreement, types: TypesInWords) -> Iterator[Result]:
    """Posts against the totals that the agreement itself states."""
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
            what = f"Posterna till {types[total.recipients].definite} mot överenskommelsens summa"
            posts = agreement.posts_of(total.recipients)
        else:
            title = agreement.area(str(total.area)).title
            what = f"Posterna i området {title} mot överenskommelsens summa"
            posts = [post for post in agreement.posts if post.area == total.area]
        stated.append((what, posts, total.amount, f"stated_totals[{index}]"))
    for what, posts, amount, place in stated:
        yield Pair(
            Kind.POSTS_TO_STATED_TOTAL,
            what,
            amount,
            sum(post.amount for post in posts),
            rows=tuple(post.id for post in posts),
            where=f"agreements/{agreement.id}.yaml: {place}",
        ).judged(
            verdict=Verdict.UNTESTABLE if partial else None,
            severity=Severity.WARNING if partial else Severity.ERROR,
            withholds=Withholds.AGREEMENT,
            note="Alla poster är inte kända, så summan kan inte prövas." if partial else "",
        )


# Allocation to posts -------------------------------------------------------------------------


def allocated_amounts(
    agreement: Agreement, allocation: AllocationTable, types: TypesInWords
) -> Iterator[Result]:
    """The printed column's sum to the post, with the rounding difference named."""
    every = rows(allocation)
    for post in agreement.posts:
        rounding, who = agreement.rounding_of(post), types[post.recipients].definite
        own = [row for row in every if (row.kind, row.post) == ("post", post.id)]
        if post.unresolved:
            yield _unresolved(agreement, post, own, who)
            continue
        found = sum(row.amount_sek or 0 for row in own)
        shared = sum((row.exact or Fraction(0) for row in own), Fraction(0))
        expected = half_up(shared)
        if shared != post.amount:
            yield _undistributed(agreement, post, expected, who)
        exact = rounding.method != RoundingMethod.HALF_UP
        yield Pair(
            Kind.ALLOCATED_TO_POST,
            f"Fördelade belopp mot posten {post.label} till {who}",
            expected,
            found,
            tolerance=0 if exact else floor(Fraction(len(own) * rounding.unit, 2)),
            rows=(f"{post.id} {post.recipients}:{NATION}",),
            where=f"agreements/{agreement.id}.yaml: {post.id}",
        ).judged(
            verdict=Verdict.ROUNDING if found != expected else None,
            severity=Severity.WARNING,
            note=_rounding_note(agreement, post.recipients) if found != expected else "",
        )


def _unresolved(agreement: Agreement, post: Post, own: Sequence[AmountRow], who: str) -> Result:
    """A post without a known key: its published amounts stand, nothing is computed."""
    return Pair(
        Kind.PUBLISHED_UNRESOLVED,
        f"Posten {post.label} till {who}: publicerad, inte beräknad",
        post.amount,
        None,
        rows=tuple(row.cell for row in own),
        where=f"agreements/{agreement.id}.yaml: {post.id}",
    ).judged(verdict=Verdict.UNTESTABLE, severity=Severity.WARNING, note=post.unresolved)


def _undistributed(agreement: Agreement, post: Post, shared: int, who: str) -> Result:
    """What the rule itself keeps from the recipients: a common pot, a condition, a remainder."""
    reasons = [s.set_aside.title for s in post.key if isinstance(s, SetAsideStep)]
    reasons += [s.undistributed for s in post.key if isinstance(s, UndistributedStep)]
    reasons += [post.condition.text] if post.condition else []
    return Pair(
        Kind.UNDISTRIBUTED,
        f"Det som fördelas av posten {post.label} till {who}",
        post.amount,
        shared,
        rows=(f"{post.id} {post.recipients}:{NATION}",),
        where=f"agreements/{agreement.id}.yaml: {post.id}",
    ).judged(verdict=Verdict.KNOWN_DIFFERENCE, severity=Severity.INFO, note="; ".join(reasons))


def _rounding_note(agreement: Agreement, recipients: RecipientType) -> str:
    note = "Avrundning: varje belopp avrundas för sig."
    if recipients in agreement.rounding.assumed_for:
        note += " Att det gäller även här är vår läsning; ingen tabell är publicerad."
    return note


# Allocation to published figures -------------------------------------------------------------


def published_amounts(
    agreement: Agreement,
    allocation: AllocationTable,
    extracts: Sequence[Extract],
    types: TypesInWords,
) -> Iterator[Result]:
    """What was computed against every figure that was printed."""
    where = f"published/{agreement.id}.csv"
    labels = {post.id: post.label for post in agreement.posts}
    labels |= {group.id: group.label for group in agreement.post_groups}
    labels[TOTAL] = "Totalt"
    for row in rows(allocation):
        if row.published_sek is None or row.amount_sek is None:
            continue
        name = row.recipient_name
        if row.kind == "nation":
            name = types[row.recipient_type].definite
        subject = f"{labels[row.post]}, {name}"
        if row.kind == "nation":
            yield _nation(agreement, allocation, row, f"{subject}: kolumnens summa", where)
            continue
        found, expected = row.amount_sek, row.published_sek
        verdict, severity, note = None, Severity.ERROR, ""
        if found == expected and row.maturity == Maturity.ESTIMATE:
            severity = Severity.WARNING
            verdict, note = _on_an_estimate(row, extracts)
        yield Pair(
            Kind.PUBLISHED_AMOUNT,
            f"{subject}: beräknat belopp mot publicerat",
            expected,
            found,
            rows=(row.cell,),
            where=where,
        ).judged(verdict=verdict, severity=severity, withholds=Withholds.DOCUMENTS, note=note)


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
    allocation: AllocationTable,
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
    return Pair(
        Kind.PUBLISHED_NATION,
        f"{what} mot tryckt Riket",
        expected,
        found,
        tolerance=tolerance,
        rows=(row.cell,),
        where=where,
    ).judged(
        verdict=Verdict.ROUNDING if rounding else None,
        severity=Severity.WARNING if rounding else Severity.ERROR,
        withholds=Withholds.DOCUMENTS,
        note="Avrundning: varje belopp avrundas för sig, Riket är postens hela belopp."
        if rounding
        else "",
    )
