"""An algorithm: the meaning of one definition at one version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.model.criterion import Condition
from engine.model.evidence import EvidenceType
from engine.model.formulary import Checkpoint, Formulary, Requirement, Role
from engine.model.gate import Gate, Interrupt
from engine.model.place import NOWHERE, Place
from engine.model.time import Duration, days


class StepKind(StrEnum):
    """Kinds of step."""

    ASSESSMENT = "assessment"
    TREATMENT = "treatment"
    MAINTENANCE = "maintenance"
    END = "end"


class MoveKind(StrEnum):
    """Kinds of move. Switch, augment and escalate pass the reappraisal gate."""

    START = "start"
    CONTINUE = "continue"
    SWITCH = "switch"
    AUGMENT = "augment"
    ESCALATE = "escalate"
    DE_ESCALATE = "de_escalate"
    BYPASS = "bypass"
    RETURN = "return"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number or rule comes from."""

    id: str
    text: str
    url: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named constant that a clinic may set within its bounds."""

    name: str
    title: str
    value: Decimal | int | str
    low: Decimal | None = None
    high: Decimal | None = None
    values: tuple[str, ...] = ()
    source: str | None = None
    unverified: bool = False
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """A score that may lead a trial. `read` names its evidence fact; remission is a total below the bound."""

    read: str
    remission_below: int
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TrialRule:
    """How any one trial is judged, with `trial` and `score` bound to each in turn.

    Attributes:
        counts: Which trials count toward `adequate_failures`.
        outcomes: Outcome to criterion; the first that is true names a settled trial's derived outcome.
        baseline_within: A baseline is at most this old on the day the trial starts.
        adherence_after_stop: Adherence recorded this long after a trial still counts for it.
    """

    counts: Condition
    adequate: Condition
    failed: Condition
    outcomes: Mapping[str, Condition]
    baseline_within: Duration = days(28)
    adherence: str | None = None
    """Evidence fact that holds the days covered, in percent."""
    adherence_after_stop: Duration = days(14)
    sessions: str | None = None
    """Evidence type with the fields `option` and `number`, one record a session."""


@dataclass(frozen=True, slots=True)
class Series:
    """A fact that looks back over the records of one evidence type.

    Attributes:
        read: Field read from each record (`phq9.total`, `score.total`, `score.observed_on`).
        take: `latest`, `earliest`, `count`, `lowest` or `highest`.
        where: Criterion in which the record's own fields are bound under its type's name.
        within: Only records this recent; without any the fact is unknown, as stale evidence is.
    """

    name: str
    title: str
    read: str
    take: str
    where: Condition | None = None
    within: Duration | None = None
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Define:
    """A named criterion.

    `said` and `said_not` are the clauses with which a sentence says that it holds, and that it does not.
    """

    name: str
    title: str
    condition: Condition
    source: str | None = None
    unverified: bool = False
    said: str | None = None
    said_not: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class StageBand:
    """Points of a staging model's item while its condition is true (the first true band counts)."""

    when: Condition
    points: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One row of a step's options, its selector resolved to option ids in formulary order."""

    options: tuple[str, ...]
    together: bool = False
    when: Condition | None = None
    dose_low: Decimal | None = None
    dose_high: Decimal | None = None
    by: frozenset[str] = frozenset()
    recommendation: str | None = None
    never_first: bool = False
    text: str | None = None
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What holds for every move into (`enter`) or out of (`leave`) a step."""

    requires: tuple[Requirement, ...] = ()
    when: Condition | None = None
    except_kinds: frozenset[MoveKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """A place a case can be.

    Attributes:
        leading_role: The role in which the step's trial is taken; None where the step has no trial of its
            own.
        inherits_trial: The trial of the step before goes on being `trial` here (maintenance).
        result: Of an end: `well`, `referred` or `left`.
        body: Short lines for the diagram.
    """

    id: str
    title: str
    kind: StepKind
    code: str | None = None
    group: str | None = None
    options: Mapping[Role, tuple[OptionRow, ...]] = field(default_factory=dict[Role, tuple[OptionRow, ...]])
    leading_role: Role | None = None
    inherits_trial: bool = False
    enter: Bounds = Bounds()
    leave: Bounds = Bounds()
    checkpoints: tuple[Checkpoint, ...] = ()
    result: str | None = None
    summary: str | None = None
    body: tuple[str, ...] = ()
    look: str | None = None
    """Palette word of the diagram: assess, medicine, therapy, specialist, well."""
    reported: tuple[Mapping[str, str], ...] = ()
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Move:
    """A transition that a clinician may ask for.

    Attributes:
        sources: Steps it may be made from, never the target.
        target: The step it leads to; None keeps the step and `entered_on`.
        by: Roles one of which the actor must hold; empty means any who may move cases.
        opens_episode: A new episode of illness begins with it.
        draw: `edge`, `in_box` (written in the box), `hidden`.
        label: Short lines beside the arrow.
    """

    id: str
    title: str
    kind: MoveKind
    sources: tuple[str, ...]
    target: str | None
    requires: tuple[Requirement, ...] = ()
    when: Condition | None = None
    gate: str | None = None
    by: frozenset[str] = frozenset()
    opens_episode: bool = False
    draw: str = "edge"
    label: tuple[str, ...] = ()
    recommendation: str | None = None
    strength: str | None = None
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Flag:
    """A condition that the caseload board shows.

    `level` is `act` or `note`. Engine flags have no condition.
    """

    id: str
    title: str
    when: Condition | None
    level: str = "act"
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence the author wants always true, in one of the claim forms; proved elsewhere.

    `body` is the form as written: texts, lists and mappings.
    """

    id: str
    title: str
    body: Mapping[str, object]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a version, and when."""

    name: str
    on: date


@dataclass(frozen=True, slots=True)
class Algorithm:
    """Immutable meaning of a definition and the libraries it uses.

    Attributes:
        digest: SHA-256 over the canonical content, libraries included and places left out, in hex.
        start: Step in which a case is opened.
        onset: Evidence fact (a date) that says when the episode began.
        severity: Bands of the Maudsley staging item; see `engine.runtime.staging`.
        replaces: Version this one replaces, with old step ids mapped to new ones.
        libraries: Library id to version.
    """

    id: str
    version: str
    title: str
    digest: str
    status: str
    start: str
    steps: Mapping[str, Step]
    moves: Mapping[str, Move]
    evidence: Mapping[str, EvidenceType]
    formulary: Formulary
    trials: TrialRule
    measures: tuple[Measure, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict[str, Source])
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    series: Mapping[str, Series] = field(default_factory=dict[str, Series])
    defines: Mapping[str, Define] = field(default_factory=dict[str, Define])
    gates: Mapping[str, Gate] = field(default_factory=dict[str, Gate])
    interrupts: Mapping[str, Interrupt] = field(default_factory=dict[str, Interrupt])
    flags: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    claims: Mapping[str, Claim] = field(default_factory=dict[str, Claim])
    onset: str | None = None
    severity: tuple[StageBand, ...] = ()
    deviation_days: int = 30
    language: str = "en"
    summary: str | None = None
    population: str | None = None
    country: str | None = None
    review_by: date | None = None
    approvals: tuple[Approval, ...] = ()
    replaces: Mapping[str, object] | None = None
    libraries: Mapping[str, str] = field(default_factory=dict[str, str])
    place: Place = field(default=NOWHERE, compare=False)

    def moves_from(self, step: str) -> tuple[Move, ...]:
        """Moves that start in a step, in the order of the definition."""
        return tuple(move for move in self.moves.values() if step in move.sources)

    def target_of(self, move: Move, step: str) -> str:
        """The step a move leads to when made in `step`."""
        return move.target or step
