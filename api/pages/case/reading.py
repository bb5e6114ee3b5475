"""One case on one day, as every part of its page reads it."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from api.words import day_words
from engine.model.algorithm import Algorithm
from engine.model.case import Case, Record
from engine.model.decision import Decisions, Part
from engine.model.evidence import EvidenceField
from engine.runtime.day import Day
from engine.runtime.decide import day_of
from engine.service import CaseView


@dataclass(frozen=True)
class Reading:
    """A case with what the algorithm says of it.

    Attributes:
        said: The answers on that day.
        known: None for now; else up to which event the case is shown as it was known then.
    """

    view: CaseView
    said: Decisions
    known: int | None = None

    @property
    def case(self) -> Case:
        """The case."""
        return self.view.case

    @property
    def algorithm(self) -> Algorithm:
        """The version it is in."""
        return self.view.algorithm

    @property
    def today(self) -> date:
        """The clinic date that the answers are about."""
        return self.said.today

    @cached_property
    def day(self) -> Day:
        """Facts of the case on that day."""
        return day_of(self.algorithm, self.case, self.today)

    @cached_property
    def actors(self) -> dict[int, str]:
        """Who made each event, by its number."""
        return {event.seq: event.actor for event in self.view.events}

    def field_of(self, fact: str) -> EvidenceField | None:
        """The evidence field behind a fact's name (`phq9.total`, `phq9.baseline.total`)."""
        kind, _, rest = fact.partition(".")
        evidence = self.algorithm.evidence.get(kind)
        return None if evidence is None else evidence.fields.get(rest.rpartition(".")[2])

    def source_words(self, source: str | None) -> str:
        """What a source's id stands for; empty where none is named."""
        found = self.algorithm.sources.get(source or "")
        return found.text if found else (source or "")

    def here(self) -> list[str]:
        """Ids of the moves that start where the case is."""
        return [
            name
            for name, decision in self.said.moves.items()
            if not any(reason.part is Part.FROM for reason in decision.reasons)
        ]

    def latest(self, kind: str) -> Record | None:
        """The latest record of a type, those entered in error and those without a value included."""
        records = [r for r in self.case.records if r.type == kind and r.observed_on <= self.today]
        return max(records, key=lambda r: (r.retracted_seq is None, r.observed_on, r.seq), default=None)


def in_days(day: date, today: date) -> str:
    """`today`, `tomorrow`, `in 12 days`, `3 days ago`: said only beside a date."""
    gap = (day - today) // timedelta(days=1)
    if gap == 0:
        return "today"
    if abs(gap) == 1:
        return "tomorrow" if gap > 0 else "yesterday"
    return f"in {gap:,} days" if gap > 0 else f"{-gap:,} days ago"


def week_of(since: date, today: date) -> int:
    """Whole weeks since a day."""
    return max(0, (today - since).days // 7)


def dated(day: date | None) -> str:
    """A day in words; empty without one."""
    return "" if day is None else day_words(day)
