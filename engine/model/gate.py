"""Gates and interrupts: what is asked again before a move, and what freezes every move."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.criterion import Condition
from engine.model.formulary import Requirement
from engine.model.place import NOWHERE, Place
from engine.model.time import Window


@dataclass(frozen=True, slots=True)
class GateItem:
    """One question of a gate.

    Attributes:
        ask: The question as a clinician reads it. why: Why it is asked.
        applies: False passes the item; None means it always applies.
        passes: False fails it, even while answers are missing. None: any recorded answer passes.
        answer: Facts that must be recorded before a true `passes` counts. A bare evidence type id means a
            record
            of that type giving any field.
        within: How recent the evidence of the answer's types must be, in place of their own windows.
        conclusion: What the gate concludes when this is the first item that fails.
        overridable: Whether a clinician may deviate from a failure of it.
        heading: Group on the form.
    """

    id: str
    ask: str
    conclusion: str
    applies: Condition | None = None
    passes: Condition | None = None
    answer: tuple[str, ...] = ()
    within: Window | None = None
    why: str | None = None
    suggest: str | None = None
    overridable: bool = True
    heading: str | None = None
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A code a gate can end in.

    `resets_clock` starts the weeks of the trial again on the day it is signed.
    """

    id: str
    title: str
    resets_clock: bool = False
    suggest: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """A checklist that a move must pass, items in order.

    Attributes:
        passed: The conclusion when every item passes and the gate is signed.
        holds_days: A signature holds this many days (the last day included).
    """

    id: str
    title: str
    items: tuple[GateItem, ...]
    conclusions: Mapping[str, Conclusion]
    passed: str
    holds_days: int = 14
    by: frozenset[str] = frozenset()
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A safety condition that freezes moves and starts until it is released.

    Attributes:
        raise_when: Raised when true, over evidence recorded since the last release and treatments as they
            are.
        frozen_moves: Ids of the moves it freezes.
        spared_kinds: Kinds of start that go on in spite of it.
        spared_options: Options that may be started in spite of it.
        actions: What is to be done, in order.
        release_requires: Evidence a release needs. release_when: Criterion it needs besides.
    """

    id: str
    title: str
    raise_when: Condition
    frozen_moves: frozenset[str]
    code: str | None = None
    spared_kinds: frozenset[str] = frozenset()
    spared_options: frozenset[str] = frozenset()
    actions: tuple[str, ...] = ()
    release_requires: tuple[Requirement, ...] = ()
    release_when: Condition | None = None
    release_by: frozenset[str] = frozenset()
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)
