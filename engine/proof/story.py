"""Counterexamples as patient stories: dated visits, replayed through the runtime before anybody sees them.

The solver's patient is a set of facts on one day. A story is a history that leads there: earlier treatment,
visits, records, signatures and moves. It is told only if the runtime ends where the solver said; then
whatever it can do without is left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from engine.model.algorithm import Algorithm
from engine.model.case import Case
from engine.model.entry import Deviate, Entry
from engine.model.errors import EngineError
from engine.proof.answers import Answer, Witness
from engine.proof.imagining import Imagining, Visit
from engine.proof.saving import scenario_text, shown
from engine.proof.telling import ClaimPart, Ending, Walk, ending_of, parts_on, walked
from engine.runtime.plan import Plan, plan_of

LAST_DAY = date(2026, 3, 2)
_REASON = "needed for the story"


@dataclass(frozen=True, slots=True)
class Told:
    """A story.

    Attributes:
        lines: For people: a line a visit, or why there is no story.
        replayed: The runtime ended as the solver said.
        scenario: The story as a scenario file that fails until the definition is mended.
        parts: For each visit, the parts of the claim with their values after it.
        case: The case at the end, `on` that day; None where there is no story.
        algorithm: What it was told of, with parameters as they were set for this patient.
    """

    lines: tuple[str, ...]
    replayed: bool
    scenario: str | None = None
    parts: tuple[tuple[ClaimPart, ...], ...] = ()
    case: Case | None = None
    on: date = LAST_DAY
    algorithm: Algorithm | None = None


def tell(algorithm: Algorithm, answer: Answer, visits: int = 12) -> Told:
    """The story of the patient for whom a claim is not true."""
    witness = answer.witness
    assert witness is not None
    if answer.claim.every_parameter:
        algorithm = _set(algorithm, witness)
    try:
        story = _replayed(algorithm, witness, visits)
    except EngineError as error:
        return _bug(f"{error.message}. {error.fix}")
    if isinstance(story, str):
        return _bug(story)
    story = _shrunk(algorithm, witness, story)
    plan = plan_of(algorithm)
    walk = _walk(plan, story)
    parts = tuple(parts_on(plan, witness, case, on) for case, on in walk)
    case, on = walk[-1]
    scenario = scenario_text(algorithm, answer, story)
    return Told(tuple(_visit_lines(story)), True, scenario, parts, case, on, algorithm)


def _set(algorithm: Algorithm, witness: Witness) -> Algorithm:
    """The algorithm as a clinic has set it in which the patient was found."""
    found = {
        name: replace(one, value=value)
        for name, one in algorithm.parameters.items()
        if isinstance(value := witness.facts.get(name), int | Decimal | str)
    }
    return replace(algorithm, parameters={**algorithm.parameters, **found})


def _bug(why: str) -> Told:
    return Told((f"no story: the solver's patient could not be replayed ({why})",), False)


@dataclass(frozen=True, slots=True)
class Story:
    """A patient and what is entered of them, in order; the last visit is the one that decides."""

    imagining: Imagining
    visits: tuple[Visit, ...]


def _replayed(algorithm: Algorithm, witness: Witness, most: int) -> "Story | str":
    """A story that ends as the solver said, or why none was found."""
    imagining = Imagining(algorithm, witness, LAST_DAY)
    visits = imagining.visits()
    if visits is None:
        return f"no way leads to {witness.step}"
    if len(visits) > most:
        return f"it would take {len(visits)} visits; try --visits {len(visits)}"
    why = "the runtime ends otherwise"
    for deviating in (False, True):
        made = tuple(_deviating(visit) for visit in visits) if deviating else tuple(visits)
        story = Story(imagining, made)
        ending = _ending(algorithm, witness, story)
        if ending.as_said:
            return story
        why = ending.why
    return why


def _deviating(visit: Visit) -> Visit:
    entry = visit.entry
    if entry.move is None:
        return visit
    return replace(visit, entry=replace(entry, deviate=Deviate(_REASON)))


def _ending(algorithm: Algorithm, witness: Witness, story: "Story") -> Ending:
    plan = plan_of(algorithm)
    try:
        return ending_of(plan, witness, _walk(plan, story))
    except EngineError as error:
        return Ending(False, error.message)


def _walk(plan: Plan, story: "Story") -> Walk:
    imagined = story.imagining
    return walked(plan, imagined.patient, imagined.reported, [visit.entry for visit in story.visits])


def _shrunk(algorithm: Algorithm, witness: Witness, story: "Story") -> "Story":
    """Leave out whatever the ending can do without: earlier treatments, then records, then fields of them."""
    for smaller in _smaller(story):
        # Each proposal is made of the smallest story so far.
        proposed = smaller(story)
        if proposed is not None and _ending(algorithm, witness, proposed).as_said:
            story = proposed
    return story


def _smaller(story: "Story") -> Iterator[Callable[["Story"], "Story | None"]]:
    """Proposals to make a story smaller, each to be made of the smallest so far."""
    for treatment in story.imagining.reported:
        yield lambda s, t=treatment: replace(s, imagining=s.imagining.without(t))
    for number, visit in enumerate(story.visits):
        for kind in visit.entry.record:
            yield lambda s, n=number, k=kind: _less(s, n, k, None)
        for kind, values in visit.entry.record.items():
            for field in values or ():
                yield lambda s, n=number, k=kind, f=field: _less(s, n, k, f)
    # From the end, so that the numbers of the others stay.
    for number in reversed(range(len(story.visits) - 1)):
        yield lambda s, n=number: _without_visit(s, n)


def _without_visit(story: "Story", number: int) -> "Story | None":
    """The story without a visit in which nothing is entered."""
    if _entered_anything(story.visits[number].entry):
        return None
    return replace(story, visits=story.visits[:number] + story.visits[number + 1 :])


def _entered_anything(entry: Entry) -> bool:
    return bool(entry.record or entry.start or entry.stop or entry.sign or entry.move)


def _less(story: "Story", number: int, kind: str, field: str | None) -> "Story | None":
    entry = story.visits[number].entry
    record = dict(entry.record)
    if kind not in record:
        return None
    if field is None:
        del record[kind]
    else:
        values = {name: value for name, value in (record[kind] or {}).items() if name != field}
        if not values or len(values) == len(record[kind] or {}):
            return None
        record[kind] = values
    visits = list(story.visits)
    visits[number] = replace(story.visits[number], entry=replace(entry, record=record))
    return replace(story, visits=tuple(visits))


def _visit_lines(story: "Story") -> list[str]:
    lines = [f"patient  born {story.imagining.patient.birth_date}, {story.imagining.patient.sex}"]
    lines += [f"before   {shown(one)}" for one in story.imagining.reported]
    for number, visit in enumerate(story.visits, start=1):
        lines.append(f"visit {number}  {visit.entry.on}  {visit.words or 'before'}: {_entered(visit.entry)}")
    return lines


def _entered(entry: Entry) -> str:
    told = [
        f"{kind} {', '.join(f'{name} {value}' for name, value in (values or {}).items())}"
        for kind, values in entry.record.items()
    ]
    told += [f"start {one.option} {one.dose_mg_per_day or ''}".rstrip() for one in entry.start]
    told += [f"stop {one.option}" for one in entry.stop]
    told += [f"sign {one.gate}" for one in entry.sign]
    told += [f"{'deviating, ' if entry.deviate else ''}{entry.move}"] if entry.move else []
    return "; ".join(told) or "nothing new"
