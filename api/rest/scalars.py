"""Small types that bodies and addresses are made of: ids, days, texts, numbers."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, Field

FIRST_DAY: Final = date(1901, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
LONGEST_TEXT: Final = 4_000


def _in_range(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("outside 1901 to 2099")
    return day


Day = Annotated[
    date,
    AfterValidator(_in_range),
    Field(json_schema_extra={"pattern": "^(190[1-9]|19[1-9][0-9]|20[0-9]{2})-"}),
]
"""A calendar date, 1901 to 2099."""

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,79}$")]
"""An id of the algorithm: of a move, option, evidence type, field, gate, item or interrupt."""

AlgorithmId = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
Version = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_.+-]{0,79}$")]
CaseId = Annotated[str, Field(pattern="^[0-9A-Za-z]{1,24}$")]

# No zero character, which no database keeps.
Words = Annotated[
    str, Field(min_length=1, max_length=LONGEST_TEXT, pattern="^[^\\x00]*[^\\x00\\s][^\\x00]*$")
]
"""A text with something in it."""

Line = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        pattern="^[^\\x00-\\x1f\\x7f]*[^\\x00-\\x1f\\x7f\\s][^\\x00-\\x1f\\x7f]*$",
    ),
]
"""A text on one line: a name, a number of a patient."""

Dose = Annotated[Decimal, Field(gt=0, le=100_000, max_digits=12, decimal_places=4)]
"""Milligrams a day (a session for procedures)."""

Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)]
Score = Annotated[int, Field(ge=0, le=200, strict=True)]
