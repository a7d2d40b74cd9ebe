"""What an asset is given from outside: folders, the day, where SCB is, whom to tell of progress.

Belongs here: the resources that assets share. Does not: any default path (`pipelines.definitions`).
"""

from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import dagster as dg
from pydantic import PrivateAttr

from statsbidrag.dossier.reading import DossierInputs, read_inputs
from statsbidrag.errors import ProgramError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import Inputs, inputs_of

agreements = dg.DynamicPartitionsDefinition(name="agreement")
"""One partition per agreement, registered by the command or the sensor that first runs it."""

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
"""The time that a day, a schedule and a notice are told in."""


class Folders(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The raw files, the output, the stages' files, the project's own sources.

    `jobs` is how many processes may render. `fingerprint` is that of the inputs, if whoever starts
    the run has just computed it; else the run does.

    In one process a run reads an agreement's files once, and hashes them once before it begins and
    once before it publishes.
    """

    raw: str
    output: str
    stages: str
    project: str
    jobs: int = 1
    fingerprint: str = ""
    _look: Raw | None = PrivateAttr(default=None)
    _read: dict[str, DossierInputs] = PrivateAttr(default_factory=dict)
    _hashed: dict[str, str] = PrivateAttr(default_factory=dict)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """A run sees the files as they are when it begins, not as an earlier one saw them."""
        self.look_anew()

    def look_anew(self) -> None:
        """Forget what was read: files have changed."""
        self._look = None
        self._read, self._hashed = {}, {}

    def raw_files(self) -> Raw:
        """The folder of raw files, as this run sees it."""
        if self._look is None:
            self._look = Raw(Path(self.raw))
        return self._look

    def read(self, agreement_id: str) -> DossierInputs:
        """All that the agreement needs of the raw files. Raises InputError."""
        if agreement_id not in self._read:
            self._read[agreement_id] = read_inputs(self.raw_files(), agreement_id)
        return self._read[agreement_id]

    def fingerprint_of(self, agreement_id: str) -> str:
        """The fingerprint of the agreement's inputs when this run began."""
        if self.fingerprint:
            return self.fingerprint
        if agreement_id not in self._hashed:
            self._hashed[agreement_id] = self.inputs_now(agreement_id).fingerprint
        return self._hashed[agreement_id]

    def inputs_now(self, agreement_id: str) -> Inputs:
        """What an agreement's revision depends on, hashed as the files are at this moment."""
        return inputs_of(self.raw_files(), agreement_id, Path(self.project))

    def rendered(self, agreement_id: str) -> Path:
        """Where an agreement's documents wait to be published."""
        return Path(self.stages) / agreement_id / "documents"


def require_same_inputs(fingerprint: str, now: str, what: str) -> None:
    """Refuses a stage's result that was made from other inputs than those that lie there now."""
    if fingerprint != now:
        raise ProgramError(
            f"{what} was made from other inputs (fingerprint {fingerprint[:12]} instead of "
            f"{now[:12]}). Run every stage again."
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
