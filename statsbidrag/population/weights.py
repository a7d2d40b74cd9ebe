"""Tables of weights and of units: a cost model, results achieved, places in use.

Belongs here: reading and checking `raw/weights/`. Does not: what a key does with them
(`statsbidrag.allocation.keys`).

Weights are whole numbers: only their proportions matter, so an index of 1,034 is written 1034.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from schemas import tables
from schemas.common import Level, RecipientType
from schemas.sidecar import WeightsSidecar
from schemas.tables import BasisTable
from statsbidrag.errors import InputError, Problem, input_error
from statsbidrag.files.checked_tables import checked_input, whole_numbers
from statsbidrag.files.csv_tables import read_csv
from statsbidrag.files.raw_folder import Raw
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register

_SHOWN = 5
_COLUMNS = ["recipient_code", "weight"]


@dataclass(frozen=True)
class WeightTable:
    """A table of weights that is right for one recipient type: each recipient's weight, by code.

    `lines` are where each stands in its file, in the order of `weights`; `name` is relative to
    `raw/`.
    """

    table: str
    recipients: RecipientType
    name: str
    sidecar: WeightsSidecar
    weights: dict[str, int]
    lines: tuple[int, ...]


def read_weights(
    raw: Raw, table: str, recipients: RecipientType, register: Register, agreement_id: str
) -> WeightTable:
    """A table of weights, whole: every recipient of the type and no other.

    Raises InputError where there is no such table, or it is not of exactly these recipients.
    """
    _require_table(raw, table, agreement_id)
    file = raw.weights(table)
    if file.sidecar.recipients != recipients:
        raise input_error(
            file.path,
            "recipients",
            expected=f"{recipients}, which the post is for",
            found=str(file.sidecar.recipients),
            action="name another table, or correct the sidecar",
        )
    frame = read_csv(file.content, file.path)
    names = reg.names(register, recipients)
    if "recipient_code" in frame:
        reg.refuse_lost_zeros(frame["recipient_code"], names, file.path)
    if "weight" in frame:
        frame["weight"] = whole_numbers(frame["weight"], file.path)
    frame = checked_input(tables.Weights, frame, file.path)
    _check_recipients(str(file.path), frame, names, file.sidecar.rows)
    frame = frame.sort_values("recipient_code")
    weights = dict(zip(frame["recipient_code"], map(int, frame["weight"]), strict=True))
    # The index of a row is its line, less two.
    lines = tuple(int(str(row)) + 2 for row in frame.index)
    return WeightTable(table, recipients, file.name, file.sidecar, weights, lines)


def weights_basis(table: WeightTable, name: str) -> BasisTable:
    """A table of weights as a part of the basis, under the basis `name`."""
    level = Level.KOMMUN if table.recipients == RecipientType.KOMMUN else Level.LAN
    return BasisTable(
        pd.DataFrame(
            {
                "basis": name,
                "reference_date": str(table.sidecar.reference_date),
                "level": str(level),
                "ages": table.sidecar.unit,
                "region_code": pd.Series(list(table.weights), dtype="str"),
                "population": pd.Series(list(table.weights.values()), dtype="int64"),
                "maturity": str(table.sidecar.maturity),
                "table": table.table,
                "extract": table.name,
                "sha256": table.sidecar.sha256,
                "positions": [str(line) for line in table.lines],
            }
        )
    )


def _require_table(raw: Raw, table: str, agreement_id: str) -> None:
    path = raw.root / "weights" / f"{table}.csv"
    known = sorted(sidecar.stem for sidecar in path.parent.glob("*.yaml"))
    if table in known:
        return
    close = get_close_matches(table, known, n=1)
    write = f"write it, with the columns {','.join(_COLUMNS)}, and its sidecar {table}.yaml"
    raise input_error(
        path,
        expected=f"a table of weights, which {agreement_id} names",
        found="none",
        action=(f"did you mean `{close[0]}`? Else " if close else "")
        + f"{write}; then: statsbidrag check {agreement_id}",
    )


def _check_recipients(path: str, frame: pd.DataFrame, names: dict[str, str], rows: int) -> None:
    found = set(frame["recipient_code"])
    problems = []
    if missing := sorted(set(names) - found):
        named = ", ".join(f"{code} {names[code]}" for code in missing[:_SHOWN])
        problems.append(
            Problem(
                path,
                f"{len(names) - len(missing)} of {len(names)} recipients",
                f"all {len(names)} of the register",
                f"{named} missing",
                "add them; a recipient without weight is written with 0",
            )
        )
    if foreign := sorted(found - set(names)):
        problems.append(
            Problem(
                path,
                "recipient_code",
                "codes of recipients in the register",
                f"`{'`, `'.join(foreign[:_SHOWN])}`",
                "correct the codes",
            )
        )
    if not problems and len(frame) != rows:
        problems.append(
            Problem(path, "rows", f"{rows}, as the sidecar says", f"{len(frame)}", "see the source")
        )
    if problems:
        raise InputError(problems)
