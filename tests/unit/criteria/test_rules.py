"""What each operator answers, unknowns and edges included."""

import datetime as dt
from decimal import Decimal

import pytest

from engine.criteria import (
    BOOLEAN,
    DATE,
    Criterion,
    DecimalType,
    Facts,
    IntegerType,
    Name,
    Names,
    QuantityType,
    Value,
    compile_criterion,
)
from engine.criteria.generate import compile_many
from tests.unit.criteria.tables import NAMES, facts

T, F, U = True, False, None


def both(criterion: Criterion, row: Facts) -> Value:
    """The answer of the closures, which the generated code shares."""
    value = criterion.evaluate(row)
    for lazy in (False, True):
        (other,) = compile_many([criterion], lazy=lazy)(row)
        assert other == value
        assert type(other) is type(value)
    return value


@pytest.mark.parametrize(
    ("a", "b", "conj", "disj", "xor", "implies", "equal"),
    [
        (T, T, T, T, F, T, T),
        (T, F, F, T, T, F, F),
        (T, U, U, T, U, U, U),
        (F, T, F, T, T, T, F),
        (F, F, F, F, F, T, T),
        (F, U, F, U, U, T, U),
        (U, T, U, T, U, T, U),
        (U, F, F, U, U, U, U),
        (U, U, U, U, U, U, U),
    ],
)
def test_logic_is_three_valued(
    a: Value, b: Value, conj: Value, disj: Value, xor: Value, implies: Value, equal: Value
):
    """Kleene's tables; unknown stays unknown unless the other side decides."""
    row = {"a": a, "b": b}
    names = Names((Name("a", BOOLEAN), Name("b", BOOLEAN)))
    answers = {"a and b": conj, "a or b": disj, "a xor b": xor, "a implies b": implies, "a = b": equal}
    for text, expected in answers.items():
        assert both(compile_criterion(text, names), row) is expected, text


@pytest.mark.parametrize(
    ("value", "negated", "null", "true", "false", "not_true"),
    [(T, F, F, T, F, F), (F, T, F, F, T, T), (U, U, T, F, F, T)],
)
def test_tests_of_a_condition_are_never_unknown(
    value: Value, negated: Value, null: Value, true: Value, false: Value, not_true: Value
):
    """`is null`, `is true`, `is false` answer yes or no; `not` does not."""
    names = Names((Name("a", BOOLEAN),))
    answers = {
        "not a": negated,
        "a is null": null,
        "not a is null": not null,
        "a is true": true,
        "a is false": false,
        "a is not true": not_true,
        "IsNull(a)": null,
        "a ~ null": null,
    }
    for text, expected in answers.items():
        assert both(compile_criterion(text, names), {"a": value}) is expected, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("trial.outcome in {'partial'}", None, id="in-with-unknown-is-unknown"),
        pytest.param("null in {1, 2}", None, id="null-in-a-list"),
        pytest.param("null in {}", False, id="nothing-is-in-an-empty-list"),
        pytest.param("phq9.total between 1 and null", None, id="between-an-unknown-end"),
        pytest.param("5 in Interval[1, 5)", False, id="open-end"),
        pytest.param("5 in Interval[1, 5]", True, id="closed-end"),
        pytest.param("phq9.total < 0 and phq9.total > 3", None, id="no-range-reasoning"),
    ],
)
def test_membership(text: str, expected: Value):
    """Of facts that are all unknown here."""
    assert both(compile_criterion(text, NAMES), facts()) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("7 / 2", Decimal("3.5"), id="division-gives-a-decimal"),
        pytest.param("1 / 1", Decimal("1"), id="even-a-whole-one"),
        pytest.param("2 / 3", Decimal("0.66666667"), id="rounded-up"),
        pytest.param("-2 / 3", Decimal("-0.66666667"), id="away-from-nothing"),
        pytest.param("0.00000001 / 2", Decimal("0.00000001"), id="half-away-from-nothing"),
        pytest.param("-0.00000001 / 2", Decimal("-0.00000001"), id="negative-half"),
        pytest.param("0.00001 * 0.0005", Decimal("0.00000001"), id="product-rounded"),
        pytest.param("1 / 0", None, id="by-nothing"),
        pytest.param("1.0 / (2 - 2)", None, id="by-what-comes-to-nothing"),
        pytest.param("2147483647 + 1", None, id="overflow"),
        pytest.param("2147483647 + 1 - 1", None, id="overflow-on-the-way"),
        pytest.param("-2147483648", -(2**31), id="least-whole-number"),
        pytest.param("-(-2147483648)", None, id="without-an-opposite"),
        pytest.param("65536 * 65536", None, id="product-overflow"),
        pytest.param(
            "10 * 1000000000000000000000000000.0 - 0.00000001",
            Decimal("9999999999999999999999999999.99999999"),
            id="thirty-digits-on-the-way",
        ),
        pytest.param("10 * 1000000000000000000000000000.0", None, id="more-than-28-digits"),
        pytest.param("1.5 = 1.50", True, id="places-do-not-matter"),
        pytest.param("1 = 1.0", True, id="a-whole-number-widens"),
        pytest.param("-0.0 = 0.0", True, id="no-negative-nothing"),
        pytest.param("1.001 ~ 1.000", True, id="equivalent-at-fewer-places"),
        pytest.param("1.50 ~ 1.55", False, id="rounded-not-cut"),
        pytest.param("Min({null, 3, 2})", 2, id="least-known"),
        pytest.param("Max({null})", None, id="none-known"),
        pytest.param("Count({1, null})", 1, id="count-of-known"),
        pytest.param("Coalesce(null, 2, 3)", 2, id="first-known"),
    ],
)
def test_numbers(text: str, expected: Value):
    """Exact, with 8 places and halves away from nothing; what cannot be is unknown."""
    value = both(compile_criterion(text, Names()), {})
    assert value == expected
    assert type(value) is type(expected)


def test_a_context_of_the_host_program_changes_nothing():
    """Decimals are calculated in a context of the language's own."""
    import decimal

    names = Names((Name("x", DecimalType(8)), Name("y", DecimalType(8))))
    criterion = compile_criterion("x + y", names)
    row: dict[str, Value] = {"x": Decimal("1234567890123456789.12345678"), "y": Decimal("0.00000001")}
    with decimal.localcontext(decimal.Context(prec=5)):
        assert both(criterion, row) == Decimal("1234567890123456789.12345679")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("@2026-01-31 + 1 month", dt.date(2026, 2, 28), id="clamped"),
        pytest.param("@2024-01-31 + 1 month", dt.date(2024, 2, 29), id="clamped-in-a-leap-year"),
        pytest.param("@2024-02-29 + 1 year", dt.date(2025, 2, 28), id="leap-day-a-year-on"),
        pytest.param("@2024-02-29 - 4 years", dt.date(2020, 2, 29), id="leap-day-four-years-back"),
        pytest.param("@2026-03-31 - 1 month", dt.date(2026, 2, 28), id="back-and-clamped"),
        pytest.param("@2026-03-01 - 1 day", dt.date(2026, 2, 28), id="day-before-march"),
        pytest.param("@2026-03-01 + 2 weeks", dt.date(2026, 3, 15), id="weeks"),
        pytest.param("@2026-03-01 + 14 'd'", dt.date(2026, 3, 15), id="ucum-days"),
        pytest.param("@2026-03-01 + 1.9 months", dt.date(2026, 4, 1), id="whole-months-only"),
        pytest.param("days between @2026-02-28 and @2026-03-01", 1, id="days"),
        pytest.param("weeks between @2026-01-01 and @2026-02-11", 5, id="41-days-are-5-weeks"),
        pytest.param("weeks between @2026-02-11 and @2026-01-01", -5, id="backwards"),
        pytest.param("weeks between @2026-01-02 and @2026-01-01", 0, id="a-day-back-is-no-week"),
        pytest.param("months between @2026-01-31 and @2026-02-28", 0, id="not-yet-a-month"),
        pytest.param("months between @2026-01-31 and @2026-03-31", 2, id="two-months"),
        pytest.param("years between @2000-02-29 and @2018-02-28", 17, id="the-day-before-18"),
        pytest.param("years between @2000-02-29 and @2018-03-01", 18, id="turned-18"),
        pytest.param("difference in weeks between @2026-03-07 and @2026-03-08", 1, id="a-sunday-crossed"),
        pytest.param("difference in weeks between @2026-03-08 and @2026-03-14", 0, id="no-sunday-crossed"),
        pytest.param("difference in months between @2026-01-31 and @2026-02-01", 1, id="a-month-begun"),
        pytest.param("difference in years between @2025-12-31 and @2026-01-01", 1, id="a-year-begun"),
        pytest.param("Max({@2026-01-01, null, @2025-01-01})", dt.date(2026, 1, 1), id="latest"),
    ],
)
def test_dates(text: str, expected: Value):
    """Whole days; months clamp, and whole units have passed when the day of the month has."""
    assert both(compile_criterion(text, Names()), {}) == expected


def test_a_shift_longer_than_two_hundred_years_is_unknown():
    """The length comes from a fact, so it cannot be refused when the criterion is read."""
    names = Names((Name("gap", QuantityType("year")), Name("seen_on", DATE)))
    criterion = compile_criterion("seen_on + gap", names)
    day = dt.date(2026, 3, 1)
    assert both(criterion, {"seen_on": day, "gap": Decimal(200)}) == dt.date(2226, 3, 1)
    assert both(criterion, {"seen_on": day, "gap": Decimal(201)}) is None
    assert both(criterion, {"seen_on": day, "gap": Decimal(-201)}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("600 'mg' = 0.6 'g'", True, id="exact-conversion"),
        pytest.param("1 'L' = 1000 'mL'", True, id="volume"),
        pytest.param("1 'g/mL' = 1 'g/cm3'", True, id="a-litre-is-a-cubic-decimetre"),
        pytest.param("2 'h' > 119 'min'", True, id="hours"),
        pytest.param("1 week = 7 'd'", True, id="weeks-are-days"),
        pytest.param("1 month = 1 'mo'", None, id="calendar-month-and-ucum"),
        pytest.param("1 month != 30 days", None, id="month-and-days"),
        pytest.param("1 month ~ 30 days", True, id="about-a-month"),
        pytest.param("1 year ~ 365 days", True, id="about-a-year"),
        pytest.param("1 year = 12 months", True, id="twelve-months"),
        pytest.param("(600 'mg' + 0.1 'g') = 700 'mg'", True, id="sum-in-the-finer-unit"),
        pytest.param("600 'mg' / 0.3 'g' = 2 '1'", True, id="quotient-without-unit"),
        pytest.param("10 'g' / 4 = 2.5 'g'", True, id="divided-by-a-number"),
        pytest.param("1.0 '[lb_av]' > 453 'g'", True, id="a-pound-is-no-whole-number-of-grams"),
        pytest.param("1 'g' in {1000 'mg', 2000 'mg'}", True, id="listed-in-another-unit"),
    ],
)
def test_quantities(text: str, expected: Value):
    """Converted exactly or not at all; a month has no fixed number of days."""
    assert both(compile_criterion(text, Names()), {}) is expected


@pytest.mark.parametrize(
    ("low", "high", "answers"),
    [
        (2, 2, {">= 2": T, "> 2": F, "= 2": T, "!= 2": F, "< 2": F, "<= 2": T, "between 1 and 3": T}),
        (
            1,
            3,
            {">= 2": U, ">= 1": T, "> 3": F, "= 2": U, "= 4": F, "!= 4": T, "< 1": F, "between 1 and 3": T},
        ),
        (0, 1, {">= 2": F, "= 0": U, "<= 1": T, "< 1": U, "in Interval(1, 3]": F}),
        (None, None, {">= 2": U, "= 0": U}),
    ],
)
def test_a_count_that_is_a_range(low: int | None, high: int | None, answers: dict[str, Value]):
    """True or false only where every number of the range agrees."""
    row = facts(episode_adequate_failures_at_least=low, episode_adequate_failures_at_most=high)
    for rest, expected in answers.items():
        criterion = compile_criterion(f"episode.adequate_failures {rest}", NAMES)
        assert both(criterion, row) is expected, rest


def test_a_number_may_stand_before_a_count():
    """`2 <= n` asks what `n >= 2` asks."""
    for low, high in ((0, 1), (1, 2), (2, 2)):
        row = facts(episode_adequate_failures_at_least=low, episode_adequate_failures_at_most=high)
        one = compile_criterion("episode.adequate_failures >= 2", NAMES)
        other = compile_criterion("2 <= episode.adequate_failures", NAMES)
        assert one.evaluate(row) is other.evaluate(row)


def test_a_bare_count_is_its_number_when_its_ends_agree():
    """Else it is unknown."""
    criterion = compile_criterion("episode.adequate_failures", NAMES)
    assert (
        criterion.evaluate(facts(episode_adequate_failures_at_least=2, episode_adequate_failures_at_most=2))
        == 2
    )
    assert (
        criterion.evaluate(facts(episode_adequate_failures_at_least=1, episode_adequate_failures_at_most=2))
        is None
    )


def test_a_fact_is_read_only_where_it_decides_when_lazy():
    """A mapping may compute facts when they are asked for."""

    class Asked(dict[str, Value]):
        def __missing__(self, name: str) -> Value:
            self[name] = name != "bipolar"
            return self[name]

    criterion = compile_criterion("bipolar and psychosis", NAMES)
    row = Asked()
    assert compile_many([criterion], lazy=True)(row) == (False,)
    assert list(row) == ["bipolar"]
    assert criterion.evaluate(Asked()) is False


def test_a_fact_that_the_mapping_does_not_hold_is_an_error():
    """Unknown is None; a missing name is a mistake of the program."""
    with pytest.raises(KeyError):
        compile_criterion("phq9.total > 3", NAMES).evaluate({})


def test_whole_numbers_stay_whole_where_a_decimal_is_compared():
    """`x <= 0.5 * y` is asked as `2 * x <= y`, for every pair."""
    names = Names((Name("x", IntegerType(0, 30)), Name("y", IntegerType(0, 30))))
    criterion = compile_criterion("x <= 0.75 * y - 0.5", names)
    for x in range(31):
        for y in range(31):
            expected = Decimal(x) <= Decimal("0.75") * y - Decimal("0.5")
            assert both(criterion, {"x": x, "y": y}) is expected
