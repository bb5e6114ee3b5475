"""`treadway db`: verify, back up and upgrade the database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.db_again import head_of
from api.cli.desk import LOCAL_CLINIC, default_database
from api.cli.exits import Code, UsageError
from api.cli.options import Database, Json, Quiet
from api.cli.output import Output, paint

if TYPE_CHECKING:
    from engine.service.exporting import Checked
    from engine.store.verify import Verified


def verify(
    history: Annotated[
        Path | None,
        Option("--history", metavar="FILE", help="Look through an exported file; no database is needed."),
    ] = None,
    head: Annotated[
        str | None,
        Option(
            "--head",
            metavar="POSITION:HASH",
            help="The last write as noted earlier, kept elsewhere: shows also what was cut off or made anew.",
        ),
    ] = None,
    clinic: Annotated[str, Option("--clinic", metavar="ID", help="The clinic.")] = LOCAL_CLINIC,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Look through every history for changed, missing or reordered events.

    Exit 1 when one is found. It prints the head of the clinic's log: note it where nobody who can change the
    database can change it, and give it to --head later.

    Examples:
        treadway db verify
        treadway db verify --database cases.db --json
        treadway db verify --history histories.jsonl
        treadway db verify --head 149:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    output = Output(as_json=as_json, quiet=quiet)
    if head is not None and history is not None:
        raise UsageError("--head is of a database, and --history of a file", "leave one of them out")
    found = _stored(database, clinic, head) if history is None else _exported(history)
    for broken in found.broken:
        output.result(
            f"{paint(broken.fault, 'error')}: case {broken.case_id}, event {broken.seq}: {broken.text}"
        )
    word = paint("passed", "passed") if not found.broken else paint("failed", "failed")
    output.result(f"{word}  {found.cases} cases, {found.events} events, {len(found.broken)} damaged places")
    now = getattr(found, "head", None)
    if now is not None:
        output.result(f"        head {now.position}:{now.hash}")
    output.document(
        "treadway.verify/1",
        {
            "head": None if now is None else f"{now.position}:{now.hash}",
            "cases": found.cases,
            "events": found.events,
            "broken": [
                {"case": b.case_id, "seq": b.seq, "fault": b.fault.value, "text": b.text}
                for b in found.broken
            ],
        },
    )
    if found.broken:
        output.say("Keep the file as it is, restore a backup beside it, and compare the two.")
    output.next("treadway db backup FILE")
    output.end(Code.NO if found.broken else Code.DONE)


def _stored(database: str | None, clinic: str, head: str | None) -> "Verified":
    from engine.store.log import Head
    from engine.store.store import Store
    from engine.store.verify import verify as look_through

    known = head_of(head)
    store = Store.open(database or str(default_database()), create=False)
    try:
        return look_through(store.engine, clinic, None if known is None else Head(*known))
    finally:
        store.close()


def _exported(file: Path) -> "Checked":
    from engine.model.errors import UnreadableError
    from engine.service.exporting import check_export

    try:
        with file.open(encoding="utf-8") as lines:
            return check_export(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{file} cannot be read", "name a file that `treadway export` wrote") from error


def backup(
    target: Annotated[Path, Argument(metavar="FILE", help="A new file to write the copy to.")],
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Copy the database to a new file, also while it is in use.

    The copy is checked before it gets its name.

    Examples:
        treadway db backup cases-2026-03-02.db
    """
    from engine.store.backup import back_up
    from engine.store.store import Store

    output = Output(as_json=as_json, quiet=quiet)
    store = Store.open(database or str(default_database()), create=False)
    try:
        back_up(store.engine, target)
    finally:
        store.close()
    size = target.stat().st_size
    output.result(f"Saved {target}, {size:,} bytes")
    output.document("treadway.backup/1", {"file": str(target), "bytes": size})
    output.next(f"treadway db verify --database {target}")


def upgrade(database: Database = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Bring the tables of a database to this release, all at once or not at all.

    Examples:
        treadway db upgrade
    """
    from engine.store.database import open_engine, schema_of, url_of
    from engine.store.migrate import upgrade as bring_up
    from engine.store.schema import REVISION

    output = Output(as_json=as_json, quiet=quiet)
    engine = open_engine(url_of(database or str(default_database())))
    try:
        before = schema_of(engine)
        if before is None or before < REVISION:
            bring_up(engine)
        after = schema_of(engine)
    finally:
        engine.dispose()
    output.result(
        f"Schema {after}" + (" (was already)" if before == after else f" (was {before or 'empty'})")
    )
    output.document("treadway.upgrade/1", {"before": before, "after": after})
    output.next("treadway db verify")
