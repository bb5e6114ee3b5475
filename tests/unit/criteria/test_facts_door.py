"""Only exact values in their ranges become facts."""

import datetime as dt
from decimal import Decimal

import pytest

from engine.criteria import (
    BOOLEAN,
    DATE,
    STRING,
    CountType,
    DecimalType,
    FactError,
    IntegerType,
    QuantityType,
    StringType,
    Type,
    Value,
    facts_door,
)


@pytest.mark.parametrize(
    ("value", "type", "expected"),
    [
        pytest.param(None, BOOLEAN, None, id="unknown"),
        pytest.param(True, BOOLEAN, True, id="yes"),
        pytest.param(7, IntegerType(0, 27), 7, id="whole-number"),
        pytest.param(Decimal("7.0"), IntegerType(0, 27), 7, id="decimal-without-fraction"),
        pytest.param(7, DecimalType(2), Decimal(7), id="widened"),
        pytest.param(Decimal("1.500"), DecimalType(2), Decimal("1.50"), id="places-cut-that-are-nothing"),
        pytest.param(Decimal("1E+3"), DecimalType(2), Decimal(1000), id="exponent"),
        pytest.param(600, QuantityType("mg"), Decimal(600), id="quantity"),
        pytest.param("partial", StringType(("partial",)), "partial", id="code"),
        pytest.param("anything", STRING, "anything", id="text"),
        pytest.param(dt.date(2026, 3, 1), DATE, dt.date(2026, 3, 1), id="date"),
        pytest.param(2, CountType(0, 5), 2, id="end-of-a-count"),
    ],
)
def test_a_value_of_its_type_passes(value: object, type: Type, expected: Value):
    """Whole numbers become decimals where those are wanted."""
    found = facts_door(value, type)
    assert found == expected
    assert found.__class__ is expected.__class__


@pytest.mark.parametrize(
    ("value", "type", "says"),
    [
        pytest.param(0.8, DecimalType(2), "binary fraction", id="float"),
        pytest.param(5.0, IntegerType(), "binary fraction", id="whole-float"),
        pytest.param(float("nan"), DecimalType(2), "binary fraction", id="nan"),
        pytest.param(Decimal("NaN"), DecimalType(2), "finite", id="decimal-nan"),
        pytest.param(Decimal("Infinity"), DecimalType(2), "finite", id="infinity"),
        pytest.param(Decimal("0.005"), DecimalType(2), "2 decimal places", id="too-many-places"),
        pytest.param(28, IntegerType(0, 27), "outside 0 to 27", id="outside"),
        pytest.param(Decimal("7.5"), IntegerType(0, 27), "whole number", id="fraction"),
        pytest.param(True, IntegerType(0, 27), "whole number", id="yes-as-a-number"),
        pytest.param(1, BOOLEAN, "yes or no", id="number-as-yes"),
        pytest.param("worse", StringType(("worsened",)), "not one of worsened", id="unknown-code"),
        pytest.param("2026-03-01", DATE, "a date", id="text-as-a-date"),
        pytest.param(dt.datetime(2026, 3, 1, tzinfo=dt.UTC), DATE, "a date", id="moment"),
        pytest.param(dt.date(1900, 1, 1), DATE, "outside 1901", id="long-ago"),
        pytest.param("5", DecimalType(2), "not a number", id="text-as-a-number"),
        pytest.param(10**29, DecimalType(), "outside", id="too-many-digits"),
    ],
)
def test_what_is_no_exact_value_of_its_type_is_refused(value: object, type: Type, says: str):
    """Decimal('0.8') >= 0.8 is false in Python, so no binary fraction gets in."""
    with pytest.raises(FactError, match=says):
        facts_door(value, type)
