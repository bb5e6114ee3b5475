"""`treadway criterion`: one criterion over given facts, for a curious author."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.criterion_problems import tell_problems
from api.cli.desk import load_named
from api.cli.exits import Code, UsageError
from api.cli.options import Json, Quiet
from api.cli.output import Output
from api.cli.values import day, local_today
from api.shapes import Shape, plain

if TYPE_CHECKING:
    from api.cli.criterion_facts import GivenFacts
    from engine.criteria import Criterion

DIALECTS = ("sqlite", "postgresql")


def criterion(
    expression: Annotated[
        str | None, Argument(metavar="[EXPR]", help="A criterion, such as `phq9.total >= 10 and not mania`.")
    ] = None,
    facts: Annotated[
        Path | None,
        Option("--facts", metavar="FILE", help="JSON: facts by name, nested or dotted; null is not known."),
    ] = None,
    algorithm: Annotated[
        str | None,
        Option("--algorithm", metavar="ALGORITHM", help="Take names, types and parameters from this one."),
    ] = None,
    today: Annotated[
        str | None, Option("--today", metavar="DATE", help="What Today() is; else today.")
    ] = None,
    why: Annotated[bool, Option("--why", help="The facts that made it so, or that would decide.")] = False,
    english: Annotated[bool, Option("--english", help="Say it in English.")] = False,
    cql: Annotated[bool, Option("--cql", help="Write it as a CQL library.")] = False,
    sql: Annotated[bool, Option("--sql", help="Write it as SQL, for SQLite and PostgreSQL.")] = False,
    cases: Annotated[
        Path | None,
        Option("--cases", metavar="FILE", help="Put the cases of this file through every reading instead."),
    ] = None,
    postgres: Annotated[
        str | None,
        Option(
            "--postgres",
            metavar="URL",
            envvar="TREADWAY_POSTGRES_URL",
            show_envvar=True,
            help="Server for the cases; it needs the right to make temporary tables, and keeps nothing.",
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Evaluate one criterion over facts, and say why, in English, CQL or SQL.

    The answer is true, false, unknown, or a value. Exit 1 when the criterion cannot be read.

    With --cases each line of FILE is {"expression": "1 / 1", "expected": "1.0"}, or has "invalid": true where
    an error is wanted. Exit 1 when a reading answers a case wrongly; a column reading may refuse one.

    Examples:
        treadway criterion "phq9.total >= 10" --facts facts.json --why
        treadway criterion "adequate_trial and not response" --algorithm stepwise-depression --english
        treadway criterion "trial.weeks >= minimum_weeks" --algorithm stepwise-depression --sql
        treadway criterion --cases cases.jsonl --json
    """
    output = Output(as_json=as_json, quiet=quiet)
    on = local_today() if today is None else day(today, "--today")
    if cases is not None:
        asked = {"--facts": facts, "--algorithm": algorithm, "--why": why, "--english": english, "--cql": cql}
        _refuse_beside_cases(expression, [name for name, given in {**asked, "--sql": sql}.items() if given])
        from api.cli.criterion_cases import run_cases

        output.end(run_cases(output, cases, postgres, on))
        return
    if expression is None:
        raise UsageError("no criterion was given", 'write one in quotes, such as "phq9.total >= 10"')
    from api.cli.criterion_facts import names_and_facts
    from engine.criteria import CriterionError, compile_criterion

    given = names_and_facts(facts, load_named(algorithm).usable() if algorithm else None, on, expression)
    try:
        compiled = compile_criterion(expression, given.names)
    except CriterionError as error:
        tell_problems(output, expression, error.problems)
        output.end(Code.NO)
        return
    shape: Shape = {"expression": expression, "type": str(compiled.type), "facts": list(compiled.facts)}
    if facts is not None or why or not (english or cql or sql):
        shape |= _evaluate(output, compiled, given, why=why)
    if english:
        from engine.criteria.english import sentence

        shape["english"] = sentence(expression, given.names)
        output.result(str(shape["english"]))
    if cql:
        from engine.criteria.export import cql_library

        shape["cql"] = cql_library("Criterion", "1.0.0", given.names, {"Criterion": expression})
        output.result(str(shape["cql"]))
    if sql:
        written = {dialect: _sql(compiled, dialect) for dialect in DIALECTS}
        shape["sql"] = written
        output.result(*(f"{dialect}: {text}" for dialect, text in written.items()))
    output.document("treadway.criterion/1", shape)


def _refuse_beside_cases(expression: str | None, options: list[str]) -> None:
    if expression is not None:
        raise UsageError("a criterion was given beside --cases", "leave out one of the two")
    if options:
        raise UsageError(f"{options[0]} says nothing about --cases", f"leave out {', '.join(options)}")


def _evaluate(output: Output, compiled: "Criterion", given: "GivenFacts", *, why: bool) -> Shape:
    from api.cli.criterion_facts import said
    from engine.criteria.explain import explain
    from engine.criteria.solver import UnsolvableError

    try:
        explanation = explain(compiled, given.facts, exact=why)
    except UnsolvableError:  # a text compared with `~`: the sets are sound, but may not be the smallest
        explanation = explain(compiled, given.facts)
    output.result(said(explanation.value, compiled.type))
    shape: Shape = {"value": plain(explanation.value)}
    if not why:
        return shape
    for name in explanation.because:
        output.result(f"  because         {name} is {given.said(name)}")
    for label, sets in (("would confirm", explanation.confirm), ("would rule out", explanation.rule_out)):
        for number, names in enumerate(sets):
            output.result(f"  {'or' if number else label:<16}{', '.join(sorted(names))}")
    shape["because"] = {name: given.value(name) for name in explanation.because}
    shape["confirm"] = [sorted(names) for names in explanation.confirm]
    shape["rule_out"] = [sorted(names) for names in explanation.rule_out]
    return shape


def _sql(compiled: "Criterion", dialect: str) -> str:
    from sqlalchemy import column
    from sqlalchemy.dialects import postgresql, sqlite

    from engine.criteria.columns import ColumnError
    from engine.criteria.columns_sql import sql_columns, sql_expressions

    columns = {name: column(name, kind) for name, kind in sql_columns([compiled]).items()}
    try:
        (made,) = sql_expressions([compiled], columns, "sqlite" if dialect == "sqlite" else "postgresql")
    except ColumnError as error:
        return f"refused: {error}"
    chosen = sqlite.dialect() if dialect == "sqlite" else postgresql.dialect()
    return str(made.compile(dialect=chosen, compile_kwargs={"literal_binds": True}))
