"""The world of a claim: every possible patient on one day, as variables of the solver.

A fact is a pair of known and value. Evidence is read inside a window, so one field has one value and, for
each window in which some rule reads it, its own flag that says whether a record lies in it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from engine.criteria import BOOLEAN, Criterion, Names, compile_criterion
from engine.criteria.core import Core
from engine.criteria.solver import Encoding
from engine.criteria.solver_terms import Pair, Term, Truth
from engine.criteria.types import DecimalType, IntegerType, StringType, Type, Value
from engine.model.algorithm import Algorithm, Move, Parameter
from engine.model.criterion import Condition, Line, text_of
from engine.model.formulary import Role
from engine.model.time import EVER, Window
from engine.proof.context import own_context
from engine.proof.reading import claim_names
from engine.runtime.names import DOSE
from engine.runtime.plan import plan_of

CURRENT = "current"
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Bound:
    """What a criterion is read with.

    Attributes:
        windows: Windows in place of evidence types' own, by type.
        dose: `option.dose_mg_per_day`; `CURRENT` leaves it a variable.
        role: `option.role`.
        move: The move in question, for `move.kind` and `move.to`.
    """

    windows: tuple[tuple[str, Window], ...] = ()
    dose: Decimal | str | None = CURRENT
    role: Role | None = None
    move: Move | None = None


PLAIN = Bound()


@dataclass(frozen=True, slots=True)
class Variant:
    """An evidence field (or `observed_on`) read inside a window."""

    type: str
    field: str
    window: Window

    @property
    def name(self) -> str:
        """Name of its variable."""
        return f"{self.type}.{self.field} within {self.window}"


class World:
    """One patient on one day.

    Attributes:
        encoding: Criteria as formulas; its variables are the facts met so far.
        variants: Evidence variables by name.
        varying: Parameters are variables over their bounds.
    """

    def __init__(
        self,
        algorithm: Algorithm,
        prefix: str = "",
        *,
        varying: bool = False,
        pinned: Mapping[str, Value] | None = None,
        like: "World | None" = None,
        beside: "World | None" = None,
    ) -> None:
        """Begin a world.

        Args:
            algorithm: The algorithm whose patients live in it.
            prefix: Before the names of its variables.
            varying: Make parameters variables.
            pinned: Facts with a given value.
            like: A world with the same patient; in this one, lines that say `if_unknown` are left unknown,
                for what they make of an unknown is what the author put on the record.
            beside: A world whose terms may stand in one question with those of this one.
        """
        self.algorithm = algorithm
        self.plan = plan_of(algorithm)
        self.prefix = prefix
        self.varying = varying
        self.lenient = like is not None
        if like is not None:
            self.encoding = like.encoding
        else:
            functions = own_context() if beside is None else beside.z3
            other = None if beside is None else beside.encoding
            self.encoding = Encoding(prefix, pinned, functions=functions, beside=other)
        self.z3: Term = self.encoding.z3
        self.variants: dict[str, Variant] = like.variants if like else {}
        self.axioms: list[tuple[str, Term]] = []
        """(axiom, constraint) pairs, grown by `close`."""
        self._closed = 0
        self._criteria: dict[str, Criterion] = {}
        self._renamed: dict[tuple[int, Bound], Core] = {}
        self._facts: dict[str, Core] = {}
        self._codes: dict[tuple[str, str], Term] = {}
        self._pairs: dict[tuple[str, Window | None], Pair] = {}
        self._truths: dict[tuple[str, Bound], Truth] = {}
        self.memo: dict[object, Truth] = {}
        """Formulas built by other modules, kept by whatever they are of."""

    # Terms

    @property
    def yes(self) -> Term:
        """The formula that always holds."""
        return self.z3.BoolVal(True)

    @property
    def no(self) -> Term:
        """The formula that never holds."""
        return self.z3.BoolVal(False)

    def all_of(self, truths: list[Truth]) -> Truth:
        """Three-valued and."""
        if len(truths) == 1:
            return truths[0]
        return Truth(self.z3.And([t.true for t in truths]), self.z3.Or([t.false for t in truths]))

    def any_of(self, truths: list[Truth]) -> Truth:
        """Three-valued or."""
        return Truth(self.z3.Or([t.true for t in truths]), self.z3.And([t.false for t in truths]))

    def either(self, holds: Term) -> Truth:
        """A formula as a truth that is never unknown."""
        return Truth(holds, self.z3.Not(holds))

    @cached_property
    def certain(self) -> Truth:
        """True."""
        return Truth(self.yes, self.no)

    # Criteria

    @cached_property
    def names(self) -> Names:
        """Names criteria are read with: with parameters at their values, or as facts."""
        if self.lenient:
            defines = {d.name: text_of(_left_open(d.condition)) for d in self.algorithm.defines.values()}
            return claim_names(self.plan.names.extended(defines=defines), self.algorithm)
        if not self.varying:
            return claim_names(self.plan.names, self.algorithm)
        parameters = self.algorithm.parameters
        names = (
            replace(one, type=_range(parameters[one.name])) if one.name in parameters else one
            for one in self.plan.names.names
        )
        return claim_names(Names(tuple(names), {}, self.plan.names.defines), self.algorithm)

    def criterion(self, text: str) -> Criterion:
        """A criterion over these names, compiled once."""
        found = self._criteria.get(text)
        if found is None:
            found = self._criteria[text] = compile_criterion(text, self.names)
        return found

    def truth(self, condition: Condition | str | None, bound: Bound = PLAIN) -> Truth:
        """A condition as two formulas; no condition is certain."""
        if condition is None:
            return self.certain
        if isinstance(condition, str):
            text = condition
        else:
            text = text_of(_left_open(condition) if self.lenient else condition)
        found = self._truths.get((text, bound))
        if found is None:
            found = self.encoding.truth(self._rename(self.criterion(text).core, bound))
            self._truths[text, bound] = found
        return found

    def _rename(self, core: Core, bound: Bound) -> Core:
        """A core with evidence read inside its windows, and with the option and the move filled in."""
        key = (id(core), bound)
        found = self._renamed.get(key)
        if found is None:
            if core.op == "fact":
                found = self._bind(core, bound)
            elif core.args:
                args = tuple(self._rename(arg, bound) for arg in core.args)
                same = all(one is other for one, other in zip(args, core.args, strict=True))
                found = core if same else replace(core, args=args)
            else:
                found = core
            self._renamed[key] = found
        return found

    def _bind(self, core: Core, bound: Bound) -> Core:
        name = str(core.value)
        match name:
            case "option.dose_mg_per_day" if bound.dose != CURRENT:
                return Core("const", (), core.type, bound.dose)
            case "option.role" if bound.role is not None:
                return Core("const", (), core.type, bound.role.value)
            case "move.kind" if bound.move is not None:
                return Core("const", (), core.type, bound.move.kind.value)
            case "move.to" if bound.move is not None and bound.move.target is not None:
                return Core("const", (), core.type, bound.move.target)
            case _:
                return self._fact_core(self.variable(name, dict(bound.windows)), core.type)

    def _fact_core(self, name: str, type: Type) -> Core:
        found = self._facts.get(name)
        if found is None:
            found = self._facts[name] = Core("fact", (), type, name)
        return found

    # Facts

    def variable(self, name: str, windows: Mapping[str, Window] | None = None) -> str:
        """The variable a fact is read from."""
        root, _, field = name.partition(".")
        evidence = self.algorithm.evidence.get(root)
        if evidence is None or (field not in evidence.fields and field != "observed_on"):
            return name
        variant = Variant(root, field, (windows or {}).get(root) or evidence.valid_for)
        self.variants[variant.name] = variant
        return variant.name

    def type_of(self, name: str) -> Type:
        """Type of a fact."""
        found = self.names.lookup(name)
        assert found is not None, name
        return found.type or BOOLEAN

    def fact(self, name: str, window: Window | None = None) -> Pair:
        """A fact; of evidence inside a window in place of its type's own."""
        found = self._pairs.get((name, window))
        if found is None:
            root = name.partition(".")[0]
            variable = self.variable(name, {root: window} if window is not None else None)
            found = self._pairs[name, window] = self.encoding.fact(variable, self.type_of(name))
        return found

    def ever(self, kind: str, field: str) -> Pair:
        """An evidence field whatever the age of its record."""
        return self.fact(f"{kind}.{field}", EVER)

    def flag(self, name: str) -> Term:
        """A yes or no of the history that is no fact of criteria: it is never unknown."""
        pair = self.encoding.fact(name, BOOLEAN)
        return pair.term

    def number(self, name: str, low: int, high: int) -> Term:
        """A whole number of the history that is no fact of criteria."""
        return self.encoding.fact(name, IntegerType(low, high)).term

    def code(self, name: str, value: str) -> Term:
        """That a code fact is known and has a value."""
        found = self._codes.get((name, value))
        if found is None:
            pair = self.fact(name)
            number = self.encoding.text_number(value)
            found = self.z3.And(pair.known, pair.term == self.z3.Q(number.numerator, number.denominator))
            self._codes[name, value] = found
        return found

    def asked_dose(self) -> Term:
        """The dose asked for, in mg a day, where it is a variable."""
        return self.encoding.fact("option.dose_mg_per_day", DOSE).term

    # Axioms

    def close(self, rules: tuple[tuple[str, Callable[["World", str], Iterator[Term]]], ...]) -> None:
        """Add what the axioms say about every variable met so far, and about those they bring in."""
        while self._closed < len(self.encoding.variables):
            name = list(self.encoding.variables)[self._closed]
            self._closed += 1
            for axiom, rule in rules:
                self.axioms += [(axiom, term) for term in rule(self, name)]


def _left_open(condition: Condition) -> Condition:
    """A condition whose lines that turn unknown into an answer are unknown."""
    match condition:
        case Line():
            return replace(condition, text="null") if condition.if_unknown else condition
        case _:
            return replace(condition, items=tuple(_left_open(item) for item in condition.items))


def _range(parameter: Parameter) -> Type:
    """What a parameter may be set to. One without bounds stays as it is."""
    value = parameter.value
    if isinstance(value, str):
        return StringType(parameter.values or (value,))
    low = value if parameter.low is None else parameter.low
    high = value if parameter.high is None else parameter.high
    if isinstance(value, Decimal):
        return DecimalType(_PLACES, Decimal(low), Decimal(high))
    return IntegerType(int(low), int(high))


__all__ = ["CURRENT", "PLAIN", "Bound", "Variant", "World"]
