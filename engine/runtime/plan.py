"""A plan: an algorithm with its criteria compiled and its names resolved, made once per algorithm."""

from collections import OrderedDict
from functools import cached_property

from engine.criteria import Criterion, Facts, compile_criterion
from engine.criteria.english import sentence
from engine.model.algorithm import Algorithm
from engine.model.criterion import Condition, Line, NoneOf, text_of
from engine.model.decision import Kleene
from engine.model.evidence import EvidenceType
from engine.model.formulary import Interaction, Option, OptionKind, Role, Rule, Washout
from engine.model.time import Window
from engine.runtime.machine import StepMachine
from engine.runtime.names import names_of


class Plan:
    """Everything about an algorithm that does not depend on a case."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.names = names_of(algorithm)
        self._criteria: dict[str, Criterion] = {}
        self.derivations: dict[str, dict[str, Criterion]] = {}
        """Compiled derivations by evidence type, filled by the door."""
        self._sentences: dict[tuple[str, bool], str] = {}
        self._conditions: dict[int, tuple[Condition, Criterion]] = {}

    @cached_property
    def machine(self) -> StepMachine:
        """The state machine of the algorithm."""
        return StepMachine(self.algorithm)

    def criterion(self, text: str) -> Criterion:
        """A criterion of this algorithm's names, compiled once."""
        found = self._criteria.get(text)
        if found is None:
            found = self._criteria[text] = compile_criterion(text, self.names)
        return found

    def title(self, name: str) -> str:
        """Title of a fact, define, series or parameter; the name itself where it has none."""
        return self.names.title_of(name) or name

    def sentence(self, line: Line, *, negated: bool = False) -> str:
        """A line in plain English, with the titles of its names."""
        key = (line.text, negated)
        found = self._sentences.get(key)
        if found is None:
            text = text_of(NoneOf((line,)) if negated else line)
            found = self._sentences[key] = sentence(text, self.names)
        return found

    def of(self, condition: Condition) -> Criterion:
        """A condition as one criterion. Keyed by identity: conditions live as long as their algorithm."""
        found = self._conditions.get(id(condition))
        if found is None or found[0] is not condition:
            found = self._conditions[id(condition)] = (condition, self.criterion(text_of(condition)))
        return found[1]

    def holds(self, condition: Condition | None, facts: Facts) -> Kleene:
        """Whether a condition holds; no condition always does."""
        if condition is None:
            return True
        value = self.of(condition).evaluate(facts)
        return value if value is None else value is True

    @cached_property
    def names_by_option(self) -> dict[str, frozenset[str]]:
        """Option id to every name it counts under: itself, its parts, their classes and groups."""
        formulary = self.algorithm.formulary
        result: dict[str, frozenset[str]] = {}
        for option in formulary.options.values():
            names: set[str] = set()
            for part in option.members:
                found = formulary.options.get(part)
                if found is None:
                    names.add(part)
                    continue
                names |= {found.id, *found.groups}
                names |= {name for name in (found.drug_class, found.counts_as) if name}
            result[option.id] = frozenset(names)
        return result

    def option(self, name: str) -> Option | None:
        """The option with this id."""
        return self.algorithm.formulary.options.get(name)

    def contraindications(self, option: Option) -> tuple[Rule, ...]:
        """Contraindications of an option and of its parts."""
        return tuple(rule for part in self._parts(option) for rule in part.contraindicated)

    def washouts(self, option: Option) -> tuple[Washout, ...]:
        """Washouts of an option and of its parts."""
        return tuple(rule for part in self._parts(option) for rule in part.washout)

    def interactions(self, option: Option) -> tuple[Interaction, ...]:
        """Interactions of an option and of its parts."""
        return tuple(rule for part in self._parts(option) for rule in part.interactions)

    def _parts(self, option: Option) -> tuple[Option, ...]:
        options = self.algorithm.formulary.options
        return (option, *(options[part] for part in option.contains if part in options))

    def evidence(self, kind: str) -> EvidenceType | None:
        """The evidence type with this id."""
        return self.algorithm.evidence.get(kind)

    def valid_for(self, kind: str) -> Window:
        """The window of an evidence type where a rule names none."""
        return self.algorithm.evidence[kind].valid_for

    @cached_property
    def scales(self) -> tuple[tuple[str, str, int], ...]:
        """(evidence type, field, remission below) of each measure, in order."""
        parts = ((measure.read.partition("."), measure) for measure in self.algorithm.measures)
        return tuple((kind, field, measure.remission_below) for (kind, _, field), measure in parts)

    def may_be_concomitant(self, option: Option) -> bool:
        """Whether a step that does not offer an option may still note it as taken beside.

        A concomitant start passes no gate. So what some step gives as its primary treatment, any of the same
        class, and whatever is no medicine, is started only where a step offers it.
        """
        if option.kind is not OptionKind.DRUG or option.id in self._primary:
            return False
        return option.drug_class is None or option.drug_class not in self._primary_classes

    @cached_property
    def _primary(self) -> frozenset[str]:
        return frozenset(
            option
            for step in self.algorithm.steps.values()
            for row in step.options.get(Role.PRIMARY, ())
            for option in row.options
        )

    @cached_property
    def _primary_classes(self) -> frozenset[str | None]:
        options = self.algorithm.formulary.options
        return frozenset(options[name].drug_class for name in self._primary if options[name].drug_class)


_PLANS: OrderedDict[int, Plan] = OrderedDict()
_KEPT = 32


def plan_of(algorithm: Algorithm) -> Plan:
    """The plan of an algorithm, made once. The newest 32 are kept."""
    plan = _PLANS.get(id(algorithm))
    if plan is None or plan.algorithm is not algorithm:
        plan = _PLANS[id(algorithm)] = Plan(algorithm)
        if len(_PLANS) > _KEPT:
            _PLANS.popitem(last=False)
    return plan
