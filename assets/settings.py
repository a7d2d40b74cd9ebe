"""What an asset is given from outside: folders, the day, where SCB is, whom to tell of progress.

Belongs here: the resources that assets share. Does not: any default path (`pipelines.definitions`).
"""

from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import dagster as dg

from statsbidrag.errors import ProgramError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import Inputs, inputs_of

agreements = dg.DynamicPartitionsDefinition(name="agreement")
"""One partition per agreement, registered by the command or the sensor that first runs it."""

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
"""The time that a day, a schedule and a notice are told in."""


class Folders(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The raw files, the output, the stages' files, the project's own sources.

    `jobs` is how many processes may render.
    """

    raw: str
    output: str
    stages: str
    project: str
    jobs: int = 1

    def raw_files(self) -> Raw:
        """The folder of raw files."""
        return Raw(Path(self.raw))

    def inputs(self, agreement_id: str) -> Inputs:
        """What an agreement's revision depends on, as the files are now."""
        return inputs_of(self.raw_files(), agreement_id, Path(self.project))

    def rendered(self, agreement_id: str) -> Path:
        """Where an agreement's documents wait to be published."""
        return Path(self.stages) / agreement_id / "documents"


def require_same_inputs(fingerprint: str, inputs: Inputs, what: str) -> None:
    """Refuses a stage's result that was made from other inputs than those that lie there now."""
    if fingerprint != inputs.fingerprint:
        raise ProgramError(
            f"{what} was made from other inputs (fingerprint {fingerprint[:12]} instead of "
            f"{inputs.fingerprint[:12]}). Run every stage again."
        )


class Clock(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What day it is; the core has no clock of its own."""

    def today(self) -> date:
        """The day in Sweden."""
        return datetime.now(STOCKHOLM).date()


class Scb(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where SCB's PxWebApi 2 is."""

    address: str


class Progress:
    """Told of the documents to come and of each that is done, by family; this one tells nobody."""

    def expect(self, family: str, count: int) -> None:
        """So many documents of this family are to come."""

    def step(self, family: str) -> None:
        """One of them is done."""
