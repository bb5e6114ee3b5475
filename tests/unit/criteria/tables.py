"""A small table of names that the tests of criteria share, and facts for it."""

import datetime as dt
from decimal import Decimal

from engine.criteria import (
    BOOLEAN,
    COUNT,
    DATE,
    TODAY,
    DecimalType,
    Facts,
    IntegerType,
    Name,
    Names,
    QuantityType,
    StringType,
    Value,
)

OUTCOMES = ("none", "ongoing", "remission", "response", "partial", "no_response", "worsened", "intolerant")

NAMES = Names(
    (
        Name("phq9.total", IntegerType(0, 27), "PHQ-9 total"),
        Name("score.now", IntegerType(0, 60), "Score now"),
        Name("score.baseline", IntegerType(1, 60), "Score at baseline"),
        Name("trial.weeks", IntegerType(0, 2000), "Weeks of the trial"),
        Name("trial.outcome", StringType(OUTCOMES), "Outcome of the trial"),
        Name("trial.started_on", DATE, "Start of the trial"),
        Name("trial.days_covered_percent", DecimalType(2, Decimal(0), Decimal(100)), "Days covered"),
        Name("bipolar", BOOLEAN, "Bipolar disorder"),
        Name("psychosis", BOOLEAN, "Psychosis"),
        Name("taking.SSRI", BOOLEAN, "Taking an SSRI"),
        Name("taking.olanzapine_fluoxetine", BOOLEAN),
        Name("episode.adequate_failures", COUNT, "Adequate failures"),
        Name("lithium", QuantityType("mg", 2, Decimal(0), Decimal(3000)), "Dose of lithium"),
        Name("washout", QuantityType("d", 0, Decimal(0), Decimal(60)), "Washout"),
        Name("entry_score", IntegerType(8, 15), "Entry score", "parameter"),
        Name("trd", None, "Not helped by two treatments", "define"),
    ),
    constants={"entry_score": 10},
    defines={
        "trd": "episode.adequate_failures >= 2",
        "response": "score.now <= 0.5 * score.baseline",
        "no_response": "score.now > 0.75 * score.baseline",
        "both": "trd and no_response",
    },
)


def facts(**known: Value) -> Facts:
    """Every fact of NAMES unknown but those given; `_` stands for the first dot of a name (`phq9_total`)."""
    row: dict[str, Value] = {name.name: None for name in NAMES.names}
    row[TODAY] = dt.date(2026, 3, 1)
    for word, value in known.items():
        name = next(one for one in row if one.replace(".", "_") == word)
        row[name] = value
    return row
