"""Chapters of the gates and the safety stops."""

from __future__ import annotations

from collections.abc import Iterator

from engine.document.saying import Sayer, recorded
from engine.document.steps import KINDS
from engine.document.tree import Block, Bullets, Item, Paragraph, Quiet, Row, Section, Table, Words
from engine.document.writing import capital, item, joined, words
from engine.model.algorithm import MoveKind
from engine.model.gate import Gate, GateItem, Interrupt
from engine.picture.plan import slug
from engine.picture.words import full_name, listed, sentence_case


def gate_sections(say: Sayer) -> Iterator[Section]:
    """A section for each gate: where it stands, what it asks, what it can conclude."""
    for gate in say.algorithm.gates.values():
        ref = f"gate-{slug(gate.id)}"
        with say.sources.within(ref, f"Gate: {gate.title}"):
            yield Section(ref, f"Gate: {gate.title}", tuple(_gate(say, gate)), tag="GATE", look="gate")


def _gate(say: Sayer, gate: Gate) -> Iterator[Block]:
    cited = say.sources.cite(gate.source)
    by = f"It is signed by a {say.by(gate.by)}. " if gate.by else ""
    yield Paragraph(
        words(
            f"{len(gate.items)} questions, in this order. The first that fails names the conclusion. "
            "Evidence answers before a clinician's word does; a question left blank leaves the move "
            f"undecided. {by}A signature holds {gate.holds_days} days, and lapses when an answer changes "
            "or a move is made.",
            cited,
        )
    )
    boxes = [box for box in say.plan.gates.values() if box.gate == gate.id]
    if boxes:
        yield Paragraph(words("It stands before:"))
        steps = say.algorithm.steps
        yield Bullets(
            tuple(
                Item(joined([words(full_name(steps[one])) for one in box.targets], "or"), ref=box.ref)
                for box in boxes
            )
        )
    yield Table(
        "Questions",
        ("Question", "Passes where", "Answered by", "If it fails"),
        tuple(_question(say, gate, place, one) for place, one in enumerate(gate.items, 1)),
    )
    yield Paragraph(words("It can conclude:"))
    yield Bullets(tuple(_conclusion(say, gate, id_) for id_ in gate.conclusions))


def _question(say: Sayer, gate: Gate, place: int, one: GateItem) -> Row:
    found = gate.conclusions.get(one.conclusion)
    cited = say.sources.cite(one.source)
    head = words(f"{place}. {one.ask}", cited, *((" ", Quiet(f"{one.why}.")) if one.why else ()))
    passes: list[Words] = []
    if one.applies is not None:
        passes.append(words("Asked only where ", say.inline(one.applies)))
    passes += _lines(say.condition(one.passes)) if one.passes else [words("Any answer passes")]
    answers = [words(_answer(say, fact)) for fact in one.answer]
    if one.within is not None and answers:
        answers.append(words(recorded(one.within)))
    fails = [words(found.title if found else one.conclusion.replace("_", " "))]
    if one.suggest:
        fails.append(words("Suggests: ", _move(say, one.suggest)))
    if not one.overridable:
        fails.append(words("No deviation"))
    return Row(head, (tuple(passes), tuple(answers) or (words("A clinician's word"),), tuple(fails)))


def _lines(items: tuple[Item, ...], indent: str = "") -> list[Words]:
    """A list as lines of a cell, what is beneath set in by a dash."""
    found: list[Words] = []
    for one in items:
        found.append(words(indent, one.words))
        found += _lines(one.items, f"{indent}– ")
    return found


def _answer(say: Sayer, fact: str) -> Words:
    kind, _, name = fact.partition(".")
    known = say.algorithm.evidence.get(kind)
    if known is None:
        return capital(words(say.fact(fact)))
    if name not in known.fields:
        return words(say.evidence(kind))
    return words(say.evidence(kind), f": {sentence_case(known.fields[name].title)}")


def _move(say: Sayer, id_: str) -> str:
    found = say.algorithm.moves.get(id_)
    return found.title if found else id_.replace("_", " ")


def _conclusion(say: Sayer, gate: Gate, id_: str) -> Item:
    one = gate.conclusions[id_]
    said = [one.title]
    if id_ == gate.passed:
        said.append("the gate is passed")
    if one.resets_clock:
        said.append("the weeks of the trial count anew from the day it is signed")
    if one.suggest:
        said.append(f"suggests: {_move(say, one.suggest)}")
    return item("; ".join(said))


# --- safety stops -------------------------------------------------------------------------------------------


def stop_section(say: Sayer) -> Iterator[Section]:
    """The safety stops, each with what raises, freezes, spares and releases it."""
    stops = say.algorithm.interrupts.values()
    if not stops:
        return
    with say.sources.within("safety", "Safety stops"):
        frozen = Paragraph(
            words(
                "A stop freezes moves until a clinician releases it. It never moves a case by itself. "
                "Evidence can still be recorded, doses reduced and treatments stopped."
            )
        )
        yield Section(
            "safety", "Safety stops", (frozen,), tuple(_stop(say, one) for one in stops), "STOP", "stop"
        )


def _stop(say: Sayer, stop: Interrupt) -> Section:
    cited = say.sources.cite(stop.source, needed=True)
    blocks: list[Block] = [
        Paragraph(words("Raised where:", cited)),
        Bullets(say.condition(stop.raise_when, beside=stop.source)),
    ]
    blocks += say.why(stop.raise_when)
    if stop.actions:
        blocks += [Paragraph(words("What is done:")), Bullets(tuple(item(one) for one in stop.actions))]
    blocks.append(Paragraph(_freezes(say, stop)))
    needs = (*say.requirements(stop.release_requires), *say.condition(stop.release_when))
    by = f" by a {say.by(stop.release_by)}" if stop.release_by else ""
    if needs:
        blocks += [Paragraph(words(f"Released{by}, with:")), Bullets(needs)]
        blocks += say.why(stop.release_when)
    else:
        blocks.append(Paragraph(words(f"Released{by}.")))
    return Section(f"stop-{slug(stop.id)}", stop.title, tuple(blocks), tag=stop.code or "")


def _freezes(say: Sayer, stop: Interrupt) -> Words:
    moves = say.algorithm.moves
    free = [one.title for one in moves.values() if one.id not in stop.frozen_moves]
    if not stop.frozen_moves:
        return words("It freezes no move.")
    kinds = [f"“{KINDS[MoveKind(one)]}”" for one in sorted(stop.spared_kinds)]
    treatments = [words(say.option(one)) for one in sorted(stop.spared_options)]
    open_ = joined([words(one) for one in dict.fromkeys(free)]) if free else words("no move")
    begun = words(" So may ", joined(treatments, "or"), ".") if treatments else ()
    first = f" A treatment may still start after a move of the kind {listed(kinds)}." if kinds else ""
    return words("Every move is frozen but these, which stay open: ", open_, ".", first, begun)
