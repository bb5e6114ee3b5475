"""`treadway document`: the pathway document of an algorithm, as a folder to open and as a PDF to print."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.desk import load_named
from api.cli.draw import write_picture
from api.cli.exits import Code, Ended, UsageError
from api.cli.options import Json, Quiet
from api.cli.output import Output
from api.cli.revisions import load_version

if TYPE_CHECKING:
    from engine.document.tree import Document
    from engine.model.algorithm import Algorithm


def document(
    file: Annotated[
        str | None,
        Argument(metavar="[FILE]", help="A definition, or a shipped algorithm's id."),
    ] = None,
    out: Annotated[
        Path | None,
        Option("--out", "-o", metavar="FOLDER", help="Folder to write; without it named by the algorithm."),
    ] = None,
    pdf: Annotated[
        Path | None, Option("--pdf", metavar="FILE", help="Write a PDF (PDF/UA); without --out nothing else.")
    ] = None,
    since: Annotated[
        str | None,
        Option("--since", metavar="OLD", help="Tell what changed since this version; as `treadway diff`."),
    ] = None,
    check: Annotated[
        Path | None,
        Option("--check", metavar="FOLDER", help="Write nothing; exit 1 if the document there is stale."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the pathway document: everything a definition says, in sentences with numbered sources.

    The folder opens in a browser without a server. A document carries the digest of its definition; --check
    tells whether the definition has changed since it was written.

    Examples:
        treadway document stepwise-depression
        treadway document my-clinic --out handout --pdf my-clinic.pdf --since main~3:my-clinic
        treadway document my-clinic --check handout
    """
    output = Output(as_json=as_json, quiet=quiet)
    if check is not None:
        if out is not None or pdf is not None or since is not None:
            raise UsageError("--check writes nothing", "leave out --out, --pdf and --since")
        _check(output, file, check)
        return
    if file is None:
        raise UsageError("name a definition", "write `treadway document FILE`")
    algorithm = load_named(file).usable()
    told = _told(algorithm, since)
    written: list[dict[str, object]] = []
    if out is not None or pdf is None:
        from api.pages.pathway.alone import folder_of

        folder = out or Path(f"{algorithm.id}-document")
        for name, content in folder_of(algorithm, told).items():
            write_picture(folder / name, content)
            written.append({"format": name.rpartition(".")[2], "file": str(folder / name)})
        output.result(f"Saved {folder / 'index.html'}")
    if pdf is not None:
        from engine.document.paper import pdf_of

        write_picture(pdf, pdf_of(algorithm, told))
        written.append({"format": "pdf", "file": str(pdf)})
        output.result(f"Saved {pdf}")
    output.document("treadway.document/1", {"algorithm": _named(algorithm), "files": written})
    if out is not None:
        output.next(f"treadway document {file} --check {out}")


def _told(algorithm: "Algorithm", since: str | None) -> "Document":
    from engine.definition.diff import compare
    from engine.document.build import document_of

    if since is None:
        return document_of(algorithm)
    previous = load_version(since).loaded.usable()
    return document_of(algorithm, previous, compare(previous, algorithm))


def _check(output: Output, file: str | None, folder: Path) -> None:
    from api.pages.pathway.alone import stamp_of

    stamp = stamp_of(folder)
    algorithm = load_named(file or stamp.algorithm).usable()
    fresh = stamp.digest == algorithm.digest
    if fresh:
        output.result(f"{folder} is the document of {algorithm.id} {algorithm.version} as it is now")
    else:
        output.result(
            f"{folder} is stale: it was made from {stamp.algorithm} {stamp.version}, digest "
            f"{stamp.digest[:12]}; {algorithm.id} {algorithm.version} is now {algorithm.digest[:12]}"
        )
    output.document(
        "treadway.document-check/1",
        {
            "folder": str(folder),
            "made_from": {"id": stamp.algorithm, "version": stamp.version, "digest": stamp.digest},
            "algorithm": _named(algorithm),
            "stale": not fresh,
        },
    )
    if not fresh:
        output.next(f"treadway document {file or stamp.algorithm} --out {folder}")
        raise Ended(Code.NO)


def _named(algorithm: "Algorithm") -> dict[str, object]:
    return {"id": algorithm.id, "version": algorithm.version, "digest": algorithm.digest}
