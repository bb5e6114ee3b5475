"""Random typed criteria over a fixed table of facts, and random rows of those facts.

Made from a seed, so that a failure names one expression and one row, and can be made again.
"""

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal

from engine.criteria import (
    BOOLEAN,
    DATE,
    TODAY,
    CountType,
    DecimalType,
    IntegerType,
    Name,
    Names,
    QuantityType,
    StringType,
    Value,
)

CODES = ("none", "Partial", "partial", "no_response", "é", "zz")
FACTS = (
    Name("score.now", IntegerType(0, 60)),
    Name("score.baseline", IntegerType(1, 60)),
    Name("change", IntegerType(-60, 60)),
    Name("wide", IntegerType()),
    Name("dose", DecimalType(2, Decimal(0), Decimal(1000))),
    Name("level", DecimalType(8, Decimal(-90), Decimal(90))),
    Name("psychosis", BOOLEAN),
    Name("agrees", BOOLEAN),
    Name("trial.outcome", StringType(CODES)),
    Name("trial.role", StringType(CODES[1:4])),
    Name("trial.started_on", DATE),
    Name("observed_on", DATE),
    Name("washout", QuantityType("d", 1, Decimal(-400), Decimal(400))),
    Name("lithium", QuantityType("mg", 2, Decimal(0), Decimal(2000))),
    Name("failures", CountType(0, 20)),
)
NAMES = Names(FACTS)
_EDGES = ("2024-02-29", "2023-02-28", "2026-01-31", "1999-12-31", "2000-03-01", "2099-12-31", "1901-01-01")
DATES = tuple(dt.date.fromisoformat(day) for day in _EDGES)


def random_row(r: random.Random, unknown: float = 0.25) -> dict[str, Value]:
    """Facts that keep their types; each may be unknown, but not the date of today."""

    def decimal(places: int, low: int, high: int) -> Decimal:
        step = 10**places
        return Decimal(r.choice((r.randint(low * step, high * step), r.randint(low, high) * step, 0))) / step

    low = r.randint(0, 4)
    row: dict[str, Value] = {
        "score.now": r.choice((0, 5, 10, 27, r.randint(0, 60))),
        "score.baseline": r.choice((1, 10, 20, r.randint(1, 60))),
        "change": r.randint(-60, 60),
        "wide": r.choice((-(2**31), 2**31 - 1, 0, -1, r.randint(-(2**31), 2**31 - 1))),
        "dose": decimal(2, 0, 1000),
        "level": max(min(decimal(8, -90, 90), Decimal(90)), Decimal(-90)),
        "psychosis": r.random() < 0.5,
        "agrees": r.random() < 0.5,
        "trial.outcome": r.choice(CODES),
        "trial.role": r.choice(CODES[1:4]),
        "trial.started_on": _date(r),
        "observed_on": _date(r),
        "washout": decimal(1, -400, 400),
        "lithium": decimal(2, 0, 2000),
        "failures.at_least": low,
        "failures.at_most": low + r.choice((0, 0, 1, 3)),
    }
    found = {name: None if r.random() < unknown else value for name, value in row.items()}
    found[TODAY] = _date(r)
    return found


def _date(r: random.Random) -> dt.date:
    return r.choice((r.choice(DATES), dt.date(2026, 1, 1) + dt.timedelta(r.randint(-800, 800))))


class Expressions:
    """Texts of criteria; `depth` bounds their nesting."""

    def __init__(self, r: random.Random) -> None:
        self.r = r

    def any(self) -> str:
        """A criterion of any type; most are of the size that authors write."""
        depth = self.r.choice((1, 2, 2, 3))
        kinds = (self.condition,) * 6 + (self.integer, self.decimal, self.date, self.text, self.quantity)
        return self.r.choice(kinds)(depth)

    def _one(self, depth: int, leaves: tuple[str, ...], *forms: Callable[[int], str]) -> str:
        if depth <= 0 or self.r.random() < 0.15:
            return self.r.choice(leaves)
        return self.r.choice(forms)(depth - 1)

    # Conditions

    def condition(self, depth: int) -> str:
        c = self.condition
        return self._one(
            depth,
            ("psychosis", "agrees", "true", "false", "null", "failures >= 2"),
            self._comparison,
            self._comparison,
            self._comparison,
            lambda d: f"({c(d)} {self.r.choice(('and', 'or'))} {c(d)})",
            lambda d: f"({c(d)} {self.r.choice(('and', 'or'))} {c(d)})",
            lambda d: f"({c(d)} {self.r.choice(('xor', 'implies', '=', '!=', '~'))} {c(d)})",
            lambda d: f"(not {c(d)})",
            lambda d: f"({c(d)} is {self.r.choice(('', 'not '))}{self.r.choice(('null', 'true', 'false'))})",
            lambda d: f"({self._value(d)} is {self.r.choice(('', 'not '))}null)",
            lambda d: f"(if {c(d)} then {c(d)} else {c(d)})",
            lambda d: f"(case when {c(d)} then {c(d)} when {c(d)} then {c(d)} else {c(d)} end)",
            lambda d: f"Coalesce({c(d)}, {c(d)})",
            lambda d: f"IsNull({self._value(d)})",
            lambda d: f"exists {{{self.integer(d)}, {self.integer(d)}}}",
            lambda _: f"(failures {self._sign()} {self.r.randint(-1, 5)})",
            lambda d: f"({self.integer(d)} {self._sign()} failures)",
            lambda _: f"(failures in Interval({self.r.randint(0, 2)}, 4])",
            lambda d: f"({self.integer(d)} between {self.integer(d)} and {self.decimal(d)})",
            lambda d: f"({self.date(d)} in Interval[{self.date(d)}, {self.date(d)}))",
            lambda d: f"({self.integer(d)} in {{1, 5, 10, {self.r.randint(-9, 99)}}})",
            lambda d: f"({self.integer(d)} in {{1, 2.5}})",
            lambda _: "(dose in {0.0, 2.5, 1000})",
            lambda d: f"({self.text(d)} in {{'partial', 'é'}})",
            lambda _: "(observed_on in {@2024-02-29, @2099-12-31})",
        )

    def _sign(self) -> str:
        return self.r.choice(("<", "<=", ">", ">=", "=", "!="))

    def _comparison(self, depth: int) -> str:
        pairs = (
            (self.integer, self.integer),
            (self.integer, self.decimal),
            (self.decimal, self.decimal),
            (self.date, self.date),
            (self.text, self.text),
            (self.quantity, self.quantity),
        )
        one, other = self.r.choice(pairs)
        sign = self.r.choice((self._sign(), self._sign(), self._sign(), "~"))
        return f"({one(depth)} {sign} {other(depth)})"

    def _value(self, depth: int) -> str:
        return self.r.choice((self.integer, self.decimal, self.date, self.text, self.quantity))(depth)

    # Values

    def integer(self, depth: int) -> str:
        i = self.integer
        facts = ("score.now", "score.baseline", "change", "wide", "failures.at_least")
        numbers = ("0", "1", "7", "-3", "2147483647", str(self.r.randint(-99, 99)))
        return self._one(
            depth,
            (*facts, *numbers),
            lambda d: f"({i(d)} {self.r.choice('+-*')} {i(d)})",
            lambda d: f"(-{i(d)})",
            lambda d: f"(if {self.condition(d)} then {i(d)} else {i(d)})",
            lambda d: f"(case {i(d)} when {i(d)} then {i(d)} else {i(d)} end)",
            lambda d: f"Coalesce({i(d)}, {i(d)}, null)",
            lambda d: f"{self.r.choice(('Min', 'Max'))}({{{i(d)}, {i(d)}, {i(d)}}})",
            lambda d: f"Count({{{i(d)}, {i(d)}}})",
            lambda d: f"({self._unit()} between {self.date(d)} and {self.date(d)})",
            lambda d: f"(difference in {self._unit()} between {self.date(d)} and {self.date(d)})",
        )

    def _unit(self) -> str:
        return self.r.choice(("days", "weeks", "months", "years"))

    def decimal(self, depth: int) -> str:
        e, i = self.decimal, self.integer
        numbers = (
            "0.5",
            "2.0",
            "0.75",
            "-1.25",
            "0.33333333",
            f"{self.r.randint(0, 99)}.{self.r.randint(0, 99)}",
        )
        return self._one(
            depth,
            ("dose", "level", *numbers),
            lambda d: f"({self.r.choice((e, i))(d)} {self.r.choice('+-*')} {e(d)})",
            lambda d: f"({self.r.choice((e, i))(d)} / {self.r.choice((e, i))(d)})",
            lambda d: f"(-{e(d)})",
            lambda d: f"(if {self.condition(d)} then {e(d)} else {i(d)})",
            lambda d: f"Coalesce({i(d)}, {e(d)})",
            lambda d: f"{self.r.choice(('Min', 'Max'))}({{{e(d)}, {i(d)}}})",
        )

    def date(self, depth: int) -> str:
        e = self.date
        days = tuple(f"@{day}" for day in _EDGES[:4])
        return self._one(
            depth,
            ("trial.started_on", "observed_on", "Today()", *days),
            lambda d: f"({e(d)} {self.r.choice('+-')} {self.r.randint(0, 40)} {self._unit()})",
            lambda d: f"({e(d)} {self.r.choice('+-')} washout)",
            lambda d: f"({e(d)} {self.r.choice('+-')} washout)",
            lambda d: f"(if {self.condition(d)} then {e(d)} else {e(d)})",
            lambda d: f"Coalesce({e(d)}, {e(d)})",
            lambda d: f"{self.r.choice(('Min', 'Max'))}({{{e(d)}, {e(d)}}})",
        )

    def text(self, depth: int) -> str:
        e = self.text
        return self._one(
            depth,
            ("trial.outcome", "trial.role", "'partial'", "'Partial'"),
            lambda d: f"(if {self.condition(d)} then {e(d)} else {e(d)})",
            lambda d: f"Coalesce({e(d)}, {e(d)})",
            lambda d: f"{self.r.choice(('Min', 'Max'))}({{{e(d)}, {e(d)}}})",
        )

    def quantity(self, depth: int) -> str:
        e = self.quantity
        return self._one(
            depth,
            ("lithium", "600 'mg'", "0.6 'g'", "1.25 'mg'"),
            lambda d: f"({e(d)} {self.r.choice('+-')} {e(d)})",
            lambda d: f"({e(d)} * {self.integer(d)})",
            lambda d: f"({e(d)} / {self.integer(d)})",
            lambda d: f"(if {self.condition(d)} then {e(d)} else {e(d)})",
            lambda d: f"Coalesce({e(d)}, {e(d)})",
        )
