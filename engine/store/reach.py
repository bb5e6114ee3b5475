"""Which tables of clinics a statement reaches, and which of its parameters names the clinic of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ClauseElement,
    Column,
    Delete,
    FromClause,
    Insert,
    Join,
    Select,
    Subquery,
    Table,
    Update,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.visitors import ExternallyTraversible

_Named = Mapping[FromClause, BindParameter[Any]]
_NOTHING: _Named = {}


@dataclass(frozen=True, slots=True)
class Reach:
    """What a compiled statement reaches.

    Attributes:
        named_by: For each place where a table of clinics is read or written, the parameter that names the
            clinic of all its rows; None where there is none.
        changes_to: Parameters that a row's clinic is set to.
    """

    named_by: Mapping[str, str | None]
    changes_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition that rows must meet. `only`: it limits these alone (the far side of an outer join)."""

    clause: ClauseElement
    only: frozenset[FromClause] | None = None


def reach_of(compiled: SQLCompiler) -> Reach:
    """Look through a statement. What is not understood counts as naming no clinic."""
    statement = compiled.statement
    named_by: dict[str, str | None] = {}
    set_to = tuple(name for name in compiled.binds if name == "clinic_id" or name.startswith("clinic_id_m"))
    if isinstance(statement, Insert) and _is_of_clinics(statement.table):
        named_by[str(statement.table)] = set_to[0] if set_to else None
    if statement is not None:
        _walk(statement, _NOTHING, compiled, named_by)
    return Reach(named_by, set_to if isinstance(statement, (Insert, Update)) else ())


def _walk(
    part: ExternallyTraversible, outer: _Named, compiled: SQLCompiler, named_by: dict[str, str | None]
) -> None:
    """Note every table of one part and what stands inside it. `outer`: tables of the statements around it."""
    if isinstance(part, (Subquery, CTE)):
        outer = _NOTHING  # it cannot see what stands around it
    if isinstance(part, (Select, Update, Delete)):
        tables: set[FromClause] = set()
        conditions = [] if part.whereclause is None else [_Condition(part.whereclause)]
        for source in part.get_final_froms() if isinstance(part, Select) else (part.table,):
            _flatten(source, tables, conditions)
        # A subquery in a condition takes a table that it shares with the statement around it from there,
        # unless nothing would be left.
        own = tables - outer.keys() or tables
        named = _named({table: bind for table, bind in outer.items() if table not in own}, conditions)
        for table in own:
            bind = named.get(table)
            where = f"{table.description} {len(named_by)}"
            named_by[where] = None if bind is None else compiled.bind_names[bind]
        outer = {**outer, **named}
    for child in part.get_children():
        if not isinstance(child, Table):
            _walk(child, outer, compiled, named_by)


def _flatten(source: FromClause, tables: set[FromClause], conditions: list[_Condition]) -> None:
    if isinstance(source, Join):
        _flatten(source.left, tables, conditions)
        right: set[FromClause] = set()
        _flatten(source.right, right, conditions)
        tables |= right
        if source.onclause is not None and not source.full:
            conditions.append(_Condition(source.onclause, frozenset(right) if source.isouter else None))
    elif _is_of_clinics(source):
        tables.add(source)


def _named(known: _Named, conditions: list[_Condition]) -> _Named:
    """The parameter that names the clinic of each table; joins carry it from one table to the next."""
    named = dict(known)
    same: list[tuple[FromClause, FromClause]] = []
    for condition in conditions:
        for equal in _equalities(condition.clause):
            left, right = _clinic_of(equal.left), _clinic_of(equal.right)
            if left is not None and isinstance(equal.right, BindParameter):
                if condition.only is None or left in condition.only:
                    named[left] = equal.right
            elif left is not None and right is not None:
                both = ((left, right), (right, left))
                same += [pair for pair in both if condition.only is None or pair[1] in condition.only]
    for _ in same:  # at most one table further each time
        for one, other in same:
            if one in named:
                named.setdefault(other, named[one])
    return named


def _is_of_clinics(source: FromClause) -> bool:
    """Whether this is a table of clinics or its alias. A subquery is looked at by itself."""
    table = source.element if isinstance(source, AliasedReturnsRows) else source
    return isinstance(table, Table) and "clinic_id" in table.c  # pyright: ignore[reportUnknownMemberType]


def _clinic_of(side: object) -> FromClause | None:
    """The table whose clinic this column is; None for anything else."""
    return side.table if isinstance(side, Column) and side.name == "clinic_id" else None


def _equalities(condition: ClauseElement) -> Iterator[BinaryExpression[Any]]:
    """The equalities that must all hold; what stands under `or` or `not` limits nothing."""
    if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for part in condition.clauses:
            yield from _equalities(part)
    elif isinstance(condition, BinaryExpression) and condition.operator is operators.eq:
        yield condition
