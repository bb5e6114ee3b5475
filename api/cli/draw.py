"""`treadway draw`: the algorithm as a picture or as a list, with one patient's way if wanted."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from api.cli.desk import desk, load_named
from api.cli.exits import UsageError
from api.cli.options import Actor, Database, Json, On, Quiet, Roles
from api.cli.output import Output
from api.cli.values import day
from api.shapes import algorithm_shape
from engine.model.errors import UnreadableError

FORMATS = ("svg", "png", "pdf", "dot", "list")


def draw(
    file: Annotated[
        str | None,
        Argument(metavar="[FILE]", help="A definition, or a shipped algorithm's id; not with --case."),
    ] = None,
    formats: Annotated[
        str, Option("--format", metavar="LIST", help=f"One or several of {', '.join(FORMATS)}.")
    ] = "svg",
    case: Annotated[
        str | None, Option("--case", metavar="CASE", help="Show this patient's way and what is next.")
    ] = None,
    target: Annotated[
        Path | None,
        Option("--output", "-o", metavar="PATH", help="File, or folder for several; - is standard output."),
    ] = None,
    on: On = None,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw an algorithm as a picture, or as a list with the same content.

    With --case the picture is of the algorithm that the case was opened with, and shows the patient's way.

    Examples:
        treadway draw stepwise-depression
        treadway draw stepwise-depression --format svg,png,pdf --output pictures
        treadway draw --case 1042 --format png
        treadway draw stepwise-depression --format list
    """
    from engine.picture.draw import draw as drawn
    from engine.runtime import decide

    output = Output(as_json=as_json, quiet=quiet)
    wanted = _formats(formats)
    if (file is None) == (case is None):
        raise UsageError(
            "name a definition or a case", "write `treadway draw FILE` or `treadway draw --case 1042`"
        )
    if file is not None:
        algorithm, shown, said = load_named(file).usable(), None, None
        name = algorithm.id
    else:
        from engine.service import read_case

        with desk(database, actor, roles) as at:
            view = read_case(at, case or "")
            today = at.today() if on is None else day(on)
        algorithm, shown = view.algorithm, view.case
        said = decide(algorithm, shown, today)
        name = f"case-{case}"
    written: list[dict[str, object]] = []
    for form in wanted:
        content = drawn(algorithm, form, shown, said)
        path = _place(target, name, form, len(wanted))
        if path is None:
            _print(output, content)
            continue
        write_picture(path, content)
        output.result(f"Saved {path}")
        written.append({"format": form, "file": str(path)})
    output.document(
        "treadway.draw/1", {"algorithm": algorithm_shape(algorithm), "case": case, "files": written}
    )
    output.next(f"treadway case show {case}" if case else f"treadway test {file}")


def _formats(text: str) -> list[str]:
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    for word in wanted:
        if word not in FORMATS:
            raise UsageError(f"--format: there is no format `{word}`", f"use {', '.join(FORMATS)}")
    if not wanted:
        raise UsageError("--format names no format", f"use {', '.join(FORMATS)}")
    return wanted


def _place(target: Path | None, name: str, form: str, count: int) -> Path | None:
    """Where a form goes; None is standard output, which a list takes unless told otherwise."""
    ending = "txt" if form == "list" else form
    if target is None:
        return None if form == "list" else Path(f"{name}.{ending}")
    if str(target) == "-":
        return None
    if count > 1 or target.is_dir() or not target.suffix:
        return target / f"{name}.{ending}"
    return target


def write_picture(path: Path, content: str | bytes) -> None:
    """Write a picture; a folder that is missing is made.

    Raises:
        UnreadableError: It cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    except OSError as error:
        raise UnreadableError(
            f"{path} cannot be written: {(error.strerror or 'unknown reason').lower()}",
            "name another --output",
        ) from error


def _print(output: Output, content: str | bytes) -> None:
    import sys

    if isinstance(content, str):
        output.result(content.rstrip("\n"))
    elif not output.as_json:
        sys.stdout.buffer.write(content)
