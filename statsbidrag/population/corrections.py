"""Corrections: figures of an extract replaced by data, as long as the source is what it was.

Belongs here: finding the corrections of a file and applying them. Does not: their form
(`schemas.corrections`), or telling readers of them (`statsbidrag.reconciliation`,
`templates/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.corrections import Correction, Corrections
from schemas.tables import OPEN_AGE, PopulationFrame
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Raw


@dataclass(frozen=True)
class Placed:
    """A correction and where it is written: its file, and its place in it."""

    path: Path
    place: str
    correction: Correction


def read_corrections(raw: Raw) -> tuple[Placed, ...]:
    """Every correction in `raw/corrections/`, in the order of the files.

    Raises InputError where two are of the same figure. One of a file that is not there stops
    nobody; `lost_corrections` tells of it.
    """
    found: list[Placed] = []
    for path in raw.correction_paths():
        model = raw.model(path, Corrections)
        for index, correction in enumerate(model.corrections):
            placed = Placed(path, f"corrections[{index}]", correction)
            _check_once(placed, found)
            found.append(placed)
    return tuple(found)


def lost_corrections(raw: Raw) -> list[InputError]:
    """Corrections of files that are not there, each as the error that it is."""
    return [
        input_error(
            placed.path,
            f"{placed.place}.file",
            expected="the name of a file in raw/population/",
            found=f"`{placed.correction.file}`",
            action="the extract is gone: take its correction away, or name the file anew",
        )
        for placed in read_corrections(raw)
        if Path(placed.correction.file).name != placed.correction.file
        or not (raw.root / "population" / placed.correction.file).is_file()
    ]


def _check_once(placed: Placed, earlier: Sequence[Placed]) -> None:
    for other in earlier:
        same = (other.correction.file, other.correction.where) == (
            placed.correction.file,
            placed.correction.where,
        )
        if same:
            found = f"{placed.correction.where} also in {other.path}: {other.place}"
            raise _twice(placed, found)


def _twice(placed: Placed, found: str) -> InputError:
    return input_error(
        placed.path,
        placed.place,
        expected="each figure corrected once",
        found=found,
        action="keep one of them",
    )


def corrected(frame: PopulationFrame, path: Path, corrections: Sequence[Placed]) -> PopulationFrame:
    """The population with the corrections of its file applied.

    Raises InputError where a figure is not there, or is no longer what the correction expects.
    """
    if not corrections:
        return frame
    delivered = frame["population"].to_numpy()
    persons, done = delivered.copy(), set[int]()
    for placed in corrections:
        rows = _rows(frame, placed.correction)
        if len(rows) != 1:
            raise input_error(
                placed.path,
                f"{placed.place}.where",
                expected=f"one figure of {path}",
                found=f"{placed.correction.where}: {len(rows)} figures",
                action="name region, ages (17-17 for one year), sex and day as the extract does",
            )
        found = int(delivered[rows[0]])
        if found != placed.correction.expect:
            raise input_error(
                placed.path,
                f"{placed.place}.expect",
                expected=f"{placed.correction.expect} in {path}, {placed.correction.where}",
                found=f"{found}: the source has changed",
                action="see whether the source is right now: take the correction away, or renew it",
            )
        if rows[0] in done:
            raise _twice(placed, f"{placed.correction.where} twice")
        done.add(rows[0])
        persons[rows[0]] = placed.correction.value
    return frame.assign(population=persons)


def _rows(frame: PopulationFrame, correction: Correction) -> list[int]:
    """The places of the rows that the correction speaks of."""
    cell = correction.where
    first = 0 if cell.ages is None else cell.ages.first
    last = OPEN_AGE if cell.ages is None or cell.ages.last is None else cell.ages.last
    hit = (
        (frame["region_code"] == cell.region)
        & (frame["age_from"] == first)
        & (frame["age_to"] == last)
        & (frame["sex"] == cell.sex)
    )
    if cell.reference_date is not None:
        hit &= frame["reference_date"] == str(cell.reference_date)
    return [int(place) for place in hit.to_numpy().nonzero()[0]]
