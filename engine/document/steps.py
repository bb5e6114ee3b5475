"""Chapters of the steps: who enters, what is given, recorded and checked, and what moves on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.document.here import left_in
from engine.document.saying import SLACK, Sayer
from engine.document.tree import Block, Bullets, Fold, Item, Link, Paragraph, Quiet, Section, Strong, Words
from engine.document.writing import capital, item, joined, words
from engine.model.algorithm import Bounds, Move, MoveKind, OptionRow, Step, StepKind
from engine.model.formulary import Role
from engine.model.words import number_words
from engine.picture.palette import look_of
from engine.picture.plan import slug
from engine.picture.words import from_where, full_name, listed

SHARED = "many-steps"
KINDS = {
    MoveKind.START: "start",
    MoveKind.CONTINUE: "go on",
    MoveKind.SWITCH: "switch",
    MoveKind.AUGMENT: "add",
    MoveKind.ESCALATE: "escalate",
    MoveKind.DE_ESCALATE: "reduce",
    MoveKind.BYPASS: "urgent",
    MoveKind.RETURN: "return",
    MoveKind.EXIT: "leave",
}
_ROLES = {
    Role.PRIMARY: "The treatment of this step is one of:",
    Role.AUGMENTATION: "To the antidepressant one of these is added:",
    Role.PARALLEL: "Alongside, if wanted:",
    Role.CONCOMITANT: "Besides, where needed:",
}
_RESULTS = {
    "well": "The patient leaves well.",
    "referred": "Other care takes over.",
    "left": "Care ends here.",
}


class Steps:
    """The steps of one algorithm, in the order of the definition."""

    def __init__(self, say: Sayer) -> None:
        self.say = say
        self.algorithm = say.algorithm
        self.shared: dict[str, list[Move]] = {}
        for move in self.algorithm.moves.values():
            if where := from_where(self.algorithm, move):
                self.shared.setdefault(where, []).append(move)
        self.said_once = {move.id for moves in self.shared.values() for move in moves}

    def sections(self) -> Iterator[Section]:
        """A section for each step that goes on, one for moves from many steps, one for the ways out."""
        steps = self.algorithm.steps.values()
        for step in steps:
            if step.kind is not StepKind.END:
                with self.say.sources.within(self.say.plan.ref_of(step.id), full_name(step)):
                    yield self._step(step)
        if self.shared:
            title = "Moves from many steps"
            with self.say.sources.within(SHARED, title):
                yield Section(SHARED, title, sections=tuple(self._shared()), tag="ANY STEP")
        ends = [step for step in steps if step.kind is StepKind.END]
        if ends:
            title = "Ways out of the pathway"
            with self.say.sources.within("ways-out", title):
                yield Section("ways-out", title, sections=tuple(self._end(step) for step in ends))

    # --- one step -------------------------------------------------------------------------------------------

    def _step(self, step: Step) -> Section:
        ref = self.say.plan.ref_of(step.id)
        look = look_of(step)
        cited = self.say.sources.cite(step.source)
        summary: tuple[Block, ...] = (Paragraph(words(step.summary, cited)),) if step.summary else ()
        parts = (
            Section(f"{ref}-enters", "Who enters", tuple(self._enters(step))),
            Section(f"{ref}-done", "What is done", tuple(self._given(step))),
            Section(f"{ref}-recorded", "What is recorded", tuple(self._recorded(step))),
            Section(f"{ref}-checked", "When it is checked", tuple(self._checked(step))),
            Section(f"{ref}-moves", "What moves on", tuple(self._leave(step)), tuple(self._moves(step))),
        )
        kept = tuple(one for one in parts if one.blocks or one.sections)
        return Section(ref, full_name(step), summary, kept, look.word, _look_name(look.word))

    def _enters(self, step: Step) -> Iterator[Block]:
        if step.id == self.algorithm.start:
            who = self.algorithm.population
            yield Paragraph(words("A case begins here", f": {who[:1].lower()}{who[1:]}" if who else "", "."))
        into = [
            item(self._from(move, step), ": ", Link(_ref(move, self._place(move, step)), move.title))
            for move in self.algorithm.moves.values()
            if move.target == step.id
        ]
        if into:
            yield Bullets(tuple(into))
        yield from self._bounds(step.enter, "Whoever enters")

    def _place(self, move: Move, target: Step) -> str:
        """The step under which a move is written first; empty where it is written once for many."""
        return "" if move.id in self.said_once else next(one for one in move.sources if one != target.id)

    def _from(self, move: Move, target: Step) -> Words:
        if where := from_where(self.algorithm, move):
            return words(_from(where))
        sources = [words(self.say.step(one)) for one in move.sources if one != target.id]
        return words("From ", joined(sources, "or"))

    def _bounds(self, bounds: Bounds, who: str) -> Iterator[Block]:
        found = (*self.say.requirements(bounds.requires), *self.say.condition(bounds.when))
        if found:
            yield Paragraph(words(f"{who}, by any move{_spared(bounds)}:"))
            yield Bullets(found)
            yield from self.say.why(bounds.when)

    def _recorded(self, step: Step) -> Iterator[Block]:
        if step.leave.requires:
            yield Paragraph(words(f"Before any move out{_spared(step.leave)}:"))
            yield Bullets(self.say.requirements(step.leave.requires))

    def _checked(self, step: Step) -> Iterator[Block]:
        if step.checkpoints:
            yield Bullets(self.say.checkpoints(step.checkpoints, beside=step.source))
            yield Paragraph(words(Quiet(SLACK)))

    def _leave(self, step: Step) -> Iterator[Block]:
        found = self.say.condition(step.leave.when)
        if found:
            yield Paragraph(words(f"Every move out{_spared(step.leave)} needs:"))
            yield Bullets(found)
            yield from self.say.why(step.leave.when)

    # --- treatments of a step -------------------------------------------------------------------------------

    def _given(self, step: Step) -> Iterator[Block]:
        if step.inherits_trial:
            yield Paragraph(words("The treatment that helped goes on, and its trial with it."))
        for role, rows in step.options.items():
            found = tuple(self._row(row, role, step) for row in rows if row.options)
            if found:
                yield Paragraph(words(_ROLES[role]))
                yield Bullets(found)
        if step.reported:
            yield Fold("Reported results", (Bullets(tuple(map(self._result, step.reported))),))

    def _result(self, one: Mapping[str, str]) -> Item:
        of = f" of {one['n']} patients" if "n" in one else ""
        share = f": {one['percent']} percent{of}" if "percent" in one else ""
        unverified = one.get("unverified") == "true"
        cited = self.say.sources.cite(one.get("source"), unverified=unverified, needed=True)
        return item(one.get("measure", ""), share, cited)

    def _row(self, row: OptionRow, role: Role, step: Step) -> Item:
        names = [words(self.say.option(one)) for one in row.options]
        title = self._class_of(row.options)
        who = joined(names, "with" if row.together else "or")
        said: list[str | Words] = [words(Strong(title), ": ", who) if title else who]
        if row.when is not None:
            left = left_in(row.when, step)
            where = self.say.inline(left)
            if left is None:
                said.append("never in this step")
            elif where:
                said.append(words("only where ", where))
        if row.dose_low is not None or row.dose_high is not None:
            said.append(self._range(row, role))
        if row.never_first:
            said.append("never as the first")
        if row.by:
            said.append(f"by a {self.say.by(row.by)}")
        if row.text:
            said.append(row.text)
        if row.recommendation:
            said.append(row.recommendation)
        parts = [capital(one if isinstance(one, tuple) else words(one)) for one in said]
        whole = words(*[part for place, one in enumerate(parts) for part in ((". " if place else ""), one)])
        return item(whole, self.say.sources.cite(row.source))

    def _range(self, row: OptionRow, role: Role) -> str:
        """The narrower dose of a row: `in this step at most 10 mg a day`."""
        option = self.algorithm.formulary.options.get(row.options[0])
        dose = option.dose_in(role) if option else None
        unit = f"{dose.unit} a {dose.per}" if dose else "mg a day"
        low = None if row.dose_low is None else number_words(row.dose_low)
        high = None if row.dose_high is None else number_words(row.dose_high)
        said = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
        return f"in this step {said} {unit}"

    def _class_of(self, options: Sequence[str]) -> str:
        """The title of the class whose treatments these are, where they are several of one."""
        known = self.algorithm.formulary
        found = {known.options[one].drug_class for one in options if one in known.options}
        only = known.classes.get(found.pop() or "") if len(found) == 1 and len(options) > 1 else None
        return only.title if only else ""

    # --- moves ----------------------------------------------------------------------------------------------

    def _moves(self, step: Step) -> Iterator[Section]:
        for move in self.algorithm.moves_from(step.id):
            if move.id not in self.said_once:
                yield self._move(move, step)
        elsewhere = [
            words(Link(_ref(move, ""), move.title))
            for move in self.algorithm.moves_from(step.id)
            if move.id in self.said_once
        ]
        if elsewhere:
            blocks = (Paragraph(words("As from other steps: ", joined(elsewhere), ".")),)
            yield Section(f"{self.say.plan.ref_of(step.id)}-also", "From here too", blocks)

    def _shared(self) -> Iterator[Section]:
        for where, moves in self.shared.items():
            for move in moves:
                yield self._move(move, None, _from(where))

    def _move(self, move: Move, step: Step | None, where: str = "") -> Section:
        """One move; in the section of a step, or once for many (`where`)."""
        blocks: list[Block] = [Paragraph(self._leads(move, where))]
        needs = (
            *self.say.requirements(move.requires),
            *self.say.condition(move.when, step, beside=move.source),
        )
        if needs and (asks := self._asks(move)):
            needs = (*needs, item(asks))
        if needs:
            blocks.append(Bullets(needs))
        blocks += self.say.why(move.when)
        blocks += self._evidence(move)
        place = step.id if step else ""
        return Section(_ref(move, place), move.title, tuple(blocks), tag=KINDS[move.kind])

    def _leads(self, move: Move, where: str) -> Words:
        to = (
            words("leads to ", self.say.step(move.target))
            if move.target
            else words("stays in the step, and lets another treatment begin")
            if move.kind is MoveKind.SWITCH
            else words("stays in the step")
        )
        sentence = words(f"{where}: " if where else "", to)
        gate = self.algorithm.gates.get(move.gate or "")
        if gate:
            count = len(gate.items)
            asked = Link(f"gate-{slug(gate.id)}", f"{gate.title} ({count} questions)")
            sentence = words(sentence, ", through the gate ", asked)
        if move.kind is MoveKind.BYPASS:
            sentence = words(sentence, ", at once and without a gate")
        if move.opens_episode:
            sentence = words(sentence, "; a new episode begins")
        if move.by:
            sentence = words(sentence, f"; decided by a {self.say.by(move.by)}")
        said = words(capital(sentence), self.say.sources.cite(move.source))
        if move.requires or move.when:
            return words(said, ". It needs:")
        asks = self._asks(move)
        return words(said, ". It needs ", asks, ".") if asks else words(said, ". It needs nothing more.")

    def _asks(self, move: Move) -> Words:
        """That the step it leads to asks something of whoever enters; empty where it does not."""
        bounds = self.algorithm.steps[move.target].enter if move.target else Bounds()
        if move.target is None or move.kind in bounds.except_kinds or not (bounds.requires or bounds.when):
            return ()
        ref = f"{self.say.plan.ref_of(move.target)}-enters"
        return words(
            "what ", Link(ref, f"{full_name(self.algorithm.steps[move.target])} asks of whoever enters")
        )

    def _evidence(self, move: Move) -> Iterator[Block]:
        said: list[Item] = []
        if move.recommendation:
            said.append(item(move.recommendation))
        if move.strength:
            said.append(item(f"Strength of the recommendation: {move.strength}"))
        if said:
            yield Fold("Evidence", (Bullets(tuple(said)),))

    # --- ends -----------------------------------------------------------------------------------------------

    def _end(self, step: Step) -> Section:
        cited = self.say.sources.cite(step.source)
        said = words(step.summary or "", " " if step.summary else "", _RESULTS.get(step.result or "", ""))
        return Section(
            self.say.plan.ref_of(step.id),
            full_name(step),
            (Paragraph(words(said, cited)), *self._enters(step)),
            tag="END",
        )


def _look_name(word: str) -> str:
    return word.lower().replace(" ", "-")


def _from(where: str) -> str:
    """`From any step`, of `At any step`."""
    return where.replace("At ", "From ", 1)


def _ref(move: Move, step: str) -> str:
    return f"move-{slug(step)}-{slug(move.id)}" if step else f"move-{slug(move.id)}"


def _spared(bounds: Bounds) -> str:
    kinds: Iterable[str] = sorted(f"“{KINDS[kind]}”" for kind in bounds.except_kinds)
    return f" but those of the kind {listed(kinds)}" if bounds.except_kinds else ""
