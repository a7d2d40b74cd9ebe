"""Texts that somebody may write to do harm, or by accident, and a small country full of them.

Belongs here: the texts, and every place of a folder `raw/` where people write texts. Does not: what
is expected of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import yaml

from tests.cases.small_country import (
    AGES,
    AGREEMENT,
    AGREEMENT_TEXT,
    ALL_AGES,
    BY_AGE,
    NAMES,
    PLAN_TEXT,
    REGISTER,
    SmallCountry,
    jsonstat,
)

SHOWN: Final = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)> </td></tr></table>",
    "an end of everything": "</title></style></body></svg>]]> --> <!-- &amp;lt; &#x41; &quot;",
    "an attribute": 'a" onmouseover="alert(3)" \' style=\'display:none',
    "jinja": "{{ 7 * 7 }} {% include 'sida.html.jinja' %} {# borta #} ${7*7} %s {0}",
    "addresses": "javascript:alert(4) file:///etc/passwd http://127.0.0.1:9/a ../../../etc/passwd",
    "what a renderer fetches": "<object data='file:///etc/hostname'></object> <link rel=attachment "
    "href='http://127.0.0.1:9/b'> <style>@import url(http://127.0.0.1:9/c)</style>",
    "a word of a hundred letters": "w" * 100,
    "a long address": "https://exempel.se/" + "bidrag_till_kommuner/" * 12,
    "as long as a title may be": ("Ett ovanligt långt namn på en insats " * 9)[:300].strip(),
}
"""Shown as they are written, wherever they stand."""

REFUSED: Final = {
    "to the left from here": ("Kultur\u202eoch fritid", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    "isolated": ("Kultur\u2066och fritid", "U+2066 LEFT-TO-RIGHT ISOLATE"),
    "a mark of direction": ("Kultur\u200foch fritid", "U+200F RIGHT-TO-LEFT MARK"),
    "no width": ("Kultur\u200boch fritid", "U+200B ZERO WIDTH SPACE"),
    "a byte order mark": ("Kultur\ufeffoch fritid", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
    "a soft hyphen": ("Kultur\u00adoch fritid", "U+00AD SOFT HYPHEN"),
    "nothing": ("Kultur\0och fritid", "U+0000"),
    "a bell": ("Kultur\aoch fritid", "U+0007"),
    "an escape": ("Kultur\x1b[2Joch fritid", "U+001B"),
    "a tab": ("Kultur\toch fritid", "U+0009"),
    "another end of line": ("Kultur\u2028och fritid", "U+2028 LINE SEPARATOR"),
    "private": ("Kultur\ue000och fritid", "U+E000"),
    "not a character": ("Kultur\uffffoch fritid", "U+FFFF"),
    "a heap of marks": ("Kultur" + "\u0301" * 40, "U+0301 COMBINING ACUTE ACCENT"),
    "letters that the fonts lack": ("Kultur漢och fritid", "“漢” U+6F22"),
    "a picture": ("Kultur\U0001f600och fritid", "U+1F600 GRINNING FACE"),
    "a word that nobody reads": ("Kultur" + "a" * 95, "101: “Kulturaaa"),
    "joined without end": ("a\u00a0" * 60 + "a", "121: “a a a"),
    "an address without end": ("https://exempel.se/" + "ab/" * 100, "319: “https://exempel.se/"),
    "more than anybody reads": ("Kultur och " * 1000, "11000 characters: “Kultur och"),
}
"""Refused, and what is said to have been found."""

_TEXTS: Final = {
    *("title", "text", "must", "should", "background", "what", "to", "contents", "section", "page"),
    *("sent_to", "address", "label", "options", "issuer", "issuer_role", "reference_number"),
    *("proposal", "reference", "recipients_of_extract", "level", "responsible", "organisation"),
    *("note", "comment", "by_long", "producer"),
    *("licence", "notes", "mandatory_notes", "background"),
}
"""What people write in words of their own, by the key that it stands at."""

_MORE: Final[dict[str, Any]] = {
    "reporting": [
        {
            "who": ["region", "lan", "kommun", "skr"],
            "what": "x",
            "to": "x",
            "by": "2026-03-31",
            "contents": ["x"],
            "reference": {"source": "agreement", "section": "x"},
        }
    ],
    "purposes": [
        {
            "area": area,
            "who": who,
            "text": "x",
            "must": ["x"],
            "should": ["x"],
            "reference": {"source": "agreement", "page": "x"},
        }
        for area, who in (("ett", ["region", "lan"]), ("tva", ["lan", "kommun", "skr"]))
    ],
    "conditions": [
        {
            "about": "requirement",
            "who": ["region", "lan", "kommun", "skr"],
            "text": "x",
            "reference": {"source": "agreement"},
        }
    ],
    "background": ["x"],
    "forms": {
        "requisition": {
            "title": "x",
            "who": ["region", "lan", "kommun", "skr"],
            "sent_to": "x",
            "address": "x",
            "by": "requisition",
            "reference": {"source": "agreement"},
            "sections": [
                {
                    "title": "x",
                    "fields": [
                        {"id": "one", "label": "x", "kind": "text"},
                        {"id": "two", "label": "x", "kind": "fixed", "text": "x"},
                        {"id": "three", "label": "x", "kind": "choice", "options": ["x", "y"]},
                        {"id": "four", "label": "x", "kind": "amount", "fills": "amount"},
                    ],
                }
            ],
        }
    },
}

_PLAN: Final[dict[str, Any]] = {
    "issuer_role": "x",
    "reference_number": "x",
    "changes": [{"text": "x", "change_sek": -5}],
    "payment": {
        "method": "faktura",
        "text": ["x"],
        "invoicing": {"to": "x", "address": "x", "reference": "x"},
    },
    "reporting": [{"who": ["Alby"], "what": "x", "to": "x"}],
    "recipients_of_extract": ["x"],
}

_OUTCOME: Final[dict[str, Any]] = {
    "format": 1,
    "agreement": AGREEMENT,
    "recipient_type": "lan",
    "recipient_code": "01",
    "source": "x",
    "reference_number": "x",
    "received": 291,
    "used": [{"post": "lan/e", "used": 86, "note": "x"}],
    "comment": "x",
}


def full_of(text: str, root: Path) -> SmallCountry:
    """The small country where every text that a reader meets is this one.

    Names differ by what stands after the text, so that two are never one.
    """
    country = SmallCountry(root).write()
    agreement = yaml.safe_load(AGREEMENT_TEXT)
    _write(country.agreement, _filled({**agreement, **_MORE}, text))
    plan = _filled({**yaml.safe_load(PLAN_TEXT), **_PLAN}, text)
    for index, measure in enumerate(plan["measures"]):
        # Names of measures are told apart, and organisations are summed by their names.
        measure |= {"level": text, "responsible": text, "note": text}
        measure["organisation"] = text
        measure["title"] = f"{text[:297]} {index}"
    plan |= {"date": "2025-02-02", "source": text, "stated_sums": []}
    plan["decision"]["by"] = plan["requisition"]["by"] = text
    plan["reporting"][0]["who"] = [text]
    plan["payment"]["method"] = text
    _write(country.plan, plan)
    outcome = _filled(_OUTCOME, text)
    outcome["source"] = text
    outcome["used"] += [
        {"post": each["post"], "measure": each["title"], "level": text, "used": 20, "note": text}
        for each in plan["measures"][:3]
    ]
    _write(root / "outcomes" / AGREEMENT / "lan-01.yaml", outcome)
    country.published("lan,01,lan/e,86")
    issued = {
        "document": "lan/01-norra-lan/beslutsunderlag",
        "revision": "0123456789ab",
        "fingerprint": "0123456789ab",
        "issued": "2025-02-02",
        "by": text,
        "reference_number": text,
        "replaces": None,
    }
    decisions = {"format": 1, "agreement": AGREEMENT, "issued": [issued]}
    _write(root / "decisions" / f"{AGREEMENT}.yaml", decisions)
    changes = {"date": "2007-01-01", "from": {"0199": text}, "to": {"0114": text}, "what": text}
    _write(root / "register" / "changes.yaml", {"format": 1, "source": text, "changes": [changes]})
    _register(country, text)
    moved = {"file": "alla.json", **dict.fromkeys(("why", "reported_by", "reference"), text)}
    moved["reported"] = "2025-02-03"
    corrections = [
        {**moved, "where": {"region": "0114"}, "expect": 600, "value": 599},
        {**moved, "where": {"region": "0115"}, "expect": 300, "value": 301},
    ]
    _write(root / "corrections" / "flyttad.yaml", {"format": 1, "corrections": corrections})
    facts: dict[str, Any] = dict.fromkeys(("producer", "licence", "method"), text)
    facts |= {"notes": [text], "mandatory_notes": [text]}
    names = {code: f"{text[:250]} {name}" for code, name in NAMES.items()}
    country.extract("alla", jsonstat(ALL_AGES, names=names), **facts)
    by_age = jsonstat(BY_AGE, AGES, names=names)
    country.extract("aldrar", by_age, **facts, maturity="estimate")
    return country


def _register(country: SmallCountry, text: str) -> None:
    """Every recipient is called the text, and its own name after it."""
    lines = REGISTER.splitlines()
    own = [line.split(",") for line in lines[1:]]
    quoted = text.replace('"', '""')
    rows = [f'{t},{c},"{quoted[:250]} {name}",{slug},{lan}' for t, c, name, slug, lan in own]
    country.register("\n".join([lines[0], *rows]) + "\n")


def _filled(part: Any, text: str, key: str = "") -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, text, name) for name, value in part.items()}
    if isinstance(part, list) and key == "options":
        return [f"{text[:290]} {index}" for index, _ in enumerate(part)]
    if isinstance(part, list):
        return [_filled(value, text, key) for value in part]
    return text if isinstance(part, str) and key in _TEXTS else part


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Through JSON: what stands twice would else become an alias.
    plain = json.loads(json.dumps(data, default=str))
    path.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), "utf-8")
