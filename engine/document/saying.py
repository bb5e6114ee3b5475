"""Conditions, requirements and checkpoints of an algorithm in sentences, each with its sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.criteria.defines import resolved
from engine.criteria.english import phrase
from engine.criteria.parse import parse
from engine.criteria.problems import CriterionError
from engine.criteria.syntax import Binary, Chain, Constant, Is, Node, Reference, Unary, walk
from engine.definition.diff.needs import window
from engine.document.here import left_in
from engine.document.tree import Block, Bullets, Fold, Item, Link, Words
from engine.document.writing import Sources, clauses, item, joined, words
from engine.model.algorithm import Algorithm, Parameter, Step
from engine.model.criterion import AllOf, AnyOf, Condition, Line, NoneOf, lines_of
from engine.model.formulary import Checkpoint, Requirement
from engine.model.time import Since, Window
from engine.model.words import number_words
from engine.picture.plan import Plan, slug
from engine.picture.planner import plan
from engine.picture.words import full_name, listed, sentence_case
from engine.runtime.names import names_of

_USUAL = Checkpoint("entry", ())
SLACK = f"A record from {_USUAL.early} before its day counts; after {_USUAL.late} it is overdue."
_ANY, _NONE = "Any of these:", "None of these:"
_AFTER = {"entry": "the step is entered", "start": "the treatment starts", "dose_change": "a change of dose"}


class Sayer:
    """Puts one algorithm into words. All parts of a document share one, so that numbers of sources stay."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.names = names_of(algorithm)
        self.sources = Sources(algorithm)
        self.plan: Plan = plan(algorithm)

    # --- names ----------------------------------------------------------------------------------------------

    def step(self, id_: str) -> Link:
        """A step by code and title, leading to its section."""
        return Link(self.plan.ref_of(id_), full_name(self.algorithm.steps[id_]))

    def evidence(self, id_: str) -> Link | str:
        """An evidence type by its title."""
        found = self.algorithm.evidence.get(id_)
        return Link(f"evidence-{slug(id_)}", found.title) if found else id_.replace("_", " ")

    def option(self, id_: str) -> Link | str:
        """A treatment by its title, leading to its doses."""
        found = self.algorithm.formulary.options.get(id_)
        return Link(f"option-{slug(id_)}", found.title) if found else id_.replace("_", " ")

    def by(self, roles: Iterable[str]) -> str:
        """Roles that may do something."""
        return " or ".join(role.replace("_", " ") for role in sorted(roles))

    def fact(self, name: str) -> str:
        """A fact as a noun."""
        found = self.names.lookup(name)
        if found is None or found.title is None:
            return name.replace(".", " ").replace("_", " ")
        return found.phrase.noun if found.phrase is not None else found.title

    # --- conditions -----------------------------------------------------------------------------------------

    def condition(
        self, condition: Condition | None, here: Step | None = None, *, beside: str | None = None
    ) -> tuple[Item, ...]:
        """A line for each thing that must hold, groups with their lines beneath.

        Args:
            condition: What is said.
            here: The step in which it is read: what is about other steps alone is left out.
            beside: A source that is cited beside it already.
        """
        if condition is None:
            return ()
        known = condition if here is None else left_in(condition, here)
        if known is None:
            return (item("Never in this step"),)
        return tuple(self._items(known, beside))

    def _items(self, condition: Condition, beside: str | None) -> Iterator[Item]:
        match condition:
            case Line():
                yield self._line(condition, beside)
            case AllOf(items=items):
                for one in items:
                    yield from self._items(one, beside)
            case AnyOf(items=(only,)):
                yield from self._items(only, beside)
            case AnyOf(items=items):
                yield item(_ANY, items=[self._grouped(one, beside) for one in items])
            case NoneOf(items=items):
                yield item(_NONE, items=[self._grouped(one, beside) for one in items])

    def _grouped(self, condition: Condition, beside: str | None) -> Item:
        """One alternative, however many lines it has."""
        found = tuple(self._items(condition, beside))
        return found[0] if len(found) == 1 else item("All of these:", items=found)

    def _line(self, line: Line, beside: str | None) -> Item:
        said = line.source == beside and line.source is not None
        cited = () if said else self.sources.cite(line.source, unverified=line.unverified)
        tree = self._tree(line.text)
        if isinstance(tree, Chain) and tree.op == "or" and (len(tree.items) > 2 or _long(tree)):
            parts = [item(self._linked(one)) for one in tree.items]
            return Item(words(_ANY, self._unknown(line), cited), tuple(parts))
        return item(self._linked(tree) if tree else line.text, self._unknown(line), cited)

    def _unknown(self, line: Line) -> str:
        if line.if_unknown is None or isinstance(self._tree(line.text), Is):
            return ""  # the sentence says it by itself
        return f" (not recorded counts as {line.if_unknown})"

    def inline(self, condition: Condition | None) -> Words:
        """A condition within a sentence; empty where there is none or it always holds."""
        match condition:
            case None:
                return ()
            case Line(text=text, source=source, unverified=unverified):
                cited = self.sources.cite(source, unverified=unverified)
                tree = self._tree(text)
                if isinstance(tree, Constant) and tree.value is True:
                    return words(cited)
                return words(self._linked(tree) if tree else text, self._unknown(condition), cited)
            case AllOf(items=items):
                return clauses([self.inline(one) for one in items], "and")
            case AnyOf(items=items):
                return clauses([self.inline(one) for one in items], "or")
            case NoneOf(items=items):
                return words("none of these: ", clauses([self.inline(one) for one in items], "or"))

    def sentence(self, text: str) -> str:
        """A criterion as a sentence; as written where it is none."""
        tree = self._tree(text)
        return text if tree is None else self._phrase(tree)

    def _tree(self, text: str) -> Node | None:
        try:
            return parse(text)
        except CriterionError:
            return None

    def _phrase(self, tree: Node) -> str:
        return phrase(tree, self.names, parameters=False)

    def _linked(self, tree: Node) -> Words:
        """A sentence whose parts lead to what they mean, and to the numbers in them that a clinic may set."""
        if isinstance(tree, Chain) and not any(isinstance(one, Chain) or _joins(one) for one in tree.items):
            parts = [self._linked(one) for one in tree.items]
            return clauses(parts, tree.op)
        said = self._phrase(tree)
        named = tree.operand if isinstance(tree, Unary) and tree.op == "not" else tree
        if isinstance(named, Reference) and (name := resolved(named, self.names)) in self.algorithm.defines:
            return (Link(f"word-{slug(name)}", said),)
        if isinstance(named, Reference) and named.name == "trial.adequate":
            return (Link("trials", said),)
        return words(said, () if "(here " in said else self._settable(tree))

    def _settable(self, tree: Node) -> Words:
        """The bounds and the source of each parameter that a sentence takes its number from."""
        named = (resolved(one, self.names) for one in walk(tree) if isinstance(one, Reference))
        found = [
            self.algorithm.parameters[one] for one in dict.fromkeys(named) if one in self.algorithm.parameters
        ]
        parts = [
            words(
                Link(f"parameter-{slug(one.name)}", f"a clinic may set {bounds_of(one)}"),
                self.sources.cite(one.source, unverified=one.unverified, needed=True),
            )
            for one in found
        ]
        return words(" (", joined(parts, "and"), ")") if parts else ()

    def why(self, *conditions: Condition | None) -> tuple[Block, ...]:
        """The reasons that lines give, as something to open."""
        found = [
            item(self.sentence(line.text), ": ", sentence_case(line.because), self.sources.cite(line.source))
            for condition in conditions
            if condition is not None
            for line in lines_of(condition)
            if line.because
        ]
        return (Fold("Why", (Bullets(tuple(dict.fromkeys(found))),)),) if found else ()

    # --- requirements and checkpoints -----------------------------------------------------------------------

    def requirements(self, needs: Sequence[Requirement]) -> tuple[Item, ...]:
        """A line for each piece of evidence that has to be on record."""
        return tuple(self._requirement(one) for one in needs)

    def _requirement(self, need: Requirement) -> Item:
        kind = self.algorithm.evidence.get(need.type)
        asked = need.fields if kind and need.fields != kind.main else ()
        named = [kind.fields[name].title for name in asked if kind and name in kind.fields]
        fields = f" ({', '.join(sentence_case(one) for one in named)})" if named else ""
        where = words(", where ", self.inline(need.when)) if need.when else ()
        because = f". {need.because}" if need.because else ""
        return item(
            self.evidence(need.type),
            fields,
            ", ",
            recorded(need.within),
            where,
            because,
            self.sources.cite(need.source),
        )

    def checkpoints(self, due: Sequence[Checkpoint], *, beside: str | None = None) -> tuple[Item, ...]:
        """A line for each contact or measurement that falls due. `beside` is the source said around them."""
        return tuple(self._checkpoint(one, beside) for one in due)

    def _checkpoint(self, due: Checkpoint, beside: str | None) -> Item:
        when = "; ".join(_moments(due))
        do = joined([words(self.evidence(one)) for one in due.do])
        where = words(". Only where ", self.inline(due.when)) if due.when else ()
        slack = "" if due.early == _USUAL.early else f". A record of the {due.early} before counts"
        if due.late != _USUAL.late:
            slack += f". Overdue after {due.late}"
        ends = (due.title or "").endswith(("?", ".", "!"))
        title = f"{due.title}{' ' if ends else ': '}" if due.title else ""
        cited = self.sources.cite(due.source or beside)
        return item(title, when, ": ", do, where, slack, cited)


def bounds_of(parameter: Parameter) -> str:
    """What a parameter may be set to: `8 to 15`, `US or UK`."""
    if parameter.values:
        return " or ".join(parameter.values)
    low = None if parameter.low is None else number_words(parameter.low)
    high = None if parameter.high is None else number_words(parameter.high)
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else "any value"


def recorded(within: Window) -> str:
    """How recent a record has to be."""
    if within.since is Since.GATE:
        return "recorded since the last move through a gate, and in the last 14 days"
    return f"recorded {window(within)}"


def _moments(due: Checkpoint) -> Iterator[str]:
    after = _AFTER.get(due.after, due.after)
    if due.at:
        yield f"{_counts([str(one) for one in due.at])} after {after}"
    if due.at_sessions:
        sessions = [str(one) for one in due.at_sessions]
        yield f"at {'sessions' if len(sessions) > 1 else 'session'} {listed(sessions, 'and')}"
    if due.every:
        first = f", first {due.start_at} after {after}" if due.start_at else f" after {after}"
        yield f"every {str(due.every).removeprefix('1 ')}{first}"


def _counts(spans: Sequence[str]) -> str:
    """`2, 4 and 6 weeks`: the unit once where all have the same."""
    units = {span.split()[1].rstrip("s") for span in spans}
    if len(spans) < 2 or len(units) > 1:
        return listed(spans, "and")
    return f"{listed((span.split()[0] for span in spans), 'and')} {units.pop()}s"


def _joins(tree: Node) -> bool:
    return isinstance(tree, Binary) and tree.op in ("implies", "xor")


def _long(tree: Chain) -> bool:
    return any(isinstance(part, Chain) for one in tree.items for part in walk(one))
