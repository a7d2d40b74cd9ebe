"""An agreement that holds together: read, joined with what it supplements, and checked.

Belongs here: reading, and joining a supplement with its base. Does not: the form of the file
(`schemas.agreement`), the checks themselves (`statsbidrag.agreement.checks.structure`), or the
split of posts (`statsbidrag.allocation.amounts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from schemas.agreement import Agreement, Post
from schemas.guidance import Purpose
from statsbidrag.agreement.checks.guidance import guidance_problems
from statsbidrag.agreement.checks.scope import Scope
from statsbidrag.agreement.checks.structure import problems_of
from statsbidrag.errors import InputError, UsageError, input_error
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_mending import GONE, lenient_model_of
from statsbidrag.register.recipients import Register

_NAME: Final = "okand"
_REFERENCE: Final = {"source": _NAME}
_STAND_INS: Final[Mapping[tuple[str, ...], Any]] = {
    ("format",): 1,
    ("id",): f"{_NAME}-2000",
    ("programme",): _NAME,
    ("year",): 2000,
    ("title",): _NAME,
    ("status",): "draft",
    ("coverage",): "partial",
    ("compares_with",): GONE,
    ("reviewed",): GONE,
    ("signed",): GONE,
    ("sources", "*"): GONE,
    ("sources",): {_NAME: {"title": _NAME}},
    ("total",): {"amount": 0, "reference": _REFERENCE},
    ("population",): {"table": _NAME, "reference_date": "2000-01-01", "levels": {}},
    ("rounding",): {"method": "half_up", "unit": 1, "totals": "from_printed"},
    ("requisition",): {"total": "sum_of_posts"},
    ("groups", "*"): GONE,
    ("groups",): GONE,
    ("areas", "*", "title"): _NAME,
    ("areas", "*", "succeeds"): GONE,
    ("posts", "*", "area"): _NAME,
    ("posts", "*", "title"): _NAME,
    ("posts", "*", "short_title"): GONE,
    ("posts", "*", "amount"): 0,
    ("posts", "*", "key", "*"): GONE,
    ("posts", "*", "key"): [{"undistributed": _NAME}],
    ("posts", "*", "condition"): GONE,
    ("posts", "*", "reference"): _REFERENCE,
    ("posts", "*", "key_reference"): GONE,
    ("posts", "*", "rounding"): GONE,
    ("stated_totals",): GONE,
    ("dates", "*"): GONE,
    ("dates",): GONE,
    ("reporting",): GONE,
    ("purposes",): GONE,
    ("conditions",): GONE,
    ("forms", "*"): GONE,
    ("forms",): GONE,
    ("background",): GONE,
}
"""What a part that cannot be read is replaced with, only so that all else can be checked."""


def load_agreement(
    raw: Raw, agreement_id: str, register: Register, *, above: tuple[str, ...] = ()
) -> Agreement:
    """The agreement, checked, and joined with the one that it supplements.

    Raises InputError with everything that is wrong, line by line. `above` are the supplements that
    lead here; one that leads to itself is refused.
    """
    path = raw.agreement_path(agreement_id)
    read = lenient_model_of(raw.yaml(path), Agreement, _STAND_INS)
    base = None
    if read.model is not None and (name := read.model.supplements) is not None:
        if name == agreement_id or name in above:
            raise input_error(
                path,
                "supplements",
                expected="an agreement that does not lead back to this one",
                found=" → ".join([*above, agreement_id, name]),
                action="a supplement supplements what came before it",
            )
        base = load_agreement(raw, name, register, above=(*above, agreement_id))
    problems = list(read.problems)
    if read.model is not None:
        scope = Scope(read.model, base, read.file, register, raw, read.touched)
        problems += [*problems_of(scope, agreement_id), *guidance_problems(scope)]
    if problems:
        raise InputError(problems)
    if read.model is None:
        raise UsageError(f"{path}: nothing could be read")
    return read.model if base is None else joined(base, read.model)


def joined(base: Agreement, supplement: Agreement) -> Agreement:
    """A base agreement and its supplement as one: posts added, or put in the place of others.

    The supplement's own title, status, dates, totals, conditions and forms hold, and its purposes
    for what they are of; what it does not mention is the base's. Posts keep their order; an added
    post follows the last part of the same post, else the last post of its recipient type.
    """
    base = _with_own_sources(base, supplement)
    posts: list[Post] = list(base.posts)
    for post in supplement.posts:
        index = _place(posts, post)
        old = next((each for each in posts if each.id == post.replaces), None)
        if old is not None:
            if (old.recipients, old.part_of) == (post.recipients, post.part_of):
                index = posts.index(old)
            elif posts.index(old) < index:
                index -= 1
            posts.remove(old)
        posts.insert(index, post)
    own_areas = {area.id for area in supplement.areas}
    return supplement.model_copy(
        update={
            "sources": {**base.sources, **supplement.sources},
            "groups": {**base.groups, **supplement.groups},
            "areas": (
                *(area for area in base.areas if area.id not in own_areas),
                *supplement.areas,
            ),
            "post_groups": (*base.post_groups, *supplement.post_groups),
            "posts": tuple(posts),
            "dates": {**base.dates, **supplement.dates},
            "reporting": supplement.reporting or base.reporting,
            "purposes": (*_kept_purposes(base, supplement, posts), *supplement.purposes),
            "conditions": supplement.conditions or base.conditions,
            "forms": {**base.forms, **supplement.forms},
            "background": supplement.background or base.background,
            "compares_with": supplement.compares_with or base.compares_with,
        }
    )


def _kept_purposes(
    base: Agreement, supplement: Agreement, posts: Sequence[Post]
) -> Iterator[Purpose]:
    """The base's purposes for the types and targets that the supplement says nothing new of."""
    anew = {(p.area, p.post, kind) for p in supplement.purposes for kind in p.who}
    ids = {post.id for post in posts}
    for purpose in base.purposes:
        who = tuple(k for k in purpose.who if (purpose.area, purpose.post, k) not in anew)
        if who and (purpose.post is None or purpose.post in ids):
            yield purpose.model_copy(update={"who": who})


def _place(posts: Sequence[Post], added: Post) -> int:
    """Where an added post stands: parts of a post one after the other, types together."""
    for alike in (
        [i for i, post in enumerate(posts) if added.part_of and post.part_of == added.part_of],
        [i for i, post in enumerate(posts) if post.recipients == added.recipients],
    ):
        if alike:
            return alike[-1] + 1
    return len(posts)


def _with_own_sources(base: Agreement, supplement: Agreement) -> Agreement:
    """The base, whose sources have other names than the supplement's: both may say `agreement`."""
    names = {
        name: f"{base.id}_{name}"
        for name, source in base.sources.items()
        if supplement.sources.get(name, source) != source
    }

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: names.get(own, own) if key == "source" else renamed(own)
                for key, own in value.items()
            }
        return [renamed(each) for each in value] if isinstance(value, list | tuple) else value

    if not names:
        return base
    data = renamed(base.model_dump(by_alias=True))
    data["sources"] = {names.get(name, name): own for name, own in data["sources"].items()}
    return Agreement.model_validate(data)
