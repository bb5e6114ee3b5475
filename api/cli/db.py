"""`treadway db`: verify, back up and upgrade the database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.desk import LOCAL_CLINIC, default_database
from api.cli.exits import Code
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
    clinic: Annotated[str, Option("--clinic", metavar="ID", help="The clinic.")] = LOCAL_CLINIC,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Look through every history for changed, missing or reordered events.

    Exit 1 when one is found.

    Examples:
        treadway db verify
        treadway db verify --database cases.db --json
        treadway db verify --history histories.jsonl
    """
    output = Output(as_json=as_json, quiet=quiet)
    found = _stored(database, clinic) if history is None else _exported(history)
    for broken in found.broken:
        output.result(
            f"{paint(broken.fault, 'error')}: case {broken.case_id}, event {broken.seq}: {broken.text}"
        )
    word = paint("passed", "passed") if not found.broken else paint("failed", "failed")
    output.result(f"{word}  {found.cases} cases, {found.events} events, {len(found.broken)} damaged places")
    output.document(
        "treadway.verify/1",
        {
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


def _stored(database: str | None, clinic: str) -> "Verified":
    from engine.store.store import Store
    from engine.store.verify import verify as look_through

    store = Store.open(database or str(default_database()), create=False)
    try:
        return look_through(store.engine, clinic)
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
