"""Keeps the demonstration, where a printed link signs in, away from patients."""

from typing import Final

from engine.model.errors import EngineError
from engine.people.known import People
from engine.store import people
from engine.store.database import reading

DEMO_CLINIC: Final = "demo"
"""The clinic of invented patients."""


class RealCasesError(EngineError):
    """A clinic but the demonstration's has cases in this database."""


def refuse_real_cases(doors: People) -> None:
    """Raise `RealCasesError` unless every case of the database is an invented one."""
    with reading(doors.engine) as connection:
        if people.holds_real_cases(connection, DEMO_CLINIC):
            raise RealCasesError(
                "this database holds cases of a clinic", "leave --demo out, or name another database"
            )
