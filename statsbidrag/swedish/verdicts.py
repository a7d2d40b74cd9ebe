"""Comparisons, their verdicts and what follows of them, in Swedish words.

Belongs here: what each kind of comparison, verdict, severity and withheld thing is called. Does
not: the comparisons themselves (`statsbidrag.reconciliation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas.reconciliation import Kind, Severity, Verdict

KINDS: Final = {
    Kind.POSTS_TO_STATED_TOTAL: (
        "Posterna mot överenskommelsens summor",
        "Posternas belopp läggs ihop och jämförs med summorna som överenskommelsen själv anger.",
    ),
    Kind.CONTROL_TOTAL: (
        "Folkmängden mot kontrollsummor",
        "Alla kommuner eller län i en fil läggs ihop och jämförs med filens kontrollsumma.",
    ),
    Kind.LEVELS: (
        "Kommunernas folkmängd mot länens",
        "Kommunerna i varje län läggs ihop och jämförs med länets folkmängd i en annan fil.",
    ),
    Kind.EXTRACTS: (
        "Filer för samma dag mot varandra",
        "Två filer med folkmängd för samma dag och nivå jämförs område för område.",
    ),
    Kind.CORRECTION: (
        "Rättade folkmängder",
        "Ett tal i en fil är känt som fel och är ersatt. Filens tal jämförs med det som används.",
    ),
    Kind.DOUBT: (
        "Det som filerna inte säger själva",
        "Vad ett uttag med folkmängd lämnar öppet. Följefilen svarar för det.",
    ),
    Kind.ALLOCATED_TO_POST: (
        "Fördelade belopp mot posterna",
        "Mottagarnas avrundade belopp läggs ihop och jämförs med postens belopp.",
    ),
    Kind.UNDISTRIBUTED: (
        "Det som regeln själv håller tillbaka",
        "Avsättningar, villkor och rester som inte fördelas på mottagarna.",
    ),
    Kind.PUBLISHED_AMOUNT: (
        "Beräknade belopp mot publicerade",
        "Varje belopp som någon har publicerat jämförs med det vi har räknat fram.",
    ),
    Kind.PUBLISHED_NATION: (
        "Kolumnernas summor mot tryckt Riket",
        "Summan av varje kolumn jämförs med raden Riket i den publicerade tabellen.",
    ),
    Kind.PUBLISHED_UNRESOLVED: (
        "Publicerade belopp utan känd regel",
        "Beloppen visas som de är publicerade. Ingen känd regel ger dem, så de är inte omräknade.",
    ),
    Kind.PLAN_TO_POST: (
        "Länens planer mot posterna",
        "Insatserna i ett läns plan läggs ihop post för post och jämförs med länets belopp.",
    ),
    Kind.PLAN_TO_TOTAL: (
        "Länens planer mot totalbeloppen",
        "Alla insatser i ett läns plan läggs ihop och jämförs med länets totalbelopp.",
    ),
    Kind.PLAN_TO_STATED_SUM: (
        "Länens planer mot deras egna summor",
        "Insatserna per organisation jämförs med summan som länet självt anger.",
    ),
}
"""What each kind of comparison is called, and what it does."""

VERDICTS: Final = {
    Verdict.DIFFERENT: "Stämmer inte",
    Verdict.UNTESTABLE: "Kan inte prövas",
    Verdict.KNOWN_DIFFERENCE: "Känd skillnad",
    Verdict.CALIBRATED: "Kalibrerad, ingen bekräftelse",
    Verdict.ROUNDING: "Avrundning",
    Verdict.PERTURBED: "Inom SCB:s slumptal",
    Verdict.EQUAL: "Stämmer",
}
"""The verdicts in words, those to look at first."""

SEVERITIES: Final = {
    Severity.INFO: "upplysning",
    Severity.WARNING: "varning",
    Severity.ERROR: "fel",
}
"""How grave a verdict is."""

WITHHELD: Final = {
    "agreement": "allt",
    "documents": "dokumenten till mottagarna",
    "plan": "länets beslutsunderlag",
    "": "",
}
"""What a comparison that fails holds back, by what it withholds."""


def withheld_in_words(name: str, counties: Mapping[str, str] | None = None) -> str:
    """What is withheld, `documents` or `plan:23`, in words; `counties` gives names by code."""
    kind, _, county = name.partition(":")
    if kind == "plan":
        return f"beslutsunderlaget för {(counties or {}).get(county, f'län {county}')}"
    return WITHHELD.get(kind, kind)
