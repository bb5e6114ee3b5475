"""`treadway publish`: keep a version of an algorithm, for cases to be opened in."""

from typing import Annotated

from typer import Argument, Option

from api.cli.desk import desk, load_named
from api.cli.options import Actor, Database, Json, Quiet, Roles
from api.cli.output import Output
from api.shapes import plain


def publish(
    path: Annotated[
        str, Argument(metavar="PATH", help="An algorithm's folder or file, or a shipped algorithm's id.")
    ],
    dry_run: Annotated[
        bool, Option("--dry-run", help="Say whether it would be kept, and keep nothing.")
    ] = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Publish a version. It never changes afterwards: other content needs another version.

    Examples:
        treadway publish algorithms/stepwise-depression
        treadway publish my-clinic --dry-run
    """
    from engine.service import publish_loaded

    output = Output(as_json=as_json, quiet=quiet)
    loaded = load_named(path)
    with desk(database, actor, roles) as place:
        listed = publish_loaded(place, loaded, dry_run=dry_run)
    one = listed.algorithm
    output.result(
        f"{'Would publish' if dry_run else 'Published'} {one.id} {one.version}, digest {one.digest}"
    )
    output.document(
        "treadway.publish/1",
        {
            "id": one.id,
            "version": one.version,
            "digest": one.digest,
            "status": one.status,
            "kept_at": plain(listed.kept_at),
        },
    )
    output.next(f"treadway case open {one.id} --born 1981-07-14 --sex female")
