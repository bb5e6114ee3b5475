"""Claims as typed values: one class for each form in which an author may claim something."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.model.algorithm import Algorithm
from engine.model.place import NOWHERE, Place
from engine.model.time import Duration


class Assuming(StrEnum):
    """What a claim may take for granted."""

    GATES_PASS = "gates pass"  # noqa: S105
    """Every gate is passed and signed."""
    REQUIREMENTS_RECORDED = "requirements recorded"
    """All evidence that can be recorded is on record and fresh."""
    ANSWERED_FROM_RECORDS = "gates answered from records"
    """No item of a gate is answered by the clinician's word alone."""
    NO_SAFETY_STOP = "no safety stop"
    """No interrupt is raised."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """Each step can be reached from the start."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Final:
    """No move starts in any of these steps."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CanReach:
    """From each of `start` a way leads to one of `goal`."""

    start: tuple[str, ...]
    goal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """Every path from one of `start` to one of `goal` crosses one of these moves or steps."""

    start: tuple[str, ...]
    goal: tuple[str, ...]
    moves: frozenset[str]
    steps: frozenset[str]


@dataclass(frozen=True, slots=True)
class BeforeFirst:
    """Before a step is first entered, one of `steps` was visited, or the criterion `was` holds.

    `moves`: the moves by which it counts as entered.
    """

    step: str
    moves: tuple[str, ...]
    steps: frozenset[str] = frozenset()
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Passes:
    """Each move passes this gate; some gate where None is named; none at all with `without`."""

    moves: tuple[str, ...]
    gate: str | None = None
    without: bool = False


@dataclass(frozen=True, slots=True)
class NotFrozen:
    """No interrupt freezes any of these moves, nor the starts of their kinds."""

    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """In each step a record of a type falls due at least this often, counted from its entry."""

    steps: tuple[str, ...]
    do: str
    at_most: Duration


@dataclass(frozen=True, slots=True)
class Entering:
    """Whoever may enter by one of these moves fulfils a criterion: it is true then, not unknown."""

    moves: tuple[str, ...]
    implies: str


@dataclass(frozen=True, slots=True)
class Never:
    """None of these moves is permitted, and none of these options may be started, while `given` holds."""

    moves: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseAtMost:
    """No higher dose of an option is permitted while `given` holds; mg a day (or a session)."""

    option: str
    at_most: Decimal


@dataclass(frozen=True, slots=True)
class UnknownKeeps:
    """While nothing is on record of these evidence types, none of these moves is permitted."""

    types: tuple[str, ...]
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnknownNeverRefuses:
    """With no evidence at all, none of these moves is refused but by what the history alone tells."""

    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """How many of several criteria, or of several moves, may hold at once while `given` does.

    Exactly one of `texts` and `moves` is filled. `exactly`: one has to.
    """

    texts: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class SomeMove:
    """In each step some of these moves is not refused."""

    moves: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SomeOption:
    """In each step some treatment of its leading role is not blocked."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Monotone:
    """More of a fact (less with `up` false) never closes a move."""

    move: str
    fact: str
    up: bool


@dataclass(frozen=True, slots=True)
class Always:
    """A criterion holds at every moment in these steps."""

    text: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keeps:
    """A fact never decreases within an episode (or ever)."""

    fact: str
    within: str | None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class AtMostTimes:
    """A step is entered at most `n` times within an episode (or ever)."""

    step: str
    n: int
    within: str | None


@dataclass(frozen=True, slots=True)
class Within:
    """Once a step is entered, one of these moves is possible within this time."""

    step: str
    moves: tuple[str, ...]
    at_most: Duration


class Refined(StrEnum):
    """Parts of an algorithm by which a patient is let through."""

    MOVE = "move"
    STARTS = "starts"
    """What may be started in a step."""
    STOP = "stop"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Refines:
    """One part of an algorithm lets through no more than that of an earlier one."""

    part: Refined
    name: str


@dataclass(frozen=True, slots=True)
class PermitsNoMore:
    """The algorithm permits no more than another one. `exactly`: the same."""

    other: Algorithm
    exactly: bool


Form = (
    Reachable
    | Final
    | CanReach
    | Paths
    | BeforeFirst
    | Passes
    | NotFrozen
    | Gap
    | Entering
    | Never
    | DoseAtMost
    | UnknownKeeps
    | UnknownNeverRefuses
    | Together
    | SomeMove
    | SomeOption
    | Monotone
    | Always
    | Keeps
    | AtMostTimes
    | Within
    | Refines
    | PermitsNoMore
)

KEYS: Mapping[str, frozenset[str]] = {
    "reachable": frozenset(),
    "final": frozenset(),
    "can_reach": frozenset(),
    "paths": frozenset(),
    "before_first": frozenset(("was", "except")),
    "moves": frozenset(("pass", "pass_none", "except")),
    "frozen_by": frozenset(),
    "gap": frozenset(),
    "entering": frozenset(("by", "except", "implies")),
    "never": frozenset(),
    "dose": frozenset(),
    "unknown_keeps": frozenset(),
    "unknown_never_refuses": frozenset(),
    "never_both": frozenset(),
    "exactly_one": frozenset(),
    "at_most_one": frozenset(),
    "some_move": frozenset(("in",)),
    "some_option": frozenset(("in",)),
    "monotone": frozenset(),
    "always": frozenset(("in",)),
    "fact": frozenset(("of", "never", "within")),
    "at_most_times": frozenset(),
    "within": frozenset(),
    "refines": frozenset(),
    "same_as": frozenset(),
}
"""Form to the further keys it takes beside `given`, `assuming` and `for`."""

ORDER = ("fact", "moves", *(form for form in KEYS if form not in ("fact", "moves")))
"""In which order the keys of a claim are tried as its form: `fact` also has a key `never`."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim that was read and found sound.

    Attributes:
        given: Criterion under which it is claimed; None means always.
        every_parameter: It is claimed for every value the parameters may be set to.
        general: It is claimed of every definition, without being written.
    """

    id: str
    title: str
    form: Form
    given: str | None = None
    assuming: frozenset[Assuming] = frozenset()
    every_parameter: bool = False
    general: bool = False
    place: Place = NOWHERE
