"""Statements of every request: compiled once, then handed to the driver as they are.

SQLAlchemy takes forty microseconds around a statement that SQLite answers in five. Here is left of it what
must happen each time: the look whether one clinic is named, values in the database's form and back, a word to
whoever listens to the engine, and errors as SQLAlchemy tells them.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from engine.store.reach import Reach, reach_of
from engine.store.wall import ACROSS, refuse_ungated

_Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete
_Convert = Callable[[Any], Any]
_Given = Mapping[str, object]


class Prepared:
    """One statement. Run it inside a transaction that was begun."""

    def __init__(self, statement: _Statement) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def rows(self, connection: Connection, given: _Given) -> list[Any]:
        """What it finds: tuples whose fields have the columns' names."""
        form = self._form(connection)
        cursor = form.run(connection, given)
        try:
            return [form.row(found) for found in cursor.fetchall()]
        finally:
            cursor.close()

    def row(self, connection: Connection, given: _Given) -> Any | None:  # noqa: ANN401 - columns of any type
        """What it finds, at most one; None for nothing."""
        found = self.rows(connection, given)
        assert len(found) < 2, "a key names one row"
        return found[0] if found else None

    def change(self, connection: Connection, *given: _Given) -> int:
        """Carry it out, once for each of the parameters; how many rows that changed or added."""
        cursor = self._form(connection).run(connection, *given)
        count = cursor.rowcount
        cursor.close()
        return count

    def _form(self, connection: Connection) -> "_Form":
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self._statement, dialect)
        return form


class _Form:
    """The statement as one database takes it."""

    def __init__(self, statement: _Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self._text = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._positions = None if compiled.positiontup is None else tuple(compiled.positiontup)
        self._names = tuple(compiled.params)
        self._convert = {
            name: convert
            for bind, name in compiled.bind_names.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        across = statement.get_execution_options().get(ACROSS, False)
        self._reach = Reach({}) if across else reach_of(compiled)
        columns: list[ColumnElement[Any]] = []
        if isinstance(statement, Select):
            columns = list(statement.selected_columns)
        names: Any = [column.key for column in columns]
        self._row: Any = namedtuple("Found", names)  # pyright: ignore[reportUntypedNamedTuple] - known now
        self._back: list[tuple[int, _Convert]] = []
        for place, column in enumerate(columns):
            back = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if back is not None:
                self._back.append((place, back))

    def run(self, connection: Connection, *given: _Given) -> DBAPICursor:
        """Run it, and give the cursor that holds what it found."""
        rows = [self._values(one) for one in given]
        refuse_ungated(self._reach, rows)
        values = (
            rows if self._positions is None else [[row[name] for name in self._positions] for row in rows]
        )
        many = len(values) > 1
        return _send(connection, self._text, values if many else values[0], many=many)

    def row(self, found: Sequence[Any]) -> Any:  # noqa: ANN401 - columns of any type
        """A row in Python's values."""
        if self._back:
            values = list(found)
            for place, convert in self._back:
                values[place] = convert(values[place])
            found = values
        return self._row._make(found)

    def _values(self, given: _Given) -> dict[str, Any]:
        constants = self._constants
        values: dict[str, Any] = {
            name: given[name] if name in given else constants[name] for name in self._names
        }
        for name, convert in self._convert.items():
            values[name] = convert(values[name])
        return values


def command(connection: Connection, text: str) -> None:
    """Say something that has no parameters and finds nothing, such as `SAVEPOINT`."""
    _send(connection, text, (), many=False).close()


def _send(connection: Connection, text: str, values: Any, *, many: bool) -> DBAPICursor:  # noqa: ANN401
    cursor = connection.connection.cursor()
    heard = connection.dispatch
    heard.before_cursor_execute(connection, cursor, text, values, None, many)
    try:
        if many:
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        _tell(connection, cursor, text, error)
    heard.after_cursor_execute(connection, cursor, text, values, None, many)
    return cursor


def _tell(connection: Connection, cursor: DBAPICursor, text: str, error: Any) -> NoReturn:  # noqa: ANN401
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection, cursor)
    if gone:
        connection.invalidate(error)
    raise DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=dialect,
    ) from error
