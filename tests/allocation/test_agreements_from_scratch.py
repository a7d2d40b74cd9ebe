"""Four agreements written from scratch, by the program's own door, with results worked by hand.

Together they use every step and every word of the language of keys. The population is that of the
small country in `tests/cases/small_country.py`: counties 690, 200, 90, 20 of 1 000.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.small_country import SmallCountry
from tests.helpers.program import Ended, in_process

FIRST = """\
format: 1
id: prov-ett-2025
programme: prov-ett
year: 2025
title: Första provet
status: signed
coverage: complete
signed: {state: 2025-01-30, skr: 2025-01-24}
sources:
  avtal: {title: Avtalet, reference_number: P2025/1}
total: {amount: 1 038 501, reference: {source: avtal}}
population:
  table: TAB1267
  reference_date: 2024-11-01
  levels: {region: lan, lan: lan, kommun: kommun}
rounding: {method: half_up, unit: 1, totals: from_unrounded}
requisition: {total: sum_of_posts}
groups:
  stora: {recipients: lan, members: ["01"]}
areas:
  - {id: prov, title: Prov}
post_groups:
  - {id: lan/delad, title: Delad}
posts:
  - id: lan/bas
    area: prov
    recipients: lan
    title: Bas och resten
    amount: 1 000 000
    key:
      - fixed: 100 000
        except: {stora: 150 000}
      - rest: {by: population}
    reference: {source: avtal}
  - id: lan/niva
    area: prov
    recipients: lan
    title: Efter kommunernas folkmängd
    amount: 1 000
    key:
      - rest: {by: population, level: kommun}
    reference: {source: avtal}
  - id: lan/delad/en
    part_of: lan/delad
    area: prov
    recipients: lan
    title: En del
    amount: 1 001
    key:
      - rest: {by: equal}
    reference: {source: avtal}
  - id: lan/delad/annan
    part_of: lan/delad
    area: prov
    recipients: lan
    title: En annan del
    amount: 1 000
    key:
      - fixed: 200
        except: {stora: 400}
    reference: {source: avtal}
  - id: region/aldre
    area: prov
    recipients: region
    title: Äldre
    amount: 10 000
    key:
      - rest: {by: population, ages: 65+}
    reference: {source: avtal}
  - id: region/forra-aret
    area: prov
    recipients: region
    title: Förra årets folkmängd
    amount: 5 000
    key:
      - rest: {by: population, reference_date: 2023-11-01}
    reference: {source: avtal}
  - id: kommun/unga
    area: prov
    recipients: kommun
    title: Barn och unga
    amount: 20 000
    key:
      - rest: {by: population, ages: 0-18}
    reference: {source: avtal}
  - id: skr/allt
    area: prov
    recipients: skr
    title: Samordning
    amount: 500
    key:
      - rest: {by: equal}
    reference: {source: avtal}
stated_totals:
  - {recipients: lan, amount: 1 003 001, reference: {source: avtal}}
  - {area: prov, amount: 1 038 501, reference: {source: avtal}}
dates:
  requisition: {date: 2025-12-01, reference: {source: avtal}}
"""

# lan/bas: 150 000 + 3 × 100 000 = 450 000; the rest of 550 000 is 550 for each of 1 000 persons:
#   690 × 550 + 150 000 = 529 500; 110 000 + 100 000; 49 500 + 100 000; 11 000 + 100 000.
# lan/niva: the municipalities of each county: 700, 200, 80, 20.
# lan/delad/en: 1 001 / 4 = 250.25; rounded each for itself 250, together 1 000.
# lan/delad: 650.25, 450.25 …: rounded from the exact sum.
# region/aldre: 150, 30, 10, 10 persons of 200 are 65 or older; 50 kr each.
# region/forra-aret: 600, 200, 100, 100 of 1 000; 5 kr each.
# kommun/unga: 100, 50, 20, 30, 0 of 200 are at most 18; 100 kr each.
# total of lan 01: 529 500 + 700 + 650.25 = 530 850.25.
FIRST_PRINTED = """\
post,recipient_code,amount_sek,maturity
lan/bas,01,529500,definitive
lan/bas,02,210000,definitive
lan/bas,03,149500,definitive
lan/bas,04,111000,definitive
lan/bas,00,1000000,definitive
lan/niva,01,700,preliminary
lan/niva,02,200,preliminary
lan/niva,03,80,preliminary
lan/niva,04,20,preliminary
lan/niva,00,1000,preliminary
lan/delad/en,01,250,definitive
lan/delad/en,02,250,definitive
lan/delad/en,03,250,definitive
lan/delad/en,04,250,definitive
lan/delad/annan,01,400,definitive
lan/delad/annan,02,200,definitive
lan/delad/annan,03,200,definitive
lan/delad/annan,04,200,definitive
lan/delad,01,650,definitive
lan/delad,02,450,definitive
lan/delad,03,450,definitive
lan/delad,04,450,definitive
lan/delad/en,00,1000,definitive
lan/delad/annan,00,1000,definitive
lan/delad,00,2000,definitive
region/aldre,01,7500,preliminary
region/aldre,02,1500,preliminary
region/aldre,03,500,preliminary
region/aldre,04,500,preliminary
region/aldre,00,10000,preliminary
region/forra-aret,01,3000,definitive
region/forra-aret,02,1000,definitive
region/forra-aret,03,500,definitive
region/forra-aret,04,500,definitive
region/forra-aret,00,5000,definitive
kommun/unga,0101,10000,preliminary
kommun/unga,0102,5000,preliminary
kommun/unga,0201,2000,preliminary
kommun/unga,0301,3000,preliminary
kommun/unga,0401,0,preliminary
kommun/unga,00,20000,preliminary
skr/allt,SKR,500,definitive
skr/allt,00,500,definitive
total,01,530850,preliminary
total,02,210650,preliminary
total,03,150030,preliminary
total,04,111470,preliminary
total,00,1003000,preliminary
total,01,10500,preliminary
total,02,2500,preliminary
total,03,1000,preliminary
total,04,1000,preliminary
total,00,15000,preliminary
total,0101,10000,preliminary
total,0102,5000,preliminary
total,0201,2000,preliminary
total,0301,3000,preliminary
total,0401,0,preliminary
total,00,20000,preliminary
total,SKR,500,definitive
total,00,500,definitive
"""

SECOND = """\
format: 1
id: prov-tva-2025
programme: prov-tva
year: 2025
title: Andra provet
status: draft
coverage: complete
sources:
  avtal: {title: Avtalet}
total: {amount: 2 920 000, reference: {source: avtal}}
population:
  table: TAB1267
  reference_date: 2024-11-01
  levels: {region: lan, lan: lan, kommun: kommun}
rounding: {method: largest_remainder, unit: 100 000, totals: from_printed}
requisition: {total: sum_of_posts}
groups:
  stora: {recipients: lan, members: ["01"]}
areas:
  - {id: prov, title: Prov}
posts:
  - id: lan/utom
    area: prov
    recipients: lan
    title: Utom det största länet
    amount: 1 000 000
    key:
      - rest: {by: population, exclude: [stora]}
    reference: {source: avtal}
  - id: lan/platser
    area: prov
    recipients: lan
    title: Pris per vårdplats
    amount: 20 000
    key:
      - price: {per_unit: 1 200, weights: vardplatser}
      - undistributed: medlen räcker till fler platser
    rounding: {method: half_up, unit: 1, totals: from_printed}
    reference: {source: avtal}
  - id: region/resultat
    area: prov
    recipients: region
    title: Efter resultat
    amount: 900 000
    key:
      - rest: {by: weights, weights: resultat}
    reference: {source: avtal}
  - id: kommun/trappa
    area: prov
    recipients: kommun
    title: Efter storlek
    amount: 1 000 000
    key:
      - ladder:
          by: population
          rungs:
            - {up_to: 100, amount: 100 000}
            - {up_to: 200, amount: 200 000}
            - {amount: 400 000}
    reference: {source: avtal}
"""

# lan/utom: 1 000 000 by 200, 90, 20 of 310, in units of 100 000: 6.45, 2.90, 0.65 units. Down: 6,
#   2, 0; the two left go to the fractions .90 and .65.
# lan/platser: 3, 0, 10, 2 places at 1 200; 2 000 stay with the state. Rounded to whole kronor.
# region/resultat: 5, 3, 1, 0 of 9.
# kommun/trappa: 500 persons are over 200; 200 and 200 are at it; 80 and 20 are under 100.
SECOND_AMOUNTS = {
    "lan/utom": {"01": 0, "02": 600_000, "03": 300_000, "04": 100_000},
    "lan/platser": {"01": 3_600, "02": 0, "03": 12_000, "04": 2_400},
    "region/resultat": {"01": 500_000, "02": 300_000, "03": 100_000, "04": 0},
    "kommun/trappa": {
        "0101": 400_000,
        "0102": 200_000,
        "0201": 200_000,
        "0301": 100_000,
        "0401": 100_000,
    },
}

THIRD = """\
format: 1
id: prov-tre-2025
programme: prov-tre
year: 2025
title: Tredje provet
status: draft
coverage: complete
sources:
  avtal: {title: Avtalet}
total: {amount: 17 010, reference: {source: avtal}}
population:
  table: TAB1267
  reference_date: 2024-11-01
  levels: {region: lan, lan: lan}
rounding: {method: residual_to_largest, unit: 1, totals: from_unrounded}
requisition: {total: sum_of_posts}
groups:
  inlamnade: {recipients: lan, members: ["01", "03"]}
  sma: {recipients: region, members: ["03", "04"]}
areas:
  - {id: prov, title: Prov}
post_groups:
  - {id: lan/omgang, title: I två omgångar}
posts:
  - id: lan/tak
    area: prov
    recipients: lan
    title: Tak
    amount: 1 000
    key:
      - rest: {by: population, cap: 500}
    reference: {source: avtal}
  - id: lan/golv
    area: prov
    recipients: lan
    title: Golv
    amount: 1 000
    key:
      - rest: {by: population, floor: 100}
    reference: {source: avtal}
  - id: lan/bada
    area: prov
    recipients: lan
    title: Tak och golv
    amount: 1 000
    key:
      - rest: {by: population, floor: 100, cap: 500}
    reference: {source: avtal}
  - id: lan/lika
    area: prov
    recipients: lan
    title: Lika delar
    amount: 10
    key:
      - rest: {by: equal}
    reference: {source: avtal}
  - id: lan/omgang/forsta
    part_of: lan/omgang
    area: prov
    recipients: lan
    title: Första omgången
    amount: 600
    key:
      - rest: {by: population}
    reference: {source: avtal}
  - id: lan/omgang/andra
    part_of: lan/omgang
    area: prov
    recipients: lan
    title: Andra omgången
    amount: 400
    key:
      - rest: {by: population}
    condition:
      text: den som har lämnat in sin handlingsplan
      met_by: inlamnade
      reference: {source: avtal}
    reference: {source: avtal}
  - id: region/pott
    area: prov
    recipients: region
    title: En pott, delar och resten
    amount: 10 000
    key:
      - set_aside: {share: 5 %, title: en gemensam pott}
      - set_aside: {amount: 500, title: en annan pott}
      - part: {share: 1/4, by: equal}
      - part: {amount: 1 000, by: population, exclude: [sma]}
      - fixed: 100
        exclude: [sma]
      - ladder:
          by: weights
          weights: platser
          rungs:
            - {up_to: 3, amount: 0}
            - {amount: 150}
      - rest: {by: population}
    reference: {source: avtal}
  - id: region/delad
    area: prov
    recipients: region
    title: Två hälvor av ett udda belopp
    amount: 2 001
    key:
      - part: {share: 50 %, by: population}
      - part: {share: 1/2, by: equal}
    reference: {source: avtal}
  - id: region/viktad
    area: prov
    recipients: region
    title: Efter platser, med tak
    amount: 999
    key:
      - rest: {by: weights, weights: platser, cap: 333}
    reference: {source: avtal}
"""

# lan/tak: 690 is over 500. The other 500 by 200, 90, 20 of 310: 322.6, 145.2, 32.3; sum 1 000.
# lan/golv: 90 and 20 are raised to 100. 800 by 690 and 200 of 890: 620.2 and 179.8.
# lan/bada: 500 and 100; 400 by 200 and 90 of 290: 275.9 and 124.1.
# lan/lika: 2.5 each, half up 3 and together 12: the first (of equals the largest) carries the -2.
# lan/omgang/forsta: 690, 200, 90, 20 × 0.6. andra: × 0.4, but 02 and 04 have not sent in theirs.
# region/pott: 500 and 500 aside. A fourth, 2 500, is 625 each. 1 000 by 690 and 200 of 890: 775.28
#   and 224.72. 100 to each of the two. Platser are 3, 0, 10, 2: only 10 is over 3: 150. The rest is
#   10 000 - 1 000 - 2 500 - 1 000 - 200 - 150 = 5 150: × 0.69 = 3 553.5, 1 030, 463.5, 103.
#   01: 625 + 775.28 + 100 + 3 553.5 = 5 053.78; 02: 625 + 224.72 + 100 + 1 030 = 1 979.72;
#   03: 625 + 150 + 463.5 = 1 238.5, half up 1 239; 04: 625 + 103 = 728. Sum 9 001: 01 carries -1.
# region/delad: 1 000.5 by population and 1 000.5 equally (250.125): 690.345 + 250.125 = 940.47;
#   200.1 + 250.125 = 450.225; 90.045 + 250.125 = 340.17; 20.01 + 250.125 = 270.135.
#   940 + 450 + 340 + 270 = 2 000: 01 carries +1.
# region/viktad: 999 by 3, 0, 10, 2 of 15: 10 is 666, over 333. The other 666 by 3 and 2: 399.6 is
#   over as well; then 333 are left for 2 alone: exactly at the cap.
THIRD_AMOUNTS = {
    "lan/tak": {"01": 500, "02": 323, "03": 145, "04": 32},
    "lan/golv": {"01": 620, "02": 180, "03": 100, "04": 100},
    "lan/bada": {"01": 500, "02": 276, "03": 124, "04": 100},
    "lan/lika": {"01": 1, "02": 3, "03": 3, "04": 3},
    "lan/omgang/forsta": {"01": 414, "02": 120, "03": 54, "04": 12},
    "lan/omgang/andra": {"01": 276, "02": 0, "03": 36, "04": 0},
    "region/pott": {"01": 5_053, "02": 1_980, "03": 1_239, "04": 728},
    "region/delad": {"01": 941, "02": 450, "03": 340, "04": 270},
    "region/viktad": {"01": 333, "02": 0, "03": 333, "04": 333},
}

FOURTH = """\
format: 1
id: prov-fyra-2025
programme: prov-fyra
year: 2025
title: Fjärde provet
status: signed
coverage: complete
signed: {state: 2025-01-30, skr: 2025-01-24}
sources:
  avtal: {title: Avtalet}
total: {amount: 2 100, reference: {source: avtal}}
population:
  table: TAB1267
  reference_date: 2024-11-01
  levels: {region: lan, lan: lan}
rounding: {method: largest_remainder, unit: 1, totals: from_unrounded}
requisition: {total: rounded_total}
areas:
  - {id: prov, title: Prov}
  - {id: annat, title: Annat}
posts:
  - id: lan/kvar
    area: prov
    recipients: lan
    title: Står kvar
    amount: 1 001
    key:
      - rest: {by: population}
    reference: {source: avtal, section: "3"}
  - id: lan/byts
    area: prov
    recipients: lan
    title: Byts ut
    amount: 999
    key:
      - rest: {by: equal}
    reference: {source: avtal, section: "4"}
  - id: region/egen
    area: annat
    recipients: region
    title: Regionerna
    amount: 100
    key:
      - fixed: 25
    reference: {source: avtal, section: "5"}
stated_totals:
  - {recipients: lan, amount: 2 000, reference: {source: avtal}}
  - {area: annat, amount: 100, reference: {source: avtal}}
dates:
  requisition: {date: 2025-12-01, reference: {source: avtal}}
"""

FOURTH_SUPPLEMENT = """\
format: 1
id: prov-fyra-2025-tillagg
supplements: prov-fyra-2025
programme: prov-fyra
year: 2025
title: Tillägg till fjärde provet
status: signed
coverage: complete
signed: {state: 2025-06-01, skr: 2025-06-01}
sources:
  avtal: {title: Tilläggsavtalet}
total: {amount: 1 404, reference: {source: avtal}}
population:
  table: TAB1267
  reference_date: 2024-11-01
  levels: {region: lan, lan: lan}
rounding: {method: largest_remainder, unit: 1, totals: from_unrounded}
requisition: {total: rounded_total}
groups:
  sma: {recipients: lan, members: ["03", "04"]}
areas:
  - {id: nytt, title: Nytt}
posts:
  - id: lan/bytt
    replaces: lan/byts
    area: prov
    recipients: lan
    title: Det nya
    amount: 200
    key:
      - fixed: 0
        except: {sma: 100}
    reference: {source: avtal}
  - id: lan/ny
    area: nytt
    recipients: lan
    title: Läggs till
    amount: 103
    key:
      - rest: {by: equal}
    reference: {source: avtal}
stated_totals:
  - {recipients: lan, amount: 1 304, reference: {source: avtal}}
  - {area: prov, amount: 1 201, reference: {source: avtal}}
  - {area: nytt, amount: 103, reference: {source: avtal}}
"""

# lan/kvar: 1 001 × 0.69 = 690.69; 200.2; 90.09; 20.02. Down 690, 200, 90, 20; the one left to .69.
# lan/byts: 249.75 each: 249, and three left to the first three.
# lan/bytt: nothing to the large, 100 to each of the small.
# lan/ny: 25.75 each: 25, and three left to the first three.
BASE_AMOUNTS = {
    "lan/kvar": {"01": 691, "02": 200, "03": 90, "04": 20},
    "lan/byts": {"01": 250, "02": 250, "03": 250, "04": 249},
    "region/egen": {"01": 25, "02": 25, "03": 25, "04": 25},
}
JOINED_AMOUNTS = {
    "lan/kvar": BASE_AMOUNTS["lan/kvar"],
    "lan/bytt": {"01": 0, "02": 0, "03": 100, "04": 100},
    "lan/ny": {"01": 26, "02": 26, "03": 26, "04": 25},
    "region/egen": BASE_AMOUNTS["region/egen"],
}


def four_agreements(raw: Path) -> SmallCountry:
    """The country with the four agreements, and the supplement to the fourth."""
    here = SmallCountry(raw).write_four()
    here.write_agreement("prov-ett-2025", FIRST)
    here.write_agreement("prov-tva-2025", SECOND)
    here.write_agreement("prov-tre-2025", THIRD)
    here.write_agreement("prov-fyra-2025", FOURTH)
    here.write_agreement("prov-fyra-2025-tillagg", FOURTH_SUPPLEMENT)
    here.weights("vardplatser", "lan", {"01": 3, "02": 0, "03": 10, "04": 2})
    here.weights("platser", "region", {"01": 3, "02": 0, "03": 10, "04": 2})
    here.weights("resultat", "region", {"01": 5, "02": 3, "03": 1, "04": 0})
    return here


@pytest.fixture
def country(tmp_path: Path) -> SmallCountry:
    return four_agreements(tmp_path / "raw")


def allocated(country: SmallCountry, agreement_id: str, *more: str) -> Ended:
    ended = in_process("--raw", country.root, "allocate", agreement_id, "--format", "csv", *more)
    assert (ended.code, ended.err) == (0, "")
    return ended


def test_the_first_agreement_to_the_letter(country: SmallCountry) -> None:
    ended = allocated(country, "prov-ett-2025", "--totals")
    assert ended.out.splitlines()[0] == (
        "agreement,post,recipient_type,recipient_code,recipient_name,amount_sek,maturity,"
        "published_sek"
    )
    lines = [line.split(",") for line in ended.out.splitlines()]
    kept = [",".join([line[1], line[3], line[5], line[6]]) for line in lines]
    assert "\n".join(kept) + "\n" == FIRST_PRINTED
    assert "prov-ett-2025,kommun/unga,kommun,0301,Glimma,3000,preliminary,\n" in ended.out


@pytest.mark.parametrize(
    ("agreement_id", "amounts"),
    [
        ("prov-tva-2025", SECOND_AMOUNTS),
        ("prov-tre-2025", THIRD_AMOUNTS),
        ("prov-fyra-2025", BASE_AMOUNTS),
        ("prov-fyra-2025-tillagg", JOINED_AMOUNTS),
    ],
)
def test_amounts(
    country: SmallCountry, agreement_id: str, amounts: dict[str, dict[str, int]]
) -> None:
    ended = allocated(country, agreement_id)
    assert {post: ended.amounts(post) for post in amounts} == amounts
    rows = ended.out.splitlines()[1:]
    assert list(dict.fromkeys(row.split(",")[1] for row in rows)) == list(amounts)


def test_totals_of_what_is_withheld(country: SmallCountry) -> None:
    # lan/omgang: 690, 120, 90, 12 by its parts; 02 and 04 miss 80 and 8.
    # total of lan, from the exact sums: 01: 500 + 620.22 + 500 + 2.5 + 690 = 2 312.72;
    #   02: 322.58 + 179.78 + 275.86 + 2.5 + 120 = 900.72; 03: 145.16 + 100 + 124.14 + 2.5 + 90 =
    #   461.80; 04: 32.26 + 100 + 100 + 2.5 + 12 = 246.76. 2 313 + 901 + 462 + 247 = 3 923, one more
    #   than 3 922: the largest carries it.
    totals = in_process(
        "--raw",
        country.root,
        "allocate",
        "prov-tre-2025",
        "--type",
        "lan",
        "--totals",
        "--format",
        "csv",
    )
    assert totals.amounts("lan/omgang") == {"01": 690, "02": 120, "03": 90, "04": 12, "00": 912}
    assert totals.amounts("total") == {"01": 2312, "02": 901, "03": 462, "04": 247, "00": 3922}


def test_totals_of_printed_amounts(country: SmallCountry) -> None:
    # 0 + 3 600; 600 000 + 0; 300 000 + 12 000; 100 000 + 2 400.
    ended = allocated(country, "prov-tva-2025", "--type", "lan", "--totals")
    assert ended.amounts("total") == {
        "01": 3_600,
        "02": 600_000,
        "03": 312_000,
        "04": 102_400,
        "00": 1_018_000,
    }


def test_they_are_checked_and_nothing_is_wrong(country: SmallCountry) -> None:
    # That the levels of this country differ is a warning: its tables are not equally mature.
    ended = in_process("--raw", country.root, "check")
    assert (ended.code, ended.err) == (0, "")
    for agreement_id in ("prov-ett-2025", "prov-tva-2025", "prov-tre-2025", "prov-fyra-2025"):
        assert f"{agreement_id}: " in ended.out
