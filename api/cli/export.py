"""`treadway export`: histories to a file that can be checked anywhere."""

import os
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from api.cli.desk import desk
from api.cli.exits import UsageError
from api.cli.options import Actor, Database, Json, Quiet, Roles
from api.cli.output import Output


def export(
    target: Annotated[Path, Argument(metavar="FILE", help="A new file to write to.")],
    case: Annotated[
        list[str] | None, Option("--case", metavar="CASE", help="This case; once for each. Without it all.")
    ] = None,
    actor: Actor = None,
    roles: Roles = None,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write histories as JSON lines, each event as its hash covers it, without names and numbers of patients.

    The file holds what was recorded about patients: it is readable by its owner alone, and the audit names
    the cases in it.

    Examples:
        treadway export histories.jsonl
        treadway export case-1042.jsonl --case 1042
    """
    from engine.service.exporting import export_histories

    output = Output(as_json=as_json, quiet=quiet)
    if target.exists():
        raise UsageError(f"{target} exists already", "name a new file; exports replace nothing")
    with desk(database, actor, roles) as place:
        lines = list(export_histories(place, case or ()))
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        why = (error.strerror or "no reason given").lower()
        raise UsageError(f"{target} cannot be written: {why}", "name another file") from error
    output.result(f"Saved {target}, {len(lines) - 1} events")
    output.document("treadway.export/1", {"file": str(target), "events": len(lines) - 1})
    output.next(f"treadway db verify --history {target}")
