"""`explain`: what is printed is enough to compute the amount again, and nothing else is needed."""

from __future__ import annotations

import json
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest

from statsbidrag.files.project import PROJECT
from tests.cases.small_country import AGREEMENT, FOUR_COUNTIES, SmallCountry, jsonstat
from tests.helpers import made
from tests.helpers.program import in_process

ID = "prov-2025"
RAW = PROJECT / "raw"


def explained(raw: Path, agreement: str, post: str, code: str) -> dict[str, Any]:
    """What `explain --format json` prints, read."""
    ended = in_process("--raw", raw, "explain", agreement, post, code, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    data: dict[str, Any] = json.loads(ended.out)
    return data


def value(operation: dict[str, Any]) -> Fraction:
    """A step's value from its printed numbers, by the rules that `docs/nycklar.md` gives."""
    kind, weight = operation["kind"], operation["weight"]
    amount, rate = Fraction(operation["amount"]), Fraction(operation["rate"])
    if kind == "fixed":
        return amount
    if kind == "product":
        return amount * weight
    if kind == "proportion":
        return amount * weight / operation["total"]
    if kind == "bounded":
        held = max(rate * weight, operation["floor"])
        return Fraction(held if operation["cap"] is None else min(held, operation["cap"]))
    assert kind == "nothing"
    return Fraction(0)


def rounded(exact: Fraction, rounding: dict[str, Any]) -> int:
    """The exact sum in whole units, as the printed rounding says, and what was added to it."""
    units = exact / rounding["unit"]
    down = rounding["method"] == "largest_remainder"
    alone = floor(units if down else units + Fraction(1, 2)) * rounding["unit"]
    assert alone == rounding["alone"]
    return int(alone) + int(rounding["added"])


def recomputed(data: dict[str, Any]) -> int:
    """The amount, from the printed explanation alone."""
    exacts, amounts = [], []
    for part in data["parts"]:
        values = [value(step["operation"]) for step in part["steps"]]
        assert [Fraction(step["value"]) for step in part["steps"]] == values
        for step in part["steps"]:
            if step["population"] is not None and step["operation"]["kind"] != "nothing":
                assert step["operation"]["weight"] in (0, step["population"]["recipient"])
        exact = sum(values, Fraction(0))
        assert Fraction(part["exact"]) == exact
        exacts.append(exact)
        amounts.append(rounded(exact, part["rounding"]))
        assert part["amount_sek"] == amounts[-1]
    assert Fraction(data["exact"]) == sum(exacts)
    if data["sum"] is None:
        [amount] = amounts
    elif data["sum"]["totals"] == "from_printed":
        amount = sum(amounts)
    else:
        amount = rounded(sum(exacts, Fraction(0)), data["sum"]["rounding"])
    assert data["amount_sek"] == amount
    return amount


BY = {"by": "population"}
KEYS: dict[str, list[dict[str, Any]]] = {
    "fast": [{"fixed": 200, "except": {"stora": 400}}],
    "resten": [{"fixed": 100}, {"rest": BY}],
    "lika": [{"rest": {"by": "equal", "exclude": ["stora"]}}],
    "vikter": [{"rest": {"by": "weights", "weights": "platser"}}],
    "pris": [
        {"price": {"per_unit": 7, "weights": "platser"}},
        {"undistributed": "räcker till fler"},
    ],
    "tak": [{"rest": {**BY, "cap": 500}}],
    "golv": [{"rest": {**BY, "floor": 100}}],
    "bada": [{"rest": {**BY, "floor": 100, "cap": 500, "exclude": ["stora"]}}],
    "vikt-noll-golv": [{"rest": {"by": "weights", "weights": "platser", "floor": 50, "cap": 600}}],
    "pott": [
        {"set_aside": {"share": "5 %", "title": "en pott"}},
        {"part": {"share": "1/4", "by": "equal"}},
        {"part": {"amount": 100, **BY}},
        {"rest": {**BY, "ages": "0-18"}},
    ],
    "trappa": [
        {
            "ladder": {
                **BY,
                "rungs": [{"up_to": 90, "amount": 10}, {"amount": 100}],
            }
        },
        {"rest": BY},
    ],
}


def country(folder: Path, method: str, totals: str) -> SmallCountry:
    """Every kind of step as a post to counties, and one that depends on a condition."""
    posts = [made.post(f"lan/{name}", 1000, *key) for name, key in KEYS.items()]
    condition = {
        "text": "den som har lämnat in",
        "met_by": "stora",
        "reference": {"source": "avtal"},
    }
    posts += [
        made.post("lan/delad/a", 1000, {"rest": BY}, part_of="lan/delad"),
        made.post("lan/delad/b", 999, {"rest": BY}, part_of="lan/delad", condition=condition),
    ]
    made_here = SmallCountry(folder).write_four()
    made_here.weights("platser", "lan", {"01": 3, "02": 0, "03": 10, "04": 2})
    made_here.write_agreement(
        ID,
        made.agreement(
            *posts,
            groups={"stora": {"recipients": "lan", "title": "de stora", "members": ["01"]}},
            rounding={"method": method, "unit": 1, "totals": totals},
        ),
    )
    return made_here


@pytest.mark.parametrize("method", ["half_up", "largest_remainder", "residual_to_largest"])
def test_every_step_recomputes_from_what_is_printed(tmp_path: Path, method: str) -> None:
    totals = "from_printed" if method == "largest_remainder" else "from_unrounded"
    raw = country(tmp_path, method, totals).root
    printed = in_process("--raw", raw, "allocate", ID, "--totals", "--format", "csv")
    # A total has every post. 01 is at the cap, excluded, meets the condition; 02 has no weight; 04
    # is at the floor.
    for post in ("total", "lan/delad", "lan/tak"):
        for code in ("01", "02", "04"):
            data = explained(raw, ID, post, f"lan:{code}")
            assert recomputed(data) == printed.amounts(post)[code]
            assert len(data["parts"]) == {"total": len(KEYS) + 2, "lan/delad": 2}.get(post, 1)


def test_the_issues_own_example() -> None:
    # The issue: 5 000 000 + 95 000 000 × 132 708 / 10 587 140, and 6 190 809 kr.
    data = explained(RAW, "psykisk-halsa-2025", "lan/suicidprevention", "23")
    assert recomputed(data) == 6_190_809
    [part] = data["parts"]
    assert Fraction(part["exact"]) == 5_000_000 + Fraction(95_000_000 * 132_708, 10_587_140)
    ended = in_process("--raw", RAW, "explain", "psykisk-halsa-2025", "lan/suicidprevention", "23")
    lines = ended.out.splitlines()
    assert "  Räkning          5 000 000 + 95 000 000 × 132 708 / 10 587 140" in lines
    assert "  Belopp           6 190 809 kr" in lines
    assert "S2025/00159, avsnitt 4.2" in ended.out


@pytest.mark.parametrize(
    ("post", "code"),
    [("kommun/barn-och-unga", "2380"), ("lan/nationell-strategi", "12"), ("total", "region:23")],
)
def test_the_projects_own_agreement(post: str, code: str) -> None:
    recomputed(explained(RAW, "psykisk-halsa-2025", post, code))


def test_the_population_stands_where_it_is_said_to_stand() -> None:
    # The figures at those places of the file's list `value` sum to the recipient's.
    data = explained(RAW, "psykisk-halsa-2025", "lan/suicidprevention", "23")
    cell = data["parts"][0]["steps"][1]["population"]
    values = json.loads((RAW / cell["file"]).read_bytes())["value"]
    total = 0
    for span in cell["positions"].split(","):
        first, _, last = span.partition("-")
        total += sum(values[int(first) : int(last or first) + 1])
    assert total == cell["recipient"] == 132_708
    assert sum(values) == cell["nation"] == 10_587_140


def test_one_who_does_not_meet_the_condition(tmp_path: Path) -> None:
    raw = country(tmp_path, "half_up", "from_unrounded").root
    data = explained(raw, ID, "lan/delad/b", "03")
    assert recomputed(data) == 0
    ended = in_process("--raw", raw, "explain", ID, "lan/delad/b", "03")
    assert "Villkoret är inte uppfyllt: den som har lämnat in" in ended.out


def test_an_unresolved_post_says_so_and_names_the_source(tmp_path: Path) -> None:
    here = SmallCountry(tmp_path).write_four()
    posts = [
        made.post("lan/oklar", 1000, unresolved="Nyckeln står inte i avtalet."),
        made.post("lan/klar", 1000, {"rest": BY}),
    ]
    here.write_agreement(ID, made.agreement(*posts, status="reconstructed", coverage="partial"))
    published = here.published("lan,01,lan/oklar,690")
    here.seal(published, {"source": "Länets presentation", "rows": 1})
    data = explained(tmp_path, ID, "lan/oklar", "01")
    [part] = data["parts"]
    assert (part["steps"], part["exact"], part["rounding"], part["amount_sek"]) == (
        *([], None, None, None),
    )
    assert (data["amount_sek"], data["published_sek"], data["maturity"]) == (
        *(None, 690, "unresolved"),
    )
    assert part["published_source"] == "Länets presentation"
    text = in_process("--raw", tmp_path, "explain", ID, "lan/oklar", "01").out
    for words in ("Nyckeln är inte känd", "Nyckeln står inte i avtalet.", "Länets presentation"):
        assert words in text
    total = explained(tmp_path, ID, "total", "lan:01")
    assert (total["amount_sek"], total["exact"]) == (None, None)
    assert "en del av summan har ingen känd nyckel" in (
        in_process("--raw", tmp_path, "explain", ID, "total", "lan:01").out
    )


def test_an_unresolved_post_of_which_nothing_is_published(tmp_path: Path) -> None:
    here = SmallCountry(tmp_path).write_four()
    why = "Nyckeln står inte i avtalet."
    posts = [
        made.post("lan/delad/a", 1000, unresolved=why, part_of="lan/delad"),
        made.post("lan/klar", 1000, {"rest": BY}),
    ]
    here.write_agreement(ID, made.agreement(*posts, status="reconstructed", coverage="partial"))
    for post, code in (("lan/delad/a", "02"), ("lan/delad", "02"), ("total", "lan:02")):
        data = explained(tmp_path, ID, post, code)
        part = data["parts"][0]
        assert (data["recipient_name"], data["amount_sek"], data["maturity"]) == (
            *("Beta län", None, "unresolved"),
        )
        assert (part["post"], part["unresolved"], part["amount_sek"]) == ("lan/delad/a", why, None)
        assert (part["published"], part["published_sek"]) == (False, None)
        text = in_process("--raw", tmp_path, "explain", ID, post, code).out
        for words in ("Nyckeln är inte känd", why, "inget belopp för den här mottagaren"):
            assert words in text
    for wrong in ("99", "00"):
        ended = in_process("--raw", tmp_path, "explain", ID, "lan/delad/a", wrong)
        assert (ended.code, ended.out) == (2, "")


@pytest.mark.parametrize(
    ("post", "code", "said"),
    [
        ("lan/borta", "01", "has no post `lan/borta`"),
        ("lan/golvet", "99", "has no post `lan/golvet`. Did you mean `lan/golv`? Posts: lan/fast"),
        ("lan/tak", "99", "has no amount of `lan/tak` for lan:99"),
        ("lan/tak", "00", "has no amount of `lan/tak` for lan:00"),
        ("landsting/tak", "01", "has no post `landsting/tak`"),
        ("total", "01", "a total is of one recipient type: write lan:23 or region:23"),
        ("total", "landsting:01", "no recipient type `landsting`"),
    ],
)
def test_what_is_not_there(tmp_path: Path, post: str, code: str, said: str) -> None:
    raw = country(tmp_path, "half_up", "from_printed").root
    ended = in_process("--raw", raw, "explain", ID, post, code)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"rest": {**BY, "cap": 1_000}}, "the cap 1 000 kr leaves part of 1 000 000 kr to nobody"),
        (
            {"rest": {"by": "weights", "weights": "platser"}},
            "every recipient's weight is zero, so no share can be computed",
        ),
        (
            {"price": {"per_unit": 7, "weights": "platser"}},
            "the key leaves 1 000 000 kr of the post to nobody",
        ),
    ],
)
def test_a_key_that_cannot_be_met(tmp_path: Path, key: dict[str, Any], said: str) -> None:
    here = SmallCountry(tmp_path).write_four()
    here.weights("platser", "lan", dict.fromkeys(FOUR_COUNTIES, 0))
    here.write_agreement(ID, made.agreement(made.post("lan/p", 1_000_000, key)))
    ended = in_process("--raw", tmp_path, "explain", ID, "lan/p", "01")
    assert (ended.code, ended.out) == (2, "")
    assert f"agreements/{ID}.yaml: post lan/p, key\n" in ended.err
    assert "gives out the post's 1 000 000 kr, neither" in ended.err
    assert f"found:    {said}\n" in ended.err


def test_a_sum_that_cannot_be_met_has_its_figures_in_groups(tmp_path: Path) -> None:
    here = SmallCountry(tmp_path).write_four()
    rounding = {"method": "largest_remainder", "unit": 10_000, "totals": "from_printed"}
    here.weights("platser", "lan", {"01": 3, "02": 0, "03": 10, "04": 2})
    price = {"price": {"per_unit": 3_000, "weights": "platser"}}
    post = made.post("lan/p", 1_230_000, price, {"undistributed": "räcker till fler"})
    here.write_agreement(ID, made.agreement(post, rounding=rounding))
    ended = in_process("--raw", tmp_path, "explain", ID, "lan/p", "01")
    assert ended.code == 2
    assert "45 000 kr is not a whole number of 10 000 kr" in ended.err


def test_a_corrected_figure_is_explained(country: SmallCountry) -> None:
    country.correction("alla.json", "0114", expect=600, value=599)
    shown = in_process("--raw", country.root, "explain", AGREEMENT, "region/a", "01")
    assert "rättat tal 0114: 600 i filen, 599 används. Prövad mot registret." in shown.out
    assert "Anmält av Alby kommun den 2025-02-03." in shown.out
    other = in_process("--raw", country.root, "explain", AGREEMENT, "region/a", "02")
    assert "rättade tal för andra i samma fil: 1" in other.out
    data = explained(country.root, AGREEMENT, "region/a", "01")
    [correction] = data["parts"][0]["steps"][0]["population"]["corrections"]
    assert (correction["where"], correction["expect"], correction["value"]) == (
        "region 0114",
        600,
        599,
    )
    assert recomputed(data) == 901  # 1 001 × 899 / 999 = 900.8


def test_figures_with_random_numbers_are_named(tmp_path: Path) -> None:
    """0–18 is published as 0–9 and 10–18, beside single figures that were not taken."""
    here = SmallCountry(tmp_path / "raw").write()
    random = {"method": "cell_key", "per_cell": 5, "source": "en not"}
    ages = ["0-9", "10-18", "0-4", "5-9", "19+"]
    values = {
        "0114": [80, 70, 40, 40, 450],
        "0115": [20, 10, 10, 10, 270],
        "0201": [12, 8, 6, 6, 80],
    }
    here.extract("aldrar", jsonstat(values, ages), maturity="estimate", perturbation=random)
    ended = in_process("--raw", here.root, "explain", AGREEMENT, "kommun/c", "0114").require(0)
    assert "publicerade värden, åldrarna 0–9, 10–18; källan har lagt små slumptal" in ended.out
    plain = in_process("--raw", here.root, "explain", AGREEMENT, "lan/b/y", "01").require(0)
    assert "slumptal" not in plain.out
