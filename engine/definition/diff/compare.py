"""Two algorithms compared, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from engine.definition.diff.change import Change, Effect, Sign
from engine.definition.diff.conditions import conditions
from engine.definition.diff.pathway import move_changes, step_changes
from engine.definition.diff.reach import Reach
from engine.definition.diff.safety import flag_changes, gate_changes, interrupt_changes
from engine.definition.diff.told import Titled, Told, listed, value, words
from engine.definition.diff.treatments import evidence_changes, option_changes
from engine.model.algorithm import Algorithm, Parameter
from engine.model.criterion import Condition
from engine.runtime.names import names_of

Part = TypeVar("Part", bound=Titled)


def compare(old: Algorithm, new: Algorithm) -> tuple[Change, ...]:
    """Every change of meaning from one algorithm to another, parts that care rests on first.

    Sources, places and layout are no changes. The effect is what the shape of a change tells; where it only
    `depends on the patient`, a proof of refinement tells more.
    """
    return tuple(_Comparison(old, new).changes())


class _Comparison:
    def __init__(self, old: Algorithm, new: Algorithm) -> None:
        self.old = old
        self.new = new
        self.before = names_of(old)
        self.after = names_of(new)
        self.reach_before = Reach(old)
        self.reach = Reach(new)

    def changes(self) -> Iterator[Change]:
        old, new = self.old, self.new
        yield from self._whole()
        yield from self._parts(
            "step", old.steps, new.steps, lambda a, b: step_changes(a, b, self), Effect.EITHER
        )
        yield from self._parts(
            "move", old.moves, new.moves, lambda a, b: move_changes(a, b, self), Effect.MORE
        )
        yield from self._parts(
            "gate", old.gates, new.gates, lambda a, b: gate_changes(a, b, self), Effect.LESS
        )
        yield from self._parts(
            "interrupt",
            old.interrupts,
            new.interrupts,
            lambda a, b: interrupt_changes(a, b, self),
            Effect.LESS,
        )
        yield from self._parts(
            "option",
            old.formulary.options,
            new.formulary.options,
            lambda a, b: option_changes(a, b, self),
            Effect.MORE,
        )
        yield from self._parts("evidence", old.evidence, new.evidence, evidence_changes, Effect.NONE)
        yield from self._trials()
        yield from self._parts(
            "define",
            old.defines,
            new.defines,
            lambda a, b: self.depends(a.condition, b.condition),
            Effect.EITHER,
            felt=True,
        )
        yield from self._parts(
            "parameter", old.parameters, new.parameters, _parameter, Effect.NONE, felt=True
        )
        yield from self._parts(
            "flag", old.flags, new.flags, lambda a, b: flag_changes(a, b, self), Effect.NONE
        )
        yield from self._parts(
            "claim",
            old.claims,
            new.claims,
            lambda a, b: words(a.body != b.body, "is stated in another way", Effect.NONE),
            Effect.NONE,
        )

    # --- what parts are compared with -----------------------------------------------------------------------

    def must_hold(self, old: Condition | None, new: Condition | None) -> Iterator[Told]:
        """Changes of a condition that lets through when it is true."""
        return conditions(old, new, self.before, self.after)

    def stands_against(self, old: Condition | None, new: Condition | None) -> Iterator[Told]:
        """Changes of a condition that holds something up when it is true."""
        for sign, effect, text in self.must_hold(old, new):
            yield sign, effect.turned(), text

    def depends(self, old: Condition | None, new: Condition | None) -> Iterator[Told]:
        """Changes of a condition that is read for and against."""
        for sign, effect, text in self.must_hold(old, new):
            yield sign, effect if effect is Effect.NONE else Effect.EITHER, text

    def in_both(self, move: str) -> bool:
        """Whether both algorithms have a move; one that came or went is told by itself."""
        return move in self.old.moves and move in self.new.moves

    def title_of_move(self, id_: str) -> str:
        """Title of a move of either algorithm, or its id."""
        found = self.new.moves.get(id_) or self.old.moves.get(id_)
        return found.title if found else id_

    def title_of_step(self, id_: str) -> str:
        """Title of a step of either algorithm, or its id."""
        found = self.new.steps.get(id_) or self.old.steps.get(id_)
        return found.title if found else id_

    def title_of_option(self, id_: str) -> str:
        """Title of a treatment of either formulary, or its id."""
        found = self.new.formulary.options.get(id_) or self.old.formulary.options.get(id_)
        return found.title if found else id_

    def title_of_evidence(self, id_: str) -> str:
        """Title of an evidence type of either algorithm, or its id."""
        found = self.new.evidence.get(id_) or self.old.evidence.get(id_)
        return found.title if found else id_

    # --- parts ----------------------------------------------------------------------------------------------

    def _parts(
        self,
        kind: str,
        old: Mapping[str, Part],
        new: Mapping[str, Part],
        told: Callable[[Part, Part], Iterator[Told]],
        effect: Effect,
        *,
        felt: bool = False,
    ) -> Iterator[Change]:
        """Parts of one kind that came, went or changed; `effect` is that of one more."""
        for id_, part in new.items():
            if id_ not in old:
                by = self.reach.of(id_) if felt else ()
                yield Change(Sign.ADDED, effect, kind, id_, part.title, f"new {kind}", by, after=part.place)
        for id_, part in old.items():
            if id_ not in new:
                by = self.reach_before.of(id_) if felt else ()
                yield Change(
                    Sign.REMOVED,
                    effect.turned(),
                    kind,
                    id_,
                    part.title,
                    f"{kind} removed",
                    by,
                    before=part.place,
                )
        for id_, part in new.items():
            was = old.get(id_)
            if was is None or was == part:
                continue
            if was.title != part.title:
                text = f"now called so, was called “{was.title}”"
                yield Change(
                    Sign.CHANGED, Effect.NONE, kind, id_, part.title, text, (), was.place, part.place
                )
            for sign, what, text in told(was, part):
                by = self.reach.of(id_) if felt else ()
                yield Change(sign, what, kind, id_, part.title, text, by, was.place, part.place)

    def _trials(self) -> Iterator[Change]:
        old, new = self.old.trials, self.new.trials
        asked = (
            ("what counts as a trial", old.counts, new.counts),
            ("an adequate trial", old.adequate, new.adequate),
            ("a trial that did not work", old.failed, new.failed),
        )
        for title, was, now in asked:
            for sign, _, text in self.depends(was, now):
                felt = self.reach.of("trial.adequate")
                yield Change(sign, Effect.EITHER, "trials", "", _capital(title), text, felt)
        for name in dict.fromkeys((*old.outcomes, *new.outcomes)):
            for sign, _, text in self.depends(old.outcomes.get(name), new.outcomes.get(name)):
                title = f"Outcome {name.replace('_', ' ')}"
                yield Change(sign, Effect.EITHER, "trials", "", title, text, self.reach.of("trial.outcome"))
        if old.baseline_within != new.baseline_within:
            text = f"now at most {new.baseline_within} before the start, was {old.baseline_within}"
            yield Change(Sign.CHANGED, Effect.EITHER, "trials", "", "Score that a trial starts from", text)

    def _whole(self) -> Iterator[Change]:
        old, new = self.old, self.new

        def told(sign: Sign, effect: Effect, text: str) -> Change:
            return Change(sign, effect, "algorithm", "", "", text, (), old.place, new.place)

        if old.id != new.id:
            yield told(Sign.CHANGED, Effect.NONE, f"Another algorithm: now {new.title}, was {old.title}")
        if old.start != new.start:
            steps = new.steps[new.start].title, old.steps[old.start].title
            yield told(Sign.CHANGED, Effect.EITHER, f"Cases now begin in {steps[0]}, began in {steps[1]}")
        reads = [one.read for one in new.measures], [one.read for one in old.measures]
        if reads[0] != reads[1]:
            text = f"Trials are now led by {listed(reads[0])}, were by {listed(reads[1])}"
            yield told(Sign.CHANGED, Effect.EITHER, text)
        bounds = {one.read: one.remission_below for one in old.measures}
        for one in new.measures:
            if bounds.get(one.read, one.remission_below) != one.remission_below:
                text = (
                    f"Remission is now {one.read} below {one.remission_below}, was below {bounds[one.read]}"
                )
                yield told(Sign.CHANGED, Effect.EITHER, text)
        if old.deviation_days != new.deviation_days:
            text = f"A deviation now serves {new.deviation_days} days, served {old.deviation_days}"
            more = new.deviation_days > old.deviation_days
            yield told(Sign.CHANGED, Effect.MORE if more else Effect.LESS, text)


def _parameter(old: Parameter, new: Parameter) -> Iterator[Told]:
    if old.value != new.value:
        yield Sign.CHANGED, Effect.EITHER, f"now {value(new.value)}, was {value(old.value)}"
    was, now = _range(old), _range(new)
    if was != now:
        yield Sign.CHANGED, Effect.NONE, f"a clinic may now set {now}, was {was}"


def _range(part: Parameter) -> str:
    if part.values:
        return listed(part.values)
    if part.low is None and part.high is None:
        return "any value"
    return f"{value(part.low)} to {value(part.high)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
