"""How each of a recipient's amounts came about, as its own paper shows it.

Belongs here: an amount's derivation with its rule's place, and whether it is proof of anything.
Does not: deriving (`statsbidrag.allocation.derivation`), the files that it rests on
(`statsbidrag.documents.parts.populations`), or sentences (`templates/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from schemas.agreement import Post
from statsbidrag.agreement.citations import Citation, citation
from statsbidrag.allocation.derivation import Derivation, PopulationCell
from statsbidrag.documents.parts.populations import calibrated_to
from statsbidrag.documents.parts.printed_in import Printed
from statsbidrag.dossier.dossier import Dossier


@dataclass(frozen=True)
class Computation:
    """How one amount came about. `calibrated`: its estimate was made to meet the published one."""

    label: str
    key: Citation
    derivation: Derivation
    calibrated: bool

    @property
    def uses_population(self) -> bool:
        """Whether any step of the key is a share of a population, or of weights."""
        return any(True for _ in cells_of([self]))

    @property
    def weighted(self) -> bool:
        """Whether any step of the key goes by a table of weights."""
        return any(cell.basis.startswith("weights/") for cell in cells_of([self]))


def computation(
    dossier: Dossier, printed: Printed, post: Post, derivation: Derivation
) -> Computation:
    """How a recipient's amount of a post came about, with the paper that printed it if any did."""
    fitted = {
        code
        for sha256 in {step.population.sha256 for step in derivation.steps if step.population}
        for code in calibrated_to(dossier, sha256, post.id)
    }
    source = printed.get((post.id, derivation.recipient), "")
    return Computation(
        label=post.label,
        key=citation(dossier.agreement, derivation.reference),
        derivation=replace(derivation, published_source=source),
        calibrated=derivation.recipient_code in fitted,
    )


def cells_of(computations: Iterable[Computation]) -> Iterator[PopulationCell]:
    """The population (or weight) of every step that uses one, in the order of their use."""
    for each in computations:
        for step in each.derivation.steps:
            if step.population is not None:
                yield step.population


def exact_sum(computations: Iterable[Computation]) -> Fraction:
    """The sum of the exact amounts, which no rounding has touched."""
    return sum((each.derivation.exact or Fraction(0) for each in computations), Fraction(0))
