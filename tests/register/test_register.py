"""The register of recipients: Sweden's counties, regions and municipalities, and SKR."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas.common import Level, RecipientType
from statsbidrag.errors import Problem
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register, read_register
from tests.cases.small_country import REGISTER, SmallCountry

Refused = Callable[[Callable[[], object]], list[Problem]]


def test_who_receives(register: Register) -> None:
    # domain.md, "Who": 21 regions, 290 municipalities, 21 counties, SKR.
    count = {str(kind): len(reg.codes(register, kind)) for kind in RecipientType}
    assert count == {"region": 21, "kommun": 290, "lan": 21, "skr": 1}
    assert len(register.frame) == 333
    assert reg.codes(register, Level.LAN) == reg.codes(register, RecipientType.REGION)


def test_gotland_is_three_recipients(register: Register) -> None:
    # domain.md: county 09, municipality 0980 and a region at once.
    assert reg.names(register, RecipientType.LAN)["09"] == "Gotlands län"
    assert reg.names(register, RecipientType.KOMMUN)["0980"] == "Gotland"
    assert reg.names(register, RecipientType.REGION)["09"] == "Region Gotland"


def test_a_municipality_begins_with_its_county(register: Register) -> None:
    own = register.frame[register.frame["type"] == "kommun"]
    assert (own["code"].str[:2] == own["lan_code"]).all()
    assert set(own["lan_code"]) == set(reg.codes(register, RecipientType.LAN))


@pytest.mark.parametrize(
    ("recipients", "code", "folder"),
    [
        # interfaces.md, "Output".
        (RecipientType.LAN, "23", "lan/23-jamtlands-lan"),
        (RecipientType.REGION, "23", "region/23-region-jamtland-harjedalen"),
        (RecipientType.KOMMUN, "2380", "kommun/2380-ostersund"),
        (RecipientType.SKR, "SKR", "skr"),
    ],
)
def test_folders(register: Register, recipients: RecipientType, code: str, folder: str) -> None:
    assert reg.folders(register)[recipients, code] == folder


def test_codes_are_in_order(country: SmallCountry) -> None:
    country.register("\n".join([*REGISTER.splitlines()[:1], *REGISTER.splitlines()[:0:-1]]) + "\n")
    register = read_register(country.raw)
    assert reg.codes(register, RecipientType.KOMMUN) == ["0114", "0115", "0201"]


@pytest.mark.parametrize(
    ("old", "new", "place", "found"),
    [
        ("kommun,0114,", "kommun,114,", "row 6, column code", "`114`"),
        ("kommun,0114,", "stad,0114,", "row 6, column type", "`stad`"),
        (",Alby,", ",,", "row 6, column name", "``"),
        (",alby,", ",Alby,", "row 6, column slug", "`Alby`"),
        (",alby,01", ",alby,1", "row 6, column lan_code", "`1`"),
    ],
)
def test_a_wrong_cell(
    country: SmallCountry, refused: Refused, old: str, new: str, place: str, found: str
) -> None:
    country.register(REGISTER.replace(old, new))
    [problem] = refused(lambda: read_register(country.raw))
    assert problem.file == str(country.root / "register" / "recipients.csv")
    assert (problem.place, problem.found) == (place, found)
    assert problem.line == 6


def test_a_recipient_twice(country: SmallCountry, refused: Refused) -> None:
    country.register(REGISTER + "kommun,0114,Alby,alby,01\n")
    problems = refused(lambda: read_register(country.raw))
    assert any("0114" in problem.found for problem in problems)


def test_another_number_of_rows(country: SmallCountry, refused: Refused) -> None:
    country.register(REGISTER)
    sidecar = country.root / "register" / "recipients.yaml"
    country.change(sidecar, "rows: 8", "rows: 9")
    [problem] = refused(lambda: read_register(country.raw))
    assert (problem.place, problem.expected) == ("rows", "9 rows, as the sidecar says")
    assert problem.found == "8"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a CSV file in UTF-8"),
        ("type,code\nlan,01,Norra,x,y,z\nlan\n", "2 cells, as in the heading"),
        ('type,code\n"lan,01\n', "a CSV file in UTF-8"),
        ("type,code,name,slug,lan_code\nlan,01,N,n,01\nlan,02,S,s,02,för,många\n",
         "5 cells, as in the heading"),
    ],
    ids=["empty", "longer rows", "open quote", "one longer row"],
)  # fmt: skip
def test_what_is_no_table(
    country: SmallCountry, refused: Refused, text: str, expected: str
) -> None:
    country.register(text or "\n")
    [problem] = refused(lambda: read_register(country.raw))
    assert problem.expected == expected
    assert "write" in problem.action


def test_columns_in_another_order(country: SmallCountry, refused: Refused) -> None:
    before = read_register(country.raw)
    rows = [line.split(",") for line in REGISTER.splitlines()]
    country.register("".join(";".join(reversed(row)) + "\n" for row in rows))
    assert read_register(country.raw).frame.equals(before.frame)
    # Names of columns in another order than what they hold is another thing.
    country.register(REGISTER.replace("type,code", "code,type"))
    problems = refused(lambda: read_register(country.raw))
    assert "one of kommun, lan, region, skr" in {problem.expected for problem in problems}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Östersund", "Did you mean kommun:2380 (Östersund)?"),
        ("kommun:ostersund", "Did you mean kommun:2380 (Östersund)?"),
        (
            "jämtland",
            "Did you mean lan:23 (Jämtlands län), region:23 (Region Jämtland Härjedalen)?",
        ),
        (
            "s",
            "Did you mean kommun:0128 (Salem), kommun:0163 (Sollentuna), "
            "kommun:0180 (Stockholm), kommun:0181 (Södertälje) …",
        ),
        ("kommun:2399", "Write lan:23, region:23, kommun:2380 or skr:SKR"),
        ("", "Write lan:23, region:23, kommun:2380 or skr:SKR"),
    ],
)
def test_a_name_in_place_of_a_code_is_answered_with_the_code(
    register: Register, text: str, said: str
) -> None:
    everyone = register.frame[["type", "code", "name"]].itertuples(index=False)
    assert reg.how_to_write(text, [(str(a), str(b), str(c)) for a, b, c in everyone]) == said


# The types in words -----------------------------------------------------------------------------


def test_the_types_of_the_project_in_words(register: Register) -> None:
    assert list(register.words) == ["region", "lan", "skr", "kommun"]
    kommun = register.words[RecipientType.KOMMUN]
    assert (kommun.singular, kommun.plural, kommun.definite) == ("kommun", "kommuner", "kommunerna")
    assert (kommun.level, kommun.count) == (Level.KOMMUN, 290)


def test_a_folder_has_words_of_its_own(country: SmallCountry) -> None:
    country.types("plural: kommuner\n", "plural: städer\n")
    register = read_register(country.raw)
    assert register.words[RecipientType.KOMMUN].plural == "städer"


def test_a_type_that_has_not_as_many_recipients(country: SmallCountry, refused: Refused) -> None:
    path = country.types(kommun=290)
    [problem] = refused(lambda: read_register(country.raw))
    assert (problem.file, problem.place) == (str(path), "types.kommun.count")
    assert (problem.expected[:1], problem.found) == ("3", "290")


def test_a_code_that_is_none_of_its_type(country: SmallCountry, refused: Refused) -> None:
    country.register(REGISTER.replace("kommun,0114,Alby,alby,01", "kommun,14,Alby,alby,01"))
    [problem] = refused(lambda: read_register(country.raw))
    assert (problem.place, problem.found) == ("kommun 14", "`14`")
    assert "[0-9]{4}" in problem.expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - id: skr\n", "  - id: kommun\n", "each type once"),
        ("    code: SKR\n", '    code: "[0-9"\n', "a pattern of codes"),
        ("    each: mottagare\n", "", "each"),
    ],
)
def test_a_wrong_file_of_types(
    country: SmallCountry, refused: Refused, old: str, new: str, said: str
) -> None:
    path = country.types(old, new)
    problems = refused(lambda: read_register(country.raw))
    assert {problem.file for problem in problems} == {str(path)}
    assert any(said in str(problem) for problem in problems)
