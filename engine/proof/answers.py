"""Answers to claims: the verdict, why, and what it rests on."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from engine.criteria.types import Value
from engine.model.place import NOWHERE, Place
from engine.proof.forms import Stated


class Verdict(StrEnum):
    """What is known of a claim."""

    PROVED = "proved"
    NOT_TRUE = "not true"
    NOT_DECIDED = "not decided"
    VACUOUS = "vacuous"
    """What it speaks of can never happen, so it says nothing."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A patient for whom a claim does not hold, on one day in one step, as the solver found it.

    Attributes:
        facts: Facts that bear on it; None is unknown.
        move: The move that decides, or the option whose start does; `permitted` is what the solver said.
        expect: Criteria with the value they have for this patient.
    """

    step: str
    facts: dict[str, Value] = field(hash=False)
    move: str | None = None
    option: str | None = None
    dose_mg_per_day: Decimal | None = None
    permitted: bool = True
    closed: tuple[str, ...] = ()
    """Moves that are all refused."""
    beside: tuple[str, ...] = ()
    """Moves that are permitted beside `move`."""
    expect: tuple[tuple[str, bool | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A claim with its verdict.

    Attributes:
        because: Lines for people: the path, the moves, what is wrong.
        places: Lines of the definition that decide.
        rests_on: Axioms, assumptions and parameters the verdict rests on.
        bound: How far a claim that is not decided was looked into.
    """

    claim: Stated
    verdict: Verdict
    because: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    rests_on: tuple[str, ...] = ()
    bound: str = ""
    witness: Witness | None = None
    seconds: float = 0.0

    @property
    def place(self) -> Place:
        """The claim's own line; none for a general claim."""
        return self.claim.place or NOWHERE
