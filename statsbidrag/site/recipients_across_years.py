"""Every recipient across the agreements that are published: amounts, derivations, documents.

Belongs here: gathering what the current revisions say of one recipient, read back from their own
files, each file once. Does not: how it becomes a page (`statsbidrag.site.recipient_pages`), or
anything that the revisions do not say themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from schemas.agreement import Rounding, TotalsFrom
from schemas.common import TOTAL, Maturity, Recipient, RecipientType
from schemas.documents import FAMILIES, family_of
from schemas.manifest import Manifest
from schemas.reconciliation import Verdict
from schemas.register import RecipientTypeWords, TypesInWords
from statsbidrag.allocation.derivation import rounding_step
from statsbidrag.allocation.figures import Figure, maturities_to_explain
from statsbidrag.diff.sentences import is_weight
from statsbidrag.errors import ProgramError, UsageError
from statsbidrag.publication.reading_back import read_back
from statsbidrag.publication.revision import (
    PublishedBasis,
    PublishedPost,
    PublishedRevision,
    Step,
)
from statsbidrag.swedish.alphabet import alphabetical, slug
from statsbidrag.swedish.typography import kronor

FOLDER: Final = "mottagare"
"""The folder of the output that holds the recipients' pages."""

_SUFFIXES: Final = {"html": "", "pdf": "PDF", "docx": "Word", "xlsx": "Excel", "csv": "CSV"}


@dataclass(frozen=True)
class File:
    """One form of a document; `form` is empty for the page itself."""

    form: str
    href: str


@dataclass(frozen=True)
class RecipientDocument:
    """One of a recipient's documents, in every form that there is of it. Ways are from `output`."""

    name: str
    files: tuple[File, ...]


@dataclass(frozen=True)
class PopulationUse:
    """The population (or weight, `weighted`) that a step uses: the recipient's, and everyone's.

    `file` and `sha256` are those of the file that the figures are from.
    """

    weighted: bool
    reference_date: str
    ages: str
    own: int
    everyone: int
    maturity: Maturity
    file: str
    sha256: str

    @property
    def share(self) -> Fraction | None:
        """The recipient's part of everyone's; None where there is nobody."""
        return Fraction(self.own, self.everyone) if self.everyone else None


@dataclass(frozen=True)
class StepShown:
    """One step of a key: in words, as a formula, its exact value, and what it rests on."""

    words: str
    formula: str
    value: Fraction
    population: PopulationUse | None


@dataclass(frozen=True)
class PostShown:
    """One post for one recipient, from clause to krona.

    `figure` is None where nothing is known. `exact`, and how it was rounded, are None for what is
    not computed; `computed_sek` differs from the figure only where another sum was published, and
    `verdict` says what the comparison with a published sum came to.
    """

    post: PublishedPost
    figure: Figure | None
    computed_sek: int | None
    published_sek: int | None
    verdict: Verdict | None
    steps: tuple[StepShown, ...]
    exact: Fraction | None
    rounded: str


@dataclass(frozen=True)
class OfAgreement:
    """What one agreement gives one recipient. `posts` are all those of the recipient's type."""

    agreement: str
    posts: tuple[PostShown, ...]
    total: Figure | None
    documents: tuple[RecipientDocument, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure that is shown of it."""
        own = tuple(post.figure for post in self.posts if post.figure is not None)
        return own if self.total is None else (*own, self.total)

    @property
    def parts_sek(self) -> int:
        """The sum of the figures as they are printed."""
        return sum(post.figure.sek for post in self.posts if post.figure is not None)

    @property
    def unknown(self) -> tuple[PostShown, ...]:
        """The posts of which nobody has published what the recipient gets, and no key is known."""
        return tuple(post for post in self.posts if post.figure is None)


@dataclass(frozen=True)
class RecipientHistory:
    """One recipient, with the newest agreement first; `words` are those of its type."""

    type: RecipientType
    code: str
    name: str
    agreements: tuple[OfAgreement, ...]
    words: RecipientTypeWords

    @property
    def path(self) -> str:
        """Where its page lies in the output, without suffix: `mottagare/kommun/2380-ostersund`."""
        if self.type == RecipientType.SKR:
            return f"{FOLDER}/{self.code.lower()}"
        return f"{FOLDER}/{self.type}/{self.code}-{slug(self.name)}"

    @property
    def explained(self) -> tuple[Maturity, ...]:
        """The maturities whose mark stands at some figure, the weakest first."""
        return maturities_to_explain(each for own in self.agreements for each in own.figures)

    @property
    def weighted(self) -> bool:
        """Whether some amount rests on another table than the population."""
        return any(
            step.population is not None and step.population.weighted
            for own in self.agreements
            for post in own.posts
            for step in post.steps
        )

    def of(self, agreement_id: str) -> OfAgreement | None:
        """What one agreement gives it; None where it is not among its recipients."""
        return next((own for own in self.agreements if own.agreement == agreement_id), None)


@dataclass(frozen=True)
class Shown:
    """A revision that the site shows: its manifest, where it lies, and the way there."""

    manifest: Manifest
    folder: Path
    way: str


def recipients(shown: Sequence[Shown]) -> tuple[tuple[RecipientHistory, ...], list[ProgramError]]:
    """Everyone who gets something from any of these revisions, in Swedish order within each type.

    The revisions come the newest first. A name is that of the newest agreement, and so are the
    words of the types. Revisions of before
    they carried their derivations are passed over; the errors of those that cannot be read are
    given back.
    """
    names: dict[Recipient, str] = {}
    found: dict[Recipient, list[OfAgreement]] = defaultdict(list)
    failed: list[ProgramError] = []
    words = TypesInWords(())
    for each in shown:
        try:
            revision = read_back(each.folder, each.manifest)
            of_agreement = list(_of_agreement(revision, each.way))
        except UsageError:
            continue
        except ProgramError as error:
            failed.append(error)
            continue
        words = words or revision.words
        for who, name, own in of_agreement:
            names.setdefault(who, name)
            found[who].append(own)
    types = list(words)
    order = sorted(
        found, key=lambda who: (types.index(who.type), alphabetical(names[who]), who.code)
    )
    everyone = (
        RecipientHistory(*who, names[who], tuple(found[who]), words[who.type]) for who in order
    )
    return tuple(everyone), failed


def _of_agreement(
    revision: PublishedRevision, way: str
) -> Iterator[tuple[Recipient, str, OfAgreement]]:
    documents = _documents(revision, way)
    posts: dict[RecipientType, list[PublishedPost]] = defaultdict(list)
    for post in revision.posts.values():
        posts[post.recipients].append(post)
    names = {Recipient(of, code): each.name for (_, of, code), each in revision.amounts.items()}
    for who, name in names.items():
        own = tuple(_post(revision, post, who) for post in posts[who.type])
        total = revision.totals.get((TOTAL, *who))
        figure = total.figure if total else own[0].figure if len(own) == 1 else None
        yield (
            who,
            name,
            OfAgreement(revision.manifest.agreement, own, figure, tuple(documents.get(who, ()))),
        )


def _post(revision: PublishedRevision, post: PublishedPost, who: Recipient) -> PostShown:
    key = (post.id, *who)
    amount = revision.amounts.get(key)
    if amount is None:
        return PostShown(post, None, None, None, None, (), None, "")
    exact = None if amount.computed_sek is None else amount.exact
    return PostShown(
        post=post,
        figure=amount.figure,
        computed_sek=amount.computed_sek,
        published_sek=amount.published_sek,
        verdict=revision.verdicts.get(key),
        steps=tuple(_step(step, revision.bases) for step in amount.steps),
        exact=exact,
        rounded=_rounded(post, exact, amount.computed_sek),
    )


def _rounded(post: PublishedPost, exact: Fraction | None, amount_sek: int | None) -> str:
    if exact is None or amount_sek is None:
        return ""
    rounding = Rounding(method=post.method, unit=post.unit, totals=TotalsFrom.UNROUNDED)
    unit = "krona" if post.unit == 1 else kronor(post.unit)
    words = rounding_step(exact, amount_sek, rounding).words
    return words.replace("till närmaste", f"till närmaste {unit}")


def _step(step: Step, bases: Mapping[str, PublishedBasis]) -> StepShown:
    basis = bases.get(step.basis)
    used = None
    if basis is not None and step.own is not None and step.everyone is not None:
        used = PopulationUse(
            weighted=is_weight(step),
            reference_date=basis.reference_date,
            ages=basis.ages,
            own=step.own,
            everyone=step.everyone,
            maturity=basis.maturity,
            file=basis.extract,
            sha256=basis.sha256,
        )
    return StepShown(step.words, step.formula, step.value, used)


def _documents(revision: PublishedRevision, way: str) -> dict[Recipient, list[RecipientDocument]]:
    """Each recipient's documents in every form that there is of them, known families first."""
    titles = {document.path: document.title for document in revision.manifest.documents}
    suffixes: dict[str, set[str]] = defaultdict(set)
    for file in revision.manifest.outputs:
        stem, _, suffix = file.path.rpartition(".")
        suffixes[stem].add(suffix)
    found: dict[Recipient, list[RecipientDocument]] = defaultdict(list)
    for each in sorted(revision.documents, key=lambda each: _place(each.family)):
        if each.type is not None and each.code is not None:
            family = family_of(each.family)
            name = family.name if family else titles.get(each.path, each.family)
            files = tuple(_files(f"{way}/{each.path}", suffixes[each.path]))
            found[Recipient(each.type, each.code)].append(RecipientDocument(name, files))
    return found


def _place(family: str) -> tuple[int, str]:
    known = family_of(family)
    return (FAMILIES.index(known) if known else len(FAMILIES), family)


def _files(stem: str, suffixes: Iterable[str]) -> Iterator[File]:
    known = list(_SUFFIXES)
    for suffix in sorted(suffixes, key=lambda s: (known.index(s) if s in known else 99, s)):
        yield File(_SUFFIXES.get(suffix, suffix.upper()), f"{stem}.{suffix}")
