"""An answer's reasons as rows: no, not recorded, yes; each with its values, dates, writers and sources."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.pages.case.reading import Reading
from api.words import day_words, kleene_words, value_words, with_day_words
from engine.model.decision import FactShown, Part, Reason, Recorded
from engine.picture.words import sentence_case

ORDER = ("no", "not recorded", "with care", "yes")
"""Words of the groups, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """A value behind a reason.

    Attributes:
        title: What it is of; empty where the sentence before has said it.
        words: The value, or why there is none.
        seq: Number of the event that holds it, where one does.
        record: Evidence type to record it as, where it is not known.
    """

    title: str
    words: str
    on: str = ""
    by: str = ""
    seq: int | None = None
    record: str | None = None


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One line: the word for it, a sentence, the values behind it, and where the rule stands."""

    word: str
    text: str
    facts: tuple[FactRow, ...] = ()
    because: str = ""
    reached: str = ""
    source: str = ""
    line: str = ""
    firm: bool = False
    """No deviation passes it."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows under one word."""

    word: str
    rows: tuple[ReasonRow, ...]


def groups_of(reading: Reading, reasons: Iterable[Reason]) -> tuple[Group, ...]:
    """Reasons by their word, the words in their order; empty groups are left out."""
    rows = [reason_row(reading, reason) for reason in reasons]
    found = ((word, tuple(row for row in rows if row.word == word)) for word in ORDER)
    return tuple(Group(word, some) for word, some in found if some)


def reason_row(reading: Reading, reason: Reason) -> ReasonRow:
    """One reason for people."""
    said = with_day_words(reason.text)
    place = reason.place
    return ReasonRow(
        word="with care" if reason.part is Part.CAUTION else kleene_words(reason.holds),
        text=said[:1].upper() + said[1:],
        facts=tuple(fact_row(reading, fact, said) for fact in reason.facts),
        because=reason.because or "",
        reached=day_words(reason.again_on) if reason.again_on else "",
        source=reading.source_words(reason.source),
        line=f"line {place.line} of {place.file.rpartition('/')[2]}" if place.file else "",
        firm=reason.holds is not True and not reason.overridable,
    )


def fact_row(reading: Reading, fact: FactShown, said: str = "") -> FactRow:
    """One value for people. `said` is what stands before it: a title in it is not said again."""
    title = _unsaid(fact.title, said)
    on = day_words(fact.observed_on) if fact.observed_on else ""
    by = reading.actors.get(fact.evidence_id, "") if fact.evidence_id else ""
    record = fact.fact.partition(".")[0]
    if record not in reading.algorithm.evidence:
        record = _recorded_as(reading, fact.fact)
    match fact.missing:
        case Recorded.STALE:
            words = "out of date since then" if on else "out of date"
            return FactRow(title, words, on, by, fact.evidence_id, record or None)
        case Recorded.ASKED:
            return FactRow(title, "asked, not known", on, by, fact.evidence_id, record or None)
        case Recorded.NEVER:
            return FactRow(title, "not recorded", record=record or None)
        case None:
            words = value_words(fact.value, reading.field_of(fact.fact))
            needed = record if fact.value is None else None
            return FactRow(title, words, on, by, fact.evidence_id, needed or None)


def _recorded_as(reading: Reading, fact: str) -> str:
    """The evidence type that a fact of a trial or a score rests on; empty for what only history tells."""
    root, _, rest = fact.partition(".")
    rule = reading.algorithm.trials
    if root == "score" and reading.algorithm.measures:
        return reading.algorithm.measures[0].read.partition(".")[0]
    if rest == "days_covered_percent" and rule.adherence:
        return rule.adherence.partition(".")[0]
    return ""


def _unsaid(title: str, said: str) -> str:
    owner, comma, rest = title.partition(", ")
    if not title or title.lower() in said.lower():
        return ""
    if comma and owner.lower() in said.lower():
        return rest[:1].upper() + rest[1:]
    return title[:1].upper() + title[1:]


def short(row: ReasonRow) -> str:
    """A reason in one sentence with its first value, for a line that has no room for more."""
    facts = [fact for fact in row.facts if fact.words != "not recorded"]
    told = f": {facts[0].words}" if facts else ""
    reached = f" Reached on {row.reached}." if row.reached else ""
    return f"{row.text}{told}.{reached}" if not row.text.endswith("?") else f"{row.text}{reached}"


def plainly(text: str) -> str:
    """A sentence that goes on after a colon."""
    return sentence_case(text)
