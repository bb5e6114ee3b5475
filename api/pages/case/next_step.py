"""What may be done next: each move that starts here with its verdict, its reasons and what would decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.case.reading import Reading, in_days
from api.pages.case.reasons import Group, ReasonRow, groups_of, plainly, short
from api.words import OPTION_VERDICTS, asked_words, day_words, verdict
from engine.model.algorithm import Move, MoveKind, StepKind
from engine.model.decision import Decision, GateAnswer, ItemResult, OptionAnswer, Part, Status
from engine.picture.words import listed, sentence_case

ALWAYS_OPEN = frozenset((MoveKind.BYPASS, MoveKind.EXIT, MoveKind.DE_ESCALATE))
MAY_DEVIATE = frozenset(("move", "start"))
"""Requests that a deviation may pass."""
MOST_NEEDS = 3
RANK = {"Ready": 0, "Not yet": 1, "Blocked": 2, "Not offered": 3}


@dataclass(frozen=True, slots=True)
class NeedPart:
    """One evidence type of a set that would decide, and the fields asked for."""

    kind: str
    title: str
    fields: str


@dataclass(frozen=True, slots=True)
class OptionRow:
    """A treatment that a move would make possible. `why`: what is against it, or what is not known."""

    id: str
    title: str
    verdict: str
    why: str = ""
    open_on: str = ""


@dataclass(frozen=True, slots=True)
class GateLine:
    """A gate before a move: how many of its questions are answered, whether it is signed."""

    id: str
    title: str
    answered: int
    asked: int
    signed: str = ""
    conclusion: str = ""

    @property
    def open_words(self) -> str:
        """What the link to it says."""
        return f"{self.title}, {self.answered} of {self.asked} answered"


@dataclass(frozen=True, slots=True)
class MoveBlock:
    """One move.

    Attributes:
        summary: The answer in one sentence.
        needs: Smallest sets of evidence, each of which would decide; the first few.
        control: Whether the page offers to make it.
        deviable: Whether the page offers to deviate.
    """

    id: str
    title: str
    kind: str
    target: str
    verdict: str
    summary: str
    groups: tuple[Group, ...]
    needs: tuple[tuple[NeedPart, ...], ...] = ()
    again_on: str = ""
    holds_until: str = ""
    gate: GateLine | None = None
    options: tuple[OptionRow, ...] = ()
    control: bool = False
    deviable: bool = False
    urgent: bool = False
    by: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Moves in the order of a reader: what may be done, what is close, what always stays open, the rest."""

    blocks: tuple[MoveBlock, ...]
    frozen: bool

    @property
    def main(self) -> tuple[MoveBlock, ...]:
        """Those that carry the treatment on and may happen."""
        return tuple(b for b in self.blocks if not b.urgent and b.verdict in ("Ready", "Not yet"))

    @property
    def closed(self) -> tuple[MoveBlock, ...]:
        """Those that carry the treatment on and may not happen."""
        return tuple(b for b in self.blocks if not b.urgent and b.verdict not in ("Ready", "Not yet"))

    @property
    def aside(self) -> tuple[MoveBlock, ...]:
        """The urgent way, reducing and leaving: open whatever is frozen."""
        return tuple(b for b in self.blocks if b.urgent)

    def block(self, move: str) -> MoveBlock | None:
        """The block of a move."""
        return next((block for block in self.blocks if block.id == move), None)


def next_step(reading: Reading) -> NextStep:
    """The moves that start where the case is."""
    order = list(reading.algorithm.moves)
    blocks = [move_block(reading, reading.said.moves[name]) for name in reading.here()]
    blocks.sort(key=lambda b: (RANK.get(b.verdict, 4), not b.needs and not b.again_on, order.index(b.id)))
    return NextStep(tuple(blocks), bool(reading.said.interrupts))


def move_block(reading: Reading, decision: Decision) -> MoveBlock:
    """One move with everything behind its answer."""
    algorithm = reading.algorithm
    move = algorithm.moves[decision.id]
    groups = groups_of(reading, decision.reasons)
    step = algorithm.steps[algorithm.target_of(move, reading.case.step)]
    open_ = reading.known is None and reading.case.closed_on is None
    return MoveBlock(
        id=move.id,
        title=_title(reading, move, decision),
        kind=move.kind.value.replace("_", " "),
        target=f"{step.code} {step.title}" if step.code else step.title,
        verdict=verdict(decision),
        summary=summary(decision, groups),
        groups=groups,
        needs=needs_of(reading, decision),
        again_on=dated_in(reading, decision) if not decision.permitted else "",
        holds_until=day_words(decision.holds_until) if decision.permitted and decision.holds_until else "",
        gate=_gate_line(reading, move),
        options=_options(reading, decision),
        control=open_ and decision.permitted,
        deviable=open_ and decision.deviable and not decision.permitted,
        urgent=move.kind in ALWAYS_OPEN,
        by=listed((role.replace("_", " ") for role in sorted(move.by)), "or"),
        source=reading.source_words(move.source),
    )


def _title(reading: Reading, move: Move, decision: Decision) -> str:
    """Code of the step it leads to and its own title; the title alone where it leads to no other step."""
    step = reading.algorithm.steps[reading.algorithm.target_of(move, reading.case.step)]
    elsewhere = step.kind is not StepKind.END and step.id != reading.case.step
    return asked_words(reading.algorithm, decision) if elsewhere else decision.title


def dated_in(reading: Reading, decision: Decision) -> str:
    """`16-Mar-2026 (in 7 days)`: when time alone changes the answer; empty where it does not."""
    on = decision.again_on
    return f"{day_words(on)} ({in_days(on, reading.today)})" if on else ""


def summary(decision: Decision, groups: Sequence[Group]) -> str:
    """The answer in one sentence: the first thing against it, how much more there is, what is waited for."""
    rows = {group.word: group.rows for group in groups}
    if decision.permitted:
        care = rows.get("with care", ())
        return f"With care: {short(care[0])}" if care else "Everything it asks for holds."
    against, waiting = rows.get("no", ()), rows.get("not recorded", ())
    firm = {r.text for r in decision.reasons if r.part in (Part.INTERRUPT, Part.HARD_STOP, Part.BY)}
    parts: list[str] = []
    if against:
        first = next((row for row in against if row.text in firm), against[0])
        parts.append(_does_not_hold(first, firm=first.text in firm))
        parts += [f"{len(against) - 1} more against it."] if len(against) > 1 else []
    if waiting:
        parts.append(f"{len(waiting)} not recorded.")
    return " ".join(parts)


def _does_not_hold(row: ReasonRow, *, firm: bool) -> str:
    told = f" ({row.facts[0].words})" if row.facts else ""
    if firm:
        return f"{row.text}."
    if row.text.endswith("?"):
        return f"{row.text} No{told}."
    reached = f" Reached on {row.reached}." if row.reached else ""
    return f"Does not hold: {plainly(row.text)}{told}.{reached}"


def needs_of(reading: Reading, decision: Decision) -> tuple[tuple[NeedPart, ...], ...]:
    """The smallest sets of evidence that would decide, fewest records first."""
    if decision.status is Status.PERMITTED:
        return ()
    sets = [need_parts(reading, need) for need in decision.needs.to_permit]
    sets.sort(key=len)
    return tuple(parts for parts in sets if parts)[:MOST_NEEDS]


def need_parts(reading: Reading, need: Sequence[str]) -> tuple[NeedPart, ...]:
    """A set of evidence fields, by the type that records them."""
    by_kind: dict[str, list[str]] = {}
    for name in need:
        kind, _, field = name.partition(".")
        by_kind.setdefault(kind, []).append(field)
    parts: list[NeedPart] = []
    for kind, fields in by_kind.items():
        evidence = reading.algorithm.evidence.get(kind)
        if evidence is None:
            continue
        titles = [sentence_case(evidence.fields[f].title) for f in fields if f in evidence.fields]
        alone = len(evidence.fields) == 1
        parts.append(NeedPart(kind, evidence.title, "" if alone else listed(titles, "and")))
    return tuple(parts)


def _gate_line(reading: Reading, move: Move) -> GateLine | None:
    answer = reading.said.gates.get(move.gate or "")
    return None if answer is None else gate_line(reading, answer)


def gate_line(reading: Reading, answer: GateAnswer) -> GateLine:
    """A gate in one line."""
    asked = [item for item in answer.items if item.result is not ItemResult.DOES_NOT_APPLY]
    conclusion = reading.algorithm.gates[answer.id].conclusions.get(answer.conclusion or "")
    return GateLine(
        answer.id,
        answer.title,
        len(asked) - len(answer.blank),
        len(asked),
        day_words(answer.signed_on) if answer.signed_on else "",
        conclusion.title if conclusion else "",
    )


def _options(reading: Reading, decision: Decision) -> tuple[OptionRow, ...]:
    """The treatments behind a move, open ones first."""
    order = list(OPTION_VERDICTS)
    rows = sorted(decision.options, key=lambda option: order.index(option.status))
    return tuple(option_row(reading, option) for option in rows)


def option_row(reading: Reading, option: OptionAnswer) -> OptionRow:
    """A treatment with what is against it, or not known, or to be watched."""
    groups = {group.word: group.rows for group in groups_of(reading, option.reasons)}
    found = next((groups[word] for word in ("no", "not recorded", "with care") if word in groups), ())
    return OptionRow(
        option.id,
        option.title,
        OPTION_VERDICTS[option.status],
        short(found[0]) if found else "",
        day_words(option.open_on) if option.open_on else "",
    )
