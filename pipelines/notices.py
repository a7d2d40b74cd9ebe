"""What is told of a run that failed, or that cannot begin, and where: one line each.

Belongs here: wording a failure so that a person knows what to do, and the file that it goes to
unless something else is put in its place. Does not: when it is told (`pipelines.automation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import dagster as dg

if TYPE_CHECKING:
    from dagster._utils.error import SerializableErrorInfo

_OURS: Final = ("InputError", "UsageError", "WithheldError", "ProgramError")
_CHECK: Final = "DagsterAssetCheckFailedError"


@dataclass(frozen=True)
class Notice:
    """One failed run, or one error that keeps runs from beginning; `error` is one line.

    `job` is then what looked for runs to begin, and `run_id` is empty. `agreement` names several
    where one error concerns them all, and is empty where it concerns none in particular.
    """

    time: datetime
    job: str
    agreement: str
    error: str
    run_id: str

    def line(self) -> str:
        """The whole of it in one line: fields by tabs, no line break at the end."""
        when = self.time.isoformat(sep=" ", timespec="seconds")
        run = f"run {self.run_id}" if self.run_id else "no run"
        fields = (when, self.job, self.agreement or "-", self.error, run)
        return "\t".join(_one_line(field) for field in fields)


class Notices(Protocol):
    """Told of each failure. Put another in (`build_defs(notices=…)`) for mail or a webhook."""

    def tell(self, notice: Notice) -> None:
        """Pass it on. Whatever this raises is logged, and the notice with it."""


class NoticeFile(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A file that gets a line for each failure."""

    path: str

    def tell(self, notice: Notice) -> None:
        """Add the line. Raises OSError where it cannot be written."""
        path = Path(self.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{notice.line()}\n")


def said_of(failed: Iterable[SerializableErrorInfo | None], otherwise: str) -> str:
    """Why a run failed, in one line and in the project's own words as far as there are any.

    `failed` are the errors of its steps; `otherwise` is what is known where no step has any: then
    the run ended outside of them.
    """
    errors = [error for each in failed for error in _causes(each)]
    for error in errors:
        if error.cls_name in _OURS:
            return shortly(_message(error))
    for error in errors:
        if error.cls_name == _CHECK:
            which = _one_line(" ".join(_message(error).splitlines()[1:]))
            return (
                f"a check that blocks failed: {which}. Nothing was published; "
                "`statsbidrag check` says what does not agree"
            )
    if errors:
        # Dagster's own error says which step; the last of its causes says what happened.
        return f"the program failed: {errors[-1].cls_name}: {_first_line(_message(errors[-1]))}"
    return f"the run ended outside of its steps: {_first_line(otherwise)}"


def shortly(message: str) -> str:
    """The first of an error's problems, in one line, and how many more there are."""
    lines = message.splitlines()
    # The lines that follow a problem's first are indented.
    heads = [index for index, line in enumerate(lines) if not line.startswith(" ")]
    end = heads[1] if len(heads) > 1 else len(lines)
    head, details = lines[0], [_one_line(line) for line in lines[1:end]]
    more = f" (and {len(heads) - 1} more)" if len(heads) > 1 else ""
    return (f"{head}: {'; '.join(details)}" if details else head) + more


def _causes(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause


def _message(error: SerializableErrorInfo) -> str:
    """What the exception said, without the name of its class before it."""
    return error.message.partition(": ")[2].strip() or error.message.strip()


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "no reason is known").strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())
