"""Walks: random, mostly sensible stories of one patient, for property tests."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from engine.model.algorithm import Algorithm
from engine.model.case import Case, Patient
from engine.model.entry import Deviate, DoseChange, Entry, Release, Reported, Sign, Start, Stop
from engine.model.errors import EngineError
from engine.model.event import Draft, Event
from engine.model.evidence import EvidenceField, FieldType
from engine.runtime import Entered, enter, open_case, plan_of
from engine.runtime.replay import apply
from tests.support.algorithms import shipped_algorithm

TESTER = "tester"
OPENED_ON = date(2026, 1, 5)
MOMENT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass(repr=False)
class Walk:
    """A case with its history, as a clinic would have seen it live."""

    algorithm: Algorithm
    case: Case
    events: list[Event]
    entered: list[Entered] = field(default_factory=list[Entered])

    def __repr__(self) -> str:
        told = "; ".join(
            f"{e.seq} {e.observed_on} {e.type.value} {dict(e.payload)}" for e in self.events[-12:]
        )
        return f"<walk in {self.case.step}: {told[:2000]}>"

    @property
    def today(self) -> date:
        """Date of the last entry."""
        return max(event.observed_on for event in self.events)

    def enter(self, entry: Entry) -> Entered | None:
        """Carry out an entry; None where it is refused at the door, which changes nothing."""
        try:
            result = enter(self.algorithm, self.case, entry, actor=TESTER)
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
        Event(seq, case_id, d.type, d.observed_on, MOMENT, TESTER, algorithm.digest, d.payload)
        for seq, d in enumerate(drafts, first)
    ]


def opened(
    algorithm: Algorithm,
    patient: Patient | None = None,
    on: date = OPENED_ON,
    reported: tuple[Reported, ...] = (),
) -> Walk:
    """A walk that has just begun."""
    patient = patient or Patient(date(1981, 3, 2), "female")
    events = numbered(algorithm, None, open_case(algorithm, "1001", patient, on, reported))
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
def records(draw: st.DrawFn, name: str) -> dict[str, dict[str, object] | None]:
    """Some evidence of one day; now and then asked and not known."""
    algorithm = shipped_algorithm(name)
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
def entries(draw: st.DrawFn, name: str, case: Case, on: date) -> Entry:
    """One entry: evidence, and perhaps a treatment, a signature, a release or a move."""
    algorithm = shipped_algorithm(name)
    record = draw(records(name))
    step = algorithm.steps[case.step]
    offered = [name for rows in step.options.values() for row in rows for name in row.options]
    taken = [treatment.option for treatment in case.treatments]
    known = sorted(algorithm.formulary.options)
    start = st.sampled_from(offered or known) | st.sampled_from(known)
    option = st.sampled_from(taken or known)
    dose = st.sampled_from([Decimal(n) for n in ("5", "10", "20", "50", "100", "150", "300")])
    here = [move.id for move in algorithm.moves_from(case.step)]
    move = st.sampled_from(here or sorted(algorithm.moves)) | st.sampled_from(sorted(algorithm.moves))
    match draw(
        st.sampled_from(
            ["ask", "start", "start", "dose", "stop", "sign", "release", "move", "deviate", "deviate"]
        )
    ):
        case "start":
            return Entry(on, record, start=(Start(draw(start), draw(st.none() | dose)),))
        case "dose":
            return Entry(on, record, dose=(DoseChange(draw(option), draw(dose)),))
        case "stop":
            outcome = draw(st.none() | st.sampled_from(["intolerant", "no_response"]))
            return Entry(on, record, stop=(Stop(draw(option), outcome),))
        case "sign":
            gate = draw(st.sampled_from(sorted(algorithm.gates)))
            items = [item.id for item in algorithm.gates[gate].items]
            return Entry(
                on, record, sign=(Sign(gate, draw(st.dictionaries(st.sampled_from(items), st.booleans()))),)
            )
        case "release":
            return Entry(
                on, record, release=(Release(draw(st.sampled_from(sorted(algorithm.interrupts))), "seen"),)
            )
        case "move":
            return Entry(on, record, move=draw(move))
        case "deviate":
            return Entry(on, record, move=draw(move), deviate=Deviate("agreed with the patient"))
        case _:
            return Entry(on, record, ask=(draw(move),))


@st.composite
def walks(draw: st.DrawFn, name: str, most: int = 8) -> Walk:
    """A walk through a shipped algorithm: the beginning of some scenario, then up to `most` random entries.

    Entries are days to weeks apart, and now and then one is entered late.
    """
    from tests.support.stories import scenario_files, scenario_of, story_of

    algorithm = shipped_algorithm(name)
    file = draw(st.sampled_from([path.name for path in scenario_files(name)]))
    length = len(scenario_of(name, file).story)
    walk = story_of(algorithm, file, draw(st.integers(0, length)))
    day = first = walk.today
    for _ in range(draw(st.integers(0, most))):
        day += timedelta(days=draw(st.sampled_from([0, 1, 6, 7, 14, 28, 42])))
        late = draw(st.sampled_from([0, 0, 0, 0, 3]))
        walk.enter(draw(entries(name, walk.case, max(day - timedelta(days=late), first))))
    return walk
