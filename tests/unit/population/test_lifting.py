"""Literals become facts: the criterion means the same, and nothing can be worked out before it is asked."""

import datetime as dt

import pytest

from engine.criteria import Name, Names, compile_criterion, facts_door, parse
from engine.population.lifting import MOST_FACTS, Lifted

TODAY = dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "lifted"),
    [
        ("1 + 2 = 3", "fact0 + fact1 = fact2"),
        ("not true and 'a' ~ 'A'", "not fact0 and fact1 ~ fact2"),
        ("2 'mg' between 1 'mg' and 3 'g'", "fact0 between fact1 and fact2"),
        ("@2024-01-31 + 1 month", "fact0 + fact1"),
        ("5 in Interval[1, 5)", "fact0 in Interval[fact1, fact2)"),
        ("if true then 1 else 2", "if fact0 then fact1 else fact2"),
        ("case 1 when 1 then 'a' else 'b' end", "case fact0 when fact1 then fact2 else fact3 end"),
        ("Coalesce(null, 1)", "Coalesce(null, fact0)"),
        ("Max({1, 2}) is null", "Max({fact0, fact1}) is null"),
        ("days between @2024-01-01 and Today()", "days between fact0 and Today()"),
        pytest.param("3 in {1, 2}", "fact0 in {1, 2}", id="items-of-a-list-stay"),
        pytest.param("-2147483648", "fact0", id="the-smallest-number-has-no-positive"),
    ],
)
def test_each_literal_becomes_a_fact(text, lifted):
    assert Lifted(parse(text), TODAY).text == lifted


@pytest.mark.parametrize(
    "text",
    [
        "-2147483648",
        "2147483647 - 1",
        "1000.00001 * 2.5",
        "9999999999999999999999999999.99999999",
        "1234.567 'mg' + 0.0000001 'g'",
        "@1901-01-01 < @2099-12-31",
        "'a' in {'b', 'c'}",
        "'' = 'x'",
        "8000 'd' / 2",
    ],
)
def test_the_meaning_stays_and_every_fact_passes_the_door_of_its_type(text):
    lifted = Lifted(parse(text), TODAY)
    criterion = compile_criterion(lifted.text, lifted.names)

    assert criterion.evaluate(lifted.facts) == compile_criterion(text, Names()).evaluate(lifted.facts)
    for name, type in lifted.types.items():
        assert facts_door(lifted.facts[name], type) == lifted.facts[name]


def test_a_type_leaves_room_for_other_values():
    """With no room a reading could answer without looking at the fact."""
    lifted = Lifted(parse("1 = 2"), TODAY)

    assert facts_door(-999, lifted.types["fact0"]) == -999


def test_facts_of_several_criteria_can_be_kept_apart():
    lifted = Lifted(parse("1 = 2"), TODAY, first=200)

    assert lifted.text == "fact200 = fact201"


def test_facts_that_stand_there_already_stay():
    lifted = Lifted(parse("score > 3"), TODAY)

    assert lifted.text == "score > fact0"
    assert isinstance(lifted.names.lookup("fact0"), Name)


def test_no_criterion_gets_more_facts_than_a_table_has_columns():
    lifted = Lifted(parse(f"Max({{{', '.join(map(str, range(MOST_FACTS + 5)))}}})"), TODAY)

    assert len(lifted.types) == MOST_FACTS
    assert lifted.text.endswith(f"fact{MOST_FACTS - 1}, {MOST_FACTS}, 201, 202, 203, 204}})")
