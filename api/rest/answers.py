"""What answers hold, for the API's description. `api.shapes` makes the answers; tests compare the two."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A JSON object with these keys and no others."""

    model_config = ConfigDict(extra="forbid")


class ErrorAt(Answer):
    """One value that cannot be."""

    where: str
    text: str


class PlaceAnswer(Answer):
    """A place in a definition; lines and columns count from 1."""

    file: str
    line: int
    column: int
    length: int


class EditAnswer(Answer):
    """A change of a text: `new` in place of the characters at `place`, whose length may be 0."""

    place: PlaceAnswer | None
    new: str


class MendAnswer(Answer):
    """What would mend a finding. `sure`: nothing else could be meant; else it is for the author to choose."""

    title: str
    sure: bool
    edits: list[EditAnswer]


class FindingAnswer(Answer):
    """A problem in a definition."""

    code: str
    severity: Literal["error", "warning", "note"]
    message: str
    why: str
    fix: str
    place: PlaceAnswer | None
    mends: list[MendAnswer]


class AlgorithmRefAnswer(Answer):
    """Which algorithm gave an answer: the digest names its content."""

    id: str
    version: str
    digest: str


class FactAnswer(Answer):
    """A leaf fact behind a reason. `missing` says why the value is unknown."""

    fact: str
    title: str
    value: bool | int | str | None
    observed_on: date | None
    evidence_id: int | None
    missing: str | None


class ReasonAnswer(Answer):
    """One line of an answer: `holds` is true for, false against, null not recorded."""

    part: str
    code: str
    holds: bool | None
    text: str
    fact: str | None
    value: bool | int | str | None
    observed_on: date | None
    evidence_id: int | None
    facts: list[FactAnswer]
    because: str | None
    source: str | None
    again_on: date | None
    overridable: bool
    line: PlaceAnswer | None


class NeedsAnswer(Answer):
    """Smallest sets of evidence fields that could give that answer."""

    to_permit: list[list[str]]
    to_refuse: list[list[str]]


class GateItemAnswer(Answer):
    """An item of a gate for this patient today."""

    id: str
    ask: str
    result: Literal["passes", "fails", "blank", "does_not_apply"]
    conclusion: str
    by_word: bool
    overridable: bool
    again_on: date | None
    facts: list[FactAnswer]


class GateAnswer(Answer):
    """A gate for this patient today."""

    id: str
    title: str
    conclusion: str | None
    complete: bool
    signed_on: date | None
    holds_until: date | None
    items: list[GateItemAnswer]


class OptionAnswer(Answer):
    """A treatment for this patient today."""

    id: str
    title: str
    status: Literal["offered", "cautioned", "blocked", "undecided"]
    open_on: date | None
    reasons: list[ReasonAnswer]


class DecisionAnswer(Answer):
    """The answer about one request. The key named by `subject` holds what it is about."""

    subject: Literal["move", "start", "dose", "stop", "sign", "release"]
    move: str = ""
    start: str = ""
    dose: str = ""
    stop: str = ""
    sign: str = ""
    release: str = ""
    title: str
    status: Literal["permitted", "refused", "undecided"]
    today: date
    target: str | None
    reasons: list[ReasonAnswer]
    needs: NeedsAnswer
    again_on: date | None
    holds_until: date | None
    gate: GateAnswer | None
    options: list[OptionAnswer]
    deviable: bool
    algorithm: AlgorithmRefAnswer


class DueAnswer(Answer):
    """Evidence that is due."""

    type: str
    due_on: date
    overdue: bool
    checkpoint: str


class DecisionsAnswer(Answer):
    """Everything the algorithm says about a case on one day."""

    case: str
    seq: int
    algorithm: AlgorithmRefAnswer
    today: date
    step: str
    moves: dict[str, DecisionAnswer]
    options: dict[str, OptionAnswer]
    gates: dict[str, GateAnswer]
    interrupts: list[str]
    flags: list[str]
    due: list[DueAnswer]


class EventAnswer(Answer):
    """An event as stored. `payload` is described in the reference of events."""

    seq: int
    type: str
    observed_on: date
    recorded_at: datetime
    actor: str
    digest: str
    payload: dict[str, Any]
    previous_hash: str
    hash: str


class PatientAnswer(Answer):
    """Whom a case is about."""

    name: str | None
    number: str | None
    birth_date: date
    sex: str


class VisitAnswer(Answer):
    """A stay in a step. `by` is the move that entered it."""

    step: str
    entered_on: date
    left_on: date | None
    by: str | None


class TreatmentAnswer(Answer):
    """A treatment from start to stop. Doses are text, so that nothing is rounded."""

    seq: int
    option: str
    role: str
    started_on: date
    stopped_on: date | None
    dose_mg_per_day: str | None
    outcome: str | None
    reported: bool


class CaseAlgorithm(Answer):
    """The algorithm that a case is in."""

    id: str
    digest: str


class CaseAnswer(Answer):
    """A case as its events tell it. `seq` is what the next write must name in `If-Match`."""

    case: str
    seq: int
    patient: PatientAnswer
    algorithm: CaseAlgorithm
    opened_on: date
    closed_on: date | None
    step: str
    entered_on: date
    visits: list[VisitAnswer]
    treatments: list[TreatmentAnswer]
    interrupts: list[str]


class HistoryAnswer(Answer):
    """The events of a case, and the case as they tell it."""

    case: str
    seq: int
    events: list[EventAnswer]
    state: CaseAnswer


class WrittenAnswer(Answer):
    """What a write did. Decisions are those about its requests, in order."""

    case: str
    seq: int
    step: str
    interrupts: list[str]
    events: list[EventAnswer]
    decisions: list[DecisionAnswer]
    algorithm: AlgorithmRefAnswer


class StepAnswer(Answer):
    """A step of an algorithm."""

    id: str
    title: str
    code: str | None
    kind: str


class MoveAnswer(Answer):
    """A move of an algorithm. `to` null: it stays in its step."""

    id: str
    title: str
    kind: str
    sources: list[str]
    to: str | None
    gate: str | None


class ListedAlgorithm(Answer):
    """An algorithm that cases can be opened in. `kept_at` null: it comes with Treadway."""

    id: str
    version: str
    digest: str
    title: str
    status: str
    kept_at: datetime | None


class AlgorithmsAnswer(Answer):
    """The algorithms of a clinic."""

    algorithms: list[ListedAlgorithm]


class AlgorithmAnswer(Answer):
    """An algorithm: what programs need to talk about it."""

    id: str
    version: str
    digest: str
    title: str
    summary: str | None
    status: str
    country: str | None
    language: str
    start: str
    steps: list[StepAnswer]
    moves: list[MoveAnswer]
    evidence: dict[str, list[str]]
    gates: dict[str, list[str]]
    interrupts: list[str]
    flags: list[str]
    options: list[str]


class ChangeAnswer(Answer):
    """One change between two versions. `felt_by` are titles of moves that it can reach."""

    sign: str
    effect: str
    kind: str
    id: str | None
    title: str | None
    text: str
    felt_by: list[str]
    before: PlaceAnswer | None
    after: PlaceAnswer | None


class DiffAnswer(Answer):
    """What changed between two versions. `diagram` is SVG with every change marked, where asked for."""

    old: AlgorithmRefAnswer
    new: AlgorithmRefAnswer
    changes: list[ChangeAnswer]
    diagram: str | None


class CheckAnswer(Answer):
    """What a draft is: usable when no finding is an error. `diagram` is SVG where asked for and possible."""

    usable: bool
    algorithm: AlgorithmRefAnswer | None
    findings: list[FindingAnswer]
    diagram: str | None


class MoveChange(Answer):
    """A move that starts here before or after, with its answer in each version; null where absent."""

    move: str
    before: str | None
    after: str | None


class MigrationAnswer(Answer):
    """What going over to another version means. It can be done when `problems` is empty."""

    case: str
    seq: int
    dry_run: bool
    from_: AlgorithmRefAnswer
    to: AlgorithmRefAnswer
    possible: bool
    problems: list[str]
    step_before: str
    step_after: str | None
    raised: list[str]
    changes: list[MoveChange]
    events: list[EventAnswer]

    model_config = ConfigDict(
        extra="forbid", alias_generator=lambda name: "from" if name == "from_" else name
    )


class BoardDue(Answer):
    """What of a case is due next."""

    type: str
    due_on: date
    overdue: bool


class BoardRowAnswer(Answer):
    """A case on the board. `lane` null: closed or at an end."""

    case: str
    seq: int
    patient: PatientAnswer
    algorithm: CaseAlgorithm
    step: str
    entered_on: date
    opened_on: date
    closed_on: date | None
    lane: str | None
    interrupts: list[str]
    flags: list[str]
    due: BoardDue | None


class BoardAnswer(Answer):
    """A page of the board. `after` leads to the next page; null at the end."""

    today: date
    cases: list[BoardRowAnswer]
    after: str | None


class CountsAnswer(Answer):
    """How many open cases are in each lane and step and carry each flag."""

    today: date
    cases: int
    lanes: dict[str, int]
    steps: dict[str, int]
    flags: dict[str, int]


class HealthAnswer(Answer):
    """How the process is."""

    status: Literal["live", "ready", "stopping", "no-database"]


class ProblemAnswer(BaseModel):
    """A problem (RFC 9457). `code` is the last part of `type`.

    By code there is more: `errors` (`invalid`, `impossible-evidence`), `events` and `seq` (`stale`,
    `refused`), `decision` and `decisions` (`refused`), `findings` (`findings`), `what` and `near`
    (`unknown-name`).
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:treadway:problem:not-found",
                    "code": "not-found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "There is no such thing here, or you may not see it.",
                    "fix": "Check the address, the id and the clinic.",
                }
            ]
        },
    )

    type: str
    code: str
    title: str
    status: int
    detail: str
    fix: str
    errors: list[ErrorAt] = []
    findings: list[FindingAnswer] = []
    what: str = ""
    near: list[str] = []
    seq: int = 0
    events: list[EventAnswer] = []
    decision: DecisionAnswer | None = None
    decisions: list[DecisionAnswer] = []
    problems: list[str] = []
