"""`treadway check`: what is wrong with a definition, and where."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.exits import Code, UsageError
from api.cli.findings import finding_words
from api.cli.options import Json, Quiet
from api.cli.output import Output, Progress, paint
from engine.model.errors import UnknownNameError

if TYPE_CHECKING:
    from engine.service.checking import CheckedFile, Checker


def check(
    files: Annotated[
        list[str],
        Argument(
            metavar="FILE...",
            help="Algorithms (a folder, its file, or a shipped algorithm's id), libraries, scenarios.",
        ),
    ],
    as_json: Json = False,
    sarif: Annotated[
        bool, Option("--sarif", help="Print SARIF 2.1.0 to standard output, for code hosts and editors.")
    ] = False,
    fix: Annotated[
        bool,
        Option(
            "--fix",
            help="Mend first what can be mended in one way only. Comments and layout stay as they are.",
        ),
    ] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="With --fix: show the changes, make none.")] = False,
    quiet: Quiet = False,
) -> None:
    """Check definitions and tell every finding with its place, why it matters and how to mend it.

    An algorithm is checked with its claims and its scenarios, a library with the algorithms that use it.
    Exit 1 when a finding is an error; warnings and notes keep nothing from being used.

    Examples:
        treadway check algorithms/stepwise-depression
        treadway check algorithms/*
        treadway check my-algorithm/algorithm.yaml --json
        treadway check my-algorithm --fix --dry-run
        treadway check algorithms/* --sarif > findings.sarif
    """
    from engine.service.checking import Checker

    if as_json and sarif:
        raise UsageError("--json and --sarif are two outputs, and there is one", "leave one of them out")
    if dry_run and not fix:
        raise UsageError("--dry-run shows what --fix would change", "add --fix")
    output = Output(as_json=as_json or sarif, quiet=quiet)
    checker = Checker(_mended(output, files, dry_run=dry_run)) if fix else Checker()
    checked: list[CheckedFile] = []
    progress = Progress(output, "Checking", len(files))
    for done, name in enumerate(files):
        progress.step(done, name)
        found = _checked(checker, name)
        if len(found) == 1:
            found = (replace(found[0], label=name),)
        progress.close()
        for one in found:
            _tell(output, one)
        checked += found
    _print(output, checked, sarif=sarif)
    failed = any(one.failed for one in checked)
    output.next(f"treadway {'check' if failed else 'test'} {files[0]}")
    output.end(Code.NO if failed else Code.DONE)


def _checked(checker: "Checker", name: str) -> "tuple[CheckedFile, ...]":
    """What a file, a folder or the id of a shipped algorithm holds."""
    return checker.check(_path(name))


def _path(name: str) -> Path:
    from engine.definition.loader import shipped
    from engine.definition.spelling import near_names
    from engine.definition.where import shipped_root

    if Path(name).exists() or name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name:
        return Path(name)
    if name in shipped():
        return shipped_root() / name
    near = near_names(name, shipped())
    error = UnknownNameError("shipped algorithm", name, near)
    if not near:
        error.fix = f"name a definition's folder or file, or one of {', '.join(shipped())}"
    raise error


def _mended(output: Output, names: list[str], *, dry_run: bool) -> dict[Path, str]:
    """Mend the files, or only show how; the texts that they would have then, to be checked in their place."""
    from engine.definition.where import shown
    from engine.service.mending import keep, mend

    texts: dict[Path, str] = {}
    for mended in {one.path: one for name in names for one in mend(_path(name))}.values():
        label = shown(mended.path)
        if dry_run:
            output.result(*_difference(label, mended.before, mended.after))
            texts[mended.path] = mended.after
        else:
            keep(mended)
        output.say(f"{'Would mend' if dry_run else 'Mended'} {mended.count} in {label}")
    if not texts and dry_run:
        output.say("Nothing can be mended without choosing.")
    return texts


def _difference(label: str, before: str, after: str) -> list[str]:
    import difflib

    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), label, label, lineterm="", n=1)
    return list(lines)


def _tell(output: Output, one: "CheckedFile") -> None:
    from engine.definition.text import summary

    output.result(*(finding_words(finding) for finding in one.findings))
    word = paint("failed", "failed") if one.failed else paint("passed", "passed")
    about = f"{word}  {one.label}: "
    if one.kind == "algorithm" and one.algorithm is not None:
        about += f"{one.algorithm.title} {one.algorithm.version}, {len(one.algorithm.steps)} steps, "
        about += f"{len(one.algorithm.moves)} moves; "
    output.result(f"{about}{summary(one.findings)}")


def _print(output: Output, checked: "list[CheckedFile]", *, sarif: bool) -> None:
    import json

    from api.cli.version import version
    from engine.definition.sarif import as_sarif
    from engine.definition.text import as_json

    if sarif:
        every = dict.fromkeys(finding for one in checked for finding in one.findings)
        print(json.dumps(as_sarif(every, version()), ensure_ascii=False, indent=2))
        return
    documents: list[dict[str, object]] = []
    for one in checked:
        own = one.algorithm if one.kind == "algorithm" else None
        documents.append(
            {
                "file": one.label,
                "kind": one.kind,
                "usable": not one.failed,
                "id": own.id if own else None,
                "version": own.version if own else None,
                "digest": own.digest if own else None,
                "scenarios": one.scenarios,
                "findings": as_json(one.findings),
            }
        )
    output.document("treadway.check/1", {"definitions": documents})
