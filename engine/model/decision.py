"""Decisions: the answer about one move, start, stop or dose, with its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from engine.model.evidence import Value
from engine.model.place import NOWHERE, Place

Kleene = bool | None
"""True, False or unknown."""


class Status(StrEnum):
    """The three answers."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    UNDECIDED = "undecided"


def status_of(value: Kleene) -> Status:
    """The answer for the Kleene *and* of all parts."""
    if value is None:
        return Status.UNDECIDED
    return Status.PERMITTED if value else Status.REFUSED


class Part(StrEnum):
    """Parts of a decision, in the order in which their reasons are shown."""

    FROM = "not_from_here"
    INTERRUPT = "interrupt"
    HARD_STOP = "hard_stop"
    REQUIREMENT = "requirement"
    GATE = "gate"
    CRITERION = "criterion"
    OPTION = "option"
    BY = "by"
    CAUTION = "caution"


class OptionStatus(StrEnum):
    """What an option is for this patient today. Offered and cautioned options are open."""

    OFFERED = "offered"
    CAUTIONED = "cautioned"
    BLOCKED = "blocked"
    UNDECIDED = "undecided"


class Recorded(StrEnum):
    """Why a fact is unknown."""

    NEVER = "never recorded"
    STALE = "out of date"
    ASKED = "asked, not known"


@dataclass(frozen=True, slots=True)
class FactShown:
    """A leaf fact behind a reason.

    `evidence_id` is the seq of its record; `missing` says why a value is unknown.
    """

    fact: str
    title: str
    value: Value | str | None
    observed_on: date | None = None
    evidence_id: int | None = None
    missing: Recorded | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of an answer.

    Attributes:
        code: Stable name of the reason: interrupt, rule, evidence type, gate item or `criterion`.
        holds: What this line is: true speaks for, false against, None is not recorded.
        text: A sentence for people.
        facts: The facts that made it so, or the unknown ones it waits for.
        again_on: First date on which time alone makes it hold.
        place: The line of the definition.
        overridable: Whether a deviation may pass it.
    """

    part: Part
    code: str
    holds: Kleene
    text: str
    facts: tuple[FactShown, ...] = ()
    because: str | None = None
    source: str | None = None
    again_on: date | None = None
    overridable: bool = True
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Needs:
    """Minimal sets of evidence fields (`mdq.score`) to record: each set alone could give that answer."""

    to_permit: tuple[tuple[str, ...], ...] = ()
    to_refuse: tuple[tuple[str, ...], ...] = ()


class ItemResult(StrEnum):
    """What a gate item is. Blank covers never recorded and stale."""

    PASSES = "passes"
    FAILS = "fails"
    BLANK = "blank"
    DOES_NOT_APPLY = "does_not_apply"


@dataclass(frozen=True, slots=True)
class GateItemAnswer:
    """An item of a gate for this patient today.

    `by_word`: the clinician's word answers it, no evidence does.
    """

    id: str
    ask: str
    result: ItemResult
    conclusion: str
    facts: tuple[FactShown, ...] = ()
    by_word: bool = False
    overridable: bool = True
    again_on: date | None = None


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """A gate for this patient today.

    Attributes:
        conclusion: Code of the first failing item, or the passed code once signed; None while undecided
            or unsigned.
        signed_on: Day of the signature that holds, if one does. `complete`: every item that applies is
            answered.
    """

    id: str
    title: str
    items: tuple[GateItemAnswer, ...]
    conclusion: str | None
    complete: bool
    signed_on: date | None = None
    holds_until: date | None = None

    @property
    def failing(self) -> tuple[GateItemAnswer, ...]:
        """Items that fail, in order."""
        return tuple(item for item in self.items if item.result is ItemResult.FAILS)

    @property
    def blank(self) -> tuple[GateItemAnswer, ...]:
        """Items without an answer, in order."""
        return tuple(item for item in self.items if item.result is ItemResult.BLANK)


@dataclass(frozen=True, slots=True)
class OptionAnswer:
    """An option for this patient today. `open_on`: first day a washout leaves it open."""

    id: str
    title: str
    status: OptionStatus
    reasons: tuple[Reason, ...] = ()
    open_on: date | None = None


@dataclass(frozen=True, slots=True)
class AlgorithmRef:
    """Which algorithm gave an answer."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer about one request.

    Attributes:
        subject: `move`, `start`, `dose`, `stop`, `sign` or `release`; `id` what it is about.
        reasons: False first, then unknown, then true; within each by part.
        again_on: First date on which time alone makes a refused or undecided answer better.
        holds_until: Last date on which the answer stays as it is by time alone; None if time changes nothing.
        gate: The gate's items, where the move has one.
        deviable: Whether a deviation would pass it today.
    """

    subject: str
    id: str
    title: str
    status: Status
    today: date
    algorithm: AlgorithmRef
    reasons: tuple[Reason, ...] = ()
    needs: Needs = Needs()
    again_on: date | None = None
    holds_until: date | None = None
    gate: GateAnswer | None = None
    options: tuple[OptionAnswer, ...] = ()
    deviable: bool = False
    target: str | None = None

    @property
    def permitted(self) -> bool:
        """Whether it may be done without deviating."""
        return self.status is Status.PERMITTED


@dataclass(frozen=True, slots=True)
class Due:
    """Evidence due and not recorded. `overdue` once its late day has passed."""

    type: str
    due_on: date
    overdue: bool
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything the algorithm says about a case on one day. Moves include those not from here."""

    step: str
    today: date
    algorithm: AlgorithmRef
    moves: Mapping[str, Decision]
    gates: Mapping[str, GateAnswer]
    options: Mapping[str, OptionAnswer]
    interrupts: tuple[str, ...]
    flags: tuple[str, ...]
    due: tuple[Due, ...]
