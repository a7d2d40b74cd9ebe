"""What a revision changed: the reasons there can be, and the kinds of files behind them.

Belongs here: the vocabulary of a comparison of two revisions. Does not: the comparison
(`statsbidrag.diff.comparing`), or a revision's own manifest (`schemas.manifest`).
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why an amount is another, or may be; those that come first say most."""

    ADDED_POST = "added post"
    REMOVED_POST = "removed post"
    ADDED_RECIPIENT = "added recipient"
    REMOVED_RECIPIENT = "removed recipient"
    PUBLISHED = "published figure"
    POST_AMOUNT = "post amount"
    RULE = "rule"
    OWN_POPULATION = "own population"
    OTHERS_POPULATION = "others' population"
    PARTS = "its posts"
    ROUNDING = "rounding of the column"
    PROGRAM = "program"
    MATURITY = "maturity"


class InputKind(StrEnum):
    """What a file that a revision was made from is."""

    POPULATION = "population"
    AGREEMENT = "agreements"
    PLAN = "plans"
    PUBLISHED = "published"
    REGISTER = "register"
    WEIGHTS = "weights"
    CORRECTION = "corrections"
    DECISION = "decisions"
    OTHER = "raw"
    PROGRAM = "program"
