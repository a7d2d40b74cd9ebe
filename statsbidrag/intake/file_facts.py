"""What a downloaded file says of itself that its sidecar needs: level, ages, random numbers.

Belongs here: reading it from the file's cells, and comparing it with what a person says. Does not:
whether the file is whole (`statsbidrag.population.reading`), or the sidecar
(`statsbidrag.intake.adding`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from schemas.common import Level, Maturity
from schemas.keys import AgeInterval
from schemas.sidecar import Perturbation, PopulationSidecar
from schemas.tables import OPEN_AGE
from statsbidrag.errors import input_error
from statsbidrag.population.formats.cells import Cells, Variable
from statsbidrag.population.formats.labels import LabelError, Regions, age_of
from statsbidrag.population.perturbation import assumed, perturbation_of, stated_by_a_person
from statsbidrag.population.tiling import fewest
from statsbidrag.register.recipients import Register

SCB: Final = "SCB"
_DIGITS_OF_A_COUNTY: Final = 2


def level_of(cells: Cells, register: Register) -> Level:
    """Counties where no region is anything else; one with 289 municipalities is no such file."""
    regions = Regions.of(register, Level.KOMMUN)
    codes: list[str] = []
    for label in cells.axes[Variable.REGION].labels:
        try:
            codes.append(regions.read(label).code)
        except LabelError:
            # What it is instead is told when the file is read whole.
            return Level.KOMMUN
    counties = codes and all(len(code) == _DIGITS_OF_A_COUNTY for code in codes)
    return Level.LAN if counties else Level.KOMMUN


def ages_of(source: Path, cells: Cells, stated: AgeInterval | None) -> AgeInterval | None:
    """The ages that the file covers, None for all; what a person says where it does not say any.

    Raises InputError where the two say different things.
    """
    axis = cells.axes.get(Variable.AGE)
    if axis is None:
        return stated
    try:
        spans = {age_of(label) for label in axis.labels}
    except LabelError:
        return stated
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    if fewest(spans, first, last) is None:
        # Which age is missing is told when the file is read whole.
        return stated
    everyone = (first, last) == (0, OPEN_AGE)
    ages = AgeInterval(first=first, last=None if last == OPEN_AGE else last)
    if stated is not None and stated != ages:
        raise input_error(
            source,
            "--ages",
            expected=f"{'every age' if everyone else ages}: the file says so itself",
            found=str(stated),
            action="leave it out: it is for a file that does not say its ages",
        )
    return None if everyone else ages


def perturbation_for(
    source: Path,
    cells: Cells,
    sidecar: PopulationSidecar,
    stated: Literal["none", "cell_key"] | None,
) -> Perturbation | None:
    """What the sidecar says of random numbers: nothing where the file's own notes tell of them.

    Else what a person says, and else, of SCB's figures, what their year leads to. Raises InputError
    where a person says that there are none and the notes that there are.
    """
    notes = (*cells.said.mandatory_notes, *cells.said.notes)
    noted = perturbation_of(sidecar, notes)
    if noted is not None and stated == "none":
        raise input_error(
            source,
            "--perturbation",
            expected="cell_key: the file says so itself",
            found=f"none, and the note `{' '.join(noted.source.split())[:80]}`",
            action="leave it out: it is for a file that does not say",
        )
    if noted is not None:
        return None
    if stated is not None:
        return stated_by_a_person(stated)
    counted = sidecar.producer == SCB and sidecar.maturity != Maturity.ESTIMATE
    return assumed(sidecar.reference_dates, notes) if counted else None
