"""Every amount to the krona: what was published, what the agreement promises, and sums."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import tables
from schemas.agreement import Agreement
from statsbidrag.agreement.published_figures import no_published
from statsbidrag.allocation.amounts import allocate, rows, split_post
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import InputError, ProgramError
from statsbidrag.register.recipients import Register, read_register, usual_words
from tests.cases.small_country import AGREEMENT, SmallCountry

Years = Callable[[int], Computed]


def amounts(frame: pd.DataFrame, recipients: str, code: str) -> dict[str, int]:
    own = frame[(frame["recipient_type"] == recipients) & (frame["recipient_code"] == code)]
    return {str(post): int(kr) for post, kr in zip(own["post"], own["amount_sek"], strict=True)}


# 2024 ------------------------------------------------------------------------------------------


def test_jamtland_2024(computed: Years) -> None:
    # 003_5112bbd3ee97e34b.txt (and the issue, "Must show").
    assert amounts(computed(2024).allocation, "lan", "23") == {
        "lan/barn-och-unga": 2_974_230,
        "lan/samsjuklighet": 6_819_298,
        "lan/brukarmedverkan": 1_000_000,
        "lan/suicidprevention": 2_509_377,
        "total": 13_302_905,
    }


def test_vastra_gotaland_2024(computed: Years) -> None:
    # 004_d0442850dbe703ab.txt: the total is rounded from the unrounded sum, one krona less than
    # the sum of the printed parts.
    own = amounts(computed(2024).allocation, "lan", "14")
    total = own.pop("total")
    assert own == {
        "lan/barn-och-unga": 41_917_629,
        "lan/samsjuklighet": 29_276_915,
        "lan/brukarmedverkan": 2_000_000,
        "lan/suicidprevention": 33_485_400,
    }
    assert (total, sum(own.values())) == (106_679_943, 106_679_944)


def test_maturity_2024(computed: Years) -> None:
    # domain.md, "Population data": by age, and the municipalities, estimated; all ages per county
    # reconstructed. What needs no population is certain.
    posts = computed(2024).allocation.query("kind == 'post'")
    assert posts.groupby("post")["maturity"].unique().map(list).to_dict() == {
        "region/barn-och-unga": ["estimate"],
        "region/kunskapsbaserad-vard": ["reconstructed"],
        "region/traumavard": ["reconstructed"],
        "kommun/kunskapsbaserad-vard": ["estimate"],
        "lan/barn-och-unga": ["estimate"],
        "lan/samsjuklighet": ["reconstructed"],
        "lan/brukarmedverkan": ["definitive"],
        "lan/suicidprevention": ["reconstructed"],
        "skr/utveckling-och-samordning": ["definitive"],
    }


# 2025 ------------------------------------------------------------------------------------------


def test_every_published_cell_of_2025(computed: Years) -> None:
    # The tables per region and county of 004_d0442850dbe703ab.txt, row totals among them.
    frame = computed(2025).allocation
    cells = frame[frame["published_sek"].notna() & (frame["kind"] != "nation")]
    assert len(cells) == 147
    assert cells.groupby("recipient_type").size().to_dict() == {"lan": 84, "region": 63}
    assert (cells["amount_sek"] == cells["published_sek"]).all()


def test_the_sums_of_the_printed_columns(computed: Years) -> None:
    # The issue: off the printed Riket by 0, 0, 0 (regions) and 0, -1, +1, +1 (counties).
    frame = computed(2025).allocation
    nation = frame[(frame["kind"] == "nation") & frame["published_sek"].notna()]
    keys = zip(nation["recipient_type"], nation["post"], strict=True)
    found = dict(zip(keys, nation["amount_sek"] - nation["published_sek"], strict=True))
    assert found == {
        ("region", "region/suicidprevention"): 0,
        ("region", "region/komplexa-behov"): 0,
        ("region", "total"): 0,
        ("lan", "lan/nationell-strategi"): 0,
        ("lan", "lan/komplexa-behov"): -1,
        ("lan", "lan/suicidprevention"): 1,
        ("lan", "total"): 1,
    }


@pytest.mark.parametrize(("recipients", "rows_that_differ"), [("region", 8), ("lan", 7)])
def test_totals_differ_from_the_sum_of_their_parts(
    computed: Years, recipients: str, rows_that_differ: int
) -> None:
    # domain.md, "Rounding": by one krona in 8 of 21 region rows and 7 of 21 county rows.
    frame = computed(2025).allocation.query("recipient_type == @recipients")
    total = frame.query("kind == 'total'").set_index("recipient_code")["amount_sek"]
    parts = frame.query("kind == 'post'").groupby("recipient_code")["amount_sek"].sum()
    difference = (total - parts)[total != parts]
    assert len(total) == 21
    assert len(difference) == rows_that_differ
    assert set(difference.abs()) == {1}


def test_the_municipalities_of_2025(computed: Years) -> None:
    # domain.md: 200 000 each and the rest by age; half up per cell gives 250 000 009 (+9).
    own = computed(2025).allocation.query("kind == 'post' and post == 'kommun/barn-och-unga'")
    assert len(own) == own["recipient_code"].nunique() == 290
    assert int(own["amount_sek"].min()) >= 200_000
    assert set(own["maturity"]) == {"estimate"}
    assert int(own["amount_sek"].sum()) == 250_000_009


def test_what_rests_on_scb_is_definitive(computed: Years) -> None:
    # The issue: 42 rows of the region posts and 21 of each county post.
    own = computed(2025).allocation.query("kind == 'post' and maturity == 'definitive'")
    assert own.groupby("post").size().to_dict() == {
        "region/komplexa-behov": 21,
        "region/suicidprevention": 21,
        "lan/komplexa-behov": 21,
        "lan/nationell-strategi/genomforande": 21,
        "lan/nationell-strategi/brukarmedverkan": 21,
        "lan/nationell-strategi/vard-och-insatsprogram": 21,
        "lan/suicidprevention": 21,
        "skr/samverkan": 1,
    }


def test_gotland_receives_three_times(computed: Years) -> None:
    # domain.md: county 09, municipality 0980 and a region at once.
    frame = computed(2025).allocation.query("kind == 'total'")
    gotland = frame[frame["recipient_code"].isin(["09", "0980"])]
    assert sorted(gotland["recipient_type"]) == ["kommun", "lan", "region"]


@pytest.mark.parametrize("year", [2024, 2025])
def test_exact_shares_sum_to_the_posts_and_cells_are_their_halves_up(
    computed: Years, year: int
) -> None:
    made = computed(year)
    for post in made.agreement.posts:
        own = made.allocation.query("kind == 'post' and post == @post.id")
        exact = [Fraction(text) for text in own["exact"]]
        assert sum(exact) == post.amount
        for share, amount in zip(exact, own["amount_sek"], strict=True):
            assert Fraction(-1, 2) < amount - share <= Fraction(1, 2)


@pytest.mark.parametrize("year", [2024, 2025])
def test_the_order_of_rows(computed: Years, year: int) -> None:
    # interfaces.md, `allocate --format csv`: posts in the agreement's order, then by code; sums
    # after each post group, totals at the end.
    made = computed(year)
    order = {post.id: index for index, post in enumerate(made.agreement.posts)}
    plain = made.allocation.query("kind == 'post'")
    keys = [
        (order[str(p)], str(c)) for p, c in zip(plain["post"], plain["recipient_code"], strict=True)
    ]
    assert keys == sorted(keys)
    kinds = list(made.allocation["kind"])
    assert "post" not in kinds[kinds.index("total") :]


# The small country: every row by hand ---------------------------------------------------------

BY_HAND = [
    # kind, post, code, exact, kronor. Halves go up, so lan/b/y sums to 206 of 205; the group and
    # the totals are rounded from the unrounded sums.
    ("post", "region/a", "01", "9009/10", 901),
    ("post", "region/a", "02", "1001/10", 100),
    ("nation", "region/a", "00", "1001/1", 1001),
    ("post", "lan/b/x", "01", "20/1", 20),
    ("post", "lan/b/x", "02", "10/1", 10),
    ("post", "lan/b/y", "01", "369/2", 185),
    ("post", "lan/b/y", "02", "41/2", 21),
    ("group", "lan/b", "01", "409/2", 205),
    ("group", "lan/b", "02", "61/2", 31),
    ("nation", "lan/b/x", "00", "30/1", 30),
    ("nation", "lan/b/y", "00", "205/1", 206),
    ("nation", "lan/b", "00", "235/1", 236),
    ("post", "lan/e", "01", "86/1", 86),
    ("post", "lan/e", "02", "14/1", 14),
    ("nation", "lan/e", "00", "100/1", 100),
    ("post", "kommun/c", "0114", "100/1", 100),
    ("post", "kommun/c", "0115", "40/1", 40),
    ("post", "kommun/c", "0201", "35/1", 35),
    ("nation", "kommun/c", "00", "175/1", 175),
    ("post", "skr/d", "SKR", "50/1", 50),
    ("nation", "skr/d", "00", "50/1", 50),
    ("total", "total", "01", "9009/10", 901),
    ("total", "total", "02", "1001/10", 100),
    ("nation", "total", "00", "1001/1", 1001),
    ("total", "total", "01", "581/2", 291),
    ("total", "total", "02", "89/2", 45),
    ("nation", "total", "00", "335/1", 336),
    ("total", "total", "0114", "100/1", 100),
    ("total", "total", "0115", "40/1", 40),
    ("total", "total", "0201", "35/1", 35),
    ("nation", "total", "00", "175/1", 175),
    ("total", "total", "SKR", "50/1", 50),
    ("nation", "total", "00", "50/1", 50),
]


def listed(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = ["kind", "post", "recipient_code", "exact", "amount_sek"]
    return list(frame[columns].itertuples(index=False, name=None))


def test_the_small_country_by_hand(country: SmallCountry) -> None:
    frame = compute(country.raw, AGREEMENT).allocation
    assert listed(frame) == BY_HAND
    tables.checked(tables.Allocation, frame)


def test_maturity_and_basis_of_sums(country: SmallCountry) -> None:
    country.extract("alla", (country.root / "population" / "alla.json").read_bytes(),
                    maturity="preliminary")  # fmt: skip
    frame = compute(country.raw, AGREEMENT).allocation.set_index(["post", "recipient_code"])
    # A fixed sum rests on nothing, its group with a population part on the weakest of the two.
    assert tuple(frame.loc[("lan/b/x", "01"), ["maturity", "basis"]]) == ("definitive", "")
    expected = ("preliminary", "2024-11-01/lan/alla")
    assert tuple(frame.loc[("lan/b", "01"), ["maturity", "basis"]]) == expected


@pytest.mark.parametrize(
    ("method", "totals", "y", "group", "total"),
    [
        # 184.5 and 20.5: each half up, or the one krona left to the lower code, or half up and one
        # krona taken from the largest. Printed totals are the sums of the printed parts.
        ("half_up", "from_unrounded", [185, 21], [205, 31], [291, 45]),
        ("half_up", "from_printed", [185, 21], [205, 31], [291, 45]),
        ("largest_remainder", "from_unrounded", [185, 20], [205, 30], [291, 44]),
        ("largest_remainder", "from_printed", [185, 20], [205, 30], [291, 44]),
        ("residual_to_largest", "from_unrounded", [184, 21], [204, 31], [290, 45]),
    ],
)
def test_each_convention(
    country: SmallCountry,
    method: str,
    totals: str,
    y: list[int],
    group: list[int],
    total: list[int],
) -> None:
    country.change(
        country.agreement,
        "method: half_up, unit: 1, totals: from_unrounded",
        f"method: {method}, unit: 1, totals: {totals}",
    )
    frame = compute(country.raw, AGREEMENT).allocation.query("recipient_type == 'lan'")
    for post, expected in (("lan/b/y", y), ("lan/b", group), ("total", total)):
        own = frame.query("post == @post and kind != 'nation'")
        assert own["amount_sek"].tolist() == expected, post


def test_printed_totals_are_sums_of_printed_parts(country: SmallCountry) -> None:
    # Two posts of 205 by population: 184.5 twice. Unrounded 369 kr, printed 185 + 185 = 370.
    country.change(country.agreement, "amount: 100\n    key:\n      - fixed: 5\n      - rest:",
                   "amount: 205\n    key:\n      - rest:")  # fmt: skip
    country.change(country.agreement, "amount: 1 561,", "amount: 1 666,")
    country.change(country.agreement, "amount: 335,", "amount: 440,")

    def total() -> int:
        return amounts(compute(country.raw, AGREEMENT).allocation, "lan", "01")["total"]

    assert total() == 20 + 369
    country.change(country.agreement, "from_unrounded", "from_printed")
    assert total() == 20 + 370


def test_whole_hundreds(country: SmallCountry) -> None:
    # lan/e in whole tens: 86 and 14 make 90 and 10 by largest remainder (8.6 and 1.4 tens).
    country.change(
        country.agreement,
        "amount: 100\n",
        "amount: 100\n    rounding: {method: largest_remainder, unit: 10, totals: from_printed}\n",
    )
    frame = compute(country.raw, AGREEMENT).allocation
    assert frame.query("post == 'lan/e'")["amount_sek"].tolist() == [90, 10, 100]


def test_published_stands_beside(country: SmallCountry) -> None:
    country.published("lan,01,lan/e,87", "lan,00,total,335", "kommun,0114,total,100")
    every = rows(compute(country.raw, AGREEMENT).allocation)
    found = {row.cell: row.published_sek for row in every if row.published_sek is not None}
    assert found == {"lan/e lan:01": 87, "total lan:00": 335, "total kommun:0114": 100}


def test_an_allocation_that_does_not_sum_is_a_bug(
    country: SmallCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = compute(country.raw, AGREEMENT)
    monkeypatch.setattr(
        "statsbidrag.allocation.amounts.round_column", lambda exact, _: [0] * len(exact)
    )
    with pytest.raises(ProgramError, match="prov-2025 region/a: 0 kr allocated of 1001 kr"):
        allocate(made.agreement, made.register, made.basis, made.published)


def test_nobody_young_anywhere_is_no_plausible_zero(country: SmallCountry) -> None:
    made = compute(country.raw, AGREEMENT)
    nobody = made.basis.assign(population=0)
    with pytest.raises(InputError, match="every recipient's weight is zero"):
        split_post(made.agreement, made.agreement.posts[0], made.register, nobody)


# Any agreement -------------------------------------------------------------------------------


@st.composite
def agreements(draw: st.DrawFn) -> tuple[Agreement, dict[str, int]]:
    """An agreement with one to four county posts on a handful of counties."""
    codes = [f"{number:02}" for number in range(1, draw(st.integers(1, 8)) + 1)]
    persons = {code: draw(st.integers(0, 3_000_000)) for code in codes}
    persons[codes[0]] += 1
    unit = draw(st.sampled_from([1, 100_000]))
    method = draw(st.sampled_from(["half_up", "largest_remainder", "residual_to_largest"]))
    # A post of fewer units than recipients can leave the largest less than the residual takes.
    fewest = 100 if method == "residual_to_largest" else 0
    posts: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 4))):
        base = draw(st.integers(0, 5_000_000))
        amount = -(-base * len(codes) // unit) * unit + draw(st.integers(fewest, 5000)) * unit
        key = [{"fixed": base}, {"rest": {"by": draw(st.sampled_from(["population", "equal"]))}}]
        posts.append(
            {
                "id": f"lan/p{number}",
                "area": "a",
                "recipients": "lan",
                "title": "P",
                "amount": amount,
                "key": key,
                "reference": {"source": "s"},
            }
        )
    totals = draw(st.sampled_from(["from_unrounded", "from_printed"]))
    reference = {"source": "s"}
    agreement = {
        "format": 1,
        "id": "prov-2025",
        "programme": "prov",
        "year": 2025,
        "title": "Prov",
        "status": "draft",
        "coverage": "complete",
        "sources": {"s": {"title": "S"}},
        "total": {"amount": sum(post["amount"] for post in posts), "reference": reference},
        "population": {
            "table": "TAB1267",
            "reference_date": "2024-11-01",
            "levels": {"lan": "lan"},
        },
        "rounding": {"method": method, "unit": unit, "totals": totals},
        "requisition": {"total": "sum_of_posts"},
        "areas": [{"id": "a", "title": "A"}],
        "posts": posts,
    }
    return Agreement.model_validate(agreement), persons


@settings(max_examples=100)
@given(agreements())
def test_any_agreement_sums(case: tuple[Agreement, dict[str, int]]) -> None:
    agreement, persons = case
    codes = list(persons)
    counties = {"type": "lan", "code": codes, "name": "L", "slug": "l", "lan_code": codes}
    register = Register(pd.DataFrame(counties, dtype="str"), usual_words())
    basis = pd.DataFrame(
        {
            "basis": "2024-11-01/lan/alla",
            "region_code": pd.Series(list(persons), dtype="str"),
            "population": list(persons.values()),
            "maturity": "definitive",
        }
    )
    frame = allocate(agreement, register, basis, no_published())
    unit, method = agreement.rounding.unit, agreement.rounding.method
    for post in agreement.posts:
        own = frame.query("kind == 'post' and post == @post.id")
        exact = [Fraction(text) for text in own["exact"]]
        assert sum(exact) == post.amount
        difference = int(own["amount_sek"].sum()) - post.amount
        if method == "half_up":
            assert abs(difference) <= Fraction(unit * len(own), 2)
        else:
            assert difference == 0
        assert all(amount % unit == 0 for amount in own["amount_sek"])
    total = frame.query("kind == 'total'")
    assert sum(Fraction(text) for text in total["exact"]) == agreement.total.amount
    nation = frame.query("kind == 'nation' and post == 'total'")["amount_sek"].item()
    assert nation == total["amount_sek"].sum()
    if agreement.rounding.totals == "from_printed":
        printed = frame.query("kind == 'post'").groupby("recipient_code")["amount_sek"].sum()
        assert total["amount_sek"].tolist() == printed.tolist()


def test_the_frame_of_the_small_register(country: SmallCountry) -> None:
    # Recipients in every post are complete: each code of the register once per post of its type.
    made = compute(country.raw, AGREEMENT)
    register = read_register(country.raw)
    for post in made.agreement.posts:
        own = made.allocation.query("kind == 'post' and post == @post.id")["recipient_code"]
        wanted = register.frame.loc[register.frame["type"] == str(post.recipients), "code"]
        assert list(own) == sorted(wanted)
