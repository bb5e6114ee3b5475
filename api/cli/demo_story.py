"""Tells one entry of a patient's story: what was recorded, what was asked, what the answer was and why."""

from typing import TYPE_CHECKING

from api.cli.answers import heading, need_words, reasons_lines, row
from api.cli.output import paint
from api.shapes import Shape, decision_shape, event_shape, plain
from api.telling import event_words
from api.words import age_words, day_words, value_words
from engine.model.decision import Decision, Part, Reason, Status
from engine.model.event import EventType

if TYPE_CHECKING:
    from engine.definition.scenarios import Scenario, StoryEntry
    from engine.service import CaseView, Written

MOST_REASONS = 3

_PEOPLE = {"female": "woman", "male": "man"}
_TOLD = frozenset((EventType.EVIDENCE_RETRACTED, EventType.INTERRUPT_RAISED, EventType.NOTE_ADDED))
_DONE = frozenset(
    (
        EventType.TREATMENT_STARTED,
        EventType.DOSE_CHANGED,
        EventType.TREATMENT_STOPPED,
        EventType.GATE_SIGNED,
        EventType.MOVE_MADE,
        EventType.DEVIATION_RECORDED,
        EventType.INTERRUPT_RELEASED,
    )
)


def patient_line(number: int, scenario: "Scenario", case_id: str) -> str:
    """`1  Remission on the first drug   (woman, 34y, case 1001)`."""
    patient = scenario.patient
    age = age_words(patient.birth_date, scenario.story[0].entry.on)
    person = _PEOPLE.get(patient.sex, "person")
    return f"{paint(f'{number:>2}  {scenario.title}', 'heading')}   ({person}, {age}, case {case_id})"


def earlier_lines(view: "CaseView") -> list[str]:
    """What was taken before the case was opened."""
    return [
        line
        for event in view.events
        if event.type is EventType.TREATMENT_REPORTED
        for line in row("", event_words(event, view.algorithm))
    ]


class EntryTold:
    """One entry with what came of it. `answers` counts the decisions that are explained."""

    def __init__(self, part: "StoryEntry", written: "Written") -> None:
        self._part, self._written = part, written
        self._algorithm = written.view.algorithm
        entered = written.entered
        self._decisions: tuple[Decision, ...] = ()
        if entered is not None:
            moves = tuple(entered.moves.values())
            starts = (*moves, *entered.starts) if part.entry.move else (*entered.starts, *moves)
            self._decisions = (
                *entered.doses,
                *entered.stops,
                *entered.signs,
                *entered.releases,
                *starts,
            )
        self.answers = len(self._decisions)

    def lines(self, *, same_day: bool) -> list[str]:
        """The day, what was recorded, each answer with its first reasons, what was done, what follows."""
        events = self._written.events
        lines = [] if same_day else [f"  {paint(day_words(self._part.entry.on), 'heading')}"]
        recorded = [
            event_words(event, self._algorithm, brief=True)
            for event in events
            if event.type is EventType.EVIDENCE_RECORDED
        ]
        if recorded:
            lines += row("recorded", "; ".join(recorded))
        for event in events:
            if event.type in _TOLD:
                lines += row("", event_words(event, self._algorithm))
        for decision in self._decisions:
            lines += self._answer(decision)
        for event in events:
            if event.type in _DONE:
                lines += row("done", event_words(event, self._algorithm))
        return lines + self._what_follows()

    def _answer(self, decision: Decision) -> list[str]:
        lines = [heading(self._algorithm, decision), *reasons_lines(_telling(decision))]
        if decision.gate is not None and decision.gate.conclusion is not None:
            gate = self._algorithm.gates[decision.gate.id]
            conclusion = gate.conclusions.get(decision.gate.conclusion)
            title = conclusion.title if conclusion else decision.gate.conclusion
            lines += row("gate", f"{gate.title} concludes: {title}")
        if decision.status is Status.UNDECIDED and decision.needs.to_permit:
            lines += row("would decide", need_words(decision.needs.to_permit[0]))
        return [f"  {line}" for line in lines]

    def _what_follows(self) -> list[str]:
        """Facts, treatments, due evidence and flags that the author's story looks at."""
        from engine.definition.scenarios import Expected
        from engine.service import decisions, fact_of

        view, on = self._written.view, self._part.entry.on
        wanted = {expectation.kind for expectation in self._part.expect}
        facts = [e.subject for e in self._part.expect if e.kind is Expected.FACT]
        lines: list[str] = []
        if facts:
            said = "; ".join(f"{text}: {value_words(fact_of(view, text, on))}" for text in facts)
            lines += row("so", said)
        if wanted & {Expected.DUE, Expected.FLAGS}:
            said = decisions(view, on, timing=False)
            due = [self._algorithm.evidence[item.type].title for item in said.due]
            flags = [self._algorithm.flags[flag].title for flag in said.flags]
            lines += row("due", ", ".join(due) or "nothing") if Expected.DUE in wanted else []
            lines += row("flags", ", ".join(flags) or "none") if Expected.FLAGS in wanted else []
        return lines

    def shape(self) -> Shape:
        """The same for programs."""
        return {
            "on": plain(self._part.entry.on),
            "events": [event_shape(event) for event in self._written.events],
            "decisions": [decision_shape(decision) for decision in self._decisions],
        }


def _telling(decision: Decision) -> list[Reason]:
    """The few reasons that tell most: those that refuse, else those that wait, else those that permit."""
    against = [r for r in decision.reasons if r.holds is False]
    waiting = [r for r in decision.reasons if r.holds is None]
    speaking = [r for r in decision.reasons if r.holds is True and r.part is not Part.REQUIREMENT]
    return (against or waiting or speaking)[:MOST_REASONS]
