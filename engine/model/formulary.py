"""The formulary: treatments, their doses, and the rules on taking them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from engine.model.criterion import Condition
from engine.model.place import NOWHERE, Place
from engine.model.time import Duration, Window, days


class OptionKind(StrEnum):
    """Kinds of treatment."""

    DRUG = "drug"
    PSYCHOTHERAPY = "psychotherapy"
    PROCEDURE = "procedure"


class Role(StrEnum):
    """What a treatment is taken for in a step."""

    PRIMARY = "primary"
    AUGMENTATION = "augmentation"
    PARALLEL = "parallel"
    CONCOMITANT = "concomitant"


class IfUnknown(StrEnum):
    """What an unanswered rule does to an option."""

    ASK = "ask"
    """The option stays undecided until it is recorded."""
    CAUTION = "caution"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Rule:
    """A contraindication. Hard rules block and cannot be deviated from; soft ones caution."""

    id: str
    when: Condition
    why: str
    hard: bool
    if_unknown: IfUnknown
    source: str | None = None
    unverified: bool = False
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DoseLimit:
    """A lower maximum dose while its condition is true, in the unit of the dose it belongs to."""

    rule: str
    when: Condition
    maximum: Decimal
    why: str
    if_unknown: IfUnknown
    source: str | None = None
    unverified: bool = False
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Dose:
    """Doses of an option in one role: mg (or `unit`) a day, or a session.

    Attributes:
        minimum: Least dose of an adequate trial; None where none is known.
        lowest: The lowest dose it can be started at, which a limit must leave room for.
    """

    unit: str = "mg"
    per: str = "day"
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    lowest: Decimal | None = None
    limits: tuple[DoseLimit, ...] = ()
    source: str | None = None
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class TitrationColumn:
    """Maximum dose in week 1, 2, 3 ... from the start while `when` holds; the last entry goes on."""

    when: Condition | None
    maximum: tuple[Decimal, ...]
    maintenance: tuple[tuple[Condition, Decimal], ...] = ()
    """After the last week: a higher maximum while its condition is true."""
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Titration:
    """How fast a dose may rise.

    The first column whose condition is true holds; weeks are 7 days from the start.
    """

    rule: str
    why: str
    columns: tuple[TitrationColumn, ...]
    restart_after_gap: tuple[tuple[Condition | None, Duration], ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A blood level without which no dose counts as at the minimum. `read` names an evidence fact."""

    read: str
    at_least: Decimal
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Washout:
    """Days that must pass after stopping any of `after` before this option may start.

    Day n itself is open.
    """

    rule: str
    after: frozenset[str]
    """Option ids."""
    days: int
    why: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """An effect with running treatments. `block` is a hard rule, `caution` a warning."""

    rule: str
    with_: frozenset[str]
    """Option ids."""
    severity: str
    effect: str
    why: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """Evidence that must be on record and fresh. `when` None means always."""

    type: str
    within: Window
    when: Condition | None = None
    fields: tuple[str, ...] = ()
    """Fields that must be recorded; the type's main fields where the rule names none."""
    source: str | None = None
    because: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Contacts or measurements that fall due.

    Attributes:
        after: `entry` into the step, `start` of the treatment, or `dose_change`.
        at: Days after that moment; day 7 is week 1.
        at_sessions: Session counts of the trial that make it due.
        every: Repeats, the first one `start_at` after the moment (or one period after it).
        do: Evidence types due.
        when: Read on the day the moment falls; not due only when false.
        early: A record this long before the due day meets it. late: overdue after this.
    """

    after: str
    do: tuple[str, ...]
    at: tuple[Duration, ...] = ()
    at_sessions: tuple[int, ...] = ()
    every: Duration | None = None
    start_at: Duration | None = None
    when: Condition | None = None
    early: Duration = days(3)
    late: Duration = days(7)
    title: str | None = None
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Option:
    """A treatment of the formulary, with everything its class and groups bring already merged in.

    Attributes:
        drug_class: Class id (`SSRI`), None for therapies and procedures.
        groups: Groups it belongs to, own and from its class (`serotonergic`).
        members: Itself and what it contains: the ids under which it counts for `taking`, washout and
            interactions.
        adequate_sessions, adequate_weeks: What makes a trial of it long enough, where weeks at dose do
            not apply.
    """

    id: str
    title: str
    kind: OptionKind
    drug_class: str | None = None
    groups: frozenset[str] = frozenset()
    contains: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict[str, str])
    dose: Dose | None = None
    by_role: Mapping[Role, Dose] = field(default_factory=dict[Role, Dose])
    level: Level | None = None
    titration: Titration | None = None
    contraindicated: tuple[Rule, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    washout: tuple[Washout, ...] = ()
    monitoring: tuple[Checkpoint, ...] = ()
    requires: tuple[Requirement, ...] = ()
    adequate_sessions: int | None = None
    adequate_weeks: int | None = None
    counts_as: str | None = None
    standing: str | None = None
    forms: tuple[str, ...] = ()
    source: str | None = None
    unverified: bool = False
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def members(self) -> frozenset[str]:
        """Ids under which taking it counts: itself and what it contains."""
        return frozenset((self.id, *self.contains))

    def dose_in(self, role: Role) -> Dose | None:
        """The doses that hold in a role."""
        return self.by_role.get(role, self.dose)


@dataclass(frozen=True, slots=True)
class DrugClass:
    """A class or group of the formulary, for titles."""

    id: str
    title: str
    group: bool = False


@dataclass(frozen=True, slots=True)
class Formulary:
    """All options, and the classes and groups they belong to."""

    options: Mapping[str, Option]
    classes: Mapping[str, DrugClass]

    def members_of(self, name: str) -> frozenset[str]:
        """Option ids meant by an option, class or group name, combinations that contain one included."""
        return frozenset(
            option.id
            for option in self.options.values()
            if name in option.members
            or name in (option.drug_class, option.counts_as)
            or name in option.groups
            or any(
                part in self.options
                and (name == self.options[part].drug_class or name in self.options[part].groups)
                for part in option.contains
            )
        )
