"""What can go wrong, said so that the reader knows what to do next.

Belongs here: the project's own exceptions. Does not: printing them (`pipelines.cli`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SPACES: Final = "\n\u00a0\u202f"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one file: where, what was expected, what was found, what to do next."""

    file: str
    place: str
    expected: str
    found: str
    action: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """The problem over three or four lines, the file first."""
        spot = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        head = f"{spot}: {self.place}" if self.place else spot
        lines = [head, f"  expected: {self.expected}", f"  found:    {self.found}"]
        lines += [f"  do:       {self.action}"] if self.action else []
        return "\n".join(_printable(line) for line in lines)


def _printable(line: str) -> str:
    """What a file says never steers a terminal, nor turns the order of the letters around."""
    return "".join(c if c.isprintable() or c in _SPACES else _escaped(c) for c in line)


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}"


BLANK: Final = "fill it in: it is blank"
"""What to do about a value that is there without saying anything, as in a skeleton."""

_FEW: Final = 10
"""So many blanks are told one by one."""


def blanks_together(problems: Sequence[Problem]) -> list[Problem]:
    """The problems to show: where a file has many blanks, one problem names the lines of all.

    Told one by one, those of a skeleton would hide whatever else is wrong.
    """
    blanks: dict[str, list[int]] = {}
    for each in problems:
        if each.action == BLANK:
            blanks.setdefault(each.file, []).append(each.line)
    many = {file: lines for file, lines in blanks.items() if len(lines) > _FEW}
    shown = [each for each in problems if each.action != BLANK or each.file not in many]
    return shown + [
        Problem(
            file=file,
            place=f"{len(lines)} values are blank",
            expected="each of them filled in",
            found=f"nothing in line {', '.join(map(str, sorted(set(lines))))}",
            action=f"fill them in; when {_FEW} or fewer are left, each is told of by itself",
        )
        for file, lines in many.items()
    ]


class StatsbidragError(Exception):
    """Any error of the project's own. `exit_code` is what the command line ends with."""

    exit_code = 3


class InputError(StatsbidragError):
    """Something from outside, or written by hand, cannot be used. Holds one or more problems."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        """`problems` are sorted by file and line, and there is at least one."""
        self.problems = sorted(problems, key=lambda p: (p.file, p.line, p.column))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        """Survives the way back from a worker process."""
        return type(self), (self.problems,)


class UsageError(StatsbidragError):
    """The command names something that is not there."""

    exit_code = 2


class WithheldError(StatsbidragError):
    """A reconciliation failed, so something that depends on it is not written."""

    exit_code = 1


class ProgramError(StatsbidragError):
    """A bug, or an environment that cannot do the work; the previous revision stands."""

    exit_code = 3


def input_error(
    file: Path | str, place: str = "", *, expected: str, found: str, action: str = ""
) -> InputError:
    """An `InputError` with one problem that has no line of its own."""
    return InputError([Problem(str(file), place, expected, found, action)])
