"""Gates: each question answered from evidence where it exists, else by the clinician's word when signing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from engine.criteria.explain import explain
from engine.model.case import Signature
from engine.model.decision import GateAnswer, GateItemAnswer, ItemResult
from engine.model.gate import Gate, GateItem
from engine.model.time import days
from engine.runtime.day import Day
from engine.runtime.evidence_for import Need, confirming, evidence_for, minimal, ruling_out, together
from engine.runtime.facts import Facts


def gate_answer(
    day: Day, gate: Gate, answers: Mapping[str, bool] | None = None, *, shown: bool = True
) -> GateAnswer:
    """A gate for a case today.

    Args:
        day: The case and the day.
        gate: The gate.
        answers: The clinician's word for items that no evidence answers, as given now; without it, the
            answers of the signature that holds count.
        shown: With the facts behind each item; a caller who only wants to know how it stands goes without.
    """
    if answers is not None:
        return _answered(day, gate, answers, None, shown=shown)
    found = day.gates.get((gate.id, True)) or day.gates.get((gate.id, shown))
    if found is None:
        signature = holding_signature(day, gate)
        word: Mapping[str, bool] = {} if signature is None else signature.answers
        found = day.gates[gate.id, shown] = _answered(day, gate, word, signature, shown=shown)
    return found


def _answered(
    day: Day, gate: Gate, word: Mapping[str, bool], signature: Signature | None, *, shown: bool
) -> GateAnswer:
    if signature is not None:
        # While a signature holds, what it reset is no change of an answer.
        day = Day(day.plan, day.case, day.today, ignore_signature=signature.seq)
    items = tuple(item_answer(day, item, word.get(item.id), shown=shown) for item in gate.items)
    complete = all(item.result is not ItemResult.BLANK for item in items)
    return GateAnswer(
        id=gate.id,
        title=gate.title,
        items=items,
        conclusion=signature.conclusion if signature else _conclusion(gate, items),
        complete=complete,
        signed_on=signature.on if signature else None,
        holds_until=days(gate.holds_days).after(signature.on) if signature else None,
    )


def _conclusion(gate: Gate, items: tuple[GateItemAnswer, ...]) -> str | None:
    return next((item.conclusion for item in items if item.result is ItemResult.FAILS), None)


def item_facts(day: Day, item: GateItem) -> Facts:
    """Facts as an item reads them: its answer's evidence types inside the item's own window."""
    if item.within is None:
        return day.facts
    types = {name.partition(".")[0] for name in item.answer} & day.plan.algorithm.evidence.keys()
    return Facts(day, windows=dict.fromkeys(types, item.within))


def item_answer(day: Day, item: GateItem, word: bool | None = None, *, shown: bool = True) -> GateItemAnswer:
    """One item: what evidence says, and the clinician's word only where it says nothing."""
    facts = item_facts(day, item)
    result = _from_evidence(day, item, facts)
    by_word = result is ItemResult.BLANK and word is not None
    if by_word:
        result = ItemResult.PASSES if word else ItemResult.FAILS
    return GateItemAnswer(
        id=item.id,
        ask=item.ask,
        result=result,
        conclusion=item.conclusion,
        facts=tuple(facts.shown(name) for name in _read(day, item, facts)) if shown else (),
        by_word=by_word,
        overridable=item.overridable,
    )


def _from_evidence(day: Day, item: GateItem, facts: Facts) -> ItemResult:
    applies = day.plan.holds(item.applies, facts)
    if applies is False:
        return ItemResult.DOES_NOT_APPLY
    passes = day.plan.holds(item.passes, facts)
    if passes is False:
        return ItemResult.FAILS if applies else ItemResult.BLANK
    if applies is None or passes is None or any(not recorded(facts, name) for name in item.answer):
        return ItemResult.BLANK
    return ItemResult.PASSES


def recorded(facts: Facts, name: str) -> bool:
    """Whether an answer is on record: a fact that is known, or any field of a bare evidence type."""
    if name in facts.day.plan.algorithm.evidence:
        return any(record.values for record in facts.fresh(name))
    return facts[name] is not None


def _read(day: Day, item: GateItem, facts: Facts) -> tuple[str, ...]:
    names = [name for name in item.answer if name not in day.plan.algorithm.evidence]
    names += [f"{kind}.{f}" for kind in item.answer if kind in day.plan.algorithm.evidence
              for f in day.plan.algorithm.evidence[kind].main]  # fmt: skip
    if item.passes is not None:
        names += explain(day.plan.of(item.passes), facts).because
    return tuple(dict.fromkeys(names))


# Signatures


def holding_signature(day: Day, gate: Gate) -> Signature | None:
    """The latest signature of a gate, if it still holds today: in time, no move since, no answer changed."""
    case = day.case
    signature = next((s for s in reversed(case.signatures) if s.gate == gate.id and s.on <= day.today), None)
    if signature is None or day.today > days(gate.holds_days).after(signature.on):
        return None
    if any(move.seq > signature.seq for move in case.moves):
        return None
    checked = signature.on
    while checked <= day.today:
        if not _unchanged(day, gate, signature, checked):
            return None
        checked += timedelta(days=1)
    return signature


def _unchanged(day: Day, gate: Gate, signature: Signature, on: date) -> bool:
    """Whether every item has the result it had when signed.

    A lapsed signature stays lapsed: every day counts.
    """
    then = Day(day.plan, day.case, on, ignore_signature=signature.seq)
    for item in gate.items:
        now = item_answer(then, item, signature.answers.get(item.id), shown=False)
        if now.result != signature.items.get(item.id):
            return False
    return True


# Needs


@dataclass(frozen=True, slots=True)
class GateNeeds:
    """Alternatives of evidence for a gate: to answer every blank item well, and to make one fail."""

    to_pass: tuple[Need, ...]
    to_fail: tuple[Need, ...]


def gate_needs(day: Day, gate: Gate, answer: GateAnswer) -> GateNeeds:
    """What would let every blank item pass, and what could make one of them fail."""
    to_pass: list[tuple[Need, ...]] = []
    to_fail: list[Need] = []
    for item in gate.items:
        if next(a for a in answer.items if a.id == item.id).result is ItemResult.BLANK:
            passing, failing = _item_needs(day, item)
            to_pass.append(passing)
            to_fail.extend(failing)
    return GateNeeds(together(to_pass), minimal(to_fail))


def _item_needs(day: Day, item: GateItem) -> tuple[tuple[Need, ...], tuple[Need, ...]]:
    facts = item_facts(day, item)
    parts: list[tuple[Need, ...]] = []
    failing: tuple[Need, ...] = ()
    if item.passes is not None and day.plan.holds(item.passes, facts) is None:
        criterion = day.plan.of(item.passes)
        parts.append(confirming(facts, criterion))
        failing = ruling_out(facts, criterion)
    parts += [_answering(facts, name) for name in item.answer if not recorded(facts, name)]
    if item.applies is not None and day.plan.holds(item.applies, facts) is None:
        parts.append(confirming(facts, day.plan.of(item.applies)))
    return together(parts), failing


def _answering(facts: Facts, name: str) -> tuple[Need, ...]:
    evidence = facts.day.plan.algorithm.evidence
    if name in evidence:
        return (frozenset(f"{name}.{field}" for field in evidence[name].main),)
    need = evidence_for(facts, name)
    return () if need is None else (need,)
