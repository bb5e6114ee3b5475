"""Reads what people type: dates, doses, `field=value`, `item=yes`."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from api.cli.exits import UsageError
from engine.model.formulary import Role

YES = ("yes", "true")
NO = ("no", "false")


def local_today() -> date:
    """The date on this computer."""
    return datetime.now().astimezone().date()


def day(text: str, what: str = "--on") -> date:
    """A calendar date in ISO form.

    Raises:
        UsageError: It is something else.
    """
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{what}: `{text}` is not a date", "write year-month-day, such as 2026-03-02"
        ) from None


def dose(text: str, what: str = "--dose-mg-per-day") -> Decimal:
    """A dose in mg a day, the number alone.

    Raises:
        UsageError: It is no positive number.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UsageError(
            f"{what}: `{text}` is not a number", "Enter the dose in mg a day, such as 50"
        ) from None
    if not number.is_finite() or number <= 0:
        raise UsageError(f"{what}: {text} is no dose", "Enter the dose in mg a day, such as 50")
    return number


def fields(words: Iterable[str]) -> dict[str, object] | None:
    """`total=17 item9=0` as a mapping; None for the one word `not_known`.

    Raises:
        UsageError: A word has no `=`, or a field is named twice.
    """
    given = list(words)
    if given == ["not_known"]:
        return None
    if not given:
        raise UsageError(
            "no value was given", "write field=value, or not_known where it was asked and is not known"
        )
    return dict(pairs(given, "field=value"))


def answers(words: Iterable[str]) -> dict[str, bool]:
    """`dx=yes meas=no` as a mapping: yes passes the item, no fails it.

    Raises:
        UsageError: A word is not item=yes or item=no, or an item is named twice.
    """
    result: dict[str, bool] = {}
    for name, value in pairs(words, "item=yes or item=no"):
        word = value.lower()
        if word not in (*YES, *NO):
            raise UsageError(f"`{name}={value}` is neither yes nor no", "write item=yes or item=no")
        result[name] = word in YES
    return result


def role(text: str, what: str = "--role") -> Role:
    """A role a treatment is taken in.

    Raises:
        UsageError: There is none of that name.
    """
    try:
        return Role(text)
    except ValueError:
        names = ", ".join(known.value for known in Role)
        raise UsageError(f"{what}: there is no role `{text}`", f"roles are {names}") from None


def pairs(words: Iterable[str], form: str) -> list[tuple[str, str]]:
    """`name=value` words, in order.

    Raises:
        UsageError: A word has no name or no `=`, or a name comes twice.
    """
    found: list[tuple[str, str]] = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError(f"`{word}` names no value", f"write {form}")
        if any(name == other for other, _ in found):
            raise UsageError(f"`{name}` is given twice", "write it once")
        found.append((name, value))
    return found
