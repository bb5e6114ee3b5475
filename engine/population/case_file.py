"""Reads conformance cases from a file with one JSON object a line, in the form of HL7's cases for CQL.

`expression` is the criterion and `expected` the answer, both as CQL writes them. An error is wanted where
`expected` is `invalid`, or `invalid` is set. `file`, `group` and `name` say where a case belongs. Further
keys are passed over.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from engine.model.errors import UnreadableError
from engine.population.conformance import ConformanceCase

MOST_TOLD = 20
"""Bad lines that are named; of more, only how many there are."""
FORM = 'write one JSON object a line: {"expression": "1 / 1", "expected": "1.0"}'
_ERRORS = ("true", "syntax", "semantic", "execution")


class _LineError(Exception):
    """What is wrong with a line."""


def read_cases(path: Path) -> list[ConformanceCase]:
    """Every case of a file, in order; blank lines are passed over.

    Raises:
        UnreadableError: There is no such file, it holds no case, or some of its lines are none; names each.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise UnreadableError(
            f"{path} cannot be read: {reason}", "name a file of cases, as JSON lines"
        ) from error
    cases: list[ConformanceCase] = []
    bad: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            cases.append(_case(number, line))
        except _LineError as error:
            bad.append(f"{path}:{number}: {error}")
    if bad:
        raise UnreadableError("\n".join(_told(path, bad)), FORM)
    if not cases:
        raise UnreadableError(f"{path} holds no case", FORM)
    return cases


def _told(path: Path, bad: list[str]) -> Iterator[str]:
    yield f"{len(bad)} {'line' if len(bad) == 1 else 'lines'} of {path} cannot be used"
    yield from (f"  {one}" for one in bad[:MOST_TOLD])
    if len(bad) > MOST_TOLD:
        yield f"  and {len(bad) - MOST_TOLD} more"


def _case(number: int, line: bytes) -> ConformanceCase:
    content = _object(line)
    expression = _text(content, "expression", 'write the criterion, such as "1 / 1"')
    expected = (
        None if _wants_error(content) else _text(content, "expected", 'write the answer, such as "1.0"')
    )
    return ConformanceCase(
        number, expression, expected, *(_label(content, key) for key in ("file", "group", "name"))
    )


def _object(line: bytes) -> Mapping[str, object]:
    try:
        content: object = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _LineError(f"column {error.start + 1} is no UTF-8") from error
    except json.JSONDecodeError as error:
        raise _LineError(f"not JSON at column {error.colno}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise _LineError("not JSON that can be read: too deep, or a number too long") from error
    if not isinstance(content, dict):
        raise _LineError("no JSON object")
    return cast("Mapping[str, object]", content)


def _wants_error(content: Mapping[str, object]) -> bool:
    said = content.get("invalid")
    if said in (None, False, "false"):
        return content.get("expected") == "invalid"
    if said is True or said in _ERRORS:
        return True
    raise _LineError(
        f"`invalid` is {json.dumps(said)}; write null, true, {' or '.join(map(json.dumps, _ERRORS[1:]))}"
    )


def _text(content: Mapping[str, object], key: str, fix: str) -> str:
    if key not in content:
        raise _LineError(f"`{key}` is missing; {fix}")
    value = content[key]
    if not isinstance(value, str):
        raise _LineError(f"`{key}` is no text; {fix}")
    return _whole(key, value)


def _label(content: Mapping[str, object], key: str) -> str:
    value = content.get(key)
    return _whole(key, value) if isinstance(value, str) else ""


def _whole(key: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        half = value[error.start]
        raise _LineError(f"`{key}` holds half a character, \\u{ord(half):04x}") from error
    return value
