"""The parts of an explanation: what was seen of each, what decided, and what could decide.

A part looks at the facts once; what it saw is handed back to it with the questions, so that parts hold
nothing of a patient and may be shared between threads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from engine.criteria.core import COUNT_TEST, STRICT, Core, walk_once
from engine.criteria.evaluate import closure
from engine.criteria.names import Names
from engine.criteria.types import BooleanType, CountType, Facts, NullType, Value

Sets = tuple[frozenset[str], ...]
MOST_SETS = 24
"""Sets kept at each step, smallest first."""
_NOTHING: frozenset[str] = frozenset()
_SURE: Sets = (_NOTHING,)
_NEVER: Sets = ()


# A part after one look: its value, and the looks of its parts where it has any.
Seen = tuple[Value, "tuple[Seen, ...]"]
_NO_PARTS: tuple[Seen, ...] = ()
Goal = Literal["is", "not true", "not false"]


class Part:
    """Logic over parts. `look` once, then ask `because` and `could` about what was seen."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts

    def look(self, facts: Facts) -> Seen:
        """The value, and what was seen of the parts."""
        raise NotImplementedError

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        """Facts that keep the value what it is, or only keep it from being true, or false."""
        raise NotImplementedError

    def could(self, seen: Seen, facts: Facts, answer: bool) -> Sets:
        """Sets of unknown facts that could make it `answer`; the empty set where it already is."""
        raise NotImplementedError


class _LeafPart(Part):
    def __init__(self, core: Core, counts: frozenset[str]) -> None:
        super().__init__(())
        self.core = core
        self.evaluate = closure(core)
        self.reads = tuple(
            dict.fromkeys(cast("str", node.value) for node in walk_once(core) if node.op == "fact")
        )
        self.names = tuple(dict.fromkeys(base_name(name, counts) for name in self.reads))
        self.all = frozenset(self.names)
        self.base = {name: base_name(name, counts) for name in self.reads}
        self.is_count = core.value == COUNT_TEST and core.op == "if"
        self.plain = all(node.op in STRICT or node.op in ("fact", "const") for node in walk_once(core))
        self.counts = counts

    def look(self, facts: Facts) -> Seen:
        return self.evaluate(facts), _NO_PARTS

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        if self.is_count or len(self.all) < 2:
            return self.all
        if self.plain:
            if seen[0] is not None:
                return self.all
            for name in self.reads:
                if facts[name] is None:
                    return frozenset((self.base[name],))
            return self.all
        return _value_because(self.core, facts, self.counts)

    def could(self, seen: Seen, facts: Facts, answer: bool) -> Sets:
        value = seen[0]
        if self.plain or self.is_count:
            if value is not None:
                return _SURE if value is answer else _NEVER
            missing = frozenset(self.base[name] for name in self.reads if facts[name] is None)
            if missing:
                return (missing,)
            # Nothing is missing, so only the range of a count can be narrowed (a division by nothing can't).
            return (
                (frozenset(self.base[n] for n in self.reads if self.base[n] != n),)
                if self.is_count
                else _NEVER
            )
        missing = {self.base[name] for name in self.reads if facts[name] is None}
        sure = _SURE if value is answer else _NEVER
        if value is None:
            return _smallest(_known_by(self.core, facts, self.counts))
        # Known, but a fact still unknown may change it, as in Coalesce(x, 3).
        return sure or tuple(frozenset((name,)) for name in sorted(missing))


class _Constant(Part):
    def __init__(self, value: Value) -> None:
        super().__init__(())
        self.seen: Seen = (value, _NO_PARTS)

    def look(self, facts: Facts) -> Seen:
        return self.seen

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        return _NOTHING

    def could(self, seen: Seen, facts: Facts, answer: bool) -> Sets:
        return _SURE if seen[0] is answer else _NEVER


class ValuePart(Part):
    """A criterion that is no condition: its facts, without sets."""

    def __init__(self, core: Core, counts: frozenset[str]) -> None:
        super().__init__(())
        self.core = core
        self.counts = counts
        self.evaluate = closure(core)

    def look(self, facts: Facts) -> Seen:
        """The value."""
        return self.evaluate(facts), _NO_PARTS

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        """The facts behind the value."""
        return _value_because(self.core, facts, self.counts)


class _Junction(Part):
    """`and`, where False decides, or `or`, where True does."""

    def __init__(self, decides: bool, parts: tuple[Part, ...]) -> None:
        super().__init__(parts)
        self.decides = decides
        self.never_deciding: Goal = "not true" if decides else "not false"
        self.never_other: Goal = "not false" if decides else "not true"

    def look(self, facts: Facts) -> Seen:
        decides = self.decides
        value: Value = not decides
        seen: list[Seen] = []
        for part in self.parts:
            one = part.look(facts)
            seen.append(one)
            if one[0] is decides:
                value = decides
            elif one[0] is None and value is not decides:
                value = None
        return value, tuple(seen)

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        value, inner = seen
        if value is self.decides:
            # One part that decides is enough; for the weaker goals one that decides or is unknown.
            return _least(
                p.because(s, facts) for p, s in zip(self.parts, inner, strict=True) if s[0] is value
            )
        if goal == self.never_other:
            # It is not the other value as long as one part keeps away from that value.
            return _least(
                p.because(s, facts, goal)
                for p, s in zip(self.parts, inner, strict=True)
                if s[0] is not (not self.decides)
            )
        if goal == self.never_deciding:
            return _NOTHING.union(
                *(p.because(s, facts, goal) for p, s in zip(self.parts, inner, strict=True))
            )
        if value is None:
            unknown = [i for i, s in enumerate(inner) if s[0] is None]
            apart = [p.because(s, facts, self.never_deciding) for p, s in zip(self.parts, inner, strict=True)]
            together = (
                apart[i].union(
                    self.parts[i].because(inner[i], facts), *(one for j, one in enumerate(apart) if j != i)
                )
                for i in unknown
            )
            return _least(together)
        return _NOTHING.union(*(p.because(s, facts) for p, s in zip(self.parts, inner, strict=True)))

    def could(self, seen: Seen, facts: Facts, answer: bool) -> Sets:
        each = (part.could(s, facts, answer) for part, s in zip(self.parts, seen[1], strict=True))
        return _any_of(each) if answer is self.decides else _all_of(each)


class _Not(Part):
    def look(self, facts: Facts) -> Seen:
        inner = self.parts[0].look(facts)
        return None if inner[0] is None else not inner[0], (inner,)

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        turned: dict[Goal, Goal] = {"is": "is", "not true": "not false", "not false": "not true"}
        return self.parts[0].because(seen[1][0], facts, turned[goal])

    def could(self, seen: Seen, facts: Facts, answer: bool) -> Sets:
        return self.parts[0].could(seen[1][0], facts, not answer)


class _Xor(Part):
    def look(self, facts: Facts) -> Seen:
        one, other = (part.look(facts) for part in self.parts)
        return None if one[0] is None or other[0] is None else one[0] is not other[0], (one, other)

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        each = [
            (p, s) for p, s in zip(self.parts, seen[1], strict=True) if seen[0] is not None or s[0] is None
        ]
        found = [p.because(s, facts) for p, s in each]
        return _least(found) if seen[0] is None else _NOTHING.union(*found)

    def could(self, seen: Seen, facts: Facts, answer: bool) -> Sets:
        (a, b), (one, other) = self.parts, seen[1]
        return _any_of(
            _all_of((a.could(one, facts, first), b.could(other, facts, first is not answer)))
            for first in (True, False)
        )


class _Is(Part):
    """`is true`, `is false`: never unknown."""

    def __init__(self, wanted: bool, parts: tuple[Part, ...]) -> None:
        super().__init__(parts)
        self.wanted = wanted
        self.apart: Goal = "not true" if wanted else "not false"

    def look(self, facts: Facts) -> Seen:
        inner = self.parts[0].look(facts)
        return inner[0] is self.wanted, (inner,)

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        return self.parts[0].because(seen[1][0], facts, "is" if seen[0] else self.apart)

    def could(self, seen: Seen, facts: Facts, answer: bool) -> Sets:
        if seen[0] is answer:
            return _SURE
        if answer:
            return self.parts[0].could(seen[1][0], facts, self.wanted)
        return self.parts[0].could(seen[1][0], facts, not self.wanted)


class _If(Part):
    """`if` between conditions: the second branch unless the condition is true."""

    def look(self, facts: Facts) -> Seen:
        seen = tuple(part.look(facts) for part in self.parts)
        return seen[1][0] if seen[0][0] is True else seen[2][0], seen

    def because(self, seen: Seen, facts: Facts, goal: Goal = "is") -> frozenset[str]:
        condition, then, otherwise = zip(self.parts, seen[1], strict=True)
        branch = then if condition[1][0] is True else otherwise
        asked: Goal = "is" if condition[1][0] is True else "not true"
        return condition[0].because(condition[1], facts, asked) | branch[0].because(branch[1], facts, goal)

    def could(self, seen: Seen, facts: Facts, answer: bool) -> Sets:
        (condition, then, otherwise), (asked, one, other) = self.parts, seen[1]
        yes = condition.could(asked, facts, True)
        not_yes = _SURE if asked[0] is not True else condition.could(asked, facts, False)
        return _any_of(
            (
                _all_of((yes, then.could(one, facts, answer))),
                _all_of((not_yes, otherwise.could(other, facts, answer))),
            )
        )


def part_of(core: Core, counts: frozenset[str], made: dict[int, Part]) -> Part:
    """The part of a condition; one core that stands twice is one part."""
    part = made.get(id(core))
    if part is None:
        part = made[id(core)] = _new_part(core, counts, made)
    return part


def _new_part(core: Core, counts: frozenset[str], made: dict[int, Part]) -> Part:
    if core.op == "const":
        return _Constant(cast("Value", core.value))
    if is_leaf(core):
        return _LeafPart(core, counts)
    if core.op == "if":
        return _If(tuple(part_of(arg, counts, made) for arg in core.args))
    parts = tuple(part_of(arg, counts, made) for arg in core.args)
    match core.op:
        case "and" | "or":
            return _Junction(core.op == "or", parts)
        case "not":
            return _Not(parts)
        case "xor":
            return _Xor(parts)
        case _:
            return _Is(core.op == "is_true", parts)


def _conditions(cores: Iterable[Core]) -> bool:
    return all(isinstance(core.type, BooleanType | NullType) for core in cores)


def is_leaf(core: Core) -> bool:
    """Whether a condition is a comparison or a fact, not logic over others."""
    if core.op == "if":
        return core.value == COUNT_TEST or not _conditions(core.args)
    return core.op not in ("const", "and", "or", "not", "xor", "is_true", "is_false")


def counts_of(names: Names) -> frozenset[str]:
    """The names of counts, whose two ends are told as one."""
    found = names.derived.get("counts")
    if not isinstance(found, frozenset):
        found = frozenset(name.name for name in names.names if isinstance(name.type, CountType))
        names.derived["counts"] = found
    return cast("frozenset[str]", found)


def base_name(name: str, counts: frozenset[str]) -> str:
    """A count by its own name, whichever end is read."""
    whole = name.removesuffix(".at_least").removesuffix(".at_most")
    return whole if whole in counts else name


# Sets of facts


def _least(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return min(sets, key=len, default=_NOTHING)


def _smallest(sets: Iterable[frozenset[str]]) -> Sets:
    """The sets that contain no other, smallest first, at most MOST_SETS."""
    kept: list[frozenset[str]] = []
    for one in sorted(set(sets), key=lambda found: (len(found), sorted(found))):
        if not any(other <= one for other in kept):
            kept.append(one)
            if len(kept) == MOST_SETS:
                break
    return tuple(kept)


def _any_of(each: Iterable[Sets]) -> Sets:
    found = [one for one in each if one]
    if len(found) < 2:
        return found[0] if found else _NEVER
    return _smallest(one for sets in found for one in sets)


def _all_of(each: Iterable[Sets]) -> Sets:
    together = _SURE
    for sets in each:
        if not sets:
            return _NEVER
        if sets == _SURE:
            continue
        if len(together) == 1 and len(sets) == 1:
            together = (together[0] | sets[0],)
        else:
            together = _smallest(one | other for one in together for other in sets)
    return together


# Values that are no conditions


def _value_because(core: Core, facts: Facts, counts: frozenset[str]) -> frozenset[str]:
    """Facts that keep the value of any operator what it is."""
    if core.op == "fact":
        return frozenset((base_name(cast("str", core.value), counts),))
    if core.op == "const":
        return _NOTHING
    if core.op == "if":
        condition, then, otherwise = core.args
        holds = closure(condition)(facts) is True
        return _value_because(condition, facts, counts) | _value_because(
            then if holds else otherwise, facts, counts
        )
    every = (_value_because(arg, facts, counts) for arg in core.args)
    if core.op == "coalesce":
        used = _NOTHING
        for arg, because in zip(core.args, every, strict=True):
            used |= because
            if closure(arg)(facts) is not None:
                break
        return used
    if core.op in STRICT:
        unknown = [arg for arg in core.args if closure(arg)(facts) is None]
        if unknown:
            return _least(_value_because(arg, facts, counts) for arg in unknown)
        return _NOTHING.union(*every)
    if core.op in ("and", "or"):
        decides = core.op == "or"
        deciding = [arg for arg in core.args if closure(arg)(facts) is decides]
        if deciding:
            return _least(_value_because(arg, facts, counts) for arg in deciding)
    return _NOTHING.union(*every)


def _known_by(core: Core, facts: Facts, counts: frozenset[str]) -> Sets:
    """Sets of unknown facts that could make an unknown value known."""
    if closure(core)(facts) is not None:
        return _SURE
    match core.op:
        case "fact":
            return (frozenset((base_name(cast("str", core.value), counts),)),)
        case "const":
            return _NEVER
        case "if":
            condition, then, otherwise = core.args
            asked = closure(condition)(facts)
            yes = _SURE if asked is True else _known_by(condition, facts, counts) if asked is None else _NEVER
            not_yes = _NEVER if asked is True else _SURE
            return _any_of(
                (
                    _all_of((yes, _known_by(then, facts, counts))),
                    _all_of((not_yes, _known_by(otherwise, facts, counts))),
                )
            )
        case "coalesce" | "min" | "max" | "and" | "or":
            return _any_of(_known_by(arg, facts, counts) for arg in core.args)
        case _:
            return _all_of(_known_by(arg, facts, counts) for arg in core.args)
