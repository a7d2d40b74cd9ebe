"""`statsbidrag add`: a downloaded table goes in as it is, or nothing is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cases.small_country import ALL_AGES, BY_AGE, SmallCountry, jsonstat
from tests.helpers import dialects
from tests.helpers.program import Ended, in_process


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    folder = tmp_path / "Hämtade filer"
    folder.mkdir()
    return folder


def add(country: SmallCountry, file: Path, *more: str) -> Ended:
    options = ["--date", "2024-11-01", "--maturity", "preliminary", *more]
    return in_process("--raw", country.root, "add", str(file), *options)


def names(country: SmallCountry) -> set[str]:
    return {path.name for path in (country.root / "population").iterdir()}


@pytest.mark.parametrize("dialect", dialects.WRITERS)
def test_a_downloaded_table_goes_in_as_it_is(
    country: SmallCountry, downloads: Path, dialect: str
) -> None:
    document = jsonstat(BY_AGE, ["0-18", "19+"])
    file = downloads / "000001.bin"
    file.write_bytes(dialects.WRITERS[dialect](dialects.table_of(document)))
    before = names(country)
    ended = add(country, file)
    assert (ended.code, ended.err) == (0, "")
    assert "2024-11-01: 3 municipalities, 1 000 persons" in ended.out
    [stored, sidecar] = sorted(names(country) - before, key=lambda name: name.endswith(".yaml"))
    assert stored.startswith("folkmangd_2024-11-01_kommun.")
    assert (country.root / "population" / stored).read_bytes() == file.read_bytes()
    said = yaml.safe_load((country.root / "population" / sidecar).read_text("utf-8"))
    assert (said["level"], said["maturity"]) == ("kommun", "preliminary")
    # It counts at once: preliminary before the estimate.
    shown = in_process("--raw", country.root, "explain", "prov-2025", "kommun/c", "0114")
    assert f"population/{stored}" in shown.out


def test_doubts_are_told(country: SmallCountry, downloads: Path) -> None:
    file = downloads / "tabell.csv"
    rows = "".join(f"{code};2024;{persons}\n" for code, persons in ALL_AGES.items())
    file.write_text(f"Region;Tid;BE0101A9\n{rows}", "utf-8")
    ended = add(country, file)
    assert "to know: Filen säger inte vilken dag" in ended.out
    checked = in_process("--raw", country.root, "check", "prov-2025")
    assert "left open by the file" in checked.out
    assert checked.code == 0


def test_counties_are_seen_to_be_counties(country: SmallCountry, downloads: Path) -> None:
    file = downloads / "lan.json"
    file.write_text(json.dumps(jsonstat({"01": 900, "02": 100})), "utf-8")
    assert "2 counties, 1 000 persons" in add(country, file).out
    assert "folkmangd_2024-11-01_lan.json" in names(country)


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        (b"<!DOCTYPE html><html><body>Fel</body></html>", (), "HTML"),
        (b"", (), "empty"),
        (json.dumps(jsonstat({"0114": 1, "0115": 1})).encode(), (), "0201 Ceby missing"),
        (json.dumps(jsonstat(ALL_AGES, year="2023")).encode(), (), "2024-11-01"),
        (
            json.dumps(jsonstat({**ALL_AGES, "0114": 601})).encode(),
            ("--maturity", "definitive"),
            "901",
        ),
        (json.dumps(jsonstat(ALL_AGES)).encode(), ("--date", "1 november"), "--date"),
        (json.dumps(jsonstat(ALL_AGES)).encode(), ("--maturity", "bra"), "--maturity bra"),
        (json.dumps(jsonstat(ALL_AGES)).encode(), ("--level", "riket"), "--level riket"),
        (json.dumps(jsonstat({**ALL_AGES, "0114": 1})).encode(), ("--ages", "0-18"), "0-18"),
        (json.dumps(jsonstat(ALL_AGES)).encode(), ("--replaces", "abc"), "--replaces abc"),
    ],
)
def test_what_cannot_be_used_is_not_stored(
    country: SmallCountry, downloads: Path, content: bytes, more: tuple[str, ...], said: str
) -> None:
    file = downloads / "tabell.csv"
    file.write_bytes(content)
    before = names(country)
    ended = add(country, file, *more)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert names(country) == before
    assert not list(country.root.glob(".unfinished*"))


def test_a_file_that_is_not_there(country: SmallCountry, downloads: Path) -> None:
    assert add(country, downloads / "borta.csv").code == 2
    assert add(country, downloads).code == 2


def test_the_same_file_twice(country: SmallCountry, downloads: Path) -> None:
    file = downloads / "tabell.json"
    file.write_bytes((country.root / "population" / "alla.json").read_bytes())
    ended = add(country, file)
    assert ended.code == 2
    assert "is there already, as" in ended.err


def test_a_taken_name_gets_a_number(country: SmallCountry, downloads: Path) -> None:
    for persons in (10, 11):
        file = downloads / f"{persons}.json"
        table = jsonstat(dict.fromkeys(ALL_AGES, persons))
        file.write_text(json.dumps(table), "utf-8")
        options = (
            () if persons == 10 else ("--replaces", country.sha256("folkmangd_2024-11-01_kommun"))
        )
        assert add(country, file, *options).code == 0
    assert {"folkmangd_2024-11-01_kommun.json", "folkmangd_2024-11-01_kommun-2.json"} <= names(
        country
    )


def test_a_table_with_a_municipality_missing_is_not_one_of_counties(
    country: SmallCountry, downloads: Path
) -> None:
    # The counties are all there, but nobody can check them against 2 of 3 municipalities.
    file = downloads / "tabell.json"
    table = {"01": 900, "02": 100, "0114": 600, "0201": 100}
    file.write_text(json.dumps(jsonstat(table)), "utf-8")
    for options in ((), ("--level", "lan")):
        ended = add(country, file, *options)
        assert ended.code == 2, options
        assert "0115 Berga" in ended.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--replaces", "0" * 64), "--replaces 000"),
        (("--maturity", "unresolved"), "--maturity unresolved"),
        (("--maturity", ""), "--maturity"),
    ],
)
def test_what_is_typed_is_checked(
    country: SmallCountry, downloads: Path, options: tuple[str, ...], said: str
) -> None:
    file = downloads / "tabell.json"
    file.write_text(json.dumps(jsonstat({**ALL_AGES, "0114": 601})), "utf-8")
    before = names(country)
    ended = add(country, file, *options)
    assert (ended.code, said in ended.err, names(country)) == (2, True, before)
    assert "pydantic" not in ended.err


def test_a_day_twice_is_one_day(country: SmallCountry, downloads: Path) -> None:
    file = downloads / "tabell.json"
    file.write_text(json.dumps(jsonstat(dict.fromkeys(ALL_AGES, 7))), "utf-8")
    assert add(country, file, "--date", "2024-11-01").code == 0


def test_a_file_replaces_none_of_another_day(country: SmallCountry, downloads: Path) -> None:
    file = downloads / "tabell.json"
    file.write_text(json.dumps(jsonstat(ALL_AGES, year="2023")), "utf-8")
    options = ["--date", "2023-11-01", "--maturity", "definitive"]
    sha256 = country.sha256("alla")
    ended = in_process("--raw", country.root, "add", str(file), *options, "--replaces", sha256)
    assert ended.code == 2
    assert "an older file of the same table, level, days and ages" in ended.err


def test_a_file_that_calls_itself_preliminary_is_not_definitive(
    country: SmallCountry, downloads: Path
) -> None:
    document = jsonstat(dict.fromkeys(ALL_AGES, 7))
    document["note"] = ["Siffrorna för 2024 är preliminära."]
    file = downloads / "tabell.json"
    file.write_text(json.dumps(document), "utf-8")
    ended = add(country, file, "--maturity", "definitive")
    assert (ended.code, "the file says so itself" in ended.err) == (2, True)
    assert add(country, file).code == 0


def test_files_come_in_any_order(country: SmallCountry, downloads: Path) -> None:
    for path in (country.root / "population").iterdir():
        path.unlink()
    files = {
        "counties": jsonstat({"01": 900, "02": 100}),
        "young": jsonstat({"0114": 150, "0115": 30, "0201": 20}, ["0-18"]),
    }
    missing = {
        "counties": "folkmangd_2024-11-01_lan.json",
        "young": "folkmangd_2024-11-01_kommun_0-18.json",
    }
    for order in (("counties", "young"), ("young", "counties")):
        left = set(order)
        for name in order:
            file = downloads / f"{name}.json"
            file.write_text(json.dumps(files[name]), "utf-8")
            more = ("--ages", "0-18") if name == "young" else ()
            assert add(country, file, *more).code == 0
            left.discard(name)
            err = in_process("--raw", country.root, "check", "prov-2025").err
            assert {n for n in order if missing[n] in err} == left
        for path in (country.root / "population").iterdir():
            path.unlink()


# Several files, and what the file says itself -----------------------------------------------------


def put(folder: Path, name: str, document: object) -> Path:
    file = folder / name
    file.write_text(json.dumps(document), "utf-8")
    return file


def without_population(country: SmallCountry) -> None:
    for path in (country.root / "population").iterdir():
        path.unlink()


def test_several_files_at_once_are_all_stored_or_none(
    country: SmallCountry, downloads: Path
) -> None:
    without_population(country)
    young = put(downloads, "a.json", jsonstat({"0114": 150, "0115": 30, "0201": 20}, ["0-18"]))
    counties = put(downloads, "b.json", jsonstat({"01": 900, "02": 100}))
    wrong = put(downloads, "c.json", jsonstat({"01": 900}))
    assert add(country, young, str(counties), str(wrong)).code == 2
    assert names(country) == set()
    ended = add(country, young, str(counties))
    assert ended.out.count("stored: ") == 2
    assert ended.out.count("Next:") == 1
    assert names(country) == {
        "folkmangd_2024-11-01_kommun_0-18.json",
        "folkmangd_2024-11-01_kommun_0-18.yaml",
        "folkmangd_2024-11-01_lan.json",
        "folkmangd_2024-11-01_lan.yaml",
    }
    assert in_process("--raw", country.root, "check", "prov-2025").code == 0


def test_files_that_would_have_one_name(country: SmallCountry, downloads: Path) -> None:
    without_population(country)
    one = put(downloads, "a.json", jsonstat(ALL_AGES))
    other = put(downloads, "b.json", {**jsonstat(ALL_AGES), "label": "Folkmängd"})
    assert add(country, one, str(other)).code == 0
    stems = {name.partition(".")[0] for name in names(country)}
    assert stems == {"folkmangd_2024-11-01_kommun", "folkmangd_2024-11-01_kommun-2"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "is named twice, or two files are the same"),
        (("--replaces", "x"), "--replaces names what one file corrects: add that file alone"),
    ],
)
def test_one_file_twice_and_one_that_corrects_several(
    country: SmallCountry, downloads: Path, options: tuple[str, ...], said: str
) -> None:
    file = put(downloads, "a.json", jsonstat({**ALL_AGES, "0114": 1}))
    other = file if not options else put(downloads, "b.json", jsonstat({**ALL_AGES, "0114": 2}))
    more = tuple(country.sha256("alla") if option == "x" else option for option in options)
    ended = add(country, file, str(other), *more)
    assert ended.code == 2
    assert said in ended.err


def test_the_file_says_its_contents(country: SmallCountry, downloads: Path) -> None:
    without_population(country)
    document = jsonstat(ALL_AGES)
    document["dimension"]["ContentsCode"]["category"] = {
        "index": {"000008NA": 0, "000008NB": 1},
        "label": {"000008NA": "Folkmängd", "000008NB": "Folkökning"},
    }
    document["size"] = [3, 2, 1]
    document["value"] = [600, 1, 300, 2, 100, 3]
    ended = add(country, put(downloads, "a.json", document))
    assert "1 000 persons" in ended.out
    [sidecar] = (country.root / "population").glob("*.yaml")
    assert yaml.safe_load(sidecar.read_text("utf-8"))["contents"] == "000008NA"


def test_a_person_says_which_of_several_populations(country: SmallCountry, downloads: Path) -> None:
    without_population(country)
    document = jsonstat(ALL_AGES)
    document["dimension"]["ContentsCode"]["category"] = {
        "index": {"000008NA": 0, "000008NB": 1},
        "label": {"000008NA": "Folkmängd", "000008NB": "Folkmängd enligt äldre indelning"},
    }
    document["size"] = [3, 2, 1]
    document["value"] = [600, 1, 300, 2, 100, 3]
    file = put(downloads, "a.json", document)
    ended = add(country, file)
    assert ended.code == 2
    assert "000008NA Folkmängd, 000008NB" in ended.err
    assert "--contents CODE" in ended.err
    assert "6 persons" in add(country, file, "--contents", "000008NB").out


def test_what_succeeds_a_table_is_another_one(country: SmallCountry, downloads: Path) -> None:
    file = put(downloads, "a.json", jsonstat(ALL_AGES))
    ended = add(country, file, "--succeeds", "TAB1267")
    assert ended.code == 2
    assert "--succeeds TAB1267: that is the table itself" in ended.err
