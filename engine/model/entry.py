"""Entries: what a clinic asks of a case on one day, as scenario files, the command line and REST write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.model.formulary import Role


@dataclass(frozen=True, slots=True)
class Retract:
    """Mark the latest record of this type and day as entered in error; or the record with this seq."""

    type: str
    on: date
    reason: str = ""
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Start a treatment. `role` None: the step's leading role where it offers the option, else as it fits."""

    option: str
    dose_mg_per_day: Decimal | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class DoseChange:
    """Change the dose of a running treatment."""

    option: str
    dose_mg_per_day: Decimal


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop a running treatment. `outcome` is what the clinician states; None leaves it to be derived."""

    option: str
    outcome: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign a gate.

    `answers`: item id to true (passes) or false (fails), for items that evidence does not answer.
    """

    gate: str
    answers: Mapping[str, bool] = field(default_factory=dict[str, bool])


@dataclass(frozen=True, slots=True)
class Release:
    """Release an interrupt."""

    interrupt: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deviate:
    """Deviate from the answer about this entry's move or start.

    `expires` None: after the algorithm's default.
    """

    reason: str
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, carried out in the order of the fields; a start follows a move made in the same entry.

    `record` holds raw values by evidence type, None where it was asked and is not known.
    """

    on: date
    record: Mapping[str, Mapping[str, object] | None] = field(
        default_factory=dict[str, Mapping[str, object] | None]
    )
    retract: tuple[Retract, ...] = ()
    start: tuple[Start, ...] = ()
    dose: tuple[DoseChange, ...] = ()
    stop: tuple[Stop, ...] = ()
    sign: tuple[Sign, ...] = ()
    release: tuple[Release, ...] = ()
    ask: tuple[str, ...] = ()
    move: str | None = None
    deviate: Deviate | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """Earlier treatment told when a case is opened. `to` None: it runs on."""

    option: str
    started_on: date
    stopped_on: date | None = None
    role: Role | None = None
    dose_mg_per_day: Decimal | None = None
    days_covered_percent: Decimal | None = None
    outcome: str | None = None
    scale: str | None = None
    score_before: int | None = None
    score_after: int | None = None
