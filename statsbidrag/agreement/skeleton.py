"""Next year's agreement, with every blank to be filled in: `statsbidrag new ID --like ID0`.

Belongs here: what of an agreement is structure and stays, what is blank, and the comments that say
what to write. Does not: the form of the file (`schemas.agreement`).

Nothing is carried over: what is not named in `_KEPT` is blank, and a blank is a value that the form
refuses, so the file cannot be used until somebody has read the new agreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from schemas.agreement import Agreement
from schemas.common import Slug
from statsbidrag.errors import ProgramError, UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model

_ID: Final = re.compile(r"(?P<programme>.+)-(?P<year>[0-9]{4})(-tillagg(-[0-9]+)?)?")

_KEPT: Final = frozenset(
    {
        "groups.*.recipients",
        "groups.*.title",
        "areas.id",
        "post_groups.id",
        "post_groups.short_title",
        "posts.id",
        "posts.area",
        "posts.recipients",
        "posts.short_title",
        "posts.part_of",
        "posts.replaces",
        "posts.condition.met_by",
        "posts.key.rest.by",
        "posts.key.part.by",
        "posts.key.ladder.by",
        "posts.key.rest.exclude",
        "posts.key.part.exclude",
        "posts.key.fixed.exclude",
        "posts.key.exclude",
        "stated_totals.recipients",
        "stated_totals.area",
        "reporting.who",
        "purposes.area",
        "purposes.post",
        "purposes.who",
        "conditions.about",
        "conditions.who",
        "conditions.by",
        "forms.*.who",
        "forms.*.by",
        "forms.*.sections.fields.id",
        "forms.*.sections.fields.kind",
        "forms.*.sections.fields.fills",
        "forms.*.sections.fields.personal",
        "forms.*.sections.fields.computed",
    }
)
"""The structure: where a value stands, list positions left out and names of one's own as `*`."""

_DROPPED: Final = frozenset(
    {
        "supplements",
        "population.note",
        "population.pins",
        "rounding.assumed_for",
        "dates.*.changed",
        "reporting.by_note",
        "reporting.contents",
        "purposes.should",
        "forms.*.address",
        "forms.*.period.note",
    }
)
"""What only the earlier year's papers say, and what a file need not have."""

_WHOLE: Final = frozenset({"reference", "key_reference"})
"""Blank as a whole: a reference that is half there would be read as one."""

_NULL: Final = frozenset({"reference_number", "file", "unresolved"})
"""Texts that may be empty: only a missing value is refused by the form."""

_NAMED: Final = ("sources", "groups", "dates", "levels", "except", "forms")
"""Mappings whose keys are names of one's own."""

_MODELINE: Final = "# yaml-language-server: $schema=../../schemas/agreement.schema.json"

_COMMENTS: Final = {
    "title": "Överenskommelsens hela titel, ordagrant.",
    "status": "draft ger UTKAST på varje sida. Skriv signed när båda parter har skrivit under.",
    "coverage": "complete när varje post finns här, annars partial.",
    "reviewed": "Den som har läst filen mot överenskommelsen skriver namn och dag här.",
    "signed": "Dagarna då staten och SKR skrev under. Ta bort raderna i ett utkast.",
    "sources": "Handlingarna som siffrorna är hämtade ur. Är diarienumret inte känt: skriv "
    '"". Lägg till fler källor under egna namn.',
    "total": "Överenskommelsens hela ram i kronor. En hänvisning skrivs "
    "{source: agreement, section: …}, eller med table: eller page:.",
    "population": "SCB:s tabell, dagen som folkmängden gäller, och nivån (lan eller kommun) som "
    "talen är publicerade på för varje mottagartyp.",
    "rounding": "method: half_up, largest_remainder eller residual_to_largest; unit: till hur "
    "många hela kronor; totals: from_unrounded eller from_printed. Se docs/avrundning.md. Är "
    "regeln er egen läsning för någon mottagartyp: lägg till assumed_for: [typ].",
    "requisition": "sum_of_posts eller rounded_total.",
    "groups": "Grupperna som nycklarna nämner: medlemmarnas koder, inom citattecken.",
    "areas": "Områdena. succeeds säger vilket område förra gången som ett område efterträder: "
    "ta bort raden om det är nytt, och hela området om det har upphört.",
    "post_groups": "Poster som delas i delar med egna nycklar.",
    "posts": "Posterna. Ta bort dem som har upphört, lägg till nya. Nyckelns form är förra "
    "gångens: läs efter om den gäller än. Alla former beskrivs i docs/nycklar.md.",
    "stated_totals": "Summorna som överenskommelsen själv anger. De ska stämma med posterna.",
    "dates": "Sista dagarna: rekvisition, återbetalning, redovisning.",
    "reporting": "Vem som redovisar vad, till vem och när. Ta bort by: om ingen dag anges. Räknar "
    "överenskommelsen upp vad redovisningen ska innehålla: lägg till contents: [...].",
    "purposes": "Vad pengarna är till för och vad som ska göras, i egna korta meningar, för varje "
    "område (area) eller post och mottagartyp. must är det som överenskommelsen säger med ska; "
    "lägg till should: [...] för det som den kallar viktigt eller ger som exempel.",
    "conditions": "Villkoren, ett i taget, i egna ord. Ta bort dem som inte gäller, lägg till nya. "
    "by nämner dagen under dates som villkoret gäller; själva dagen skrivs inte i texten.",
    "forms": "Bilagans fält, i dess ordning och med dess ord. Ta bort och lägg till så att de "
    "stämmer. Anger överenskommelsen en adress: lägg till address:.",
    "background": "Ett eller två egna stycken om överenskommelsen, till dokumenten.",
}


@dataclass(frozen=True)
class _Blank:
    """A place to fill in; `null` where the form takes an empty text."""

    null: bool = False

    def __str__(self) -> str:
        return "" if self.null else '""'


def write_skeleton(raw: Raw, agreement_id: str, like: str) -> Path:
    """Writes the skeleton and returns its path. Raises UsageError if the file is already there."""
    text = skeleton(read_model(raw.agreement_path(like), Agreement)[1].data, agreement_id)
    path = raw.agreement_path(agreement_id)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{path}: there is such a file already, and it is never overwritten. Give another id, "
            "or take the file away yourself"
        ) from None
    except OSError as error:
        raise ProgramError(f"{path}: it could not be written: {error.strerror}") from error
    return path


def skeleton(earlier: Mapping[str, Any], agreement_id: str) -> str:
    """The text of a new agreement's file, from an earlier agreement's data (a valid file's).

    Areas succeed each other, and the agreements are compared, where the new one is of the same
    programme and a later year. Raises UsageError for an id without a year.
    """
    programme, year = _programme_and_year(agreement_id)
    follows = programme == earlier["programme"] and year > earlier["year"]
    data: dict[str, Any] = {
        "format": 1,
        "id": agreement_id,
        "programme": programme,
        "year": year,
        "title": _Blank(),
        "status": "draft",
        "coverage": _Blank(),
    }
    if follows:
        data["compares_with"] = earlier["id"]
    if earlier.get("supplements"):
        data["supplements"] = _Blank()
    data["reviewed"] = {"by": "", "on": ""}
    data["signed"] = {"state": _Blank(), "skr": _Blank()}
    data["sources"] = {"agreement": _source()}
    for name, value in earlier.items():
        if name not in data and name not in {*_DROPPED, "compares_with"}:
            data[name] = _blanked(value, (name,))
    data["population"].setdefault("reference", _Blank())
    data["background"] = [_Blank()]
    for area in data["areas"]:
        area.pop("succeeds", None)
        if follows:
            area["succeeds"] = [f"{earlier['id']}/{area['id']}"]
    _, *sections = _sections(data, earlier)
    lines = ["format: 1", _MODELINE, *_head(earlier["id"]), *sections]
    return "\n".join(lines) + "\n"


def _programme_and_year(agreement_id: str) -> tuple[str, int]:
    found = _ID.fullmatch(agreement_id)
    try:
        TypeAdapter(Slug).validate_python(agreement_id)
    except ValidationError:
        found = None
    if found is None or not 2000 <= int(found["year"]) <= 2100:
        raise UsageError(
            f"`{agreement_id}` is not an agreement's id: it is the programme and the year, such as "
            "psykisk-halsa-2026"
        )
    return found["programme"], int(found["year"])


def _source() -> dict[str, Any]:
    return {
        "title": _Blank(),
        "reference_number": _Blank(null=True),
        "file": _Blank(null=True),
        "date": _Blank(),
    }


def _blanked(value: Any, at: tuple[str, ...]) -> Any:
    """The same structure with blanks; what is dropped is not there."""
    where = _where(at)
    if where in _KEPT and not _tells_a_figure(where, value):
        return value
    if at[-1] in _WHOLE:
        return _Blank()
    if isinstance(value, Mapping):
        return {
            key: _blanked(own, (*at, key))
            for key, own in value.items()
            if _where((*at, key)) not in _DROPPED and not _drops(_where((*at, key)), own)
        }
    if isinstance(value, list):
        if all(isinstance(item, Mapping) for item in value):
            return [_blanked(item, at) for item in value]
        return []
    return _Blank(null=at[-1] in _NULL)


def _where(at: Sequence[str]) -> str:
    """A place without list positions, names of one's own as `*`."""
    parts = ["*" if index and at[index - 1] in _NAMED else part for index, part in enumerate(at)]
    return ".".join(parts)


def _drops(where: str, value: Any) -> bool:
    """Whether a short name is left out: one with a figure in it is not structure."""
    return where in _KEPT and _tells_a_figure(where, value)


def _tells_a_figure(where: str, value: Any) -> bool:
    return where.endswith("title") and isinstance(value, str) and bool(re.search("[0-9]", value))


# --- As text ----------------------------------------------------------------------------------

_Titles = Mapping[tuple[tuple[str, ...], str], str]
"""What something was called, by the list that it stands in and its id."""


def _head(like: str) -> list[str]:
    return [
        f"# Stommen är {like}:s. Varje tomt fält fylls i ur den nya överenskommelsen;",
        "# inget belopp, ingen dag och ingen hänvisning följer med. Filen går inte att använda",
        "# förrän alla är ifyllda: kör `statsbidrag check`, som nämner varje tomt fält och rad.",
    ]


def _sections(data: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[str]:
    titles = _titles(earlier)
    for name, value in data.items():
        if name in _COMMENTS:
            yield ""
            yield from _comment(_COMMENTS[name])
        yield from _lines({name: value}, 0, (), titles)


def _titles(earlier: Mapping[str, Any]) -> _Titles:
    """What each area, post, group and field was called, for the comment beside its blank name."""
    named: dict[tuple[str, ...], list[tuple[str, str]]] = {
        (key,): [(item["id"], item["title"]) for item in earlier.get(key, [])]
        for key in ("areas", "post_groups", "posts")
    }
    for kind, form in earlier.get("forms", {}).items():
        fields = [field for section in form["sections"] for field in section["fields"]]
        at = ("forms", kind, "sections", "fields")
        named[at] = [(field["id"], field["label"]) for field in fields]
    return {
        (at, name): title
        for at, items in named.items()
        for name, title in items
        if not re.search("[0-9]", title)
    }


def _comment(text: str, indent: int = 0) -> Iterator[str]:
    line = " " * indent + "#"
    for word in text.split():
        if len(line) + 1 + len(word) > 100:
            yield line
            line = " " * indent + "#"
        line += f" {word}"
    yield line


def _lines(
    data: Mapping[str, Any],
    indent: int,
    at: tuple[str, ...],
    titles: _Titles,
) -> Iterator[str]:
    """A mapping in block style; small mappings of plain values on one line."""
    pad = " " * indent
    for name, value in data.items():
        if name in ("title", "label") and (at, data.get("id", "")) in titles:
            yield from _comment(f"Förra gången: {titles[at, data['id']]}", indent)
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{pad}{name}:"
            yield from _items(value, indent + 2, (*at, name), titles)
        elif isinstance(value, Mapping) and not _is_flat(value):
            yield f"{pad}{name}:"
            yield from _lines(value, indent + 2, (*at, name), titles)
        else:
            yield f"{pad}{name}: {_flow(value)}".rstrip()


def _items(
    values: Sequence[Mapping[str, Any]],
    indent: int,
    at: tuple[str, ...],
    titles: _Titles,
) -> Iterator[str]:
    for index, value in enumerate(values):
        if index and at == ("posts",):
            yield ""
        own = list(_lines(value, indent + 2, at, titles))
        yield f"{' ' * indent}- {own[0].lstrip()}"
        yield from own[1:]


def _is_flat(value: Mapping[str, Any]) -> bool:
    """Whether a mapping is on one line: a key's step, never one whose blanks are null."""
    return all(
        not isinstance(own, Mapping)
        and not (isinstance(own, _Blank) and own.null)
        and not (isinstance(own, list) and own and isinstance(own[0], Mapping))
        for own in value.values()
    ) and not any(name in _WHOLE for name in value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(own)}" for name, own in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(own) for own in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-zÅÄÖåäö][\wÅÄÖåäö /-]*", value) is not None
        return value if plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
