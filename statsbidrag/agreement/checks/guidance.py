"""What must hold for what recipients are told: purposes, conditions, and the annex's forms.

Belongs here: rules between these parts and the rest of an agreement, each yielding problems with
their line. Does not: the form of the parts (`schemas.guidance`), or the rules of posts, keys and
sums (`statsbidrag.agreement.checks.structure`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.agreement import Coverage, Post, Status
from schemas.common import RecipientType
from schemas.guidance import FieldKind, Fills, Form, FormField
from statsbidrag.agreement.checks.scope import Scope, unknown
from statsbidrag.errors import Problem
from statsbidrag.files.yaml_reading import Location


def guidance_problems(scope: Scope) -> list[Problem]:
    """Everything that does not hold, in the order of the rules."""
    targets = list(_targets(scope))
    # What a purpose with a wrong target was meant for is not missed as well.
    return [
        *targets,
        *(() if targets else _gaps(scope)),
        *_told(scope),
        *_days(scope),
        *_fields(scope),
    ]


def _posts(scope: Scope) -> list[Post]:
    """The posts of the agreement and, for a supplement, those that it leaves as they are."""
    return [*scope.kept_posts, *scope.agreement.posts]


def _targets(scope: Scope) -> Iterator[Problem]:
    """A purpose is of an area or post that is there, whose money its recipients get; each once."""
    if not scope.whole("areas", "posts", "purposes"):
        return
    file, posts = scope.file, _posts(scope)
    areas = [area.id for area in scope.areas]
    seen: set[tuple[str | None, RecipientType]] = set()
    for index, purpose in enumerate(scope.agreement.purposes):
        at: Location = ("purposes", index)
        target, known = purpose.post or purpose.area, [post.id for post in posts]
        if purpose.post is not None and purpose.post not in known:
            yield unknown(file, (*at, "post"), purpose.post, known)
            continue
        if purpose.area is not None and purpose.area not in areas:
            yield unknown(file, (*at, "area"), purpose.area, areas)
            continue
        for number, kind in enumerate(purpose.who):
            paid = any(kind == p.recipients and target in (p.area, p.id) for p in posts)
            if not paid and scope.agreement.coverage == Coverage.COMPLETE:
                yield file.problem(
                    (*at, "who", number),
                    expected=f"a recipient type that has a post in {target}",
                    found=f"`{kind}`, which has none",
                )
            if (target, kind) in seen:
                yield file.problem(
                    (*at, "who", number),
                    expected=f"one purpose of {target} for each recipient type",
                    found=f"another for `{kind}`",
                    action="join the two",
                )
            seen.add((target, kind))


def _gaps(scope: Scope) -> Iterator[Problem]:
    """A signed and complete agreement that says what its money is for says so of every post.

    A file without the key `purposes` is from before they were written down: its amounts hold.
    """
    agreement = scope.agreement
    before = scope.base.purposes if scope.base else ()
    purposes = [*before, *agreement.purposes]
    finished = agreement.status == Status.SIGNED and agreement.coverage == Coverage.COMPLETE
    says_so = bool(before) or scope.was_read("purposes")
    if not (finished and says_so) or not scope.whole("areas", "posts", "purposes", "status"):
        return
    told = {(target, kind) for p in purposes for kind in p.who for target in (p.area, p.post)}
    for post in _posts(scope):
        if not {(post.area, post.recipients), (post.id, post.recipients)} & told:
            yield scope.file.problem(
                ("purposes",),
                expected=f"what the money of {post.id} is for",
                found="no purpose of that post, nor of its area for its recipient type",
                action=f"add one: area: {post.area}, who: [{post.recipients}]",
            )


def _told(scope: Scope) -> Iterator[Problem]:
    """Conditions and forms are for recipient types that the agreement gives money to."""
    agreement, paid = scope.agreement, {post.recipients for post in _posts(scope)}
    if agreement.coverage != Coverage.COMPLETE or not scope.whole("posts", "coverage"):
        return
    told: list[tuple[Location, Sequence[RecipientType]]] = [
        (("forms", kind, "who"), form.who) for kind, form in agreement.forms.items()
    ]
    if scope.whole("conditions"):
        told += [(("conditions", i, "who"), c.who) for i, c in enumerate(agreement.conditions)]
    for at, who in told:
        for number, kind in enumerate(who):
            if kind not in paid:
                yield scope.file.problem(
                    (*at, number),
                    expected="a recipient type that has a post",
                    found=f"`{kind}`, which has none",
                )


def _days(scope: Scope) -> Iterator[Problem]:
    """A day that a condition or form names stands in `dates`."""
    agreement, base = scope.agreement, scope.base
    known = [*(base.dates if base else ()), *agreement.dates]
    named: list[tuple[Location, str | None]] = [
        (("forms", kind, "by"), form.by) for kind, form in agreement.forms.items()
    ]
    if scope.whole("conditions"):
        named += [(("conditions", i, "by"), c.by) for i, c in enumerate(agreement.conditions)]
    for at, name in named:
        if name is not None and name not in known and not scope.left_out("dates", name):
            yield unknown(scope.file, at, name, known)


def _fields(scope: Scope) -> Iterator[Problem]:
    """A form has each field once, computes with amounts of its own, and has the period it shows."""
    for kind, form in scope.agreement.forms.items():
        seen: set[str] = set()
        for at, field in _placed(kind, form):
            if field.id in seen:
                yield scope.file.problem(
                    (*at, "id"), expected="each field's id once", found=f"`{field.id}` again"
                )
            seen.add(field.id)
            yield from _computed(scope, form, at, field)
            if field.fills == Fills.PERIOD and form.period is None:
                yield scope.file.problem(
                    (*at, "fills"),
                    expected="`period:` in the form, with its first and last day",
                    found="none",
                )


def _computed(scope: Scope, form: Form, at: Location, field: FormField) -> Iterator[Problem]:
    if field.computed is None:
        return
    amounts = [f.id for f in form.fields if f.kind == FieldKind.AMOUNT and f.computed is None]
    for key, name in (("from", field.computed.from_), ("minus", field.computed.minus)):
        if name not in amounts:
            yield unknown(scope.file, (*at, "computed", key), name, amounts)


def _placed(kind: str, form: Form) -> Iterator[tuple[Location, FormField]]:
    for number, section in enumerate(form.sections):
        for index, field in enumerate(section.fields):
            yield ("forms", kind, "sections", number, "fields", index), field
