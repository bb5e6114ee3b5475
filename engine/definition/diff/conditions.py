"""Two conditions compared: which lines came, went or have another number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.criteria import CriterionError, Names
from engine.criteria.english import sentence
from engine.definition.diff.change import Effect, Sign
from engine.model.criterion import ALWAYS, AllOf, AnyOf, Condition, Line, text_of

Told = tuple[Sign, Effect, str]
_FACT = re.compile(r"[a-z_]\w*(?:\.\w+)*")
_NUMBER = re.compile(r"(?<![\w.@'-])\d+(?:\.\d+)?(?![\w.'-])")


def conditions(old: Condition | None, new: Condition | None, before: Names, after: Names) -> Iterator[Told]:
    """What changed of a condition that must hold: sign, effect and words."""
    either = False
    if isinstance(old, AnyOf) and isinstance(new, AnyOf):
        either, was, now = True, old.items, new.items
    else:
        was, now = _parts(old), _parts(new)
    gone, come = _new(now, was), _new(was, now)
    for one, other in _pairs(gone, come):
        if isinstance(one, AnyOf) and isinstance(other, AnyOf):
            yield from conditions(one, other, before, after)
        else:
            words = ("now where", "was where") if either else ("now asks that", "asked that")
            text = f"{words[0]} {said(other, after)}, {words[1]} {said(one, before)}"
            yield Sign.CHANGED, _effect(one, other), text
    for one in come:
        if either:
            yield Sign.ADDED, Effect.MORE, f"now also where {said(one, after)}"
        else:
            yield Sign.ADDED, Effect.LESS, f"now asks that {said(one, after)}"
    for one in gone:
        if either:
            yield Sign.REMOVED, Effect.LESS, f"no longer where {said(one, before)}"
        else:
            yield Sign.REMOVED, Effect.MORE, f"no longer asks that {said(one, before)}"


def _pairs(gone: list[Condition], come: list[Condition]) -> Iterator[tuple[Condition, Condition]]:
    """Takes out of both lists what is the same line with another number, then what reads the same fact."""
    for alike in (_alike, _same_fact):
        for one in list(gone):
            other = next((new for new in come if alike(one, new)), None)
            if other is not None:
                gone.remove(one)
                come.remove(other)
                yield one, other


def said(condition: Condition, names: Names) -> str:
    """A condition in words; as written where it is not read as a criterion."""
    text = text_of(condition)
    try:
        return sentence(text, names)
    except CriterionError:
        return f"`{text}`"


def _parts(condition: Condition | None) -> tuple[Condition, ...]:
    if condition is None or condition == ALWAYS:
        return ()
    return condition.items if isinstance(condition, AllOf) else (condition,)


def _new(known: Sequence[Condition], items: Sequence[Condition]) -> list[Condition]:
    """Items whose text is not among those known."""
    texts = {text_of(one) for one in known}
    return [one for one in items if text_of(one) not in texts]


def _alike(one: Condition, other: Condition) -> bool:
    """Whether two lines differ in their numbers or their comparison alone."""
    return isinstance(one, Line) and isinstance(other, Line) and _bare(one.text) == _bare(other.text)


def _same_fact(one: Condition, other: Condition) -> bool:
    if isinstance(one, AnyOf) or isinstance(other, AnyOf):
        return isinstance(one, AnyOf) and isinstance(other, AnyOf)
    return _FACT.findall(text_of(one))[:1] == _FACT.findall(text_of(other))[:1]


def _bare(text: str) -> str:
    return re.sub(r"[<>]=?", "<>", _NUMBER.sub("#", text))


def _effect(one: Condition, other: Condition) -> Effect:
    """Whether the new line of a pair that is alike lets more through, where that can be read off it."""
    was, now = text_of(one), text_of(other)
    if _bare(was) != _bare(now):
        return Effect.EITHER
    changed = [
        (before, after) for before, after in zip(_bounds(was), _bounds(now), strict=True) if before != after
    ]
    if _negated(was) or len(changed) != 1 or len(_bounds(was)) != len(_NUMBER.findall(was)):
        return Effect.EITHER
    (sign, low), (new_sign, new_low) = changed[0]
    if sign[0] != new_sign[0]:
        return Effect.EITHER
    if sign[0] == ">":
        return Effect.LESS if (new_low, "=" not in new_sign) > (low, "=" not in sign) else Effect.MORE
    return Effect.MORE if (new_low, "=" in new_sign) > (low, "=" in sign) else Effect.LESS


def _bounds(text: str) -> list[tuple[str, Decimal]]:
    return [
        (found[1], Decimal(found[2])) for found in re.finditer(r"([<>]=?)\s*(\d+(?:\.\d+)?)(?![\w.])", text)
    ]


def _negated(text: str) -> bool:
    return re.search(r"\b(not|implies|xor|if|case)\b", text) is not None
