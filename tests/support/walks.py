"""Walks: random, mostly sensible stories of one patient, for property tests."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from engine.model.algorithm import Algorithm
from engine.model.case import Case, Patient
from engine.model.entry import Deviate, DoseChange, Entry, Release, Sign, Start, Stop
from engine.model.errors import EngineError
from engine.model.event import Draft, Event
from engine.model.evidence import EvidenceField, FieldType
from engine.runtime import Entered, enter, open_case, plan_of
from engine.runtime.replay import apply

OPENED_ON = date(2026, 1, 5)
MOMENT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass
class Walk:
    """A case with its history, as a clinic would have seen it live."""

    algorithm: Algorithm
    case: Case
    events: list[Event]
    entered: list[Entered] = field(default_factory=list[Entered])

    @property
    def today(self) -> date:
        """Date of the last entry."""
        return max(event.observed_on for event in self.events)

    def enter(self, entry: Entry) -> Entered | None:
        """Carry out an entry; None where it is refused at the door, which changes nothing."""
        try:
            result = enter(self.algorithm, self.case, entry)
        except EngineError:
            return None
        self.events += numbered(self.algorithm, self.case, result.drafts)
        self.case = result.case
        self.entered.append(result)
        return result


def numbered(algorithm: Algorithm, case: Case | None, drafts: tuple[Draft, ...]) -> list[Event]:
    """Drafts as events, as a store would number them."""
    first = 1 if case is None else case.seq + 1
    case_id = "1001" if case is None else case.id
    return [
        Event(seq, case_id, d.type, d.observed_on, MOMENT, "tester", algorithm.digest, d.payload)
        for seq, d in enumerate(drafts, first)
    ]


def opened(algorithm: Algorithm, patient: Patient | None = None, on: date = OPENED_ON) -> Walk:
    """A walk that has just begun."""
    patient = patient or Patient(date(1981, 3, 2), "female")
    events = numbered(algorithm, None, open_case(algorithm, "1001", patient, on))
    case: Case | None = None
    for event in events:
        case = apply(plan_of(algorithm), case, event)
    assert case is not None
    return Walk(algorithm, case, events)


def field_values(evidence: EvidenceField) -> st.SearchStrategy[object]:
    """Possible values of a field, clinical edges included by chance."""
    match evidence.type:
        case FieldType.BOOLEAN:
            return st.booleans()
        case FieldType.INTEGER:
            low = 0 if evidence.low is None else int(evidence.low)
            high = low + 100 if evidence.high is None else int(evidence.high)
            return st.integers(low, high)
        case FieldType.DECIMAL:
            low = Decimal(0) if evidence.low is None else evidence.low
            high = low + 100 if evidence.high is None else evidence.high
            return st.decimals(low, high, places=1, allow_nan=False, allow_infinity=False)
        case FieldType.CODE:
            return st.sampled_from(evidence.values)
        case FieldType.DATE:
            return st.dates(date(2025, 1, 1), OPENED_ON)
        case FieldType.TEXT:
            return st.just("as told")


@st.composite
def records(draw: st.DrawFn, algorithm: Algorithm) -> dict[str, dict[str, object] | None]:
    """Some evidence of one day; now and then asked and not known."""
    kinds = draw(st.lists(st.sampled_from(sorted(algorithm.evidence)), max_size=4, unique=True))
    found: dict[str, dict[str, object] | None] = {}
    for kind in kinds:
        fields = list(algorithm.evidence[kind].fields.values())
        needed = [f for f in fields if f.required]
        chosen = [f for f in fields if f.required or draw(st.booleans())]
        if draw(st.integers(0, 9)) == 0 and not needed:
            found[kind] = None
        elif chosen:
            found[kind] = {f.name: draw(field_values(f)) for f in chosen}
    return found


@st.composite
def entries(draw: st.DrawFn, algorithm: Algorithm, on: date) -> Entry:
    """One entry: evidence, and perhaps a treatment, a signature, a release or a move."""
    options = sorted(algorithm.formulary.options)
    option = draw(st.sampled_from(options))
    dose = draw(
        st.none() | st.sampled_from([Decimal(n) for n in ("5", "10", "20", "50", "100", "150", "300")])
    )
    what = draw(st.sampled_from(["record", "start", "dose", "stop", "sign", "release", "move", "deviate"]))
    gate = draw(st.sampled_from(sorted(algorithm.gates)))
    answers = {item.id: draw(st.booleans()) for item in algorithm.gates[gate].items if draw(st.booleans())}
    move = draw(st.sampled_from(sorted(algorithm.moves)))
    return Entry(
        on=on,
        record=draw(records(algorithm)),
        start=(Start(option, dose),) if what == "start" else (),
        dose=(DoseChange(option, dose or Decimal(20)),) if what == "dose" else (),
        stop=(Stop(option, draw(st.none() | st.sampled_from(["intolerant", "no_response"]))),)
        if what == "stop"
        else (),
        sign=(Sign(gate, answers),) if what == "sign" else (),
        release=(Release(draw(st.sampled_from(sorted(algorithm.interrupts))), "seen today"),)
        if what == "release"
        else (),
        ask=(move,) if what == "record" else (),
        move=move if what in ("move", "deviate") else None,
        deviate=Deviate("agreed with the patient") if what == "deviate" else None,
    )


@st.composite
def walks(draw: st.DrawFn, algorithm: Algorithm, most: int = 10) -> Walk:
    """A walk of up to `most` entries, days to weeks apart, now and then entered late."""
    patient = Patient(
        draw(st.sampled_from([date(1960, 2, 29), date(1981, 3, 2), date(2003, 7, 1)])),
        draw(st.sampled_from(["female", "male", "other", "unknown"])),
    )
    walk = opened(algorithm, patient)
    day = OPENED_ON
    for _ in range(draw(st.integers(1, most))):
        day += timedelta(days=draw(st.sampled_from([0, 1, 6, 7, 14, 28, 42])))
        on = day - timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 3]))) if day > OPENED_ON else day
        walk.enter(draw(entries(algorithm, max(on, OPENED_ON))))
    return walk
