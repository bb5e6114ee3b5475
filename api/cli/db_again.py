"""`treadway db`: make what lists show again, bring a backup back, and give the server's role its rights."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from api.cli.desk import LOCAL_CLINIC, default_database, desk
from api.cli.exits import Code, UsageError
from api.cli.options import Actor, Database, Json, Quiet
from api.cli.output import Output, Progress, paint


def rebuild(
    clinic: Annotated[str, Option("--clinic", metavar="ID", help="The clinic.")] = LOCAL_CLINIC,
    actor: Actor = None,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make every row of the board, its marks and what is due again from the events, and name what differed.

    It may run while others work. Exit 1 when something differed or a case cannot be read.

    Examples:
        treadway db rebuild
        treadway db rebuild --clinic harbour --json
    """
    from dataclasses import replace

    from engine.service.turning import rebuild as make_again

    output = Output(as_json=as_json, quiet=quiet)
    with desk(database, actor) as local:
        place = replace(local, clinic_id=clinic)
        total = len(place.store.list_cases(clinic))
        progress = Progress(output, "Rebuilding", total)
        try:
            found = make_again(place, progress.step)
        finally:
            progress.close()
    for one in found.differences:
        what = f"case {one.case_id}: {', '.join(one.columns)}; made again"
        output.result(f"{paint('differed', 'failed')}  {what}")
    for case_id, why in found.unreadable:
        output.result(f"{paint('unreadable', 'error')}  case {case_id}: {why}")
    bad = bool(found.differences or found.unreadable)
    word = paint("failed", "failed") if bad else paint("passed", "passed")
    output.result(
        f"{word}  {found.cases} cases, {len(found.differences)} differed, {len(found.unreadable)} unreadable"
    )
    output.document(
        "treadway.rebuild/1",
        {
            "cases": found.cases,
            "differences": [{"case": one.case_id, "columns": list(one.columns)} for one in found.differences],
            "unreadable": [{"case": case_id, "why": why} for case_id, why in found.unreadable],
        },
    )
    output.next("treadway db verify")
    output.end(Code.NO if bad else Code.DONE)


def restore(
    copy: Annotated[Path, Argument(metavar="FILE", help="A file that `treadway db backup` wrote.")],
    target: Annotated[Path, Argument(metavar="NEW", help="Where the database shall be; it must not exist.")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring a backup back as a new database. The copy is checked against its manifest before.

    Examples:
        treadway db restore cases-2026-03-02.db cases.db
    """
    from engine.store.backup import restore as bring_back

    output = Output(as_json=as_json, quiet=quiet)
    manifest = bring_back(copy, target)
    output.result(f"Restored {target}, {manifest.bytes:,} bytes, schema {manifest.schema}")
    output.document(
        "treadway.restore/1",
        {"file": str(target), "bytes": manifest.bytes, "schema": manifest.schema, "heads": manifest.heads},
    )
    output.next(f"treadway db verify --database {target}")


def restrict(
    role: Annotated[str, Argument(metavar="ROLE", help="The PostgreSQL role that the server signs in as.")],
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Give the server's PostgreSQL role what it needs and no more. Run as the owner, after each upgrade.

    Examples:
        treadway db restrict treadway_server --database postgresql://owner@db/treadway
    """
    from engine.store.restrict import restrict as limit
    from engine.store.store import Store

    output = Output(as_json=as_json, quiet=quiet)
    store = Store.open(database or str(default_database()), create=False)
    try:
        limit(store.engine, role)
    finally:
        store.close()
    output.result(f"{role} can read, add to histories and never change them")
    output.document("treadway.restrict/1", {"role": role})
    output.next("treadway doctor")


def head_of(text: str | None) -> tuple[int, str] | None:
    """A head as `position:hash`, as verification and backups print it.

    Raises:
        UsageError: It is not one.
    """
    if text is None:
        return None
    position, mark, digest = text.partition(":")
    if not mark or not position.isascii() or not position.isdigit() or len(digest) != 64:
        raise UsageError(
            f"--head: `{text[:80]}` is not a head",
            "write POSITION:HASH as an earlier `treadway db verify` or a backup's .json has it",
        )
    return int(position), digest
