"""Facts from a JSON file, with names and types from them or from an algorithm."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from api.cli.exits import UsageError
from engine.criteria import (
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    NULL,
    QUANTITY,
    STRING,
    TODAY,
    FactError,
    Name,
    Names,
    Type,
    Value,
    check,
    facts_door,
)
from engine.model.algorithm import Algorithm
from engine.model.errors import EvidenceError, UnreadableError


class _Unless(dict[str, Value]):
    """What was not given is not known."""

    def __missing__(self, name: str) -> None:
        return None


@dataclass(frozen=True, slots=True)
class GivenFacts:
    """The names a criterion may use, and what is known."""

    names: Names
    facts: Mapping[str, Value]

    def shown(self, name: str) -> Value:
        """The value behind a name in an explanation; a count by its lower end."""
        return self.facts[name if name in self.facts else f"{name}.at_least"]


def names_and_facts(
    file: Path | None, algorithm: Algorithm | None, today: date, expression: str
) -> GivenFacts:
    """Read the facts. With an algorithm its names hold; else the names and types are those of the file.

    A null says nothing of its type: it gets the first one with which the expression can be read.

    Raises:
        UnreadableError: The file is not there or is no JSON object.
        EvidenceError: A value that does not fit the type of its name.
        UsageError: A name that the algorithm does not have.
    """
    raw = dict(_flat(_read(file))) if file is not None else {}
    if algorithm is None:
        typed = {name: _typed(value) for name, value in raw.items()}
        names = _with_types_of_nulls({name: kind for name, (kind, _) in typed.items()}, expression)
        values = {name: value for name, (_, value) in typed.items()}
    else:
        from engine.runtime.names import names_of

        names = names_of(algorithm)
        values = {name: _typed(value)[1] for name, value in raw.items()}
    facts = _Unless({TODAY: today})
    for name, value in values.items():
        known = names.lookup(name)
        if known is None or known.type is None:
            raise UsageError(
                f"`{name}` is no fact of the algorithm", "leave it out, or write its name as it is there"
            )
        try:
            facts[name] = facts_door(value, known.type)
        except FactError as error:
            raise EvidenceError(name, str(error), f"Enter {known.type}") from error
    return GivenFacts(names, facts)


def _with_types_of_nulls(types: Mapping[str, Type], expression: str) -> Names:
    """A null takes the type of what it stands beside, so each can be tried while the others stay null."""
    found = dict(types)
    for name, kind in types.items():
        if kind == NULL:
            fits = (one for one in _TRIED if not _problems({**types, name: one}, expression))
            found[name] = next(fits, NULL)
    return Names([Name(name, kind) for name, kind in found.items()])


_TRIED: tuple[Type, ...] = (BOOLEAN, INTEGER, DECIMAL, STRING, DATE)


def _problems(types: Mapping[str, Type], expression: str) -> bool:
    return isinstance(check(expression, Names([Name(*pair) for pair in types.items()])), tuple)


def _read(file: Path) -> Mapping[str, object]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_constant=_no_number)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise UnreadableError(f"{file} cannot be read: {reason}", "name a JSON file of facts") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{file} is not JSON: {error}", 'write {"phq9": {"total": 17}}') from error
    if not isinstance(content, dict):
        raise UnreadableError(f"{file} holds no facts by name", 'write {"phq9": {"total": 17}}')
    return cast(Mapping[str, object], content)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _flat(content: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in content.items():
        if isinstance(value, dict) and set(cast("dict[str, object]", value)) != {"value", "unit"}:
            yield from _flat(cast("dict[str, object]", value), f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _typed(value: object) -> tuple[Type, Value]:
    """A JSON value with its type in criteria: ISO dates are dates, `{"value", "unit"}` is a quantity."""
    match value:
        case None:
            return NULL, None
        case bool():
            return BOOLEAN, value
        case int():
            return INTEGER, value
        case Decimal():
            return DECIMAL, value
        case {"value": int() | Decimal() as number, "unit": str(unit)}:
            return QUANTITY(unit), Decimal(number)
        case str():
            try:
                return DATE, date.fromisoformat(value)
            except ValueError:
                return STRING, value
        case _:
            raise UsageError(f"{value!r} is no fact", "write true, false, a number, a text, a date or null")
