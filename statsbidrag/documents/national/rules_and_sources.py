"""How the amounts of each post come about: its rule, the population behind it, who printed any.

Belongs here: rules and sources as plain values. Does not: the amounts
(`statsbidrag.documents.national.recipient_tables`), or how a rule is said
(`statsbidrag.swedish.key_sentences`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.agreement import Post
from schemas.common import NATION, Level, RecipientType
from statsbidrag.agreement.citations import Citation, citation
from statsbidrag.allocation.amounts import basis_keys
from statsbidrag.documents.parts.populations import (
    PopulationFile,
    calibrated_to,
    population_file,
)
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.register import recipients as reg
from statsbidrag.swedish.key_sentences import key_in_words, rounding_in_words, source_title


@dataclass(frozen=True)
class PublishedBy:
    """How many figures one source printed, and whose (recipients' names, in order)."""

    title: str
    figures: int
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class BasisUse:
    """A population (or table of weights) that a key uses, and the file it is taken from.

    `added_from` is the file's own level where its regions were added to make this one. Of a table
    of weights `ages` says what it counts.
    """

    reference_date: date
    level: Level
    ages: str
    source: PopulationFile
    added_from: Level | None


@dataclass(frozen=True)
class Rule:
    """How the amounts of one post come about, and who printed any of them.

    `calibrated` names recipients whose printed amounts the population was estimated to meet,
    `unresolved` why the post has no key.
    """

    title: str
    label: str
    part_of: str
    recipients: RecipientType
    amount_sek: int
    amount_source: Citation
    key: str
    key_source: Citation
    rounding: str
    bases: tuple[BasisUse, ...]
    published: tuple[PublishedBy, ...]
    recipients_count: int
    calibrated: tuple[str, ...]
    unresolved: str

    @property
    def all_published(self) -> bool:
        """Whether one source printed every recipient's amount."""
        return len(self.published) == 1 and self.published[0].figures == self.recipients_count


def rule_of(dossier: Dossier, post: Post) -> Rule:
    """How one post's amounts come about. Raises ProgramError for a population without its file."""
    agreement = dossier.agreement
    titles = {group.id: group.label for group in agreement.post_groups}
    return Rule(
        title=post.title,
        label=post.label,
        part_of=titles.get(post.part_of or "", ""),
        recipients=post.recipients,
        amount_sek=post.amount,
        amount_source=citation(agreement, post.reference),
        key=key_in_words(agreement, post, dossier.register.words),
        key_source=citation(agreement, post.key_reference or post.reference),
        rounding=rounding_in_words(agreement.rounding_of(post)),
        bases=tuple(_basis_use(dossier, str(key)) for key in basis_keys(agreement, post)),
        published=published_by(dossier, post.recipients, post.id),
        recipients_count=len(reg.codes(dossier.register, post.recipients)),
        calibrated=_calibrated(dossier, post),
        unresolved=post.unresolved,
    )


def _basis_use(dossier: Dossier, name: str) -> BasisUse:
    row = dossier.basis[dossier.basis["basis"] == name].iloc[0]
    level = Level(str(row["level"]))
    source = population_file(dossier, str(row["sha256"]))
    published = dossier.levels.get(str(row["sha256"]), (level,))
    return BasisUse(
        reference_date=date.fromisoformat(str(row["reference_date"])),
        level=level,
        ages=str(row["ages"]),
        source=source,
        added_from=None if level in published else published[0],
    )


def _calibrated(dossier: Dossier, post: Post) -> tuple[str, ...]:
    names = reg.names(dossier.register, post.recipients)
    used = {
        str(sha256)
        for key in basis_keys(dossier.agreement, post)
        for sha256 in dossier.basis.loc[dossier.basis["basis"] == str(key), "sha256"]
    }
    return tuple(
        names[code]
        for sha256 in dossier.extracts
        if sha256 in used
        for code in calibrated_to(dossier, sha256, post.id)
    )


def published_by(
    dossier: Dossier, recipients: RecipientType, post: str | None
) -> tuple[PublishedBy, ...]:
    """Who printed figures of these recipients, of one post or of all."""
    names = reg.names(dossier.register, recipients)
    printed = dossier.published
    own = printed[
        (printed["recipient_type"] == str(recipients)) & (printed["recipient_code"] != NATION)
    ]
    if post is not None:
        own = own[own["post"] == post]
    return tuple(
        PublishedBy(
            source_title(dossier.agreement, str(source)),
            len(rows),
            tuple(names[code] for code in sorted(set(rows["recipient_code"]))),
        )
        for source, rows in own.groupby("source", sort=True)
    )
