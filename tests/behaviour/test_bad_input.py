"""Input that cannot be used: refused with file, place, expected, found and what to do; exit 2."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.program import (
    A24,
    A25,
    Ended,
    RawCopy,
    in_process,
    stamps,
    tree,
)

KOMMUN = "population/folkmangd_2024-11-01_kommun.json"
ESTIMATE = "population/skattning_2024-11-01_kommun_alder_kon.json"
COUNTY = "population/folkmangd_2023-11-01_lan.json"
SIDECAR = "population/folkmangd_2024-11-01_kommun.yaml"
REGISTER = "register/recipients.csv"
PUBLISHED = "published/psykisk-halsa-2025.csv"
AGREEMENT = f"agreements/{A25}.yaml"
PLAN = f"plans/{A24}/23.yaml"


@dataclass(frozen=True)
class Case:
    """One thing wrong: what is done, which agreement suffers, and what the message names."""

    name: str
    change: Callable[[RawCopy], object]
    file: str
    said: tuple[str, ...]
    agreement: str = A25


def regions(data: Any) -> dict[str, int]:
    index: dict[str, int] = data["dimension"]["Region"]["category"]["index"]
    return index


def without(code: str) -> Callable[[Any], None]:
    """An extract that lacks one region, and is whole otherwise."""

    def change(data: Any) -> None:
        category = data["dimension"]["Region"]["category"]
        codes = sorted(category["index"], key=category["index"].__getitem__)
        at = codes.index(code)
        cells = len(data["value"]) // len(codes)
        del data["value"][at * cells : (at + 1) * cells], codes[at]
        category["index"] = {name: i for i, name in enumerate(codes)}
        category["label"].pop(code)
        data["size"][data["id"].index("Region")] -= 1

    return change


def renamed(old: str, new: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        category = data["dimension"]["Region"]["category"]
        for part in ("index", "label"):
            category[part] = {new if k == old else k: v for k, v in category[part].items()}

    return change


def doubled(data: Any) -> None:
    """Two positions with the same code; the size fits."""
    category = data["dimension"]["Region"]["category"]
    codes = sorted(category["index"], key=category["index"].__getitem__)
    category["index"] = ["0115" if code == "0114" else code for code in codes]


def value(of: object, at: int = 0) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["value"][at] = of

    return change


def moved(data: Any) -> None:
    """The same people, but not where they live."""
    data["value"][0] += 1
    data["value"][1] -= 1


def year(of: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        category = data["dimension"]["Tid"]["category"]
        category["index"], category["label"] = {of: 0}, {of: of}

    return change


def december(data: Any) -> None:
    refperiod = data["dimension"]["ContentsCode"]["extension"]["refperiod"]
    for code in refperiod:
        refperiod[code] = "31 december respektive år"


def json_case(
    name: str, change: Callable[[Any], None], *said: str, file: str = KOMMUN, agreement: str = A25
) -> Case:
    return Case(name, lambda raw: raw.change_json(file, change), file, said, agreement)


def text_case(
    name: str, file: str, old: str, new: str, *said: str, agreement: str | None = None
) -> Case:
    """One text of one file changed; a file from outside is sealed anew."""
    from_outside = not file.startswith(("agreements/", "plans/")) and not file.endswith(".yaml")

    def change(raw: RawCopy) -> None:
        raw.replace(file, old, new)
        if from_outside:
            raw.seal(file)

    return Case(name, change, file, said, agreement or (A24 if A24 in file else A25))


def content_case(name: str, file: str, content: bytes, *said: str) -> Case:
    """A file from outside with another content, sealed anew."""
    return Case(name, lambda raw: raw.write(file, content), file, said)


def doubled_line(raw: RawCopy, name: str, line: int) -> None:
    lines = raw.path(name).read_text("utf-8").splitlines(keepends=True)
    raw.write(name, "".join([*lines[: line + 1], *lines[line:]]).encode())


def renamed_plan(raw: RawCopy) -> None:
    raw.replace(PLAN, 'county: "23"', 'county: "99"')
    raw.path(PLAN).rename(raw.path(PLAN).with_name("99.yaml"))


def folder_for_plan(raw: RawCopy) -> None:
    raw.path(PLAN).unlink()
    raw.path(PLAN).mkdir()


def foreign_plan(raw: RawCopy) -> None:
    shutil.copy(raw.path(PLAN), raw.path(PLAN).with_name("24.yaml"))


def halved(raw: RawCopy, name: str) -> bytes:
    content = raw.path(name).read_bytes()
    return content[: len(content) // 2]


def without_2024(raw: RawCopy) -> None:
    for path in raw.path("population").glob("*2024-11-01*"):
        path.unlink()


def other_digit(raw: RawCopy) -> None:
    content = raw.path(KOMMUN).read_bytes()
    at = content.index(b'"value"') + 20
    at = next(i for i in range(at, len(content)) if content[i : i + 1].isdigit())
    digit = b"1" if content[at : at + 1] != b"1" else b"2"
    raw.path(KOMMUN).write_bytes(content[:at] + digit + content[at + 1 :])


FILES = [
    Case("missing extract", lambda r: r.path(KOMMUN).unlink(), KOMMUN, ("No such file",)),
    Case(
        "missing sidecar", lambda r: r.path(SIDECAR).unlink(), KOMMUN, ("sidecar", "found:    none")
    ),
    Case(
        "no extract of that day",
        without_2024,
        "population",
        ("TAB1267 for 2024-11-01", "found:    none", "statsbidrag fetch"),
    ),
    Case(
        "truncated extract",
        lambda r: r.path(KOMMUN).write_bytes(halved(r, KOMMUN)),
        KOMMUN,
        ("10797 bytes",),
    ),
    Case(
        "truncated extract, sealed",
        lambda r: r.write(KOMMUN, halved(r, KOMMUN)),
        KOMMUN,
        ("json-stat2", "fetch the table again"),
    ),
    Case("altered extract", other_digit, KOMMUN, ("sha256", "2f8e39c1da79d035")),
    Case(
        "altered register",
        lambda r: r.replace(REGISTER, "Göteborg", "Göteburg"),
        REGISTER,
        ("sha256", "454c0e05503dbba6"),
    ),
    Case(
        "truncated published table",
        lambda r: r.path(PUBLISHED).write_bytes(halved(r, PUBLISHED)),
        PUBLISHED,
        ("12250 bytes",),
    ),
    Case(
        "missing published table",
        lambda r: r.path(PUBLISHED).unlink(),
        PUBLISHED,
        ("No such file",),
    ),
    Case("missing register", lambda r: r.path(REGISTER).unlink(), REGISTER, ("No such file",)),
    Case(
        "foreign file among the extracts",
        lambda r: r.path("population/kopia.json").write_bytes(b"{}"),
        "population/kopia.json",
        ("kopia.yaml", "take the file away"),
    ),
    Case(
        "sidecar of another file",
        lambda r: r.replace(
            SIDECAR, "file: folkmangd_2024-11-01_kommun.json", "file: ../register/recipients.csv"
        ),
        SIDECAR,
        ("folkmangd_2024-11-01_kommun", "../register/recipients.csv"),
    ),
    content_case("an error page", KOMMUN, b"<!DOCTYPE html><title>503</title>", "json-stat2"),
    content_case("an empty extract", KOMMUN, b"", "json-stat2"),
    content_case("not json-stat2", KOMMUN, b'{"format": 1}', "version"),
    content_case("not an object", KOMMUN, b"[]", "a list, not a table"),
    content_case("an older json", KOMMUN, b'{"dataset": {}}', "JSON-stat version 1", "json-stat2"),
    Case(
        "another table under the name",
        lambda r: r.write(KOMMUN, r.path(COUNTY).read_bytes()),
        KOMMUN,
        ("2024-11-01", "2023"),
    ),
]

EXTRACTS = [
    json_case("a missing municipality", without("2326"), "289 of 290", "2326 Berg"),
    json_case(
        "a municipality missing from the estimate",
        without("0114"),
        "289 of 290",
        "0114 Upplands Väsby",
        file=ESTIMATE,
    ),
    json_case("a missing county", without("25"), "20 of 21", "25", file=COUNTY, agreement=A24),
    json_case("a doubled municipality", doubled, "dimension.Region", "290 different", "289"),
    text_case("a code twice", KOMMUN, '"0114":0', '"0115":0', "`0115` twice"),
    json_case("0114 turned into 114", renamed("0114", "114"), "0114 Upplands Väsby", "`114`"),
    json_case("an unknown municipality", renamed("2326", "2399"), "2326 Berg", "`2399`"),
    json_case("a negative count", value(-1), "value[0]", "a number of persons", "found:    -1"),
    json_case("half a person", value(1.5, 3), "value.3", "a whole number", "`1.5`"),
    json_case("a count as text", value("47820", 3), "value.3", "a whole number", "`47820`"),
    json_case("..", value("..", 7), "value.7", "a whole number", "`..`"),
    json_case("a missing value", value(None, 7), "value.7", "a whole number", "`None`"),
    json_case("true", value(True, 7), "value.7", "a whole number", "`True`"),
    json_case("more people than fit", value(10**30), "1000000000000000000000000000000"),
    json_case("another year", year("2023"), "2024-11-01", "2023"),
    json_case("another day of the year", december, "2024-11-01", "31 december"),
    json_case("one value too few", lambda d: d["value"].pop(), "290 figures", "289"),
    json_case("one person more", value(1_000_000), "control_total", "10587140"),
    Case(
        "two of one maturity that contradict each other",
        lambda r: contradiction(r),
        "population/annan.json",
        (ESTIMATE, "0114, 0115", "replaces"),
    ),
]


def contradiction(raw: RawCopy) -> None:
    """A second estimate of the same day, which says something else about two municipalities."""
    data = json.loads(raw.path(KOMMUN).read_bytes())
    moved(data)
    text = raw.path(SIDECAR).read_text("utf-8")
    text = text.replace(Path(KOMMUN).name, "annan.json").replace("definitive", "estimate")
    raw.path("population/annan.yaml").write_text(text, "utf-8")
    raw.write("population/annan.json", json.dumps(data).encode())


TABLES = [
    Case(
        "a register with a row too few",
        lambda r: r.write(
            REGISTER, b"\n".join(r.path(REGISTER).read_bytes().splitlines()[:-1]) + b"\n"
        ),
        REGISTER,
        ("333 rows", "332"),
    ),
    Case(
        "a register with a row twice", lambda r: doubled_line(r, REGISTER, 5), REGISTER, ("row 6",)
    ),
    Case(
        "a register in latin-1",
        lambda r: r.write(REGISTER, r.path(REGISTER).read_bytes().decode().encode("latin-1")),
        REGISTER,
        ("UTF-8",),
    ),
    content_case("an empty register", REGISTER, b"", "expected:"),
    content_case("a register of other columns", REGISTER, b"a,b\n1,2\n", "expected:"),
    text_case("a published amount below zero", PUBLISHED, ",67239181,", ",-67239181,", "row 2"),
    text_case(
        "a published amount with a decimal", PUBLISHED, ",67239181,", ",67239181.5,", "row 2"
    ),
    text_case("a published ..", PUBLISHED, ",67239181,", ",..,", "row 2", "`..`"),
    text_case("a published blank", PUBLISHED, ",67239181,", ",,", "row 2"),
    text_case(
        "a published amount for an unknown post",
        PUBLISHED,
        "region,01,region/suicidprevention",
        "region,01,region/suicid",
        "row 2",
        "region/suicid`",
    ),
    text_case(
        "a published amount for an unknown recipient",
        PUBLISHED,
        "region,01,region/suicidprevention",
        "region,1,region/suicidprevention",
        "row 2",
    ),
    text_case(
        "a published amount of another agreement",
        PUBLISHED,
        "psykisk-halsa-2025,region,01,region/suicidprevention",
        "psykisk-halsa-2024,region,01,region/suicidprevention",
        "row 2",
        A24,
    ),
    Case("a published row twice", lambda r: doubled_line(r, PUBLISHED, 3), PUBLISHED, ("row 4",)),
    text_case("a published column misnamed", PUBLISHED, "amount_sek", "amount", "amount_sek"),
    content_case("an empty published table", PUBLISHED, b"", "CSV"),
    content_case("a picture", PUBLISHED, b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "CSV"),
    content_case("not a table", PUBLISHED, b'a,"b\n', "expected:"),
]

HAND_WRITTEN = [
    text_case("an unknown post in the plan", PLAN, "lan/barn-och-unga\n    title: Ungdomsmott",
              "lan/barn\n    title: Ungdomsmott", "measures[0].post", "`lan/barn`",
              "lan/barn-och-unga"),
    text_case("a post of the regions in the plan", PLAN,
              "lan/barn-och-unga\n    title: Ungdomsmott",
              "region/barn-och-unga\n    title: Ungdomsmott", "measures[0].post",
              "`region/barn-och-unga`"),
    text_case("a negative measure", PLAN, "amount: 1 800 000", "amount: -1 800 000",
              "measures[0].amount", "greater than or equal to 0"),
    text_case("a float as money", PLAN, "amount: 1 800 000", "amount: 1800000.0",
              "measures[0].amount", "whole numbers", "1800000.0"),
    text_case("an exponent as money", PLAN, "amount: 1 800 000", "amount: 18e5",
              "measures[0].amount", "whole numbers"),
    text_case("decimals as money", PLAN, "amount: 1 800 000", "amount: 1 800 000,50",
              "measures[0].amount", "whole numbers", "1 800 000,50"),
    text_case("a word as money", PLAN, "amount: 1 800 000", "amount: true",
              "measures[0].amount", "whole numbers"),
    text_case("nothing as money", PLAN, "amount: 1 800 000", "amount:",
              "measures[0]", "a measure has one of `amount`, `share` and `remainder: true`"),
    text_case("an unknown key in the plan", PLAN, "issuer_role:", "isuer_role:",
              "`isuer_role`", "did you mean `issuer_role`?"),
    text_case("a key twice in the plan", PLAN, "title: Ungdomsmottagningen utvecklas",
              "title: Annat\n    title: Ungdomsmottagningen utvecklas", "`title` a second time"),
    text_case("a missing key in the plan", PLAN, "issuer: ", "issuer_role2: ", "`issuer`",
              "add it"),
    text_case("a county code without quotes", PLAN, 'county: "23"', "county: 23", "quotes"),
    text_case("a plan of another agreement", PLAN, f"agreement: {A24}", f"agreement: {A25}",
              f"`{A24}`", f"`{A25}`"),
    text_case("a plan without measures", PLAN, "measures:\n", "measures: []\nmeasures_old:\n",
              "measures"),
    text_case("another form of file", PLAN, "format: 1", "format: 2", "format", "found:    2"),
    text_case("a tab in the plan", PLAN, "issuer: ", "issuer:\t\t- \t", "valid YAML"),
    text_case("an anchor in the plan", PLAN, "method: saml", "method: &a saml", "an anchor"),
    Case("a plan for a county that does not exist", renamed_plan, f"plans/{A24}/99.yaml",
         ("the code of a county", "`99`"), A24),
    Case("a plan in another county's file", foreign_plan, f"plans/{A24}/24.yaml",
         ("`24`, the file's name", "`23`"), A24),
    Case("an empty plan", lambda r: r.path(PLAN).write_bytes(b""), PLAN,
         ("an empty file",), A24),
    Case("a plan in latin-1",
         lambda r: r.path(PLAN).write_bytes(
             r.path(PLAN).read_bytes().decode().encode("latin-1")),
         PLAN, ("UTF-8", "another encoding"), A24),
    Case("a folder where a plan should be",
         folder_for_plan,
         PLAN, ("a readable file",), A24),
    text_case("an unknown key in the agreement", AGREEMENT, "short_title: Komplexa behov\n"
              "    amount: 500 000 000", "kort_titel: Komplexa behov\n    amount: 500 000 000",
              "`kort_titel`"),
    text_case("a float in the agreement", AGREEMENT, "amount: 500 000 000", "amount: 5.0e8",
              "posts[0].amount", "whole numbers"),
    text_case("a float in a key", AGREEMENT, "fixed: 200 000\n", "fixed: 200000.0\n",
              "posts[2].key[0].fixed", "whole numbers"),
    text_case("a post that the totals do not know", AGREEMENT, "amount: 288 000 000\n    key",
              "amount: 288 000 001\n    key", "stated_totals[0].amount", "788 000 001 kr",
              "788 000 000 kr"),
    text_case("a stated total that the posts do not make", AGREEMENT,
              "{area: suicidprevention, amount: 488 000 000",
              "{area: suicidprevention, amount: 487 000 000", "stated_totals[7].amount",
              "488 000 000 kr", "487 000 000 kr"),
    text_case("a frame that the posts do not make", AGREEMENT, "total: {amount: 1 560 000 000",
              "total: {amount: 1 561 000 000", "total.amount", "1 560 000 000 kr",
              "1 561 000 000 kr"),
    text_case("fixed sums that exceed the post", AGREEMENT, "fixed: 5 000 000", "fixed: 50 000 000",
              "posts[7].key", "1 050 000 000 kr"),
    text_case("an unknown area", AGREEMENT, "area: komplexa-behov\n    recipients: region",
              "area: komplexa\n    recipients: region", "posts[0].area", "`komplexa`"),
    text_case("an unknown county in a group", AGREEMENT, '["01", "12", "14"]', '["01", "12", "99"]',
              "groups.storstadslan.members[2]", "`99`"),
    text_case("an unknown key step", AGREEMENT, "- rest: {by: equal}", "- andel: {by: equal}",
              "begins with one of: set_aside, fixed, price, ladder, part, rest, undistributed"),
    text_case("an unknown basis", AGREEMENT, "rest: {by: equal}", "rest: {by: area}", "by"),
    text_case("a number with too many digits", AGREEMENT, "unit: 1\n", f"unit: {'9' * 5000}\n",
              "rounding.unit"),
    text_case("an agreement of another name", AGREEMENT, f"id: {A25}", "id: psykisk-halsa-2026",
              f"`{A25}`", "`psykisk-halsa-2026`"),
    text_case("a comparison with no agreement", AGREEMENT, f"compares_with: {A24}",
              "compares_with: psykisk-halsa-2019", "psykisk-halsa-2019"),
    text_case("an unknown key in a sidecar", SIDECAR, "licence:", "license:", "`license`",
              "did you mean `licence`?"),
    text_case("an unknown maturity in a sidecar", SIDECAR, "maturity: definitive",
              "maturity: certain", "maturity", "`certain`"),
    text_case("a short hash in a sidecar", SIDECAR, "sha256: 2f8e39c1", "sha256: ", "sha256"),
]  # fmt: skip

CASES = [*FILES, *EXTRACTS, *TABLES, *HAND_WRITTEN]


def require_refused(shown: Ended, case: Case, raw: RawCopy) -> None:
    shown.require(2)
    assert "error: " in shown.err
    for text in (case.file, "expected: ", "found: ", "do: ", *case.said):
        assert text in shown.err, f"{text!r} is not in\n{shown.err}"
    assert raw.path(case.file).parent.name in shown.err


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_refused_with_what_to_do(case: Case, raw: RawCopy) -> None:
    case.change(raw)
    require_refused(in_process("--raw", raw.root, "check", case.agreement), case, raw)


def test_every_case_names_itself_once() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


ONE_PER_STAGE = [
    "missing register",
    "a post that the totals do not know",
    "a missing municipality",
    "an unknown post in the plan",
    "two of one maturity that contradict each other",
]


@pytest.mark.parametrize("name", ONE_PER_STAGE)
def test_a_run_on_bad_input_writes_nothing(name: str, raw: RawCopy, output: Path) -> None:
    case = next(case for case in CASES if case.name == name)
    case.change(raw)
    before, times = tree(output), stamps(output)
    shown = in_process("--raw", raw.root, "--output", output, "run", "--jobs", "1", case.agreement)
    require_refused(shown, case, raw)
    assert shown.out == ""
    assert tree(output) == before
    assert stamps(output) == times


def test_a_run_on_bad_input_does_not_even_make_the_folder(raw: RawCopy, tmp_path: Path) -> None:
    raw.replace(PLAN, "amount: 1 800 000", "amount: 1800000.0")
    output = tmp_path / "output"
    shown = in_process("--raw", raw.root, "--output", output, "run", A24).require(2)
    lines = raw.path(PLAN).read_text("utf-8").splitlines()
    line = lines.index("    amount: 1800000.0") + 1
    assert f"{PLAN}:{line}:5: measures[0].amount\n" in shown.err
    assert not output.exists()


@pytest.mark.parametrize("command", [["allocate", A25], ["check", A25], ["agreements"]])
def test_every_reading_command_refuses_an_extract_that_is_not_whole(
    command: list[str], raw: RawCopy
) -> None:
    raw.change_json(KOMMUN, without("2326"))
    shown = in_process("--raw", raw.root, *command).require(2)
    assert "2326 Berg" in shown.err
    # What is not concerned is shown all the same.
    assert (A24 in shown.out) == (command == ["agreements"])


def test_everything_wrong_with_a_file_is_said_at_once(raw: RawCopy) -> None:
    raw.replace(PLAN, "amount: 1 800 000", "amount: -1")
    raw.replace(PLAN, "amount: 1 073 000", "amount: 1073000.5")
    raw.replace(PLAN, "issuer_role:", "isuer_role:")
    shown = in_process("--raw", raw.root, "check", A24).require(2)
    for place in ("measures[0].amount", "measures[1].amount", "isuer_role"):
        assert place in shown.err
    assert shown.err.count("error: ") == 3


def test_all_agreements_are_checked_before_the_program_ends(raw: RawCopy) -> None:
    raw.replace(PLAN, "amount: 1 800 000", "amount: -1")
    shown = in_process("--raw", raw.root, "check").require(2)
    assert f"{A25}: 176 comparisons, 0 errors" in shown.out
    assert f"{A24}: " not in shown.out


def test_a_missing_year_is_not_carried_forward(raw: RawCopy) -> None:
    for path in raw.path("population").glob("*2023-11-01*"):
        path.unlink()
    shown = in_process("--raw", raw.root, "check").require(2)
    assert "TAB1267 for 2023-11-01" in shown.err
    assert "statsbidrag fetch" in shown.err
    assert f"{A25}: 176 comparisons" in shown.out


def test_the_estimate_serves_where_there_is_nothing_better_and_says_so(raw: RawCopy) -> None:
    raw.path(KOMMUN).unlink()
    raw.path(SIDECAR).unlink()
    shown = in_process("--raw", raw.root, "allocate", A25, "--type", "lan", "--format", "csv")
    of_population = [r for r in shown.require(0).rows() if "nationell-strategi" not in r["post"]]
    assert {row["maturity"] for row in of_population} == {"estimate"}


@pytest.mark.parametrize("way", ["replaces", "pins"])
def test_a_contradiction_ends_when_one_extract_is_retired_or_the_other_pinned(
    way: str, raw: RawCopy
) -> None:
    contradiction(raw)
    sealed = {
        name: next(
            line.removeprefix("sha256: ")
            for line in raw.path(name).read_text("utf-8").splitlines()
            if line.startswith("sha256: ")
        )
        for name in (ESTIMATE.replace(".json", ".yaml"), SIDECAR, "population/annan.yaml")
    }
    if way == "replaces":
        sidecar = raw.path(ESTIMATE).with_suffix(".yaml")
        text = sidecar.read_text("utf-8")
        sidecar.write_text(f"{text}replaces: {sealed['population/annan.yaml']}\n", "utf-8")
    else:
        pinned = [digest for name, digest in sealed.items() if "annan" not in name]
        line = "  levels: {region: lan, lan: lan, kommun: kommun}\n"
        raw.replace(AGREEMENT, line, f"{line}  pins: [{', '.join(pinned)}]\n")
    assert ", 0 errors" in in_process("--raw", raw.root, "check", A25).require(0).out


def test_a_plan_that_is_not_called_yaml_is_not_passed_over(raw: RawCopy) -> None:
    raw.path(PLAN).rename(raw.path(PLAN).with_suffix(".yml"))
    shown = in_process("--raw", raw.root, "check", A24).require(2)
    assert "23.yml" in shown.err
