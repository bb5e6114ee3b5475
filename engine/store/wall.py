"""The wall between clinics: no statement reaches a table of clinics without naming one.

Every statement passes `guard`, on both databases. In PostgreSQL the rows are walled off as well, for a role
that does not own the tables: policies compare `clinic_id` with `treadway.clinic`, which `within` sets.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.sql.compiler import Compiled, SQLCompiler

from engine.store.reach import Reach, reach_of

ACROSS: Final = "treadway_across_clinics"
"""Execution option of the few statements that look for one person in all clinics. They read no patient."""

_CLINIC: ContextVar[str | None] = ContextVar("treadway_clinic", default=None)
_SETTING: Final = "SELECT set_config('treadway.clinic', %s, true)"


class UngatedQueryError(Exception):
    """A statement would reach rows of more than the one clinic. A defect of the program: nothing was run."""


@contextmanager
def within(clinic_id: str) -> Generator[None]:
    """Inside, only rows of this clinic can be read and written, by whatever code runs there.

    Raises:
        UngatedQueryError: It stands inside another clinic's.
    """
    if _CLINIC.get() not in (None, clinic_id):
        raise UngatedQueryError("a clinic cannot be entered from within another")
    token = _CLINIC.set(clinic_id)
    try:
        yield
    finally:
        _CLINIC.reset(token)


def guard(engine: Engine) -> Engine:
    """Put the wall around every statement of an engine."""
    event.listen(engine, "before_cursor_execute", _look)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _tell_database)
    return engine


def _tell_database(connection: Connection) -> None:
    clinic_id = _CLINIC.get()
    if clinic_id is not None:
        connection.exec_driver_sql(_SETTING, (clinic_id,))


_REACHES: Final[WeakKeyDictionary[Compiled, Reach]] = WeakKeyDictionary()
"""By compiled statement, which SQLAlchemy keeps and uses again: looking through one takes a while."""


def _look(
    connection: Connection,
    cursor: DBAPICursor,
    statement: str,
    parameters: object,
    context: ExecutionContext | None,
    executemany: bool,
) -> None:
    compiled = getattr(context, "compiled", None)
    if context is None or not isinstance(compiled, SQLCompiler) or context.execution_options.get(ACROSS):
        return
    reach = _REACHES.get(compiled)
    if reach is None:
        reach = _REACHES[compiled] = reach_of(compiled)
    refuse_ungated(reach, cast(DefaultExecutionContext, context).compiled_parameters)


def refuse_ungated(reach: Reach, rows: Sequence[Mapping[str, object]]) -> None:
    """Raise `UngatedQueryError` unless these parameters keep a statement to one clinic, the one it is in.

    Args:
        reach: What the statement reaches.
        rows: Its parameters, by name.
    """
    inside = _CLINIC.get()
    for table, name in reach.named_by.items():
        for row in rows:
            _refuse_other(
                table, inside, {row.get(each) if each else None for each in (name, *reach.changes_to)}
            )


def _refuse_other(table: str, inside: str | None, named: set[object]) -> None:
    """A table must be asked for one clinic, and within a clinic for that one."""
    if len(named) != 1 or not all(isinstance(clinic_id, str) and clinic_id for clinic_id in named):
        raise UngatedQueryError(f"a statement on `{table}` names no single clinic")
    if inside is not None and named != {inside}:
        raise UngatedQueryError(f"a statement on `{table}` reaches out of the clinic it runs in")
