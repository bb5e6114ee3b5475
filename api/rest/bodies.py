"""What requests carry: entries as scenario files write them (no `ask`, no `expect`), cases, definitions."""

from decimal import Decimal
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StrictInt, StringConstraints

from api.rest.scalars import AlgorithmId, Day, Dose, Line, Name, Percent, Score, Version, Words
from engine.model.case import Patient
from engine.model.entry import Deviate, DoseChange, Entry, Release, Reported, Retract, Sign, Start, Stop
from engine.model.formulary import Role

MOST_ITEMS = 50
MOST_ENTRIES = 100

Outcome = Literal[
    "remission", "response", "partial", "no_response", "worsened", "intolerant", "stopped_other"
]
RoleWord = Literal["primary", "augmentation", "parallel", "concomitant"]


class Body(BaseModel):
    """A JSON object in which every key is known."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


def example(value: JsonValue) -> ConfigDict:
    """The settings of a body with an example for the API's description."""
    return ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [value]})


Given = (
    StrictBool
    | Annotated[StrictInt, Field(ge=-(10**9), le=10**9)]
    | Annotated[Decimal, Field(ge=-(10**9), le=10**9, max_digits=20, strict=True)]
    | Annotated[str, StringConstraints(max_length=4_000, pattern="^[^\\x00]*$")]
    | None
)
"""A value of a field; null is asked and not known."""

RecordValues = Annotated[dict[Name, Given], Field(min_length=1, max_length=200)] | Literal["not_known"]


Part = TypeVar("Part", bound=Body)


class RetractBody(Body):
    """A record entered in error: the latest of this type and day, or the one with this event number."""

    evidence: Name
    on: Day
    reason: Words | None = None
    seq: Annotated[StrictInt, Field(ge=1, le=10**9)] | None = None


class StartBody(Body):
    """A treatment to start."""

    option: Name
    dose_mg_per_day: Dose | None = None
    role: RoleWord | None = None


class DoseBody(Body):
    """A dose to change."""

    option: Name
    dose_mg_per_day: Dose


class StopBody(Body):
    """A treatment to stop."""

    option: Name
    outcome: Outcome | None = None
    reason: Words | None = None


class SignBody(Body):
    """A gate to sign: `answers` from item to whether it passes, where evidence does not answer it."""

    gate: Name
    answers: Annotated[dict[Name, StrictBool], Field(max_length=100)] = {}


class ReleaseBody(Body):
    """An interrupt to release."""

    interrupt: Name
    reason: Words | None = None


class DeviateBody(Body):
    """A deviation from the answer about this entry's move or start, for the algorithm's days by default."""

    reason: Words
    expires: Day | None = None


class _Requests(Body):
    """What may stand beside a move."""

    on: Day
    record: Annotated[dict[Name, RecordValues], Field(max_length=MOST_ITEMS)] = {}
    retract: Annotated[list[RetractBody], Field(max_length=MOST_ITEMS)] | RetractBody = []
    start: Annotated[list[StartBody], Field(max_length=MOST_ITEMS)] | StartBody = []
    dose: Annotated[list[DoseBody], Field(max_length=MOST_ITEMS)] | DoseBody = []
    stop: Annotated[list[StopBody], Field(max_length=MOST_ITEMS)] | StopBody = []
    sign: Annotated[list[SignBody], Field(max_length=MOST_ITEMS)] | SignBody = []
    release: Annotated[list[ReleaseBody], Field(max_length=MOST_ITEMS)] | ReleaseBody = []
    deviate: DeviateBody | Words | None = None
    note: Words | None = None

    def entry_with(self, move: str | None) -> Entry:
        """The same as the engine reads it."""
        return Entry(
            on=self.on,
            record={
                kind: None if isinstance(values, str) else dict(values)
                for kind, values in self.record.items()
            },
            retract=tuple(Retract(r.evidence, r.on, r.reason or "", r.seq) for r in _many(self.retract)),
            start=tuple(
                Start(s.option, s.dose_mg_per_day, Role(s.role) if s.role else None)
                for s in _many(self.start)
            ),
            dose=tuple(DoseChange(d.option, d.dose_mg_per_day) for d in _many(self.dose)),
            stop=tuple(Stop(s.option, s.outcome, s.reason) for s in _many(self.stop)),
            sign=tuple(Sign(s.gate, dict(s.answers)) for s in _many(self.sign)),
            release=tuple(Release(r.interrupt, r.reason or "") for r in _many(self.release)),
            move=move,
            deviate=_deviate(self.deviate),
            note=self.note,
        )


def _many(given: list[Part] | Part) -> list[Part]:
    return given if isinstance(given, list) else [given]


def _deviate(given: DeviateBody | str | None) -> Deviate | None:
    if isinstance(given, DeviateBody):
        return Deviate(given.reason.strip(), given.expires)
    return None if given is None else Deviate(given.strip())


class EntryBody(_Requests):
    """What happened on a day. Carried out as record, retract, start, dose, stop, sign, release, move."""

    model_config = example(
        {
            "on": "2026-04-06",
            "record": {"phq9": {"total": 17, "item9": 0}, "adherence": {"days_covered_percent": 95}},
            "dose": {"option": "paroxetine", "dose_mg_per_day": 20},
            "note": "Tablets were taken in the morning.",
        }
    )

    move: Name | None = None

    def entry(self) -> Entry:
        """The same as the engine reads it."""
        return self.entry_with(self.move)


class MoveBody(_Requests):
    """A move, with what may stand beside it. A start beside a move follows it."""

    model_config = example(
        {
            "move": "start_ssri",
            "on": "2026-01-12",
            "start": {"option": "sertraline", "dose_mg_per_day": 50},
        }
    )

    move: Name

    def entry(self) -> Entry:
        """The same as the engine reads it."""
        return self.entry_with(self.move)


Entries = Annotated[list[EntryBody], Field(min_length=1, max_length=MOST_ENTRIES)]


class PatientBody(Body):
    """Whom a case is about. Name and number are kept outside the history."""

    birth_date: Day
    sex: Literal["female", "male", "other", "unknown"] = "unknown"
    name: Line | None = None
    number: Line | None = None

    def patient(self) -> Patient:
        """What criteria may read."""
        return Patient(self.birth_date, self.sex)


class ReportedScoreBody(Body):
    """Totals before and after an earlier treatment."""

    scale: Name | None = None
    before: Score | None = None
    after: Score | None = None


class ReportedBody(Body):
    """An earlier treatment. Without `to` it runs on."""

    option: Name
    from_: Day = Field(alias="from")
    to: Day | None = None
    role: RoleWord | None = None
    dose_mg_per_day: Dose | None = None
    days_covered_percent: Percent | None = None
    outcome: Outcome | None = None
    score: ReportedScoreBody | None = None

    def reported(self) -> Reported:
        """The same as the engine reads it."""
        score = self.score or ReportedScoreBody()
        return Reported(
            option=self.option,
            started_on=self.from_,
            stopped_on=self.to,
            role=Role(self.role) if self.role else None,
            dose_mg_per_day=self.dose_mg_per_day,
            days_covered_percent=self.days_covered_percent,
            outcome=self.outcome,
            scale=score.scale,
            score_before=score.before,
            score_after=score.after,
        )


class CaseBody(Body):
    """A case to open. Without `version`: the newest that the clinic holds, else Treadway's own."""

    model_config = example(
        {
            "algorithm": "stepwise-depression",
            "patient": {"birth_date": "1981-03-02", "sex": "male", "name": "BERG, Tom", "number": "4711"},
            "opened_on": "2026-01-12",
            "history": [
                {
                    "option": "sertraline",
                    "from": "2025-03-01",
                    "to": "2025-06-01",
                    "dose_mg_per_day": 100,
                    "outcome": "no_response",
                }
            ],
        }
    )

    algorithm: AlgorithmId
    version: Version | None = None
    patient: PatientBody
    opened_on: Day
    history: Annotated[list[ReportedBody], Field(max_length=MOST_ITEMS)] = []


LibraryId = Annotated[str, Field(pattern="^(evidence|formulary|gates|interrupts)/[A-Za-z0-9_-]{1,80}$")]


TWO_STEPS: Final = """\
algorithm: two-steps
version: "1"
title: Two steps
start: first
steps:
  first: {title: First, kind: assessment}
"""
OURS: Final = """\
library: evidence/ours
version: "1"
title: Ours
"""


class DefinitionBody(Body):
    """A definition as its files' texts. Libraries that are not given are taken from those of Treadway."""

    model_config = example({"definition": TWO_STEPS, "libraries": {"evidence/ours": OURS}})

    definition: Annotated[str, Field(min_length=1, max_length=1_500_000, pattern="^[^\\x00]*$")]
    libraries: Annotated[
        dict[LibraryId, Annotated[str, Field(max_length=1_500_000, pattern="^[^\\x00]*$")]],
        Field(max_length=50),
    ] = {}


class CheckBody(DefinitionBody):
    """A draft to check. With `diagram` the answer holds its picture, where it can be drawn."""

    diagram: StrictBool = False


class MigrationBody(Body):
    """The version that a case is to go over to, and why. Going back is going over to the earlier version."""

    model_config = example(
        {
            "version": "1.1.0",
            "on": "2026-04-06",
            "reason": "The clinic has adopted version 1.1.0.",
            "dry_run": True,
        }
    )

    version: Version
    on: Day
    reason: Words
    dry_run: StrictBool = True
