"""The population files that a document's amounts rest on: what they are, and what to tell of them.

Belongs here: a file (or table of weights) as documents name it, whose printed amounts it was
estimated to meet, and which maturities a reader must be told of. Does not: which file counts
(`statsbidrag.population.basis`), the producer's own notes
(`statsbidrag.documents.parts.population_notes`), or sentences (`templates/makron.html.jinja`).

The dataclass holds values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.common import Maturity
from schemas.sidecar import PopulationSidecar
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError


@dataclass(frozen=True)
class PopulationFile:
    """A file of population; or of weights, which is no population: then `table` is its title."""

    producer: str
    maturity: Maturity
    file: str
    sha256: str
    table: str = ""


def population_file(dossier: Dossier, sha256: str) -> PopulationFile:
    """The file with this hash, as its sidecar describes it.

    Raises ProgramError for one that is not in the dossier: no amount may rest on it.
    """
    weights, sidecar = dossier.weights.get(sha256), dossier.extracts.get(sha256)
    if weights is not None:
        return PopulationFile(weights.source, weights.maturity, weights.file, sha256, weights.title)
    if sidecar is not None:
        return PopulationFile(sidecar.producer, sidecar.maturity, sidecar.file, sha256)
    raise ProgramError(f"an amount rests on an extract that is not in the dossier: {sha256}")


def sidecars_of(dossier: Dossier, files: Iterable[PopulationFile]) -> Iterator[PopulationSidecar]:
    """The sidecars of these files, each once; tables of weights have none of this kind."""
    for sha256 in dict.fromkeys(each.sha256 for each in files):
        if sha256 in dossier.extracts:
            yield dossier.extracts[sha256]


def calibrated_to(dossier: Dossier, sha256: str, post: str) -> Iterator[str]:
    """The codes of those whose printed amounts of a post this file was estimated to meet.

    That their amounts come out is no proof of anything, and they must be told so.
    """
    sidecar = dossier.extracts.get(sha256)
    for fit in sidecar.calibrated_to if sidecar else ():
        if (fit.agreement, fit.post) == (dossier.agreement.id, post):
            yield from sorted(fit.recipients)


def maturities_to_tell(maturities: Iterable[Maturity]) -> tuple[Maturity, ...]:
    """What must be said of these populations, the best first: nothing where all are SCB's own."""
    different = set(maturities)
    if different == {Maturity.DEFINITIVE}:
        return ()
    return tuple(sorted(different, key=lambda maturity: maturity.rank))
