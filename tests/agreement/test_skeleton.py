"""Next year's skeleton: nothing carried over, every blank named by line, and usable when filled."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from statsbidrag.agreement.skeleton import skeleton, write_skeleton
from statsbidrag.dossier.gathering import compute
from statsbidrag.errors import InputError, Problem, UsageError, blanks_together
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_yaml

RAW = PROJECT / "raw"
NEW, OLD = "psykisk-halsa-2026", "psykisk-halsa-2025"
WRONG = Problem("x.yaml", "status", "draft", "`draaft`", "correct the value", line=3)
_BLANK = re.compile(r'(: |\{|, |- |\[)""|\[\]|^ *(reference_number|file):$')


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    shutil.copytree(RAW, tmp_path / "raw")
    return Raw(tmp_path / "raw")


def earlier(name: str = OLD) -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(RAW / "agreements" / f"{name}.yaml").data
    return data


def scalars(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [found for own in value.values() for found in scalars(own)]
    if isinstance(value, list):
        return [found for own in value for found in scalars(own)]
    return [value]


def filled(blank: Any, from_: Any) -> Any:
    """What a person who has read the agreement writes: here, what the earlier one said."""
    if isinstance(blank, dict):
        return {
            key: filled(own, from_[key]) if isinstance(from_, dict) and key in from_ else own
            for key, own in blank.items()
        }
    if isinstance(blank, list) and blank and len(blank) == len(from_):
        return [filled(own, other) for own, other in zip(blank, from_, strict=True)]
    return from_ if blank in ("", None, []) or blank == [""] else blank


# --- Nothing is carried over ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["psykisk-halsa-2023", "psykisk-halsa-2024", OLD])
def test_no_figure_date_or_reference_is_carried_over(name: str) -> None:
    text = skeleton(earlier(name), NEW)
    content = re.sub(rf"{NEW}|{name}|year: 2026|format: 1|\.\./\.\.", "", text)
    content = re.sub(r"utf-?8", "", content)
    assert not re.search("[0-9]", content), re.findall(r".*[0-9].*", content)
    for source in earlier(name)["sources"].values():
        assert source["title"] not in text


def test_what_stays_is_structure() -> None:
    data = yaml.safe_load(skeleton(earlier(), NEW))
    assert (data["id"], data["year"], data["status"]) == (NEW, 2026, "draft")
    assert data["compares_with"] == OLD
    assert [post["id"] for post in data["posts"]] == [post["id"] for post in earlier()["posts"]]
    assert [area["succeeds"] for area in data["areas"]] == [
        [f"{OLD}/{area['id']}"] for area in earlier()["areas"]
    ]
    assert data["groups"]["storstadslan"]["members"] == []
    key = next(post["key"] for post in data["posts"] if post["id"] == "kommun/barn-och-unga")
    assert key == [{"fixed": ""}, {"rest": {"by": "population", "ages": ""}}]
    assert data["stated_totals"][4] == {"area": "nationell-strategi", "amount": "", "reference": ""}
    assert list(data["sources"]) == ["agreement"]


@pytest.mark.parametrize("name", ["psykisk-halsa-2024", OLD])
def test_what_recipients_are_told_is_written_anew(name: str) -> None:
    old, data = earlier(name), yaml.safe_load(skeleton(earlier(name), NEW))
    assert data["purposes"] == [
        {"area": each["area"], "who": each["who"], "text": "", "must": [], "reference": ""}
        for each in old["purposes"]
    ]
    for now, before in zip(data["conditions"], old["conditions"], strict=True):
        told = {"about", "who", *(["by"] if "by" in before else [])}
        assert now == {key: before[key] for key in told} | {"text": "", "reference": ""}
    for kind, form in data["forms"].items():
        assert (form["title"], form["sent_to"], form["who"]) == ("", "", old["forms"][kind]["who"])
        assert form["period"] == {"first": "", "last": "", "reference": ""}
        for now, before in zip(form["sections"], old["forms"][kind]["sections"], strict=True):
            assert [field["label"] for field in now["fields"]] == [""] * len(before["fields"])
            for key in ("id", "kind", "fills", "computed", "personal"):
                kept = [field.get(key) for field in before["fields"]]
                assert [field.get(key) for field in now["fields"]] == kept


def test_every_shape_of_key_keeps_its_shape_and_loses_its_figures() -> None:
    old = earlier()
    old["posts"][0]["key"] = [
        {"set_aside": {"share": "2,5 %", "title": "Potten 3"}},
        {"fixed": 5, "except": {"storstadslan": 6}, "exclude": ["storstadslan"]},
        {"price": {"per_unit": 7, "weights": "besok-2025"}},
        {"ladder": {"by": "population", "rungs": [{"up_to": 8, "amount": 9}, {"amount": 10}]}},
        {"part": {"amount": 11, "by": "equal", "exclude": ["storstadslan"]}},
        {"rest": {"by": "weights", "weights": "b-2025", "cap": 12, "reference_date": "2025-11-01"}},
        {"undistributed": "13 kr blir kvar"},
    ]
    key = yaml.safe_load(skeleton(old, NEW))["posts"][0]["key"]
    assert key == [
        {"set_aside": {"share": "", "title": ""}},
        {"fixed": "", "except": {"storstadslan": ""}, "exclude": ["storstadslan"]},
        {"price": {"per_unit": "", "weights": ""}},
        {"ladder": {"by": "population", "rungs": [{"up_to": "", "amount": ""}, {"amount": ""}]}},
        {"part": {"amount": "", "by": "equal", "exclude": ["storstadslan"]}},
        {"rest": {"by": "weights", "weights": "", "cap": "", "reference_date": ""}},
        {"undistributed": ""},
    ]


def test_a_name_with_a_figure_in_it_is_left_out() -> None:
    old = earlier()
    old["posts"][0]["short_title"] = "Barn 0-25"
    old["groups"]["storstadslan"]["title"] = "de 3 största"
    data = yaml.safe_load(skeleton(old, NEW))
    assert "short_title" not in data["posts"][0]
    assert "title" not in data["groups"]["storstadslan"]


def test_another_programme_or_an_earlier_year_succeeds_nothing() -> None:
    for other in ("cancervard-2026", "psykisk-halsa-2024", OLD):
        data = yaml.safe_load(skeleton(earlier(), other))
        assert "compares_with" not in data
        assert not any("succeeds" in area for area in data["areas"])
        assert data["programme"] == other.rpartition("-")[0]


# --- It cannot be used until it is filled in --------------------------------------------------


@pytest.mark.parametrize("name", ["psykisk-halsa-2023", "psykisk-halsa-2024", OLD])
def test_every_blank_is_named_at_its_line(raw: Raw, name: str) -> None:
    path = write_skeleton(raw, NEW, name)
    blank = {
        number
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if _BLANK.search(line) and not line.startswith(("reviewed", "#"))
    }
    with pytest.raises(InputError) as caught:
        compute(raw, NEW)
    assert len(blank) >= 40
    assert blank - {problem.line for problem in caught.value.problems} == set()
    # A person is told of them all at once, and of what else is wrong by itself.
    *others, together = blanks_together([*caught.value.problems, WRONG])
    assert WRONG in others
    assert len(others) <= 3
    lines = {int(line) for line in re.findall("[0-9]+", together.found)}
    assert blank - lines - {problem.line for problem in others} == set()


def test_a_few_blanks_are_told_of_one_by_one(raw: Raw) -> None:
    path = raw.agreement_path(OLD)
    path.write_text(re.sub("^title: .*", 'title: ""', path.read_text("utf-8"), flags=re.M), "utf-8")
    with pytest.raises(InputError) as caught:
        compute(raw, OLD)
    [problem] = blanks_together(caught.value.problems)
    assert (problem.place, problem.expected) == ("title", "a text of at least 1 character")
    assert problem.action == "fill it in: it is blank"


def test_filled_in_it_loads_and_allocates(raw: Raw) -> None:
    path = write_skeleton(raw, NEW, OLD)
    data = filled(read_yaml(path).data, earlier())
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    made, old = compute(raw, NEW), compute(raw, OLD)
    assert made.agreement.status == "draft"
    columns = ["post", "recipient_type", "recipient_code", "amount_sek"]
    assert made.allocation[columns].equals(old.allocation[columns])
    assert made.allocation["amount_sek"].sum() > 0


@pytest.mark.parametrize("left", ["total", "posts", "dates", "areas"])
def test_one_blank_left_is_enough_to_refuse_it(raw: Raw, left: str) -> None:
    path = write_skeleton(raw, NEW, OLD)
    blank = read_yaml(path).data
    data = {**filled(blank, earlier()), left: blank[left]}
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    with pytest.raises(InputError):
        compute(raw, NEW)


# --- The file ---------------------------------------------------------------------------------


def test_nothing_is_overwritten(raw: Raw) -> None:
    path = write_skeleton(raw, NEW, OLD)
    path.write_text("mitt eget", "utf-8")
    with pytest.raises(UsageError, match="never overwritten"):
        write_skeleton(raw, NEW, OLD)
    assert path.read_text("utf-8") == "mitt eget"


@pytest.mark.parametrize("name", ["psykisk-halsa", "../x-2026", "Psykisk-2026", "x-1026", "-2026"])
def test_an_id_is_a_programme_and_a_year(raw: Raw, name: str) -> None:
    with pytest.raises(UsageError, match="programme and the year"):
        write_skeleton(raw, name, OLD)


def test_the_lines_are_short_enough_to_read() -> None:
    assert max(len(line) for line in skeleton(earlier(), NEW).splitlines()) <= 100
