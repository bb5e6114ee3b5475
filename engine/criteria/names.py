"""The names a criterion can use: facts, parameters, series and defines, in one namespace."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.criteria.types import CountType, IntegerType, Type, Value, facts_door

Kind = Literal["fact", "define", "parameter", "series"]
TODAY = "Today()"
"""The fact that `Today()` reads: the date the decision is taken for."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """How a name is said inside a sentence, where its title alone would be stiff.

    Attributes:
        noun: Stands before a verb: `the dose of the trial`.
        unit: Follows a number it is compared with, in the plural: `weeks`, `mg a day`.
        labels: Words for the codes it is compared with.
        clauses: Whole clauses for being a code and for not being it.
        counted: What a number counts, one and many, and what is said of it: `trial, trials, did not work`.
        yes, no: Whole clauses for a Boolean: `the trial is adequate`, `the trial is not adequate`.
    """

    noun: str
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    clauses: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    counted: tuple[str, str, str] | None = None
    yes: str = ""
    no: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """One name.

    Attributes:
        name: Dotted (`phq9.total`); any word may follow a dot.
        type: None only for a define, whose type is found from its text.
        title: For people; a quoted identifier in a criterion resolves to it.
        phrase: How sentences say it; its title where there is none.
    """

    name: str
    type: Type | None
    title: str | None = None
    kind: Kind = "fact"
    phrase: Phrase | None = None


@dataclass(frozen=True, eq=False)
class Names:
    """An immutable table of names.

    Attributes:
        names: Every name with its type. A define needs an entry only to carry a title.
        constants: Values of parameters (or other names), filled in as if written out. A parameter
            without one is read from the facts.
        defines: Define to criterion text, in any order.

    Raises:
        FactError: A constant that does not fit the type of its name.
        ValueError: A name given twice, or without a type though it is no define.
    """

    names: Iterable[Name] = ()
    constants: Mapping[str, Value] = field(default_factory=dict[str, Value])
    defines: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        table: dict[str, Name] = {}
        ends: set[str] = set()
        for name in self.names:
            if name.name in table and name.name not in ends:
                raise ValueError(f"the name {name.name} is given twice")
            if name.type is None and name.name not in self.defines:
                raise ValueError(f"the name {name.name} has no type")
            table[name.name] = name
            if isinstance(name.type, CountType):
                title = name.title or name.name
                bound = IntegerType(name.type.lo, name.type.hi)
                for end, words in (("at_least", "at least"), ("at_most", "at most")):
                    whole = f"{name.name}.{end}"
                    ends.add(whole)
                    phrase = Phrase(f"{name.phrase.noun}, {words},") if name.phrase else None
                    table.setdefault(whole, Name(whole, bound, f"{title}, {words}", name.kind, phrase))
        for define in self.defines:
            table.setdefault(define, Name(define, None, None, "define"))
        titles: dict[str, list[str]] = {}
        for name in table.values():
            if name.title is not None:
                titles.setdefault(name.title, []).append(name.name)
        constants = {}
        for name, value in self.constants.items():
            found = table.get(name)
            if found is not None and found.type is not None:
                constants[name] = facts_door(value, found.type)
        object.__setattr__(self, "names", tuple(table.values()))
        object.__setattr__(self, "constants", constants)
        object.__setattr__(self, "defines", dict(self.defines))
        object.__setattr__(self, "_table", table)
        object.__setattr__(self, "_titles", titles)
        object.__setattr__(self, "derived", {})

    _table: dict[str, Name] = field(init=False, repr=False)
    _titles: dict[str, list[str]] = field(init=False, repr=False)
    derived: dict[str, object] = field(init=False, repr=False)
    """What other modules work out from the table, kept so that it is done once."""

    def lookup(self, name: str) -> Name | None:
        """The name written so, or None. A count also has `<name>.at_least` and `<name>.at_most`."""
        return self._table.get(name)

    def titled(self, title: str) -> tuple[str, ...]:
        """Every name with this title; more than one cannot be meant by a quoted identifier."""
        return tuple(self._titles.get(title, ()))

    def title_of(self, name: str) -> str | None:
        """The title for people, or None."""
        found = self._table.get(name)
        return None if found is None else found.title

    def extended(
        self,
        names: Iterable[Name] = (),
        constants: Mapping[str, Value] | None = None,
        defines: Mapping[str, str] | None = None,
    ) -> Names:
        """A new table with more names; what is given here wins over what was there."""
        more = {name.name: name for name in names}
        counts = {
            f"{one.name}.{end}" for one in self.names if isinstance(one.type, CountType) for end in _ENDS
        }
        kept = [one for one in self.names if one.name not in more and one.name not in counts]
        return Names(
            (*kept, *more.values()),
            {**self.constants, **(constants or {})},
            {**self.defines, **(defines or {})},
        )

    def near(self, word: str, most: int = 3) -> tuple[str, ...]:
        """Names an author may have meant by `word`, nearest first; empty when none is close."""
        plain = _plain(word)
        if not plain:
            return ()
        exact = [name for name in self._table if _plain(name) == plain]
        ends = [name for name in self._table if "." in name and _plain(name.split(".", 1)[1]) == plain]
        close = difflib.get_close_matches(word, self._table, n=most, cutoff=0.72)
        titles = [
            name
            for title in difflib.get_close_matches(word, self._titles, n=most, cutoff=0.72)
            for name in self._titles[title]
        ]
        return tuple(dict.fromkeys([*exact, *ends, *close, *titles]))[:most]


_ENDS = ("at_least", "at_most")


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
