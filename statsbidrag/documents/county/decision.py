"""What a county's decision document shows: the county's money, its plan, and how it was computed.

Belongs here: choosing and ordering the figures, as one frozen view; with the county's plan, or as a
draft without it, which leaves open what the county decides. Does not: sentences and layout
(`templates/beslutsunderlag.html.jinja`), anything that only one county does (its plan), or the
county's recipients each for itself (`statsbidrag.documents.county.overview`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import ClassVar, Final

from schemas.agreement import Agreement, Coverage, Post, Status, TotalsFrom
from schemas.common import TOTAL, Maturity, RecipientType
from schemas.plan import Invoicing, Plan
from schemas.sidecar import PopulationSidecar
from statsbidrag.agreement.citations import Citation, DatedSource, citation, dated
from statsbidrag.allocation.derivation import Derivation, derive_all
from statsbidrag.allocation.figures import Figure, maturities_to_explain, summed
from statsbidrag.documents.county.change import ChangeSection, change_sections
from statsbidrag.documents.county.overview import CountyOverview, county_overviews
from statsbidrag.documents.parts.guidance import ConditionRow, Task, conditions_of, tasks_of
from statsbidrag.documents.parts.population_notes import (
    CorrectionNote,
    PopulationNote,
    correction_notes,
    population_notes,
)
from statsbidrag.documents.parts.requisition_sum import requisition_sek
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.plans.county_plans import Placed, county_amounts, placed
from statsbidrag.plans.issued import Replaced
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.key_sentences import share_in_words, source_title
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
class MeasureRow:
    """A measure in the plan: what, by whom, for how much.

    `share` is the share of the post that the plan gives instead of kronor, in words; `later`: the
    sum is what the others leave, to be decided later. `amount` is then as mature as the post; a sum
    in kronor is the county's own, and carries no mark. What the plan does not say is empty.
    """

    title: str
    label: str
    responsible: str
    organisations: tuple[str, ...]
    amount: Figure
    note: str
    level: str = ""
    share: str = ""
    later: bool = False


@dataclass(frozen=True)
class KnownGap:
    """A difference between plan and post that the plan itself explains: plan minus post."""

    amount_sek: int
    reason: str
    source: str


@dataclass(frozen=True)
class PostPart:
    """One of the county's posts: its sum, and the measures that share it, none without a plan.

    `part_of` is what the post of parts is called that it belongs to, if any.
    """

    id: str
    title: str
    label: str
    part_of: str
    amount: Figure
    measures: tuple[MeasureRow, ...]
    gaps: tuple[KnownGap, ...]

    @property
    def placed(self) -> Figure:
        """What the measures come to."""
        return summed(measure.amount for measure in self.measures)

    @property
    def placed_sek(self) -> int:
        """The same in kronor."""
        return self.placed.sek

    @property
    def unexplained_sek(self) -> int:
        """Plan minus post, without the differences that are known: 0 in all that is published."""
        known = sum(gap.amount_sek for gap in self.gaps)
        return self.placed_sek - self.amount.sek - known

    @property
    def differs(self) -> bool:
        """Whether measures and post are to be shown apart."""
        return bool(self.gaps) or self.placed_sek != self.amount.sek


@dataclass(frozen=True)
class LevelRow:
    """What one level has of each post, None where it has nothing; `level` is empty if unsaid."""

    level: str
    amounts: tuple[Figure | None, ...]

    @property
    def total(self) -> Figure:
        """The level's money."""
        return summed(amount for amount in self.amounts if amount is not None)

    @property
    def total_sek(self) -> int:
        """The same in kronor."""
        return self.total.sek


@dataclass(frozen=True)
class LevelTable:
    """The measures once more, by level (rows) and post (columns)."""

    posts: tuple[str, ...]
    rows: tuple[LevelRow, ...]

    @property
    def totals(self) -> tuple[Figure, ...]:
        """What all levels have of each post."""
        columns = zip(*(row.amounts for row in self.rows), strict=True)
        return tuple(summed(each for each in column if each is not None) for column in columns)


@dataclass(frozen=True)
class OrganisationPart:
    """The measures of one organisation, or of several that share them; none where none is named."""

    organisations: tuple[str, ...]
    measures: tuple[MeasureRow, ...]

    @property
    def amount(self) -> Figure:
        """What the measures come to."""
        return summed(measure.amount for measure in self.measures)

    @property
    def shared(self) -> bool:
        """Whether several organisations answer for the money together."""
        return len(self.organisations) > 1


@dataclass(frozen=True)
class ReportingRow:
    """Who reports what, to whom, by when; `source` is None where the county itself says so.

    `contents`, what the report must hold, is told to a county that has no plan yet.
    """

    who: tuple[str, ...]
    what: str
    to: str
    by: date | None
    by_note: str
    source: Citation | None
    contents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extract:
    """A population file that some amount rests on; or a table of weights, then with its title.

    `ages` of a table of weights is what it counts.
    """

    ages: tuple[str, ...]
    reference_date: date
    producer: str
    maturity: Maturity
    file: str
    sha256: str
    table: str = ""


@dataclass(frozen=True)
class Computation:
    """How one amount came about. `calibrated`: its estimate was made to meet the published one."""

    label: str
    rule: Citation
    key: Citation
    derivation: Derivation
    calibrated: bool

    @property
    def uses_population(self) -> bool:
        """Whether any step of the key is a share of a population, or by a table of weights."""
        return any(step.population is not None for step in self.derivation.steps)

    @property
    def weighted(self) -> bool:
        """Whether any step of the key goes by a table of weights."""
        cells = [step.population for step in self.derivation.steps]
        return any(cell.basis.startswith("weights/") for cell in cells if cell is not None)


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
        return sum(
            (each.derivation.exact or Fraction(0) for each in self.computations), Fraction(0)
        )

    @property
    def measures(self) -> tuple[MeasureRow, ...]:
        """All measures, in the order of their posts."""
        return tuple(measure for post in self.posts for measure in post.measures)

    @property
    def maturities(self) -> tuple[Maturity, ...]:
        """What must be said of the populations, the best first: nothing where all are SCB's own."""
        found = {extract.maturity for extract in self.extracts if not extract.table}
        if found == {Maturity.DEFINITIVE}:
            return ()
        return tuple(sorted(found, key=lambda maturity: maturity.rank))

    @property
    def weighted(self) -> bool:
        """Whether any amount rests on a table of weights."""
        return any(extract.table for extract in self.extracts)

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
        named = dict.fromkeys(measure.level for measure in self.measures)
        if not any(named):
            return None
        order = sorted(named, key=lambda level: not level)
        rows = tuple(LevelRow(level, _of_level(self.posts, level)) for level in order)
        return LevelTable(tuple(post.label for post in self.posts), rows)

    @property
    def names_organisations(self) -> bool:
        """Whether any measure says which organisation takes care of its money."""
        return any(part.organisations for part in self.organisations)

    def attachments(self) -> tuple[Attachment, ...]:
        """The document's tables and the overview as CSV files that a Swedish spreadsheet opens."""
        description = f"Tabellerna i {self.title}"
        return (
            Attachment(
                "fordelning.csv", csv_bytes(_CSV_HEAD, _csv_rows(self)), "text/csv", description
            ),
            Attachment(
                "lansoversikt.csv",
                csv_bytes(_OVERVIEW_HEAD, _overview_rows(self.overview)),
                "text/csv",
                f"Översikten över {self.county_name}",
            ),
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
        changes=change_sections(dossier, plans),
        overviews=county_overviews(dossier, plans),
        corrections=correction_notes(dossier.corrections, dossier.basis, dossier.register),
        tasks=tasks_of(agreement, RecipientType.LAN),
        conditions=conditions_of(agreement, RecipientType.LAN),
    )


def _view(dossier: Dossier, gathered: _Gathered, county: str, plan: Plan | None) -> DecisionView:
    agreement = dossier.agreement
    posts = _posts(dossier, county, plan)
    total = dossier.figures.of(TOTAL, RecipientType.LAN, county)
    computations = _computations(dossier, gathered, county)
    extracts = _extracts(dossier, computations)
    county_name = reg.names(dossier.register, RecipientType.LAN)[county]
    heading = f"Statsbidrag till {county_name} {agreement.year}: utkast utan fördelningsplan"
    view = DecisionView(
        path=f"{dossier.folder(RecipientType.LAN, county)}/beslutsunderlag",
        agreement_id=agreement.id,
        title=heading,
        heading=heading,
        draft=True,
        unsigned=agreement.status == Status.DRAFT,
        county_name=county_name,
        background=agreement.background,
        frame=_frame(agreement),
        changes=gathered.changes[county],
        posts=posts,
        total=total,
        total_from_exact=agreement.rounding.totals == TotalsFrom.UNROUNDED,
        figures_source=_published_in(dossier, county),
        requisition_sek=requisition_sek(agreement, (post.amount for post in posts), total),
        deadlines=tuple(dated(agreement, "requisition")),
        repayment=next((each for each in dated(agreement, "repayment") if each.in_force), None),
        reporting=tuple(_reporting(agreement, contents=plan is None)),
        computations=computations,
        extracts=extracts,
        notes=population_notes(_sidecars(dossier, extracts)),
        corrections=gathered.corrections,
        overview=gathered.overviews[county],
    )
    return _planned(view, dossier, plan) if plan else _open(view, agreement, gathered, county)


def _computations(dossier: Dossier, gathered: _Gathered, county: str) -> tuple[Computation, ...]:
    posts = _county_posts(dossier.agreement)
    return tuple(
        _computation(dossier, county, post, derivation)
        for post, derivation in zip(posts, gathered.derivations[county], strict=True)
    )


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
        organisations=tuple(_organisations(plan, measures, view.posts)),
        payment=plan.payment.text,
        invoicing=plan.payment.invoicing,
        reporting=(*_own_reporting(plan), *view.reporting),
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


def _posts(dossier: Dossier, county: str, plan: Plan | None) -> tuple[PostPart, ...]:
    agreement = dossier.agreement
    groups = {group.id: group.label for group in agreement.post_groups}
    measures = placed(plan, county_amounts(dossier.allocation, county)) if plan else ()
    found = []
    for post in _county_posts(agreement):
        amount = dossier.figures.of(post.id, RecipientType.LAN, county)
        own = tuple(_measure(each, amount) for each in measures if each.measure.post == post.id)
        gaps = tuple(
            KnownGap(known.amount, known.reason, source_title(agreement, known.source))
            for known in (plan.known_differences if plan else ())
            if known.post == post.id
        )
        part_of = groups.get(post.part_of or "", "")
        found.append(PostPart(post.id, post.title, post.label, part_of, amount, own, gaps))
    return tuple(found)


def _measure(each: Placed, post: Figure) -> MeasureRow:
    measure = each.measure
    if each.amount_sek is None:
        raise ProgramError(f"{measure.post}: {measure.title}: a plan without its sums is withheld.")
    return MeasureRow(
        title=measure.title,
        label=measure.label,
        responsible=measure.responsible,
        organisations=measure.organisation,
        amount=Figure(each.amount_sek, published=True, maturity=Maturity.DEFINITIVE)
        if measure.amount is not None
        else replace(post, sek=each.amount_sek),
        note=measure.note,
        level=measure.level,
        share=share_in_words(measure.share) if measure.share is not None else "",
        later=measure.remainder,
    )


def _of_level(posts: Sequence[PostPart], level: str) -> tuple[Figure | None, ...]:
    """What one level has of each post, None where it has nothing."""
    own = [[m.amount for m in post.measures if m.level == level] for post in posts]
    return tuple(summed(amounts) if amounts else None for amounts in own)


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


def _organisations(
    plan: Plan, measures: Sequence[Placed], posts: Sequence[PostPart]
) -> Iterator[OrganisationPart]:
    amounts = {post.id: post.amount for post in posts}
    for organisations in plan.by_organisation():
        own = [each for each in measures if each.measure.organisation == organisations]
        rows = tuple(_measure(each, amounts[each.measure.post]) for each in own)
        yield OrganisationPart(organisations, rows)


def _own_reporting(plan: Plan) -> Iterator[ReportingRow]:
    """The duties that the county has given itself."""
    for own in plan.reporting:
        yield ReportingRow(own.who, own.what, own.to, own.by, "", None)


def _reporting(agreement: Agreement, *, contents: bool) -> Iterator[ReportingRow]:
    """The duties that the agreement puts on a county, with what a report must hold if asked for."""
    for duty in agreement.duties_of(RecipientType.LAN):
        who = tuple(str(each) for each in duty.who)
        source = citation(agreement, duty.reference)
        said = duty.contents if contents else ()
        yield ReportingRow(who, duty.what, duty.to, duty.by, duty.by_note, source, said)


# --- Where figures come from -----------------------------------------------------------------


def _published_sources(dossier: Dossier, county: str) -> dict[str, str]:
    """Whose publication each of the county's published figures is taken from, by post."""
    published = dossier.published
    own = published[
        (published["recipient_type"] == "lan") & (published["recipient_code"] == county)
    ]
    return {
        str(row.post): source_title(dossier.agreement, str(row.source))
        for row in own.itertuples(index=False)
    }


def _published_in(dossier: Dossier, county: str) -> str:
    return listed(dict.fromkeys(_published_sources(dossier, county).values()))


def _computation(dossier: Dossier, county: str, post: Post, derivation: Derivation) -> Computation:
    source = _published_sources(dossier, county).get(post.id, "")
    return Computation(
        label=post.label,
        rule=citation(dossier.agreement, post.reference),
        key=citation(dossier.agreement, post.key_reference or post.reference),
        derivation=replace(derivation, published_source=source),
        calibrated=any(
            _is_calibrated(dossier, step.population.sha256, post.id, county)
            for step in derivation.steps
            if step.population is not None
        ),
    )


def _is_calibrated(dossier: Dossier, sha256: str, post: str, county: str) -> bool:
    sidecar = dossier.extracts.get(sha256)
    return sidecar is not None and any(
        fit.agreement == dossier.agreement.id and fit.post == post and county in fit.recipients
        for fit in sidecar.calibrated_to
    )


def _extracts(dossier: Dossier, computations: Sequence[Computation]) -> tuple[Extract, ...]:
    """The population files that some amount rests on, each once, in the order of their use."""
    ages: dict[tuple[str, str], dict[str, None]] = {}
    for computation in computations:
        for step in computation.derivation.steps:
            if step.population is not None:
                cell = step.population
                ages.setdefault((cell.sha256, cell.reference_date), {})[cell.ages] = None
    return tuple(
        _extract(dossier, sha256, date.fromisoformat(day), tuple(intervals))
        for (sha256, day), intervals in ages.items()
    )


def _sidecars(dossier: Dossier, extracts: Sequence[Extract]) -> Iterator[PopulationSidecar]:
    for each in extracts:
        if not each.table:
            yield dossier.extracts[each.sha256]


def _extract(dossier: Dossier, sha256: str, day: date, ages: tuple[str, ...]) -> Extract:
    weights = dossier.weights.get(sha256)
    if weights is not None:
        described = (weights.source, weights.maturity, weights.file, sha256, weights.title)
        return Extract(ages, day, *described)
    if sha256 not in dossier.extracts:
        raise ProgramError(f"an amount rests on an extract that is not in the dossier: {sha256}")
    sidecar = dossier.extracts[sha256]
    return Extract(ages, day, sidecar.producer, sidecar.maturity, sidecar.file, sha256)


# --- The same tables, for a spreadsheet ------------------------------------------------------


_CSV_HEAD: Final = [
    *("tabell", "område", "insats", "nivå", "ansvarig verksamhet", "organisation"),
    *("summa, kr", "mognad"),
]


_OVERVIEW_HEAD: Final = [
    *("mottagartyp", "kod", "mottagare", "post"),
    *("summa, kr", "märke", "mognad"),
]


def _csv_rows(view: DecisionView) -> Iterator[list[str | int]]:
    """The rows. Of a sum that the county's own plan gives, no maturity is said."""
    for post in view.posts:
        yield ["Medel per område", post.label, *[""] * 4, post.amount.sek, post.amount.word]
    yield ["Medel per område", "Summa", *[""] * 4, view.total.sek, view.total.word]
    for post in view.posts:
        for row in post.measures:
            who = listed(row.organisations)
            cells = [post.label, row.title, row.level, row.responsible, who]
            yield ["Fördelning på insatser", *cells, *_placed(row.amount)]
        for gap in post.gaps:
            cells = [post.label, gap.reason, "", "", ""]
            yield ["Kända skillnader mot områdets medel", *cells, -gap.amount_sek, ""]
    for level in view.levels.rows if view.levels else ():
        yield ["Summa per nivå", "", "", level.level, "", "", *_placed(level.total)]
    for part in view.organisations if view.names_organisations else ():
        who = listed(part.organisations)
        yield ["Summa per organisation", "", "", "", "", who, *_placed(part.amount)]


def _placed(amount: Figure) -> list[str | int]:
    return [amount.sek, amount.word if amount.mark else ""]


def _overview_rows(overview: CountyOverview) -> Iterator[list[str | int]]:
    for part in overview.parts:
        kind = str(part.recipients)
        for row in part.rows:
            yield [kind, "", part.name, row.label, *_known(row.amount)]
        yield [kind, "", part.name, "Summa", *_known(part.total)]
    for each in (row for group in overview.groups for row in group):
        for label, amount in zip(overview.columns, each.amounts, strict=True):
            yield ["kommun", each.code, each.name, label, *_known(amount)]
    yield ["", "", overview.county_name, "Summa", *_known(overview.total)]


def _known(amount: Figure | None) -> list[str | int]:
    return ["", "", ""] if amount is None else [amount.sek, amount.mark, amount.word]
