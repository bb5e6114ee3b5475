"""What a column engine has to be able to say, for criteria to be read in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from engine.criteria.types import Type, Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Whole(Generic[T]):
    """A number as a whole number at some decimal places, with the bounds of the whole number."""

    column: T
    places: int
    lo: int
    hi: int


class Words(ABC, Generic[T]):
    """One engine's words for the operators; `T` is its expression.

    Expressions follow the three-valued logic of columns, where null is unknown.
    """

    most: int
    """The largest whole number that the engine holds, either way."""

    @abstractmethod
    def literal(self, value: Value, type: Type) -> T:
        """A constant, null with the right type too; not asked for decimals."""

    @abstractmethod
    def whole_literal(self, value: int) -> T:
        """A constant whole number of any size up to `most`."""

    @abstractmethod
    def fact(self, name: str, type: Type) -> T:
        """The column of a fact, as it is stored."""

    @abstractmethod
    def whole_fact(self, name: str, type: Type) -> T:
        """The column of a number, times ten to the places of its type, as a whole number."""

    @abstractmethod
    def result_number(self, number: Whole[T], type: Type) -> T:
        """A number as a result: a whole number, or a decimal of the engine."""

    @abstractmethod
    def decimal_literal(self, value: Decimal, type: Type) -> T:
        """A constant beside which a stored decimal can be compared without calculation."""

    @abstractmethod
    def all_of(self, each: Sequence[T]) -> T:
        """Kleene's `and` of one or more."""

    @abstractmethod
    def any_of(self, each: Sequence[T]) -> T:
        """Kleene's `or` of one or more."""

    @abstractmethod
    def not_(self, one: T) -> T:
        """The opposite; unknown stays unknown."""

    @abstractmethod
    def xor(self, one: T, other: T) -> T:
        """Unknown when either is."""

    @abstractmethod
    def is_null(self, one: T) -> T:
        """Whether it is unknown."""

    @abstractmethod
    def equal(self, one: T, other: T) -> T:
        """Unknown when either is."""

    @abstractmethod
    def unequal(self, one: T, other: T) -> T:
        """Unknown when either is."""

    @abstractmethod
    def less(self, one: T, other: T) -> T:
        """Texts by code points."""

    @abstractmethod
    def at_most(self, one: T, other: T) -> T:
        """Texts by code points."""

    @abstractmethod
    def one_of(self, one: T, items: Sequence[Value], type: Type) -> T:
        """Whether it equals one of the constants; unknown when it is."""

    @abstractmethod
    def choose(self, condition: T, then: T, otherwise: T) -> T:
        """`otherwise` unless the condition is true."""

    @abstractmethod
    def first_known(self, each: Sequence[T]) -> T:
        """The first that is known."""

    @abstractmethod
    def least(self, each: Sequence[T]) -> T:
        """The least known one."""

    @abstractmethod
    def greatest(self, each: Sequence[T]) -> T:
        """The greatest known one."""

    @abstractmethod
    def plus(self, one: T, other: T) -> T:
        """Of whole numbers."""

    @abstractmethod
    def minus(self, one: T, other: T) -> T:
        """Of whole numbers."""

    @abstractmethod
    def times(self, one: T, other: T) -> T:
        """Of whole numbers."""

    @abstractmethod
    def over(self, one: T, other: T) -> T:
        """The whole part of a quotient of numbers that are not negative."""

    @abstractmethod
    def wide(self, one: T, bound: int) -> T:
        """The same number, held so that results up to `bound` fit."""

    @abstractmethod
    def year(self, date: T) -> T:
        """Of a date."""

    @abstractmethod
    def month(self, date: T) -> T:
        """Of a date, from 1."""

    @abstractmethod
    def day(self, date: T) -> T:
        """Of the month, from 1."""

    @abstractmethod
    def day_number(self, date: T) -> T:
        """Days since the day before 0001-01-01."""

    @abstractmethod
    def date_of(self, year: T, month: T, day: T) -> T:
        """A date from whole numbers that name a day of the calendar."""

    @abstractmethod
    def later(self, date: T, days: T) -> T:
        """The date some days later."""
