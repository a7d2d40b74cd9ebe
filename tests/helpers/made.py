"""Agreements as data, complete, and what they allocate in memory, without any file.

Belongs here: making them, of the four counties of `tests/cases/small_country.py` or of others. Does
not: any expectation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from schemas.agreement import Agreement
from statsbidrag.agreement.published_figures import no_published
from statsbidrag.allocation.amounts import allocate
from statsbidrag.dossier.gathering import Computed
from statsbidrag.population.demand import bases_of, weight_tables
from statsbidrag.register.recipients import Register, usual_words
from tests.cases.small_country import DAY


def post(post_id: str, amount: int | str, *key: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A post as data; `more` are its other keys."""
    recipients = post_id.split("/")[0]
    return {
        "id": post_id,
        "area": "prov",
        "recipients": recipients,
        "title": post_id,
        "amount": amount,
        **({"key": list(key)} if key else {}),
        "reference": {"source": "avtal"},
        **more,
    }


def agreement(*posts: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """An agreement of these posts as data, complete; `changes` are its other top-level keys."""
    parts = sorted({each["part_of"] for each in posts if "part_of" in each})
    return {
        "format": 1,
        "id": "prov-2025",
        "programme": "prov",
        "year": 2025,
        "title": "En överenskommelse på prov",
        "status": "draft",
        "coverage": "complete",
        "sources": {"avtal": {"title": "Avtalet"}},
        "total": {
            "amount": sum(each["amount"] for each in posts),
            "reference": {"source": "avtal"},
        },
        "population": {
            "table": "TAB1267",
            "reference_date": DAY,
            "levels": {"lan": "lan", "region": "lan", "kommun": "kommun"},
        },
        "rounding": {"method": "half_up", "unit": 1, "totals": "from_printed"},
        "requisition": {"total": "sum_of_posts"},
        "groups": {},
        "areas": [{"id": "prov", "title": "Prov"}],
        "post_groups": [{"id": name, "title": name} for name in parts],
        "posts": list(posts),
        **changes,
    }


def computed(
    data: Mapping[str, Any],
    persons: Mapping[str, int],
    weights: Mapping[str, int] | None = None,
) -> Computed:
    """An agreement with posts to counties allocated in memory, without any file.

    `persons` are the population of every basis, `weights` the content of every weight table.
    """
    model = Agreement.model_validate(data)
    codes = list(persons)
    rows = [["lan", code, f"Län {code}", f"x{code}", code] for code in codes]
    columns = ["type", "code", "name", "slug", "lan_code"]
    names = Register(pd.DataFrame(rows, columns=columns), usual_words())
    keys = [str(key) for key in bases_of(model)]
    keys += [f"weights/{name}" for name in sorted(weight_tables(model))]
    basis = pd.DataFrame(
        {
            "basis": [key for key in keys for _ in codes],
            "reference_date": DAY,
            "level": "lan",
            "ages": "alla",
            "region_code": codes * len(keys),
            "population": [
                (weights or persons)[code] if key.startswith("weights/") else persons[code]
                for key in keys
                for code in codes
            ],
            "maturity": "definitive",
            "table": [
                key.removeprefix("weights/") if key.startswith("weights/") else "TAB1267"
                for key in keys
                for _ in codes
            ],
            "extract": "population/prov.json",
            "sha256": "0" * 64,
            "positions": "0",
        }
    )
    published = no_published()
    allocation = allocate(model, names, basis, published)
    return Computed(
        agreement=model,
        register=names,
        extracts=(),
        basis=basis,
        published=published,
        published_source="",
        allocation=allocation,
    )
