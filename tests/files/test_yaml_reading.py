"""A YAML file as a checked model: what is refused, and where exactly it is said to stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.agreement import Agreement
from schemas.common import Amount, Strict
from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.yaml_reading import MAX_BYTES, MAX_DEPTH, read_model, read_yaml
from tests.cases.small_country import AGREEMENT_TEXT, SmallCountry

Refused = Callable[[Callable[[], object]], list[Problem]]


class Item(Strict):
    name: str
    amount: Amount = 0


class Form(Strict):
    title: str
    items: tuple[Item, ...] = ()
    code: str = ""
    source: Item | None = None


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "prov.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture
def only(tmp_path: Path, refused: Refused) -> Callable[..., Problem]:
    """The one problem of a file with that content."""

    def of(content: str | bytes, model: type[Form] | None = None) -> Problem:
        path = write(tmp_path, content)
        problems = refused(lambda: read_model(path, model) if model else read_yaml(path))
        assert [problem.file for problem in problems] == [str(path)]
        return problems[0]

    return of


def test_scalars_follow_yaml_1_2(tmp_path: Path) -> None:
    # YAML 1.2.2, section 10.3 (core schema): no yes/no/on/off, no dates, no 1_000, no 0b1.
    # A zero before a number is a code's: it stays text.
    words = "on: [on, yes, off, 2024-11-01, 1_000, 0b1, 12:30, 0114, '0114', 1 000]"
    data = read_yaml(write(tmp_path, words)).data
    expected = ["on", "yes", "off", "2024-11-01", "1_000", "0b1", "12:30", "0114", "0114", "1 000"]
    assert data == {"on": expected}
    others = read_yaml(write(tmp_path, "a: [~, null, '', true, False, 0, -7, +7, 1.5, 1e3]")).data
    assert others == {"a": [None, None, "", True, False, 0, -7, 7, 1.5, 1000.0]}


def test_a_number_of_five_thousand_digits_is_text(tmp_path: Path) -> None:
    # Python refuses to turn more than 4 300 digits into a number.
    assert read_yaml(write(tmp_path, f"a: {'9' * 5000}")).data == {"a": "9" * 5000}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_lines_and_columns(tmp_path: Path, start: str, end: str) -> None:
    lines = ["# åäö", "å: {ö: 1, b: [x, 2]}", "c:", "  - d: 3"]
    file = read_yaml(write(tmp_path, start + end.join(lines)))
    assert file.marks["å", "b", 1] == (2, 18)
    assert file.marks["c", 0, "d"] == (4, 5)
    assert file.problem(("c", 0, "nothing"), expected="x", found="y").line == 4


@pytest.mark.parametrize(
    ("content", "line", "column", "found"),
    [
        ("a: &x 1\nb: 2", 1, 4, "an anchor or alias"),
        ("a: 1\nb: *a", 2, 4, "an anchor or alias"),
        ("a: [&y {b: 1}]", 1, 5, "an anchor or alias"),
        ("a: !!python/object:os.system x", 1, 4, "the tag tag:yaml.org,2002:python/object:os"),
        ("a: !!int 3", 1, 4, "the tag tag:yaml.org,2002:int"),
        ("a: !own {b: 1}", 1, 4, "the tag !own"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document"),
        ("a: " + "[" * (MAX_DEPTH + 1), 1, MAX_DEPTH + 3, f"more than {MAX_DEPTH} levels"),
    ],
)
def test_what_plain_yaml_is_not(
    only: Callable[..., Problem], content: str, line: int, column: int, found: str
) -> None:
    problem = only(content)
    assert problem.expected == "plain YAML, one document"
    assert problem.found.startswith(found)
    assert (problem.line, problem.column) == (line, column)
    assert problem.action == "write the values out"


def test_thousand_laughs_are_refused_at_the_first(only: Callable[..., Problem]) -> None:
    laughs = "a: &a [ha, ha]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
    assert only(laughs).line == 1


@pytest.mark.parametrize(
    ("content", "line", "column", "expected", "found"),
    [
        ("a: 1\nb: 2\na: 3", 3, 1, "each key once", "`a` a second time"),
        ("x:\n  a: 1\n  a: 1", 3, 3, "each key once", "`a` a second time"),
        ("? [a]\n: 1", 1, 3, "each key once", "a key that is not a word"),
        ("a: [1\nb: 2", 2, 2, "valid YAML", "did not find expected ',' or ']'"),
        ("a: 1\n\tb: 2", 2, 1, "valid YAML", "found a tab character that violates indentation"),
    ],
)
def test_where_a_mistake_stands(
    only: Callable[..., Problem],
    content: str,
    line: int,
    column: int,
    expected: str,
    found: str,
) -> None:
    problem = only(content)
    assert (problem.expected, problem.line) == (expected, line)
    assert problem.found.startswith(found)
    assert problem.column == column


def test_a_control_character(only: Callable[..., Problem]) -> None:
    problem = only("a: \x00")
    assert problem.expected == "valid YAML"
    assert problem.found.startswith("unacceptable character #x0000")


@pytest.mark.parametrize("content", ["", "\n", "# bara en kommentar\n"])
def test_an_empty_file(only: Callable[..., Problem], content: str) -> None:
    problem = only(content)
    assert (problem.expected, problem.found) == ("a mapping", "an empty file")
    assert problem.action == "fill it in"


def test_another_encoding(only: Callable[..., Problem]) -> None:
    problem = only("title: Överenskommelse".encode("latin-1"))
    assert (problem.place, problem.expected) == ("byte 7", "UTF-8")
    assert problem.action == "save the file as UTF-8"


def test_a_file_that_is_too_large(only: Callable[..., Problem]) -> None:
    problem = only("a" * (MAX_BYTES + 1))
    assert problem.expected == f"at most {MAX_BYTES} bytes"
    assert problem.found == f"{MAX_BYTES + 1} bytes"


def test_a_file_that_is_not_there(tmp_path: Path, refused: Refused) -> None:
    [absent] = refused(lambda: read_yaml(tmp_path / "ingen.yaml"))
    assert (absent.expected, absent.found) == ("a file", "none")
    [folder] = refused(lambda: read_yaml(tmp_path))
    assert (folder.expected, folder.found) == ("a readable file", "Is a directory")


@pytest.mark.parametrize(
    ("content", "line", "place", "expected", "found", "action"),
    [
        ("title: A\nitms: []", 2, "itms", "a key that the form has", "the unknown key `itms`",
         "did you mean `items`?"),
        ("title: A\nåäö: 1", 2, "åäö", "a key that the form has", "the unknown key `åäö`",
         "remove it"),
        ("title: A\nname: B", 2, "name", "a key that the form has", "the unknown key `name`",
         "the form has it in another place: move it there, or remove it"),
        ("items: []", 1, "title", "the key `title`", "nothing", "add it"),
        ("title: A\nitems:\n  - amount: 1", 3, "items[0].name", "the key `name`", "nothing",
         "add it"),
        ("title: A\nitems:\n- {name: B, amount: 1.0}", 3, "items[0].amount",
         "kronor are whole numbers: write 1 560 000 000, without decimals", "1.0",
         "correct the value"),
        ("title: A\nitems:\n- {name: B, amount: 1e3}", 3, "items[0].amount",
         "kronor are whole numbers: write 1 560 000 000, without decimals", "1e3",
         "correct the value"),
        ("title: A\nitems:\n- {name: B, amount: -1}", 3, "items[0].amount",
         "Input should be greater than or equal to 0", "-1", "correct the value"),
        ("title: A\ncode: 23", 2, "code", "Input should be a valid string", "23",
         'write it in quotes, with its zeros: "23"'),
        ("title: 7", 1, "title", "Input should be a valid string", "7",
         'write it in quotes, with its zeros: "7"'),
        ("title: A\ncode: 1e400", 2, "code", "Input should be a valid string", "1e400",
         'write it in quotes, with its zeros: "1e400"'),
        ("title: A\ncode: 1234567890.12e3", 2, "code", "Input should be a valid string",
         "1234567890.12e3", 'write it in quotes, with its zeros: "1234567890.12e3"'),
        ("title: A\ncode: +46", 2, "code", "Input should be a valid string", "+46",
         'write it in quotes, with its zeros: "+46"'),
        ("title: A\nsource: {name: .5}", 2, "source.name", "Input should be a valid string", ".5",
         'write it in quotes, with its zeros: ".5"'),
    ],
)  # fmt: skip
def test_what_a_form_refuses(
    only: Callable[..., Problem],
    content: str,
    line: int,
    place: str,
    expected: str,
    found: str,
    action: str,
) -> None:
    problem = only(content, Form)
    assert (problem.place, problem.line) == (place, line)
    assert (problem.expected, problem.found) == (expected, found)
    assert problem.action == action


class Named(Strict):
    """A name at the top, and names below it."""

    name: str
    items: tuple[Item, ...] = ()
    source: Item | None = None
    either: int | tuple[int, ...] = 0


@pytest.mark.parametrize(
    ("content", "place", "line"),
    [
        ("name: A\nsource:\n  amount: 1", "source.name", 2),
        ("name: A\nsource: {amount: 1}", "source.name", 2),
        ("name: A\nitems:\n  - name: B\n  - amount: 1", "items[1].name", 4),
        ("name: A\nsource: {}", "source.name", 2),
        ("source: {name: B}", "name", 1),
    ],
)
def test_a_key_that_is_missing_is_not_taken_for_another_of_its_name(
    tmp_path: Path, refused: Refused, content: str, place: str, line: int
) -> None:
    path = write(tmp_path, content)
    [problem] = refused(lambda: read_model(path, Named))
    assert (problem.place, problem.line) == (place, line)
    assert problem.expected == "the key `name`"


def test_the_alternatives_of_a_value_are_no_places(tmp_path: Path, refused: Refused) -> None:
    path = write(tmp_path, "name: A\neither: x")
    problems = refused(lambda: read_model(path, Named))
    assert {(problem.place, problem.line) for problem in problems} == {("either", 2)}


def test_a_key_that_an_agreement_lacks_below(country: SmallCountry, refused: Refused) -> None:
    """Its own title stands at the top; it is the source's that is missing."""
    text = AGREEMENT_TEXT.replace("agreement: {title: ", "agreement: {file: ", 1)
    assert text != AGREEMENT_TEXT
    path = write(country.root, text)
    problems = refused(lambda: read_model(path, Agreement))
    [title] = [problem for problem in problems if problem.expected == "the key `title`"]
    assert title.place == "sources.agreement.title"
    assert "agreement:" in text.splitlines()[title.line - 1]


def test_a_key_that_a_sidecar_lacks_below(country: SmallCountry, refused: Refused) -> None:
    """The method at the top is how the figures were made, not how they were perturbed."""
    path = country.root / "population" / "alla.yaml"
    text = path.read_text("utf-8") + "perturbation: {per_cell: 5}\n"
    path.write_text(text, "utf-8")
    problems = refused(lambda: read_model(path, PopulationSidecar))
    assert [problem.place for problem in problems] == [
        "perturbation.method",
        "perturbation.source",
    ]
    assert {problem.line for problem in problems} == {len(text.splitlines())}


def test_every_mistake_is_reported_in_the_order_of_lines(tmp_path: Path, refused: Refused) -> None:
    path = write(tmp_path, "code: 1\nitems:\n  - {amount: 0.5}\nfel: 1\n")
    problems = refused(lambda: read_model(path, Form))
    places = [(problem.line, problem.place) for problem in problems]
    assert sorted(places, key=lambda place: place[0]) == places
    assert {place for _, place in places} == {
        "code",
        "items[0].amount",
        "items[0].name",
        "fel",
        "title",
    }


def test_the_text_of_a_problem(only: Callable[..., Problem], tmp_path: Path) -> None:
    assert str(only("title: A\nitms: []", Form)) == (
        f"{tmp_path}/prov.yaml:2:1: itms\n"
        "  expected: a key that the form has\n"
        "  found:    the unknown key `itms`\n"
        "  do:       did you mean `items`?"
    )


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_kronor_may_be_written_with_spaces(tmp_path: Path, space: str) -> None:
    path = write(tmp_path, f"title: A\nitems: [{{name: B, amount: 1{space}560{space}000}}]")
    assert read_model(path, Form)[0].items[0].amount == 1_560_000


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path, content)
    problems: list[Problem] = []
    try:
        read_model(path, Form)
    except InputError as error:
        problems = error.problems
    assert {problem.file for problem in problems} <= {str(path)}
