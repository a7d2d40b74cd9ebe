"""What taking in population did, for the person at the keyboard.

Belongs here: wording. Does not: the work (`statsbidrag.intake.fetching`,
`statsbidrag.intake.adding`), or arguments (`pipelines.cli`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path

from schemas.common import Level
from schemas.sidecar import PopulationSidecar
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.intake.adding import Added
from statsbidrag.intake.fetching import Fetched
from statsbidrag.intake.unused import unused
from statsbidrag.population.perturbation import doubts_about
from statsbidrag.swedish.typography import NBSP, number, short_hash

_LEVELS = {Level.KOMMUN: "municipalities", Level.LAN: "counties"}
_NOUNS = {"Region": "regions", "Alder": "ages", "Kon": "sexes"}


def as_text(fetched: Fetched, agreement_id: str) -> str:
    """Each file with what was asked for it, and the command that comes next."""
    lines = [_line("stored", path) for path in fetched.stored]
    lines += [_line("unchanged", path) for path in fetched.unchanged]
    if not lines:
        return f"{agreement_id} needs no population: nothing was asked.\n"
    if fetched.stored:
        lines.append(f"Next:\n  statsbidrag run {agreement_id}")
    else:
        lines.append("SCB has nothing new: nothing is stored.")
    return "\n".join(lines) + "\n"


def added_as_text(added: Sequence[Added], raw: Raw) -> str:
    """Each new file, what it holds by day and level, every doubt, and why nothing uses it if so.

    `raw` is the folder as it is with them.
    """
    idle = dict(unused(raw))
    lines: list[str] = []
    for each in added:
        sidecar = each.extracts[0].sidecar
        lines.append(f"stored: {each.path}, {sidecar.maturity}")
        for extract in each.extracts:
            regions = extract.frame["region_code"].nunique()
            persons = number(extract.delivered).replace(NBSP, " ")
            lines.append(
                f"  {extract.reference_date}: {regions} {_LEVELS[extract.level]}, {persons} persons"
            )
        assumptions = doubts_about(sidecar)
        lines += [
            f"  to know: {doubt}" for doubt in each.extracts[0].doubts if doubt not in assumptions
        ]
        lines += [
            "  warning: the file does not say whether its figures have small random numbers in "
            "them; from 2025 on that is assumed (--perturbation none or cell_key settles it)"
            for _ in assumptions
        ]
        why = idle.get(each.path.with_suffix(".yaml"))
        lines += [f"  warning: {why}"] if why else []
    return "\n".join(lines) + "\nNext:\n  statsbidrag check\n"


def _line(outcome: str, path: Path) -> str:
    sidecar, _ = read_model(path.with_suffix(".yaml"), PopulationSidecar)
    parts = [str(path), f"{sidecar.maturity}", f"sha256 {short_hash(sidecar.sha256)}"]
    if sidecar.fetched is None:
        return f"{outcome}: {', '.join(parts)}"
    query = sidecar.fetched.query
    cells = prod(len(codes) for codes in query.values())
    parts[1:1] = [f"{cells} cells", f"updated {sidecar.fetched.updated or 'not said'}"]
    asked = [
        f"{len(codes)} {_NOUNS.get(name, name)}" if len(codes) > 1 else f"{name} {codes[0]}"
        for name, codes in query.items()
    ]
    return (
        f"{outcome}: {', '.join(parts)}\n"
        f"  asked: {sidecar.table}, {', '.join(asked)}\n"
        f"  of:    {sidecar.fetched.address}"
    )
