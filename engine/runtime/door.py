"""The door for evidence: raw values in, typed values out, or a refusal that names the field and the fix."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from engine.criteria import Criterion, Name, Names, compile_criterion
from engine.model.errors import EvidenceError, UnknownNameError
from engine.model.evidence import EvidenceField, EvidenceType, FieldType, Value
from engine.runtime.names import field_type
from engine.runtime.plan import Plan

YES, NO = ("true", "yes"), ("false", "no")
FIRST_DATE, LAST_DATE = date(1901, 1, 1), date(2099, 12, 31)
LONGEST_TEXT = 4_000


def read_record(
    plan: Plan, kind: str, raw: Mapping[str, object], observed_on: date, today: date
) -> dict[str, Value]:
    """Type and check one record, derived fields included.

    Args:
        raw: Field to value: text, bool, int, Decimal or date. None is asked-not-known and left out.
        observed_on: Date of the visit, not after `today`.

    Raises:
        UnknownNameError: There is no such evidence type.
        EvidenceError: An unknown or missing field, a value of the wrong type or unit or outside what is
            possible, a derived value that contradicts a given one, or a date in the future.
    """
    evidence = plan.evidence(kind)
    if evidence is None:
        raise UnknownNameError("evidence type", kind, near(kind, plan.algorithm.evidence))
    check_date("date of the visit", observed_on, today)
    values: dict[str, Value] = {}
    for name, value in raw.items():
        field = evidence.fields.get(name)
        if field is None:
            close = near(name, evidence.fields)
            hint = f"did you mean `{close[0]}`?" if close else f"its fields are {', '.join(evidence.fields)}"
            raise EvidenceError(f"{kind}.{name}", f"{evidence.title} has no field `{name}`", hint)
        if value is not None:
            values[name] = read_value(f"{kind}.{name}", evidence.title, field, value, today)
    _derive(plan, evidence, values)
    missing = [f for f in evidence.fields.values() if f.required and f.name not in values]
    if values and missing:
        names = ", ".join(f.name for f in missing)
        raise EvidenceError(
            f"{kind}.{missing[0].name}",
            f"{evidence.title} needs {names}",
            f"Enter {names}, or record it as asked and not known",
        )
    return values


def near(word: str, known: Mapping[str, object] | list[str] | tuple[str, ...]) -> list[str]:
    """Close names, the closest first; capitals do not matter."""
    plain = {name.lower(): name for name in known}
    return [plain[found] for found in get_close_matches(word.lower(), plain, n=3, cutoff=0.6)]


def check_date(what: str, day: date, today: date) -> None:
    """Refuse a date after today or outside 1901 to 2099.

    Raises:
        EvidenceError: It is.
    """
    if day > today:
        raise EvidenceError(what, f"The {what}, {day}, is after today, {today}", "Enter the day it happened")
    if not FIRST_DATE <= day <= LAST_DATE:
        raise EvidenceError(what, f"The {what}, {day}, is outside 1901 to 2099", "Enter the day it happened")


def read_value(path: str, owner: str, field: EvidenceField, value: object, today: date) -> Value:
    """One value of a field, typed.

    Raises:
        EvidenceError: It is not of the field's type, or impossible.
    """
    match field.type:
        case FieldType.BOOLEAN:
            return _boolean(path, owner, field, value)
        case FieldType.INTEGER | FieldType.DECIMAL:
            return _number(path, owner, field, value)
        case FieldType.CODE:
            if isinstance(value, str) and value in field.values:
                return value
            close = near(str(value), field.values)
            hint = f"did you mean `{close[0]}`?" if close else f"Enter one of {', '.join(field.values)}"
            raise EvidenceError(path, f"{owner}, {field.title}: `{value}` is not one of its answers", hint)
        case FieldType.DATE:
            return _date(path, owner, field, value, today)
        case FieldType.TEXT:
            text = str(value)
            if len(text) > LONGEST_TEXT or "\x00" in text:
                raise EvidenceError(
                    path, f"{owner}, {field.title} is too long or not text", "Enter a shorter text"
                )
            return text


def _boolean(path: str, owner: str, field: EvidenceField, value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise EvidenceError(path, f"{owner}, {field.title}: `{value}` is not yes or no", "Enter yes or no")


def _number(path: str, owner: str, field: EvidenceField, value: object) -> int | Decimal:
    unit = f" {field.unit}" if field.unit else ""
    range_ = (
        f"{field.low} to {field.high}{unit}"
        if field.low is not None and field.high is not None
        else f"a number{unit}"
    )
    whole = field.type is FieldType.INTEGER
    try:
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal | float):
            raise InvalidOperation
        if isinstance(value, str) and len(value) > 40:
            raise InvalidOperation
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise EvidenceError(
            path,
            f"{owner}, {field.title}: `{str(value)[:40]}` is not a number{' in' + unit if unit else ''}",
            f"Enter {range_}, the number alone",
        ) from None
    if not number.is_finite():
        raise EvidenceError(path, f"{owner}, {field.title}: `{value}` is not a number", f"Enter {range_}")
    if whole and number != number.to_integral_value():
        raise EvidenceError(path, f"{owner}, {field.title}: {value} is not a whole number", f"Enter {range_}")
    low = Decimal(0) if field.low is None else field.low
    high = Decimal(1_000_000) if field.high is None else field.high
    if not low <= number <= high:
        raise EvidenceError(
            path,
            f"{owner}, {field.title} must be {low} to {high}{unit}; {value} is impossible",
            f"Enter {low} to {high}{unit}",
        )
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        raise EvidenceError(
            path, f"{owner}, {field.title}: {value} has more than 4 decimal places", "Round it to 4 places"
        )
    return int(number) if whole else number


def _date(path: str, owner: str, field: EvidenceField, value: object, today: date) -> date:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise EvidenceError(
            path,
            f"{owner}, {field.title}: `{value}` is not a date",
            "Enter year-month-day, such as 2026-03-02",
        ) from None
    check_date(path, day, today)
    return day


def _derive(plan: Plan, evidence: EvidenceType, values: dict[str, Value]) -> None:
    """Fill derived fields; a known derived value that contradicts a given one is impossible evidence."""
    if not evidence.derive:
        return
    facts: dict[str, Value | None] = {name: values.get(name) for name in evidence.fields}
    for name, criterion in derivations(plan, evidence).items():
        derived = criterion.evaluate(facts)
        given = facts.get(name)
        if derived is None:
            facts.setdefault(name, None)
            continue
        field = evidence.fields.get(name)
        if field is not None and given is not None and given != derived:
            raise EvidenceError(
                f"{evidence.id}.{name}",
                f"{evidence.title}, {field.title}: {given} was entered, but the other answers give {derived}",
                f"Enter {derived}, or correct the answers",
            )
        facts[name] = derived
        if field is not None:
            values[name] = derived


def derivations(plan: Plan, evidence: EvidenceType) -> dict[str, Criterion]:
    """The compiled derivations of an evidence type, in order; its fields are bare names in them."""
    found = plan.derivations.get(evidence.id)
    if found is None:
        names = [Name(f.name, field_type(f), f.title) for f in evidence.fields.values()]
        found = {}
        for name, line in evidence.derive.items():
            criterion = compile_criterion(line.text, Names(names=tuple(names), constants={}, defines={}))
            found[name] = criterion
            if name not in evidence.fields:
                names.append(Name(name, criterion.type, name))
        plan.derivations[evidence.id] = found
    return found
