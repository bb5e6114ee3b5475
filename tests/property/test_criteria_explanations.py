"""Explanations against brute force: every assignment of facts with small ranges is tried."""

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.criteria import BOOLEAN, CountType, Criterion, IntegerType, Name, Names, Value, compile_criterion
from engine.criteria.explain import Explanation, explain

RANGES: dict[str, tuple[Value, ...]] = {
    "a": (False, True),
    "b": (False, True),
    "c": (False, True),
    "x": (0, 1, 2, 3),
    "y": (0, 1, 2, 3),
}
NAMES = Names(
    (
        *(Name(name, BOOLEAN) for name in "abc"),
        *(Name(name, IntegerType(0, 3)) for name in "xy"),
        Name("n", CountType(0, 3)),
    )
)
seeds = st.integers(0, 2**32 - 1)
PHASES = (Phase.explicit, Phase.generate)
"""A smaller seed is no simpler example, so none is looked for."""


class Conditions:
    """Random conditions; with `hiding`, also those that turn an unknown into an answer."""

    def __init__(self, r: random.Random, hiding: bool) -> None:
        self.r = r
        self.hiding = hiding

    def condition(self, depth: int) -> str:
        pick = self.r.choice
        if depth == 0 or self.r.random() < 0.2:
            return pick(
                ("a", "b", "c", self.comparison(), self.comparison(), f"(n >= {self.r.randint(1, 3)})")
            )
        one, other = self.condition(depth - 1), self.condition(depth - 1)
        forms = [f"({one} and {other})", f"({one} or {other})", f"(not {one})", f"({one} implies {other})"]
        if self.hiding:
            forms += [
                f"({one} xor {other})",
                f"({one} is not null)",
                f"({one} is true)",
                f"(if {one} then {other} else {self.condition(depth - 1)})",
                f"Coalesce({one}, {other})",
                f"(Coalesce(x, y) > {self.r.randint(0, 2)})",
                f"(Min({{x, y}}) > {self.r.randint(0, 2)})",
            ]
        return pick(forms)

    def comparison(self) -> str:
        sign = self.r.choice(("<", "<=", ">", "=", "!="))
        return f"({self.r.choice(('x', 'y', 'x + y'))} {sign} {self.r.choice(('1', '2', 'x', 'y'))})"


def row_of(r: random.Random) -> dict[str, Value]:
    row: dict[str, Value] = {name: r.choice((None, *values)) for name, values in RANGES.items()}
    low = r.randint(0, 3)
    row["n.at_least"], row["n.at_most"] = low, min(3, low + r.choice((0, 1, 2)))
    return row


def rows_that_keep(kept: frozenset[str], row: dict[str, Value]) -> Iterator[dict[str, Value]]:
    """Every row with the facts in `kept` as they are, all others anything or unknown."""
    free = [name for name in RANGES if name not in kept]
    ends = [(row["n.at_least"], row["n.at_most"])]
    if "n" not in kept:
        ends = [(low, high) for low in range(4) for high in range(low, 4)]
    for values in itertools.product(*((None, *RANGES[name]) for name in free)):
        for low, high in ends:
            yield {**row, **dict(zip(free, values, strict=True)), "n.at_least": low, "n.at_most": high}


def rows_that_record(names: frozenset[str], row: dict[str, Value]) -> Iterator[dict[str, Value]]:
    """Every row where the unknown facts in `names` were recorded, and the range of a count narrowed."""
    recorded = [name for name in names if name != "n"]
    low, high = row["n.at_least"], row["n.at_most"]
    assert isinstance(low, int)
    assert isinstance(high, int)
    ends = [(low, high)]
    if "n" in names:
        ends = [(one, other) for one in range(low, high + 1) for other in range(one, high + 1)]
    for values in itertools.product(*(RANGES[name] for name in recorded)):
        for one, other in ends:
            yield {**row, **dict(zip(recorded, values, strict=True)), "n.at_least": one, "n.at_most": other}


def deciding_sets(criterion: Criterion, row: dict[str, Value], answer: bool) -> set[frozenset[str]]:
    """The smallest sets of unknown facts for which some values give the answer."""
    unknown = [name for name in RANGES if name in criterion.facts and row[name] is None]
    if "n.at_least" in criterion.facts and row["n.at_least"] != row["n.at_most"]:
        unknown.append("n")
    found: set[frozenset[str]] = set()
    for size in range(1, len(unknown) + 1):
        for chosen in map(frozenset, itertools.combinations(unknown, size)):
            if any(other <= chosen for other in found):
                continue
            if any(criterion.evaluate(one) is answer for one in rows_that_record(chosen, row)):
                found.add(chosen)
    return found


def explained(seed: int, hiding: bool) -> Iterator[tuple[Criterion, dict[str, Value], Explanation]]:
    r = random.Random(seed)
    conditions = Conditions(r, hiding)
    for _ in range(6):
        criterion = compile_criterion(conditions.condition(3), NAMES)
        row = row_of(r)
        yield criterion, row, explain(criterion, row)


@settings(max_examples=25, phases=PHASES)
@given(seed=seeds, hiding=st.booleans())
def test_because_is_enough(seed: int, hiding: bool):
    """Whatever all other facts are, the result stays what it is."""
    for criterion, row, found in explained(seed, hiding):
        assert found.value is criterion.evaluate(row)
        kept = frozenset(found.because)
        wrong = next(
            (one for one in rows_that_keep(kept, row) if criterion.evaluate(one) is not found.value), None
        )
        assert wrong is None, (
            f"{criterion.text} is {found.value} for {row} because {kept}, but not for {wrong}"
        )


@settings(max_examples=60, phases=PHASES)
@given(seed=seeds)
def test_the_sets_miss_nothing_where_nothing_is_hidden(seed: int):
    """Each smallest set that could decide contains one of those told, so no way to decide is left out."""
    for criterion, row, found in explained(seed, hiding=False):
        if found.value is not None:
            continue
        for told, answer in ((found.confirm, True), (found.rule_out, False)):
            for smallest in deciding_sets(criterion, row, answer):
                assert any(one <= smallest for one in told), f"{criterion.text} for {row}: {smallest}, {told}"


@pytest.mark.slow
@settings(max_examples=25, phases=PHASES)
@given(seed=seeds, hiding=st.booleans())
def test_the_sets_are_exact_with_a_solver(seed: int, hiding: bool):
    """Asked for exactly, they are the smallest sets that brute force finds, and no others."""
    for criterion, row, found in explained(seed, hiding):
        if found.value is not None:
            continue
        exact = explain(criterion, row, exact=True)
        for told, answer in ((exact.confirm, True), (exact.rule_out, False)):
            assert set(told) == deciding_sets(criterion, row, answer), f"{criterion.text} for {row}"


@pytest.mark.slow
@settings(max_examples=25, phases=PHASES)
@given(seed=seeds, hiding=st.booleans())
def test_because_is_smallest_with_a_solver(seed: int, hiding: bool):
    """Asked for exactly, no fact of it can be left out."""
    for criterion, row, found in explained(seed, hiding):
        kept = frozenset(explain(criterion, row, exact=True).because)
        assert all(criterion.evaluate(one) is found.value for one in rows_that_keep(kept, row))
        for name in kept:
            others = rows_that_keep(kept - {name}, row)
            assert any(criterion.evaluate(one) is not found.value for one in others), (
                f"{criterion.text}: {name}"
            )


@settings(max_examples=60, phases=PHASES)
@given(seed=seeds)
def test_most_sets_are_exact_without_one(seed: int):
    """A set told without a solver is unknown evidence only, smallest first, and none contains another."""
    for _, row, found in explained(seed, hiding=True):
        for told in (found.confirm, found.rule_out):
            sizes = [len(one) for one in told]
            assert sizes == sorted(sizes)
            assert not any(one < other for one in told for other in told)
            for name in frozenset[str]().union(*told):
                assert row.get(name) is None
