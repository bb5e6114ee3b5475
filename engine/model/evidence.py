"""Evidence types: what can be recorded about a patient, in which units and for how long it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.model.criterion import Line
from engine.model.place import NOWHERE, Place
from engine.model.time import EVER, Window

Value = bool | int | Decimal | str | date
"""A recorded value. Unknown is None beside it, never a value of its own type."""


class FieldType(StrEnum):
    """Kinds of field an evidence type may have."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    CODE = "code"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class EvidenceField:
    """One field of an evidence type.

    Attributes:
        unit: UCUM or plain unit of a number; the name carries it too.
        low, high: Impossible outside these (both ends allowed).
        usual_low, usual_high: Unusual outside these; asked about, not refused.
        values: The codes a `code` field may take, in order.
        labels: Words for people for each code or number.
        coding: Code in a terminology, such as `LOINC 44261-6`.
        said: How a sentence says it: a clause for a Boolean that is yes, else a noun.
        said_not: The clause for a Boolean that is no.
    """

    name: str
    title: str
    type: FieldType
    unit: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    usual_low: Decimal | None = None
    usual_high: Decimal | None = None
    values: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    coding: str | None = None
    required: bool = False
    said: str | None = None
    said_not: str | None = None
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class EvidenceType:
    """A kind of record.

    Attributes:
        main: Fields that meet a requirement for this type; all of them must be recorded.
        valid_for: Window in which the current facts read a record, where a rule names none.
        derive: Field or working name to the criterion that computes it, in order. The record's own fields
            are bare names there. A given value that contradicts a derived one is impossible evidence.
    """

    id: str
    title: str
    fields: Mapping[str, EvidenceField]
    main: tuple[str, ...]
    valid_for: Window = EVER
    derive: Mapping[str, Line] = field(default_factory=dict[str, Line])
    coding: str | None = None
    source: str | None = None
    summary: str | None = None
    place: Place = field(default=NOWHERE, compare=False)
