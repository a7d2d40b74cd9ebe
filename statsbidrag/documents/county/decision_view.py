"""What a county's decision document shows: the county's money, its plan, and how it was computed.

Belongs here: choosing and ordering the figures, as one frozen view; with the county's plan, or as a
draft without it, which leaves open what the county decides. Does not: sentences and layout
(`templates/beslutsunderlag.html.jinja`), anything that only one county does (its plan), or the
county's recipients each for itself (`statsbidrag.documents.county.overview`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import ClassVar

from schemas.agreement import Agreement, Coverage, Post, Status, TotalsFrom
from schemas.common import TOTAL, Maturity, Recipient, RecipientType
from schemas.documents import DECISION
from schemas.plan import Invoicing, Plan
from schemas.register import TypesInWords
from statsbidrag.agreement.citations import DatedSource, citation, dated
from statsbidrag.allocation.derivation import Derivation, derive_all
from statsbidrag.allocation.figures import Figure, maturities_to_explain, summed
from statsbidrag.documents.county.decision_csv import decision_csv, overview_csv
from statsbidrag.documents.county.extracts import Extract, extracts_of
from statsbidrag.documents.county.overview import CountyOverview, county_overviews
from statsbidrag.documents.county.plan_measures import (
    LevelTable,
    MeasureRow,
    OrganisationPart,
    PostPart,
    levels_of,
    organisations_of,
    posts_of,
)
from statsbidrag.documents.county.reporting_duties import (
    ReportingRow,
    duties_of_agreement,
    own_duties,
)
from statsbidrag.documents.county.year_before import ChangeSection, change_sections
from statsbidrag.documents.parts.computations import Computation, computation, exact_sum
from statsbidrag.documents.parts.population_notes import (
    CorrectionNote,
    PopulationNote,
    correction_notes,
    population_notes,
)
from statsbidrag.documents.parts.populations import maturities_to_tell, sidecars_of
from statsbidrag.documents.parts.printed_in import Printed, papers_of, printed_in
from statsbidrag.documents.parts.purposes_and_conditions import (
    ConditionRow,
    Task,
    conditions_of,
    tasks_of,
)
from statsbidrag.documents.parts.requisition_sum import requisition_sek
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.plans.county_plans import county_amounts, placed
from statsbidrag.plans.issued import Replaced
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.typography import listed


@dataclass(frozen=True)
class Frame:
    """The agreement as a whole: who signed it when, and how its money is parted."""

    title: str
    year: int
    reference_number: str
    signed_by_state: date | None
    signed_by_skr: date | None
    total_sek: int
    parts: tuple[tuple[RecipientType, int], ...]


@dataclass(frozen=True)
class DecisionView:
    """Everything that a decision document shows; its text is the template's.

    `planned`: the county has a plan. Without one `draft` is set and what the plan would say is
    empty; `plan_file` is then where to write it, and `tasks` and `conditions` are what the county
    must know to do so. `unsigned`: the agreement itself is a draft.
    """

    template: ClassVar[str] = "beslutsunderlag.html.jinja"
    editable: ClassVar[bool] = True

    path: str
    agreement_id: str
    title: str
    heading: str
    draft: bool
    unsigned: bool
    county_name: str
    types: TypesInWords
    background: tuple[str, ...]
    frame: Frame
    changes: ChangeSection | None
    posts: tuple[PostPart, ...]
    total: Figure
    total_from_exact: bool
    figures_source: str
    requisition_sek: int | None
    deadlines: tuple[DatedSource, ...]
    repayment: DatedSource | None
    reporting: tuple[ReportingRow, ...]
    computations: tuple[Computation, ...]
    extracts: tuple[Extract, ...]
    notes: tuple[PopulationNote, ...]
    corrections: tuple[CorrectionNote, ...]
    overview: CountyOverview

    # What the plan says: nothing without one.
    planned: bool = False
    issuer: str = ""
    issuer_role: str = ""
    day: date | None = None
    reference_number: str = ""
    decided_by: str = ""
    decided_by_long: str = ""
    proposal: tuple[str, ...] = ()
    requisition_by: str = ""
    requisition_text: str = ""
    organisations: tuple[OrganisationPart, ...] = ()
    payment: tuple[str, ...] = ()
    invoicing: Invoicing | None = None
    recipients_of_extract: tuple[str, ...] = ()

    # What a county without a plan is told.
    plan_file: str = ""
    tasks: tuple[Task, ...] = ()
    conditions: tuple[ConditionRow, ...] = ()

    replaces: Replaced | None = None

    @property
    def created(self) -> datetime:
        """The paper's own date, else that on which the agreement was signed or its year began."""
        day = self.day or self.frame.signed_by_state or date(self.frame.year, 1, 1)
        return datetime.combine(day, time(), UTC)

    @property
    def explained(self) -> tuple[Maturity, ...]:
        """The maturities that the top of the page must say something about.

        The overview is a page of its own and says it at its own top.
        """
        changes = self.changes.figures if self.changes else ()
        own = [post.amount for post in self.posts]
        return maturities_to_explain([*own, self.total, *changes])

    @property
    def parts(self) -> Figure:
        """The sum of the printed posts, which may differ from the printed total by rounding."""
        return summed(post.amount for post in self.posts)

    @property
    def known_sek(self) -> int:
        """What the known differences come to together: plan minus posts."""
        return sum(gap.amount_sek for post in self.posts for gap in post.gaps)

    @property
    def exact_total(self) -> Fraction:
        """The sum of the exact shares, which no rounding has touched."""
        return exact_sum(self.computations)

    @property
    def measures(self) -> tuple[MeasureRow, ...]:
        """All measures, in the order of their posts."""
        return tuple(measure for post in self.posts for measure in post.measures)

    @property
    def maturities(self) -> tuple[Maturity, ...]:
        """What must be said of the populations, the best first: nothing where all are SCB's own."""
        return maturities_to_tell(
            each.source.maturity for each in self.extracts if not each.source.table
        )

    @property
    def weighted(self) -> bool:
        """Whether any amount rests on a table of weights."""
        return any(each.source.table for each in self.extracts)

    @property
    def placed(self) -> Figure:
        """What all measures come to."""
        return summed(post.placed for post in self.posts)

    @property
    def short(self) -> Figure:
        """What the measures leave of the total, or take beyond it (then less than nothing)."""
        return replace(summed([self.total, self.placed]), sek=self.total.sek - self.placed.sek)

    @property
    def levels(self) -> LevelTable | None:
        """The measures by level and post; None where the plan names no levels."""
        return levels_of(self.posts)

    @property
    def names_organisations(self) -> bool:
        """Whether any measure says which organisation takes care of its money."""
        return any(part.organisations for part in self.organisations)

    def attachments(self) -> tuple[Attachment, ...]:
        """The document's tables and the overview as CSV files that a Swedish spreadsheet opens."""
        description = f"Tabellerna i {self.title}"
        organisations = self.organisations if self.names_organisations else ()
        tables = decision_csv(self.posts, self.total, organisations)
        overview = f"Översikten över {self.county_name}"
        return (
            Attachment("fordelning.csv", tables, "text/csv", description),
            Attachment("lansoversikt.csv", overview_csv(self.overview), "text/csv", overview),
        )


def decision_views(
    dossier: Dossier, counties: Collection[str] | None = None
) -> tuple[DecisionView, ...]:
    """The decision documents of all counties (or of those codes), by code.

    A county without a plan has a draft; one whose plan does not add up has neither. None at all for
    an agreement that is only partly known, whose documents are withheld, or whose posts to counties
    are none or have a key that nobody knows.
    """
    agreement = dossier.agreement
    own = agreement.posts_of(RecipientType.LAN)
    withheld = {*dossier.reconciliation.withheld()}
    if not own or any(post.unresolved for post in own) or {"agreement", "documents"} & withheld:
        return ()
    if agreement.coverage == Coverage.PARTIAL:
        return ()
    plans = {plan.county: plan for plan in dossier.plans}
    wanted = {
        county: plans.get(county)
        for county in reg.codes(dossier.register, RecipientType.LAN)
        if f"plan:{county}" not in withheld and (counties is None or county in counties)
    }
    gathered = _gathered(dossier, wanted)
    return tuple(_view(dossier, gathered, county, plan) for county, plan in wanted.items())


def decision_view(dossier: Dossier, plan: Plan) -> DecisionView:
    """The decision document of one county, from a reconciled agreement and the county's plan."""
    gathered = _gathered(dossier, {plan.county: plan})
    return _view(dossier, gathered, plan.county, plan)


@dataclass(frozen=True)
class _Gathered:
    """What the views of all counties are made of, by county: each table is read once."""

    derivations: dict[str, tuple[Derivation, ...]]
    printed: Printed
    changes: dict[str, ChangeSection | None]
    overviews: dict[str, CountyOverview]
    corrections: tuple[CorrectionNote, ...]
    tasks: tuple[Task, ...]
    conditions: tuple[ConditionRow, ...]


def _gathered(dossier: Dossier, plans: Mapping[str, Plan | None]) -> _Gathered:
    agreement, allocation = dossier.agreement, dossier.allocation
    own = allocation[
        (allocation["recipient_type"] == str(RecipientType.LAN))
        & allocation["recipient_code"].isin(list(plans))
    ]
    derivations: dict[str, list[Derivation]] = {}
    for each in derive_all(agreement, dossier.basis, own, dossier.register):
        derivations.setdefault(each.recipient_code, []).append(each)
    return _Gathered(
        derivations={county: tuple(found) for county, found in derivations.items()},
        printed=printed_in(agreement, dossier.published),
        changes=change_sections(dossier, plans),
        overviews=county_overviews(dossier, plans),
        corrections=correction_notes(dossier.corrections, dossier.basis, dossier.register),
        tasks=tasks_of(agreement, RecipientType.LAN),
        conditions=conditions_of(agreement, RecipientType.LAN),
    )


def _view(dossier: Dossier, gathered: _Gathered, county: str, plan: Plan | None) -> DecisionView:
    agreement = dossier.agreement
    posts = posts_of(dossier, county, plan)
    total = dossier.figures.of(TOTAL, RecipientType.LAN, county)
    computations = _computations(dossier, gathered, county)
    extracts = extracts_of(dossier, computations)
    county_name = reg.names(dossier.register, RecipientType.LAN)[county]
    heading = f"Statsbidrag till {county_name} {agreement.year}: utkast utan fördelningsplan"
    view = DecisionView(
        path=DECISION.path(dossier.folder(RecipientType.LAN, county)),
        agreement_id=agreement.id,
        title=heading,
        heading=heading,
        draft=True,
        unsigned=agreement.status == Status.DRAFT,
        county_name=county_name,
        types=dossier.register.words,
        background=agreement.background,
        frame=_frame(agreement),
        changes=gathered.changes[county],
        posts=posts,
        total=total,
        total_from_exact=agreement.rounding.totals == TotalsFrom.UNROUNDED,
        figures_source=listed(
            papers_of(gathered.printed).get(Recipient(RecipientType.LAN, county), ())
        ),
        requisition_sek=requisition_sek(agreement, (post.amount for post in posts), total),
        deadlines=tuple(dated(agreement, "requisition")),
        repayment=next((each for each in dated(agreement, "repayment") if each.in_force), None),
        reporting=tuple(duties_of_agreement(agreement, contents=plan is None)),
        computations=computations,
        extracts=extracts,
        notes=population_notes(sidecars_of(dossier, (each.source for each in extracts))),
        corrections=gathered.corrections,
        overview=gathered.overviews[county],
    )
    return _planned(view, dossier, plan) if plan else _open(view, agreement, gathered, county)


def _computations(dossier: Dossier, gathered: _Gathered, county: str) -> tuple[Computation, ...]:
    agreement = dossier.agreement
    posts = _county_posts(agreement)
    return tuple(
        _with_place(agreement, post, computation(dossier, gathered.printed, post, derivation))
        for post, derivation in zip(posts, gathered.derivations[county], strict=True)
    )


def _with_place(agreement: Agreement, post: Post, own: Computation) -> Computation:
    """Its key's place, or where the post itself stands if the key's is not known."""
    return own if own.key.place else replace(own, key=citation(agreement, post.reference))


def _planned(view: DecisionView, dossier: Dossier, plan: Plan) -> DecisionView:
    """The view with all that the county's plan says."""
    measures = placed(plan, county_amounts(dossier.allocation, plan.county))
    return replace(
        view,
        # Two counties may call their papers the same; a reader's list of open pages must not.
        title=f"{plan.title}, {view.county_name}",
        heading=plan.title,
        draft=view.unsigned,
        planned=True,
        issuer=plan.issuer,
        issuer_role=plan.issuer_role,
        day=plan.date,
        reference_number=plan.reference_number,
        decided_by=plan.decision.by,
        decided_by_long=plan.decision.by_long,
        proposal=plan.decision.proposal,
        requisition_by=plan.requisition.by,
        requisition_text=plan.requisition.text,
        organisations=tuple(organisations_of(plan, measures, view.posts)),
        payment=plan.payment.text,
        invoicing=plan.payment.invoicing,
        reporting=(*own_duties(plan), *view.reporting),
        recipients_of_extract=plan.recipients_of_extract,
    )


def _open(
    view: DecisionView, agreement: Agreement, gathered: _Gathered, county: str
) -> DecisionView:
    """The view that leaves open what the county decides, and says what it must know to do so."""
    return replace(
        view,
        plan_file=f"raw/plans/{agreement.id}/{county}.yaml",
        tasks=gathered.tasks,
        conditions=gathered.conditions,
    )


def _county_posts(agreement: Agreement) -> Sequence[Post]:
    posts = agreement.posts_of(RecipientType.LAN)
    if not posts:
        raise ProgramError(f"{agreement.id} has no posts of type `lan`, so no decision document.")
    return posts


def _frame(agreement: Agreement) -> Frame:
    source = agreement.sources.get("agreement")
    return Frame(
        title=agreement.title,
        year=agreement.year,
        reference_number=source.reference_number if source else "",
        signed_by_state=agreement.signed.state if agreement.signed else None,
        signed_by_skr=agreement.signed.skr if agreement.signed else None,
        total_sek=agreement.total.amount,
        parts=tuple(
            (recipients, sum(post.amount for post in agreement.posts_of(recipients)))
            for recipients in agreement.types()
        ),
    )
