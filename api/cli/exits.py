"""How a command ends: exit codes, and one place that turns what went wrong into words and a code."""

from dataclasses import dataclass
from enum import IntEnum

from engine.model.errors import (
    CaseConflict,
    DefinitionError,
    EngineError,
    EvidenceError,
    UnknownNameError,
    UnreadableError,
)


class Code(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    NO = 1
    """The answer is no: findings, a failed test, a refused or undecided request, impossible evidence."""
    USAGE = 2
    NOT_FOUND = 3
    """An input is not there or cannot be read: a file, a database, a case."""
    CONFLICT = 4
    """The case has moved on; nothing was stored."""
    NOT_IN_TIME = 5
    """Nothing was decided or stored in the time there was."""
    DENIED = 6
    OUR_FAULT = 70
    INTERRUPTED = 130


class UsageError(EngineError):
    """A command was written wrongly: an option, a date, a value."""


class Ended(Exception):
    """A command has said everything and ends with this code."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, for people and programs."""

    name: str
    code: Code
    message: str
    fix: str = ""
    near: tuple[str, ...] = ()


def trouble_of(error: EngineError) -> Trouble:
    """The code and words for an error the engine or the command line raises on purpose."""
    match error:
        case UsageError():
            return Trouble("usage", Code.USAGE, error.message, error.fix)
        case UnknownNameError():
            code = Code.NOT_FOUND if error.what.endswith(("case", "algorithm")) else Code.USAGE
            name = f"unknown-{error.what.replace(' ', '-')}"
            fix = (
                "`treadway case list` shows those there are"
                if name == "unknown-case" and not error.near
                else error.fix
            )
            return Trouble(name, code, error.message, fix, error.near)
        case CaseConflict():
            return Trouble("conflict", Code.CONFLICT, error.message, error.fix)
        case EvidenceError():
            return Trouble("impossible-evidence", Code.NO, f"{error.field}: {error.message}", error.fix)
        case DefinitionError():
            return Trouble("findings", Code.NO, error.message, error.fix)
        case UnreadableError():
            return Trouble("unreadable", Code.NOT_FOUND, error.message, error.fix)
        case _:
            return _later_trouble(error)


def _later_trouble(error: EngineError) -> Trouble:
    """Errors of rooms that are slow to import; they are imported already if one of their errors is here."""
    from engine.service import AccessDeniedError
    from engine.store.errors import (
        DatabaseUnreadableError,
        KeyReusedError,
        SchemaError,
        StoreUnavailableError,
        UnsafeDatabaseError,
    )

    match error:
        case AccessDeniedError():
            return Trouble("denied", Code.DENIED, error.message, error.fix)
        case StoreUnavailableError():
            return Trouble("not-in-time", Code.NOT_IN_TIME, error.message, error.fix)
        case DatabaseUnreadableError() | SchemaError() | UnsafeDatabaseError():
            return Trouble("unreadable", Code.NOT_FOUND, error.message, error.fix)
        case KeyReusedError():
            return Trouble("key-reused", Code.USAGE, error.message, error.fix)
        case _:
            return Trouble("refused", Code.NO, error.message, error.fix)
