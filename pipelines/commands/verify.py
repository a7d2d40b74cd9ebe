"""What the command `verify` prints: of an edited copy, and of a published revision.

Belongs here: the forms `table`, `csv`, `json`. Does not: what agrees with what
(`statsbidrag.verification.word_copy`, `statsbidrag.verification.revision`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipelines.commands.printing import aligned, as_comma_lines
from statsbidrag.verification.disagreement import Disagreement
from statsbidrag.verification.revision import VerifiedRevision
from statsbidrag.verification.word_copy import Compared, Fault, VerifiedCopy

_FAULTS = {
    Fault.DIFFERENT: "",
    Fault.MISSING: "(its bookmark is gone)",
    Fault.UNENDED: "(its bookmark has no end)",
    Fault.HIDDEN: "(hidden: a reader does not see it)",
    Fault.STRUCK: "(struck through)",
    Fault.EXTRA: "",
}
_MOST = 40

# --- An edited copy --------------------------------------------------------------------------


def copy_as_table(path: Path, verified: VerifiedCopy) -> str:
    """For the eye: what the copy is of, then the figures that do not agree, by revision."""
    origin = verified.copy.origin
    lines = [
        f"{path}: a copy of {origin.agreement} {origin.document}, "
        f"fingerprint {origin.fingerprint[:8]}",
        *(f"  {text}" for text in _said_of_copy(verified)),
    ]
    blocks = [_block(each) for each in verified.compared]
    return "\n".join(lines) + "\n" + "".join(blocks)


def _said_of_copy(verified: VerifiedCopy) -> list[str]:
    copy = verified.copy
    said = []
    if copy.inserted or copy.deleted:
        said.append(
            f"It has tracked changes ({copy.inserted} inserted, {copy.deleted} deleted): it is "
            "read as if all were accepted."
        )
    said += [f"Copied, and compared at each place: {name}" for name in verified.copied]
    if copy.external:
        said.append(f"It names {copy.external} addresses outside itself. None was followed.")
    if not any(each.own for each in verified.compared):
        said.append("The revision that it was made from is not there any more.")
    return said


def _named(compared: Compared) -> str:
    if compared.own:
        also = ", which is current" if compared.current else ", which is not current"
        return f"revision {compared.revision} that it was made from{also}"
    return f"revision {compared.revision}, now current"


def _block(compared: Compared) -> str:
    wrong = {each.key for each in compared.differences if each.fault != Fault.EXTRA}
    agree = compared.figures - len(wrong)
    head = f"\n{_named(compared)}: {agree} of {compared.figures} figures agree\n"
    if not compared.differences:
        return head
    rows = [["stands as", "should be", "figure"]]
    for each in compared.differences:
        stands = " ".join(filter(None, (each.stands, _FAULTS[each.fault])))
        should = each.should if each.should is not None else "(not in this revision)"
        rows.append([stands or "(empty)", should, each.name or "a figure that it does not have"])
    return head + aligned(rows, right={0, 1})


def copy_as_csv(path: Path, verified: VerifiedCopy) -> str:
    """One line per figure that does not agree with a revision."""
    head = ["file", "revision", "of_the_copy", "key", "figure", "fault", "stands", "should"]
    rows = [
        [
            str(path),
            compared.revision,
            str(compared.own).lower(),
            each.key,
            each.name,
            str(each.fault),
            each.stands or "",
            each.should or "",
        ]
        for compared in verified.compared
        for each in compared.differences
    ]
    return as_comma_lines([head, *rows])


def copy_as_json(path: Path, verified: VerifiedCopy) -> str:
    """Everything, for a program."""
    copy = verified.copy
    data = {
        "file": str(path),
        **asdict(copy.origin),
        "agrees": verified.agrees,
        "tracked": {"inserted": copy.inserted, "deleted": copy.deleted},
        "external_addresses": copy.external,
        "copied": list(verified.copied),
        "compared": [asdict(each) for each in verified.compared],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


# --- A published revision --------------------------------------------------------------------


def revision_as_table(verified: VerifiedRevision) -> str:
    """For the eye: what agrees in a line each, and what does not, one by one."""
    manifest = verified.manifest
    name = manifest.fingerprint[:12]
    lines = [f"{verified.folder}: {manifest.agreement}, revision {name}, {manifest.state}"]
    bad = len(verified.files)
    lines.append(
        f"  files:   {len(manifest.outputs)} in the manifest, {bad} that do not agree"
        if bad
        else f"  files:   all {len(manifest.outputs)} are what the manifest says"
    )
    lines += _listed(verified.files)
    lines.append(f"  inputs:  {_inputs(verified)}")
    lines += _listed(verified.changed)
    lines.append(f"  amounts: {_amounts(verified)}")
    lines += _listed(verified.wrong)
    return "\n".join(lines) + "\n"


def _inputs(verified: VerifiedRevision) -> str:
    if not verified.changed:
        program = "; the program is another one now" if verified.program_changed else ""
        return f"the raw files are those that it was made from{program}"
    return (
        f"{len(verified.changed)} raw files are not those that it was made from. Its amounts are "
        "compared with the shares that it recorded itself, not with the raw files."
    )


def _amounts(verified: VerifiedRevision) -> str:
    if verified.why_not:
        return f"they could not be recomputed: {verified.why_not}"
    source = "the raw files" if verified.from_raw else "its own recorded shares"
    if verified.wrong:
        return f"{verified.amounts} recomputed from {source}, {len(verified.wrong)} do not agree"
    return f"all {verified.amounts} come out again from {source}"


def _listed(found: Sequence[Disagreement]) -> list[str]:
    lines = []
    for each in found[:_MOST]:
        lines.append(f"    {each.place}")
        lines.append(
            f"      stands as {each.stands or 'empty'}, should be {each.should or 'empty'}"
        )
    if len(found) > _MOST:
        lines.append(f"    … and {len(found) - _MOST} more")
    return lines


def revision_as_csv(verified: VerifiedRevision) -> str:
    """One line per thing that does not agree, or that has changed since."""
    head = ["folder", "revision", "about", "place", "stands", "should"]
    rows = [
        [str(verified.folder), verified.manifest.fingerprint[:12], about, *asdict(each).values()]
        for about, found in _kinds(verified)
        for each in found
    ]
    return as_comma_lines([head, *rows])


def revision_as_json(verified: VerifiedRevision) -> str:
    """Everything, for a program."""
    data = {
        "folder": str(verified.folder),
        "agreement": verified.manifest.agreement,
        "fingerprint": verified.manifest.fingerprint,
        "agrees": verified.agrees,
        "files": len(verified.manifest.outputs),
        "amounts": verified.amounts,
        "recomputed_from": "raw" if verified.from_raw else "recorded",
        "program_changed": verified.program_changed,
        "why_not": verified.why_not,
        "files_wrong": [asdict(each) for each in verified.files],
        "inputs_changed": [asdict(each) for each in verified.changed],
        "amounts_wrong": [asdict(each) for each in verified.wrong],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _kinds(verified: VerifiedRevision) -> list[tuple[str, Sequence[Disagreement]]]:
    return [("file", verified.files), ("input", verified.changed), ("amount", verified.wrong)]
