"""Facts from a JSON file, with names and types from them or from an algorithm."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from api.cli.exits import UsageError
from api.shapes import plain
from engine.criteria import (
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    NULL,
    QUANTITY,
    STRING,
    TODAY,
    CountType,
    FactError,
    Facts,
    Name,
    Names,
    QuantityType,
    Type,
    Value,
    check,
    facts_door,
    write_value,
)
from engine.criteria.text import write_amount
from engine.criteria.units import known_units, read_unit
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

    def value(self, name: str) -> object:
        """The value behind a name in an explanation, for JSON; a count that is a range by its two ends."""
        if name in self.facts:
            return plain(self.facts[name])
        low, high = (self.facts[f"{name}.{end}"] for end in ("at_least", "at_most"))
        return low if low == high else {"at_least": low, "at_most": high}

    def said(self, name: str) -> str:
        """The same in words."""
        known = self.names.lookup(name)
        if name in self.facts:
            return said(self.facts[name], known.type if known else None)
        low, high = (self.facts[f"{name}.{end}"] for end in ("at_least", "at_most"))
        return said(low) if low == high else f"from {said(low)} to {said(high)}"


def said(value: Value, kind: Type | None = None) -> str:
    """A value as criteria write it, a quantity with its unit."""
    if value is None:
        return "unknown"
    if isinstance(kind, QuantityType) and isinstance(value, Decimal):
        return write_amount(value, kind.unit, calendar=False)
    return write_value(value)


def names_and_facts(
    file: Path | None, algorithm: Algorithm | None, today: date, expression: str
) -> GivenFacts:
    """Read the facts. With an algorithm its names hold; else the names and types are those of the file.

    A null says nothing of its type: it gets the first one with which the expression can be read.

    Raises:
        UnreadableError: The file is not there or is no JSON object.
        EvidenceError: A value that does not fit the type of its name.
        UsageError: A value that is no fact, or a name given twice or unknown to the algorithm.
    """
    raw = _read(file) if file is not None else {}
    given = {name: _typed(name, value) for name, value in raw.items()}
    facts = _Unless({TODAY: today if TODAY not in given else _admitted_today(given.pop(TODAY)[1])})
    if algorithm is None:
        names = _with_types_of_nulls({name: kind for name, (kind, _) in given.items()}, expression)
    else:
        from engine.runtime.names import names_of

        names = names_of(algorithm)
    for name, (kind, value) in given.items():
        facts.update(_admitted(name, kind, value, names))
    return GivenFacts(names, facts)


def _admitted_today(value: Value) -> Value:
    if value is None:
        raise UsageError(f"`{TODAY}` is never unknown", "write a date, or leave it out")
    try:
        return facts_door(value, DATE)
    except FactError as error:
        raise EvidenceError(TODAY, str(error), "Enter a date") from error


def _admitted(name: str, kind: Type, value: Value, names: Names) -> Facts:
    """A fact past the door of its type; a count as both its ends."""
    known = names.lookup(name)
    if known is None or known.type is None:
        near = names.near(name)
        fix = f"did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else "leave it out"
        raise UsageError(f"`{name}` is no fact of the algorithm", fix)
    if name in names.constants:
        raise UsageError(f"`{name}` is a parameter: the algorithm gives its value", "leave it out")
    if isinstance(kind, QuantityType) and not isinstance(known.type, QuantityType):
        raise EvidenceError(
            name, f"a value in {kind.unit} does not fit", f"Enter {known.type}, without a unit"
        )
    try:
        admitted = facts_door(value, known.type)
    except FactError as error:
        raise EvidenceError(name, str(error), f"Enter {known.type}") from error
    if isinstance(known.type, CountType):
        return {f"{name}.at_least": admitted, f"{name}.at_most": admitted}
    return {name: admitted}


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


def _read(file: Path) -> dict[str, object]:
    """Every value of the file by its name with dots."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        content: object = json.loads(
            text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_pairs
        )
        if not isinstance(content, dict):
            raise UnreadableError(f"{file} holds no facts by name", _FORM)
        return _once(_flat(cast("Mapping[str, object]", content)))
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise UnreadableError(f"{file} cannot be read: {reason}", "name a JSON file of facts") from error
    except RecursionError as error:
        raise UnreadableError(f"{file} is nested too deep", _FORM) from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{file} is no UTF-8 text, from byte {error.start + 1} on", _FORM) from error
    except json.JSONDecodeError as error:
        where = f"{file}:{error.lineno}:{error.colno}"
        raise UnreadableError(f"{where} is not JSON: {error.msg}", _FORM) from error
    except ValueError as error:
        raise UnreadableError(f"{file} is not JSON: {error}", _FORM) from error


_FORM = 'write {"phq9": {"total": 17}}'


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return _once(pairs)


def _once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise UsageError(f"the fact `{name}` is given twice", "write it once")
        found[name] = value
    return found


def _flat(content: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in content.items():
        if isinstance(value, dict) and set(cast("dict[str, object]", value)) != {"value", "unit"}:
            yield from _flat(cast("dict[str, object]", value), f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _typed(name: str, value: object) -> tuple[Type, Value]:
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
        case {"value": int() | Decimal() | None as number, "unit": str(unit)} if not isinstance(number, bool):
            return QUANTITY(_unit(name, unit)), None if number is None else Decimal(number)
        case str():
            try:
                return DATE, date.fromisoformat(value)
            except ValueError:
                return STRING, value
        case _:
            raise UsageError(
                f"the value of `{name}` is no fact",
                'write true, false, a number, a text, a date, null or {"value": 600, "unit": "mg"}',
            )


def _unit(name: str, unit: str) -> str:
    if read_unit(unit) is None:
        near = get_close_matches(unit, known_units(), n=2)
        fix = f"did you mean {' or '.join(near)}?" if near else "write a UCUM code, such as mg or mmol/L"
        raise UsageError(f"the unit `{unit}` of `{name}` is not known", fix)
    return unit
