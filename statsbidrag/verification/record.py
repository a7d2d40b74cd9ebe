"""What a revision says of itself to machines, put to the test field by field.

Belongs here: a record beside one that was computed anew, and beside its own numbers and manifest.
Does not: the tables that people open, or computing anew (`statsbidrag.verification.revision`).

What is said for readers (`words`) is no figure and is not compared.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from pydantic_core import to_jsonable_python

from schemas.manifest import Manifest
from schemas.revision_record import (
    Recorded,
    RecordedAmount,
    RecordedBasis,
    RecordedDocument,
    RecordedPost,
    RecordedRecipient,
    RecordedVerdict,
    RevisionRecord,
)
from statsbidrag.publication.record_json import RECORD
from statsbidrag.publication.recording import step_value
from statsbidrag.verification.disagreement import Disagreement

_WORDS: Final = "words"
_NONE: Final = "none"


def against_anew(stands: RevisionRecord, anew: RevisionRecord) -> Iterator[Disagreement]:
    """Everything in a record that does not come out again.

    A field that came after the record was written is not missed, and what types are called is no
    figure: other words than today's are not wrong.
    """
    yield from _compared(RECORD, stands, anew.model_copy(update={"types": stands.types}))


def against_itself(record: RevisionRecord, manifest: Manifest) -> Iterator[Disagreement]:
    """What a record says against its manifest, and steps and sums that its own numbers do not give.

    Rounding is another matter: it looks at a whole column.
    """
    for name in ("agreement", "fingerprint"):
        stands, should = getattr(record, name), getattr(manifest, name)
        if stands != should:
            yield Disagreement(f"{RECORD} {name}", stands, should)
    paths = [each.path for each in record.documents], [each.path for each in manifest.documents]
    for path in dict.fromkeys([*paths[0], *paths[1]]):
        there = [path if path in side else _NONE for side in paths]
        if there[0] != there[1]:
            yield Disagreement(f"{RECORD} documents {path}", *there)
    for amount in record.amounts:
        yield from _amount_against_its_steps(record, amount)


def _amount_against_its_steps(
    record: RevisionRecord, amount: RecordedAmount
) -> Iterator[Disagreement]:
    place = f"{RECORD} amounts {_name(amount)}"
    for number, step in enumerate(amount.steps, start=1):
        value, persons = step_value(step), sum(record.bases[i].value for i in step.bases)
        if value != Fraction(step.exact):
            yield Disagreement(f"{place} steps {number} exact", step.exact, _fraction(value))
        if step.bases and step.values.weight != persons:
            stands = _text(step.values.weight)
            yield Disagreement(f"{place} steps {number} values weight", stands, str(persons))
    exact = sum((Fraction(step.exact) for step in amount.steps), Fraction(0))
    if amount.exact is not None and Fraction(amount.exact) != exact:
        yield Disagreement(f"{place} exact", amount.exact, _fraction(exact))


# --- Field by field ----------------------------------------------------------------------------


def _compared(place: str, stands: Recorded, should: Recorded) -> Iterator[Disagreement]:
    for name, field in type(should).model_fields.items():
        later = not field.is_required() and name not in stands.model_fields_set
        if later or name == _WORDS:
            continue
        one, other = getattr(stands, name), getattr(should, name)
        if one == other:
            continue
        parts = _parts(one), _parts(other)
        if isinstance(one, Recorded) and isinstance(other, Recorded):
            yield from _compared(f"{place} {name}", one, other)
        elif parts[0] or parts[1]:
            yield from _paired(f"{place} {name}", *parts)
        else:
            yield Disagreement(f"{place} {name}", _text(one), _text(other))


def _parts(value: object) -> tuple[Recorded, ...]:
    """The parts of a list of them; none of anything else."""
    every = value if isinstance(value, tuple) else ()
    return tuple(each for each in every if isinstance(each, Recorded))


def _paired(
    place: str, stands: Iterable[Recorded], should: Iterable[Recorded]
) -> Iterator[Disagreement]:
    """Parts beside those of the same name; what only one side has is said as a whole."""
    one, other = _by_name(stands), _by_name(should)
    for name in dict.fromkeys([*other, *one]):
        if name in one and name in other:
            yield from _compared(f"{place} {name}", one[name], other[name])
        else:
            there = [_whole(side[name]) if name in side else _NONE for side in (one, other)]
            yield Disagreement(f"{place} {name}", *there)


def _by_name(parts: Iterable[Recorded]) -> dict[str, Recorded]:
    """The parts by name; those that share one are counted, and steps have nothing but a number."""
    seen: Counter[str] = Counter()
    found = {}
    for each in parts:
        name = _name(each)
        seen[name] += 1
        found[name if name and seen[name] == 1 else f"{name} {seen[name]}".strip()] = each
    return found


def _name(part: Recorded) -> str:
    if isinstance(part, RecordedPost):
        return part.id
    if isinstance(part, RecordedAmount):
        return f"{part.post} {part.type}:{part.code}"
    if isinstance(part, RecordedBasis):
        return f"{part.table} {part.day} {part.level} {part.ages or 'all'} {part.code}"
    if isinstance(part, RecordedVerdict):
        return f"{part.kind} {part.subject}"
    if isinstance(part, RecordedDocument):
        return part.path
    if isinstance(part, RecordedRecipient):
        return f"{part.type}:{part.code}"
    return ""


def _whole(part: Recorded) -> str:
    return _text(part.amount_sek) if isinstance(part, RecordedAmount) else "an entry"


def _text(value: object) -> str:
    """A value as the file has it; empty for null."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(to_jsonable_python(value), ensure_ascii=False)


def _fraction(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
