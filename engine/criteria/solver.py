"""Criteria as terms of the z3 solver: for proofs over all patients, and for exact sets of evidence.

Unknown is a value of its own: a fact is a pair (known, value), and a condition two formulas, one that it
is true and one that it is false; when neither holds it is unknown. How values are held:

- a whole number is an Int, a decimal or quantity a whole number of its last place, taken as a Real;
- a date is a year, a month and a day (as day numbers the solver finds no answer about months), or a day
  number where a date was moved by days;
- a text is a Real, constants in the order of their code points, so that any text fits between two.

Proofs take division and rounding as exact. With `evaluating`, results are rounded as in the other
readings; that is for checking the readings against each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import engine.criteria.arithmetic as arithmetic
from engine.criteria.core import Core, walk_once
from engine.criteria.solver_terms import Day, Pair, Term, Truth, day_number, month_length, parts_by_formula
from engine.criteria.solver_texts import TextNumbers
from engine.criteria.types import (
    DATE_MAX,
    DATE_MIN,
    WIDE,
    BooleanType,
    CountType,
    DateType,
    DecimalType,
    IntegerType,
    NullType,
    QuantityType,
    StringType,
    Type,
    Value,
)


class UnsolvableError(ValueError):
    """A criterion the solver cannot read; the message says which part."""


class Encoding:
    """The facts of one patient as solver variables, and criteria over them.

    Attributes:
        constraints: What holds of every patient: ranges of facts, days of the calendar. Add them to the
            solver after the last criterion was read, since reading one may add some.
        variables: The facts met so far.
    """

    def __init__(
        self,
        prefix: str = "",
        pinned: Mapping[str, Value] | None = None,
        evaluating: bool = False,
        texts: Iterable[str] = (),
        functions: Term | None = None,
        beside: Encoding | None = None,
    ) -> None:
        """Begin an encoding.

        Args:
            prefix: Before the name of each variable, to hold two patients apart.
            pinned: Facts with a given value (None: unknown) instead of a variable.
            evaluating: Round as the other readings do.
            texts: Constants to number first; more are taken as they come.
            functions: What terms are made with; None is the module `z3`, whose context all share.
            beside: An encoding whose terms may stand in one question with these, so that a text has to be
                the same number in both.
        """
        import z3

        self.z3: Term = cast("Any", z3) if functions is None else functions
        self.prefix = prefix
        self.pinned = pinned or {}
        self.evaluating = evaluating
        self.constraints: list[Term] = []
        self.variables: dict[str, tuple[Pair, Type]] = {}
        self.texts = TextNumbers(texts) if beside is None else beside.texts
        self._made: dict[int, Pair | Truth] = {}
        self._kept: list[Core] = []
        self._fresh = 0

    # For callers

    def truth(self, core: Core) -> Truth:
        """The two formulas of a condition."""
        found = self.read(core)
        return found if isinstance(found, Truth) else Truth(self._no, self._no)

    def read(self, core: Core) -> Pair | Truth:
        """A core as terms; shared parts are read once.

        Raises:
            UnsolvableError: `~` between texts that are no codes.
        """
        for node in walk_once(core):
            if id(node) not in self._made:
                self._made[id(node)] = self._read(node)
                # Kept alive: the key is the identity of the node.
                self._kept.append(node)
        return self._made[id(core)]

    def fact(self, name: str, type: Type) -> Pair:
        """The variable of a fact: (known, value); for a Boolean the value is a formula."""
        if name not in self.variables:
            self.variables[name] = (self._new_fact(name, type), type)
        return self.variables[name][0]

    def decode(self, model: Term) -> dict[str, Value]:
        """The patient of a model: every fact met, None where it is not known."""
        return {name: self._decoded(model, pair, type) for name, (pair, type) in self.variables.items()}

    # Facts

    @property
    def _yes(self) -> Term:
        return self.z3.BoolVal(True)

    @property
    def _no(self) -> Term:
        return self.z3.BoolVal(False)

    def _new_fact(self, name: str, type: Type) -> Pair:
        if name in self.pinned:
            value = self.pinned[name]
            return Pair(self.z3.BoolVal(value is not None), self._constant(value, type))
        known = self.z3.Bool(f"{self.prefix}{name} known")
        shown = f"{self.prefix}{name}"
        match type:
            case BooleanType():
                return Pair(known, self.z3.Bool(shown))
            case IntegerType(lo, hi) | CountType(lo, hi):
                number = self.z3.Int(shown)
                self.constraints += [number >= lo, number <= hi]
                return Pair(known, number)
            case DecimalType(places, lo, hi) | QuantityType(_, places, lo, hi):
                # A whole number of its last place: a Real alone would find patients between two values.
                number, scale = self.z3.Int(shown), 10**places
                bounds = (int(WIDE.multiply(end, scale)) for end in (lo, hi))
                self.constraints += [number >= next(bounds), number <= next(bounds)]
                return Pair(known, self.z3.ToReal(number) / scale)
            case StringType(codes):
                text = self.z3.Real(shown)
                if codes is not None:
                    self.constraints.append(self.z3.Or([text == self._text(code) for code in codes]))
                return Pair(known, text)
            case DateType(lo, hi):
                return Pair(known, self._new_day(shown, lo, hi))
            case NullType():
                return Pair(self._no, self.z3.IntVal(0))

    def _new_day(self, name: str, lo: dt.date, hi: dt.date) -> Day:
        year, month, day = (self.z3.Int(f"{name} {part}") for part in ("year", "month", "day"))
        in_care = lo >= DATE_MIN and hi <= DATE_MAX
        found = Day(self, (year, month, day), None, in_care)
        length = month_length(self.z3, year, month, in_care)
        self.constraints += [month >= 1, month <= 12, day >= 1, day <= length]
        self.constraints += [found.key >= arithmetic.month_key(lo), found.key <= arithmetic.month_key(hi)]
        self.constraints += [year >= lo.year, year <= hi.year]
        return found

    def _constant(self, value: Value, type: Type) -> Term:
        match type:
            case BooleanType():
                return self.z3.BoolVal(value is True)
            case StringType():
                return self._text(value) if isinstance(value, str) else self.z3.RealVal(0)
            case DateType():
                day = value if isinstance(value, dt.date) else dt.date(2000, 1, 1)
                parts = tuple(self.z3.IntVal(part) for part in (day.year, day.month, day.day))
                return Day(self, cast("tuple[Term, Term, Term]", parts), self.z3.IntVal(day.toordinal()))
            case DecimalType() | QuantityType():
                return _exact(self.z3, value if isinstance(value, Decimal | int) else 0)
            case _:
                return self.z3.IntVal(value if isinstance(value, int) else 0)

    # Texts

    def text_number(self, text: str) -> Fraction:
        """Where a text stands among all texts: the order of the numbers is that of the texts."""
        return self.texts.number(text)

    def _text(self, text: str) -> Term:
        number = self.text_number(text)
        return self.z3.Q(number.numerator, number.denominator)

    # Operators

    def _read(self, core: Core) -> Pair | Truth:
        match core.op:
            case "const":
                return self._read_constant(core)
            case "fact":
                pair = self.fact(cast("str", core.value), core.type)
                if isinstance(core.type, BooleanType):
                    return Truth(
                        self._and(pair.known, pair.term), self._and(pair.known, self.z3.Not(pair.term))
                    )
                return pair
            case "and" | "or" | "not" | "xor" | "is_null" | "is_true" | "is_false":
                return self._logic(core)
            case "eq" | "ne" | "lt" | "le" | "in" | "same" | "same_scale":
                return self._comparison(core)
            case "if":
                return self._choice(core)
            case "coalesce" | "min" | "max":
                return self._chosen(core)
            case "count":
                one, none = self.z3.IntVal(1), self.z3.IntVal(0)
                counted = [self.z3.If(self._is_known(arg), one, none) for arg in core.args]
                return Pair(self._yes, self.z3.Sum([none, none, *counted]))
            case (
                "add"
                | "sub"
                | "mul"
                | "div"
                | "neg"
                | "decimal"
                | "round"
                | "within"
                | "whole"
                | "whole_part"
            ):
                return self._number(core)
            case "fold":
                return self._fold(core)
            case _:
                return self._date(core)

    def _read_constant(self, core: Core) -> Pair | Truth:
        value = cast("Value", core.value)
        if isinstance(core.type, BooleanType):
            return Truth(self.z3.BoolVal(value is True), self.z3.BoolVal(value is False))
        return Pair(self.z3.BoolVal(value is not None), self._constant(value, core.type))

    def _and(self, *terms: Term) -> Term:
        return self.z3.And(list(terms))

    def _or(self, *terms: Term) -> Term:
        return self.z3.Or(list(terms))

    def _is_known(self, core: Core) -> Term:
        found = self._made[id(core)]
        return found.known if isinstance(found, Pair) else self._or(found.true, found.false)

    def _truth(self, core: Core) -> Truth:
        found = self._made[id(core)]
        return found if isinstance(found, Truth) else Truth(self._no, self._no)

    def _pair(self, core: Core) -> Pair:
        found = self._made[id(core)]
        return found if isinstance(found, Pair) else Pair(self._or(found.true, found.false), found.true)

    def _logic(self, core: Core) -> Truth:
        if core.op == "is_null":
            known = self._is_known(core.args[0])
            return Truth(self.z3.Not(known), known)
        each = [self._truth(arg) for arg in core.args]
        trues, falses = [one.true for one in each], [one.false for one in each]
        match core.op:
            case "and":
                return Truth(self._and(*trues), self._or(*falses))
            case "or":
                return Truth(self._or(*trues), self._and(*falses))
            case "not":
                return Truth(falses[0], trues[0])
            case "xor":
                return Truth(
                    self._or(self._and(trues[0], falses[1]), self._and(falses[0], trues[1])),
                    self._or(self._and(trues[0], trues[1]), self._and(falses[0], falses[1])),
                )
            case "is_true":
                return Truth(trues[0], self.z3.Not(trues[0]))
            case _:
                return Truth(falses[0], self.z3.Not(falses[0]))

    def _comparison(self, core: Core) -> Truth:
        if core.op == "in":
            pair = self._pair(core.args[0])
            items = cast("tuple[Value, ...]", core.value)
            type = core.args[0].type
            found = self._or(*(self._equal(pair.term, self._constant(item, type)) for item in items))
            return self._strict([pair], found)
        one, other = (self._pair(arg) for arg in core.args)
        if core.op == "same_scale":
            equal = self._equal_at_fewer_places(one.term, other.term)
        elif core.op in ("eq", "ne", "same"):
            mixed = any(isinstance(arg.type, NullType) for arg in core.args)
            equal = self._no if mixed else self._equal(one.term, other.term)
        else:
            less = self._less(one.term, other.term, core.op == "le")
            return self._strict([one, other], less)
        if core.op in ("eq", "ne"):
            return self._strict([one, other], equal if core.op == "eq" else self.z3.Not(equal))
        both = self._and(one.known, other.known, equal)
        neither = self._and(self.z3.Not(one.known), self.z3.Not(other.known))
        same = self._or(both, neither)
        return Truth(same, self.z3.Not(same))

    def _strict(self, pairs: Sequence[Pair], formula: Term) -> Truth:
        known = self._and(*(pair.known for pair in pairs))
        return Truth(self._and(known, formula), self._and(known, self.z3.Not(formula)))

    def _equal(self, one: Term, other: Term) -> Term:
        if isinstance(one, Day) and isinstance(other, Day):
            if one.has_parts and other.has_parts:
                return self._and(*(a == b for a, b in zip(one.parts, other.parts, strict=True)))
            return one.number == other.number
        return one == other

    def _less(self, one: Term, other: Term, or_equal: bool) -> Term:
        if isinstance(one, Day) and isinstance(other, Day):
            if one.has_parts and other.has_parts:
                one, other = one.key, other.key
            else:
                one, other = one.number, other.number
        return one <= other if or_equal else one < other

    def _equal_at_fewer_places(self, one: Term, other: Term) -> Term:
        found: Term = self._round(one, 8) == self._round(other, 8)
        for places in range(7, -1, -1):
            fits = self._or(*(self.z3.IsInt(x * 10**places) for x in (one, other)))
            found = self.z3.If(fits, self._round(one, places) == self._round(other, places), found)
        return found

    # Choices

    def _choice(self, core: Core) -> Pair | Truth:
        condition = self._truth(core.args[0]).true
        then, otherwise = core.args[1], core.args[2]
        if isinstance(core.type, BooleanType):
            one, other = self._truth(then), self._truth(otherwise)
            choose = self.z3.If
            return Truth(choose(condition, one.true, other.true), choose(condition, one.false, other.false))
        one, other = self._of_type(then, core.type), self._of_type(otherwise, core.type)
        known = self.z3.If(condition, one.known, other.known)
        return Pair(known, self._either(condition, one.term, other.term))

    def _of_type(self, core: Core, type: Type) -> Pair:
        pair = self._pair(core)
        if isinstance(core.type, NullType):
            return Pair(self._no, self._constant(None, type))
        return pair

    def _either(self, condition: Term, one: Term, other: Term) -> Term:
        if isinstance(one, Day) and isinstance(other, Day):
            if one.has_parts and other.has_parts:
                parts = [self.z3.If(condition, a, b) for a, b in zip(one.parts, other.parts, strict=True)]
                return Day(self, cast("tuple[Term, Term, Term]", tuple(parts)), None)
            return Day(self, None, self.z3.If(condition, one.number, other.number))
        return self.z3.If(condition, one, other)

    def _chosen(self, core: Core) -> Pair | Truth:
        """Coalesce, Min and Max: unknowns are skipped."""
        if isinstance(core.type, BooleanType):
            truths = [self._truth(arg) for arg in core.args]
            true, false = truths[-1].true, truths[-1].false
            for one in reversed(truths[:-1]):
                known = self._or(one.true, one.false)
                true, false = self.z3.If(known, one.true, true), self.z3.If(known, one.false, false)
            return Truth(true, false)
        pairs = [self._of_type(arg, core.type) for arg in core.args]
        if core.op == "coalesce":
            pairs.reverse()
        best = pairs[0]
        for pair in pairs[1:]:
            if core.op == "coalesce":
                better = pair.known
            else:
                one, other = (pair.term, best.term) if core.op == "min" else (best.term, pair.term)
                better = self._and(
                    pair.known, self._or(self.z3.Not(best.known), self._less(one, other, False))
                )
            best = Pair(self._or(pair.known, best.known), self._either(better, pair.term, best.term))
        return best

    def _fold(self, core: Core) -> Pair:
        inner = core.args[0]
        pair = self._pair(inner)
        codes = inner.type.codes if isinstance(inner.type, StringType) else None
        if codes is None:
            raise UnsolvableError("`~` between texts that are no codes cannot be solved; write `=`")
        term: Term = self._text(arithmetic.fold(codes[-1]))
        for code in codes[:-1]:
            term = self.z3.If(pair.term == self._text(code), self._text(arithmetic.fold(code)), term)
        return Pair(pair.known, term)

    # Numbers

    def _number(self, core: Core) -> Pair:
        pairs = [self._pair(arg) for arg in core.args]
        known = self._and(*(pair.known for pair in pairs))
        terms = [pair.term for pair in pairs]
        match core.op:
            case "add":
                return Pair(known, terms[0] + terms[1])
            case "sub":
                return Pair(known, terms[0] - terms[1])
            case "mul":
                return Pair(known, terms[0] * terms[1])
            case "neg":
                return Pair(known, -terms[0])
            case "decimal":
                return Pair(known, self.z3.ToReal(terms[0]))
            case "div":
                divides = terms[1] != 0
                exact = terms[0] / self.z3.If(divides, terms[1], self.z3.RealVal(1))
                return Pair(self._and(known, divides), self._round(exact, 8) if self.evaluating else exact)
            case "round":
                return Pair(known, self._round(terms[0], 8) if self.evaluating else terms[0])
            case "within":
                low, high = cast("tuple[int | Decimal, int | Decimal]", core.value)
                whole = isinstance(core.type, IntegerType)
                ends = [self.z3.IntVal(e) if whole else _exact(self.z3, e) for e in (low, high)]
                return Pair(self._and(known, ends[0] <= terms[0], terms[0] <= ends[1]), terms[0])
            case "whole":
                down, up = self.z3.ToInt(terms[0]), -self.z3.ToInt(-terms[0])
                return Pair(known, self.z3.If(terms[0] >= 0, down, up))
            case _:
                divisor = cast("int", core.value)
                value = terms[0]
                return Pair(known, self.z3.If(value >= 0, value / divisor, -((-value) / divisor)))

    def _round(self, term: Term, places: int) -> Term:
        """Halves away from nothing."""
        half = self.z3.Q(1, 2)
        size = self.z3.If(term >= 0, term, -term) * 10**places
        whole = self.z3.ToReal(self.z3.ToInt(size + half)) / 10**places
        return self.z3.If(term >= 0, whole, -whole)

    # Dates

    def _date(self, core: Core) -> Pair:
        pairs = [self._pair(arg) for arg in core.args]
        known = self._and(*(pair.known for pair in pairs))
        day = cast("Day", pairs[0].term)
        match core.op:
            case "shift_days":
                return Pair(known, Day(self, None, day.number + pairs[1].term))
            case "shift_months":
                return Pair(known, self._shift_months(day, pairs[1].term, core.args[1]))
            case "day_number":
                return Pair(known, day.number)
            case "week_number":
                return Pair(known, day.number / 7)
            case "month_number":
                return Pair(known, day.parts[0] * 12 + day.parts[1])
            case "year_number":
                return Pair(known, day.parts[0])
            case _:
                return Pair(known, day.key)

    def _shift_months(self, day: Day, months: Term, amount: Core) -> Day:
        year, month, number = day.parts
        if amount.op == "const":
            steps = cast("int", amount.value)
            years, rest = divmod(steps, 12)
            over = month + rest > 12
            moved_year = year + years + self.z3.If(over, 1, 0)
            moved_month = month + rest - self.z3.If(over, 12, 0)
        else:
            count = year * 12 + month - 1 + months
            moved_year = count / 12
            moved_month = count - moved_year * 12 + 1
        length = month_length(self.z3, moved_year, moved_month)
        return Day(self, (moved_year, moved_month, self.z3.If(number > length, length, number)), None)

    def parts_of(self, number: Term) -> tuple[Term, Term, Term]:
        """Year, month and day of a day number: by formula when evaluating, else as new variables."""
        if self.evaluating:
            return parts_by_formula(self.z3, number)
        self._fresh += 1
        year, month, day = (
            self.z3.Int(f"{self.prefix}day {self._fresh} {p}") for p in ("year", "month", "day")
        )
        valid = [month >= 1, month <= 12, day >= 1, day <= month_length(self.z3, year, month)]
        self.constraints += [*valid, year >= -400, year <= 10800]
        inside = self._and(number >= -100_000, number <= 3_900_000)
        self.constraints.append(self.z3.Implies(inside, day_number(self.z3, year, month, day) == number))
        return year, month, day

    # Back

    def _decoded(self, model: Term, pair: Pair, type: Type) -> Value:
        def found(term: Term) -> Term:
            return model.eval(term, model_completion=True)

        if not self.z3.is_true(found(pair.known)):
            return None
        match type:
            case BooleanType():
                return bool(self.z3.is_true(found(pair.term)))
            case DateType():
                year, month, day = (found(part).as_long() for part in cast("Day", pair.term).parts)
                return dt.date(year, month, day)
            case StringType(codes):
                return self.texts.text(Fraction(found(pair.term).as_fraction()), codes)
            case DecimalType(places=places) | QuantityType(places=places):
                value = Fraction(found(pair.term).as_fraction())
                number = WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
                return number.quantize(Decimal(1).scaleb(-places), context=WIDE)
            case _:
                return int(found(pair.term).as_long())


def _exact(z3: Term, value: Decimal | int) -> Term:
    found = Fraction(value)
    return z3.Q(found.numerator, found.denominator)
