"""The fast reading: Python code made from cores, for deciding many criteria on one case.

The code asks about unknowns in line (`None if weeks is None else weeks >= 6`), shares what several
criteria have in common, and calculates with whole numbers where the closures use decimals: `0.5 * x` is
`5 * x` at one place, which is exact and needs no decimal. It must agree with the closures on every value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

import engine.criteria.arithmetic as arithmetic
from engine.criteria.core import STRICT, Core, walk_once
from engine.criteria.criterion import Criterion
from engine.criteria.evaluate import closure
from engine.criteria.types import DECIMAL_PLACES, WIDE, Facts, IntegerType, Value

EvaluateMany = Callable[[Facts], tuple[Value, ...]]

_DEEPEST = 12
"""Levels of operators in one expression; Python's own reader stops at about 90 brackets."""
_LARGEST = 400
"""Operators written in line when nothing may be shared; larger criteria stay closures then."""


def compile_many(criteria: Sequence[Criterion], lazy: bool = False) -> EvaluateMany:
    """One function for many criteria: from facts to their values, in order.

    Args:
        criteria: Over one mapping of facts.
        lazy: Read a fact only where it decides, for mappings that compute facts when asked; parts that
            criteria share are then evaluated once for each. Otherwise every fact is read once, first.
    """
    return _Generator([criterion.core for criterion in criteria], lazy).function()


@dataclass(slots=True)
class _Part:
    """A value in code: `text` may be used once, after every one of `unknown` was found untrue."""

    text: str
    unknown: list[str] = field(default_factory=list[str])
    places: int = 0


class _Generator:
    def __init__(self, cores: list[Core], lazy: bool) -> None:
        self.lazy = lazy
        self.space: dict[str, object] = {
            "quotient": arithmetic.quotient,
            "scaled_quotient": arithmetic.scaled_quotient,
            "rounded": arithmetic.rounded,
            "whole_part": arithmetic.whole_part,
            "fold": arithmetic.fold,
            "same_or_unknown": _same_or_unknown,
            "shift_days": arithmetic.shift_days,
            "shift_months": arithmetic.shift_months,
            "add": WIDE.add,
            "subtract": WIDE.subtract,
            "multiply": WIDE.multiply,
            "minus": WIDE.minus,
            "Decimal": Decimal,
            "min_known": _min_known,
            "max_known": _max_known,
        }
        self.lines: list[str] = []
        self.facts: dict[str, str] = {}
        self.temporaries = 0
        self.constants: dict[tuple[str, str], str] = {}
        self.numbers: dict[tuple[object, ...], Core] = {}
        self.alike: dict[int, Core] = {}
        self.uses: dict[int, int] = {}
        self.kept: dict[int, str] = {}
        self.cores = [self._same(core) for core in cores]
        self._count_uses()

    def function(self) -> EvaluateMany:
        results = [self._result(core) for core in self.cores]
        reads = (
            []
            if self.lazy
            else [f"    {variable} = facts[{name!r}]" for name, variable in self.facts.items()]
        )
        body = "\n".join(
            [
                "def evaluate(facts):",
                *reads,
                *self.lines,
                f"    return ({''.join(r + ', ' for r in results)})",
            ]
        )
        exec(compile(body, "<criteria>", "exec"), self.space)  # noqa: S102 - every word of it is made above
        return cast("EvaluateMany", self.space["evaluate"])

    # What criteria share

    def _same(self, root: Core) -> Core:
        """The first core that says the same, so that a part written twice is found."""
        for node in walk_once(root):
            if id(node) in self.alike:
                continue
            args = tuple(self.alike[id(arg)] for arg in node.args)
            key = (node.op, *(id(arg) for arg in args), type(node.value), repr(node.value), str(node.type))
            found = self.numbers.get(key)
            if found is None:
                found = node
                if any(new is not old for new, old in zip(args, node.args, strict=True)):
                    found = Core(node.op, args, node.type, node.value, node.size, node.depth, node.origin)
                self.numbers[key] = found
            self.alike[id(node)] = found
            self.alike[id(found)] = found
        return self.alike[id(root)]

    def _count_uses(self) -> None:
        seen: set[int] = set()
        for root in self.cores:
            self.uses[id(root)] = self.uses.get(id(root), 0) + 1
            for node in walk_once(root):
                if id(node) not in seen:
                    seen.add(id(node))
                    for arg in node.args:
                        self.uses[id(arg)] = self.uses.get(id(arg), 0) + 1

    def _result(self, core: Core) -> str:
        if self.lazy and (core.size > _LARGEST or core.depth > _DEEPEST):
            return f"{self._constant(closure(core))}(facts)"
        return self.value(core)

    def _worth_keeping(self, core: Core) -> bool:
        if self.lazy or core.op in ("fact", "const", "decimal"):
            return False
        return self.uses.get(id(core), 0) > 1 or core.depth % _DEEPEST == 0

    # Values

    def value(self, core: Core) -> str:
        """An expression for the value, None when unknown; it may be used once."""
        if not self._worth_keeping(core):
            return self._value(core)
        name = self.kept.get(id(core))
        if name is None:
            text = self._value(core)
            name = self._temporary()
            self.lines.append(f"    {name} = {text}")
            self.kept[id(core)] = name
        return name

    def _value(self, core: Core) -> str:
        match core.op:
            case "const":
                return self._literal(core.value)
            case "fact":
                return self._fact(cast("str", core.value))
            case "and":
                return self._joined(core, "False", "True", " or ")
            case "or":
                return self._joined(core, "True", "False", " or ")
            case "is_null":
                part = self.part(core.args[0])
                return f"({' or '.join(part.unknown)})" if part.unknown else "False"
            case "is_true":
                return f"({self.holds(core.args[0])})"
            case "is_false":
                return f"({self.fails(core.args[0])})"
            case "same":
                left, right = (self.value(arg) for arg in core.args)
                return f"({left} == {right})"
            case "same_scale":
                return self._same_scale(core)
            case "if":
                condition, then, otherwise = core.args
                return f"({self.value(then)} if {self.holds(condition)} else {self.value(otherwise)})"
            case "coalesce":
                return self._coalesce(core)
            case "min" | "max":
                return f"{core.op}_known({', '.join(self.value(arg) for arg in core.args)})"
            case "count":
                unknown = [self.part(arg).unknown for arg in core.args]
                return f"({' + '.join(f'(not {_any(tests)})' if tests else '1' for tests in unknown) or '0'})"
            case _:
                part = self._strict(core)
                return (
                    f"(None if {_any(part.unknown)} else {part.text})" if part.unknown else f"({part.text})"
                )

    def _joined(self, core: Core, decides: str, otherwise: str, word: str) -> str:
        """Kleene's `and` (False decides) or `or` (True decides)."""
        tests: list[str] = []
        asked: list[str] = []
        for arg in core.args:
            text = self.value(arg)
            if not text.isidentifier():
                name = self._temporary()
                text = f"({name} := {text})"
            else:
                name = text
            tests.append(f"{text} is {decides}")
            asked.append(f"{name} is None")
        return f"({decides} if {word.join(tests)} else None if {word.join(asked)} else {otherwise})"

    def _coalesce(self, core: Core) -> str:
        *first, last = core.args
        # One chain, not brackets in brackets: Python reads at most 200 of those.
        tries: list[str] = []
        for arg in first:
            name = self._temporary()
            tries.append(f"{name} if ({name} := {self.value(arg)}) is not None else ")
        return f"({''.join(tries)}{self.value(last)})"

    def _same_scale(self, core: Core) -> str:
        left, right = (self.value(arg) for arg in core.args)
        return f"same_or_unknown({left}, {right})"

    # Conditions, where only one answer matters

    def holds(self, core: Core) -> str:
        """An expression that is true exactly when the condition is true."""
        if self._worth_keeping(core):
            return f"{self.value(core)} is True"
        match core.op:
            case "and":
                return "(" + " and ".join(self.holds(arg) for arg in core.args) + ")"
            case "or":
                return "(" + " or ".join(self.holds(arg) for arg in core.args) + ")"
            case "not":
                return self.fails(core.args[0])
            case "eq" | "ne" | "lt" | "le" | "in":
                part = self._strict(core)
                return f"(not {_any(part.unknown)} and {part.text})" if part.unknown else f"({part.text})"
            case _:
                return f"{self.value(core)} is True"

    def fails(self, core: Core) -> str:
        """An expression that is true exactly when the condition is false."""
        if self._worth_keeping(core):
            return f"{self.value(core)} is False"
        match core.op:
            case "and":
                return "(" + " or ".join(self.fails(arg) for arg in core.args) + ")"
            case "or":
                return "(" + " and ".join(self.fails(arg) for arg in core.args) + ")"
            case "not":
                return self.holds(core.args[0])
            case "eq" | "ne" | "lt" | "le" | "in":
                part = self._strict(core)
                text = f"not ({part.text})"
                return f"(not {_any(part.unknown)} and {text})" if part.unknown else f"({text})"
            case _:
                return f"{self.value(core)} is False"

    # Strict operators

    def part(self, core: Core) -> _Part:
        """The value, with the tests that find it unknown."""
        if core.op == "const" and core.value is not None:
            return _Part(self._literal(core.value))
        if core.op == "fact" and not self.lazy:
            variable = self._fact(cast("str", core.value))
            return _Part(variable, [f"{variable} is None"])
        if core.op in STRICT and not self._worth_keeping(core):
            return self._strict(core)
        text = self.value(core)
        if text.isidentifier():
            return _Part(text, [f"{text} is None"])
        if core.op in ("is_null", "is_true", "is_false", "same", "same_scale", "count"):
            return _Part(text)
        name = self._temporary()
        return _Part(name, [f"({name} := {text}) is None"])

    def _strict(self, core: Core) -> _Part:
        if core.op in ("eq", "ne", "lt", "le"):
            return self._comparison(core)
        parts = [self.part(arg) for arg in core.args]
        unknown = _once([test for part in parts for test in part.unknown])
        texts = [part.text for part in parts]
        match core.op:
            case "not":
                return _Part(f"(not {texts[0]})", unknown)
            case "xor":
                return _Part(f"({texts[0]} is not {texts[1]})", unknown)
            case "in":
                items = self._constant(frozenset(cast("tuple[Value, ...]", core.value)))
                return _Part(f"({texts[0]} in {items})", unknown)
            case "add" | "sub" | "mul" | "neg" | "decimal" | "div":
                return self._calculation(core, texts, unknown)
            case "within":
                low, high = cast("tuple[int | Decimal, int | Decimal]", core.value)
                name = self._temporary()
                outside = f"not {self._literal(low)} <= ({name} := {texts[0]}) <= {self._literal(high)}"
                return _Part(name, [*unknown, outside])
            case "shift_days" | "shift_months":
                name = self._temporary()
                return _Part(name, [*unknown, f"({name} := {core.op}({', '.join(texts)})) is None"])
            case "day_number":
                return _Part(f"{texts[0]}.toordinal()", unknown)
            case "week_number":
                return _Part(f"{texts[0]}.toordinal() // 7", unknown)
            case "year_number":
                return _Part(f"{texts[0]}.year", unknown)
            case "month_number":
                return _Part(f"({texts[0]}.year * 12 + {texts[0]}.month)", unknown)
            case "month_key":
                months = f"{texts[0]}.year * 12 + {texts[0]}.month"
                return _Part(f"(({months}) * 32 + {texts[0]}.day)", unknown)
            case "whole_part":
                return _Part(f"whole_part({texts[0]}, {core.value})", unknown)
            case "round":
                return _Part(f"rounded({texts[0]})", unknown)
            case "whole":
                return _Part(f"int({texts[0]})", unknown)
            case _:
                return _Part(f"{core.op}({texts[0]})", unknown)

    def _calculation(self, core: Core, texts: list[str], unknown: list[str]) -> _Part:
        whole = isinstance(core.type, IntegerType)
        match core.op:
            case "add":
                return _Part(
                    f"({texts[0]} + {texts[1]})" if whole else f"add({texts[0]}, {texts[1]})", unknown
                )
            case "sub":
                days = all(arg.op == "day_number" for arg in core.args)
                if days and all(text.endswith(".toordinal()") for text in texts):
                    one, other = (text.removesuffix(".toordinal()") for text in texts)
                    return _Part(f"({one} - {other}).days", unknown)
                return _Part(
                    f"({texts[0]} - {texts[1]})" if whole else f"subtract({texts[0]}, {texts[1]})", unknown
                )
            case "mul":
                return _Part(
                    f"({texts[0]} * {texts[1]})" if whole else f"multiply({texts[0]}, {texts[1]})", unknown
                )
            case "neg":
                return _Part(f"(-{texts[0]})" if whole else f"minus({texts[0]})", unknown)
            case "decimal":
                return _Part(f"Decimal({texts[0]})", unknown)
            case _:
                name = self._temporary()
                return _Part(name, [*unknown, f"({name} := quotient({texts[0]}, {texts[1]})) is None"])

    def _comparison(self, core: Core) -> _Part:
        sign = {"eq": "==", "ne": "!=", "lt": "<", "le": "<="}[core.op]
        left, right = (self._scaled(arg) for arg in core.args)
        if left is None or right is None:
            left, right = (self.part(arg) for arg in core.args)
            return _Part(f"({left.text} {sign} {right.text})", _once(left.unknown + right.unknown))
        places = max(left.places, right.places)
        a, b = _at(left, places), _at(right, places)
        return _Part(f"({a} {sign} {b})", _once(left.unknown + right.unknown))

    def _scaled(self, core: Core) -> _Part | None:
        """A number as a whole number at some places, or None where only decimals will do."""
        if isinstance(core.type, IntegerType) and self._worth_keeping(core):
            return self.part(core)
        match core.op:
            case "const":
                return _scaled_constant(core.value)
            case "decimal":
                return self._scaled(core.args[0])
            case "add" | "sub" | "mul":
                left, right = (self._scaled(arg) for arg in core.args)
                if left is None or right is None:
                    return None
                unknown = _once(left.unknown + right.unknown)
                if core.op == "mul":
                    return _Part(f"({left.text} * {right.text})", unknown, left.places + right.places)
                if left.places == right.places and isinstance(core.type, IntegerType):
                    return self.part(core)
                places = max(left.places, right.places)
                sign = "+" if core.op == "add" else "-"
                return _Part(f"({_at(left, places)} {sign} {_at(right, places)})", unknown, places)
            case "neg":
                inner = self._scaled(core.args[0])
                return None if inner is None else _Part(f"(-{inner.text})", inner.unknown, inner.places)
            case "div":
                return self._scaled_quotient(core)
            case _:
                return self.part(core) if isinstance(core.type, IntegerType) else None

    def _scaled_quotient(self, core: Core) -> _Part | None:
        left, right = (self._scaled(arg) for arg in core.args)
        if left is None or right is None:
            return None
        shift = DECIMAL_PLACES + right.places - left.places
        dividend, divisor = (left, right) if shift >= 0 else (left, _Part(_at(right, right.places - shift)))
        times = f" * {10**shift}" if shift > 0 else ""
        name = self._temporary()
        found = f"({name} := scaled_quotient({dividend.text}{times}, {divisor.text})) is None"
        return _Part(name, [*_once(left.unknown + right.unknown), found], DECIMAL_PLACES)

    # Words

    def _fact(self, name: str) -> str:
        if self.lazy:
            return f"facts[{name!r}]"
        return self.facts.setdefault(name, f"f{len(self.facts)}")

    def _temporary(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"

    def _literal(self, value: object) -> str:
        if value is None or isinstance(value, bool | int | str):
            return repr(value) if not (isinstance(value, int) and value < 0) else f"({value!r})"
        return self._constant(value)

    def _constant(self, value: object) -> str:
        if isinstance(value, Decimal | dt.date):
            key = (type(value).__name__, repr(value))
            if key not in self.constants:
                self.constants[key] = f"k{len(self.space)}"
                self.space[self.constants[key]] = value
            return self.constants[key]
        name = f"k{len(self.space)}"
        self.space[name] = value
        return name


def _min_known(*values: Value) -> Value:
    return min((cast("int", value) for value in values if value is not None), default=None)


def _max_known(*values: Value) -> Value:
    return max((cast("int", value) for value in values if value is not None), default=None)


def _same_or_unknown(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return one is other
    return arithmetic.same_scale(one, other)


def _any(tests: list[str]) -> str:
    return f"({' or '.join(tests)})" if len(tests) > 1 else tests[0]


def _once(tests: list[str]) -> list[str]:
    return list(dict.fromkeys(tests))


def _at(part: _Part, places: int) -> str:
    """The whole number of `part`, at more places."""
    return part.text if places == part.places else f"{part.text} * {10 ** (places - part.places)}"


def _scaled_constant(value: object) -> _Part | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    places = max(0, -cast("int", Decimal(value).as_tuple().exponent))
    whole = int(Decimal(value).scaleb(places, context=WIDE))
    return _Part(f"({whole})" if whole < 0 else str(whole), [], places)
