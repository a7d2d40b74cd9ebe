"""A county's plan, read and checked against the agreement and the register.

Belongs here: whether a plan speaks of posts and counties that exist. Does not: whether it adds up
(`statsbidrag.reconciliation`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from schemas.agreement import Agreement
from schemas.common import RecipientType
from schemas.plan import Plan
from statsbidrag import register as reg
from statsbidrag.errors import InputError, Problem
from statsbidrag.raw import Raw
from statsbidrag.yamlfile import YamlFile, read_model


def load_plans(raw: Raw, agreement: Agreement, register: pd.DataFrame) -> tuple[Plan, ...]:
    """The plans of an agreement's counties, by county code. Raises InputError."""
    return tuple(load_plan(path, agreement, register) for path in raw.plan_paths(agreement.id))


def load_plan(path: Path, agreement: Agreement, register: pd.DataFrame) -> Plan:
    """One county's plan. Raises InputError with everything that is wrong, line by line."""
    plan, file = read_model(path, Plan)
    problems = [*_identity(plan, file, agreement, register), *_posts(plan, file, agreement)]
    if problems:
        raise InputError(problems)
    return plan


def _identity(
    plan: Plan, file: YamlFile, agreement: Agreement, register: pd.DataFrame
) -> Iterator[Problem]:
    if plan.agreement != agreement.id:
        yield file.problem(
            ("agreement",), expected=f"`{agreement.id}`, its folder", found=f"`{plan.agreement}`"
        )
    if plan.county not in reg.codes(register, RecipientType.LAN):
        yield file.problem(
            ("county",),
            expected="the code of a county in the register",
            found=f"`{plan.county}`",
            action="correct the code",
        )
    if plan.county != file.path.stem:
        yield file.problem(
            ("county",), expected=f"`{file.path.stem}`, the file's name", found=f"`{plan.county}`"
        )


def _posts(plan: Plan, file: YamlFile, agreement: Agreement) -> Iterator[Problem]:
    posts = [post.id for post in agreement.posts_of(RecipientType.LAN)]
    named = [
        *((("measures", i, "post"), m.post) for i, m in enumerate(plan.measures)),
        *((("known_differences", i, "post"), d.post) for i, d in enumerate(plan.known_differences)),
    ]
    for at, post in named:
        if post not in posts:
            yield file.problem(
                at,
                expected=f"a county post of {agreement.id}: {', '.join(posts)}",
                found=f"`{post}`",
                action="correct the post's id",
            )
