"""`treadway check`: what is wrong with a definition, and where."""

from typing import Annotated

from typer import Argument

from api.cli.desk import load_named
from api.cli.exits import Code
from api.cli.findings import finding_words
from api.cli.options import Json, Quiet
from api.cli.output import Output, paint


def check(
    files: Annotated[
        list[str],
        Argument(
            metavar="FILE...", help="Definitions: a folder, its algorithm.yaml, or a shipped algorithm's id."
        ),
    ],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check definitions and tell every finding with its place, why it matters and how to mend it.

    Exit 1 when one of them is an error; warnings and notes keep nothing from being used.

    Examples:
        treadway check algorithms/stepwise-depression
        treadway check my-algorithm/algorithm.yaml --json
    """
    from engine.definition.text import as_json as findings_json
    from engine.definition.text import summary
    from engine.proof.reading import read_claims

    output = Output(as_json=as_json, quiet=quiet)
    documents: list[dict[str, object]] = []
    failed = False
    for file in files:
        loaded = load_named(file)
        algorithm = loaded.algorithm
        claims = () if algorithm is None else read_claims(algorithm, loaded.sources).findings
        findings = (*loaded.findings, *claims)
        failed = failed or bool(loaded.errors) or bool(claims)
        output.result(*(finding_words(finding) for finding in findings))
        found = summary(findings)
        if algorithm is None or claims:
            output.result(f"{paint('failed', 'failed')}  {file}: {found}")
        else:
            output.result(
                f"{paint('passed', 'passed')}  {file}: {algorithm.title} {algorithm.version}, "
                f"{len(algorithm.steps)} steps, {len(algorithm.moves)} moves; {found}"
            )
        documents.append(
            {
                "file": file,
                "usable": algorithm is not None and not claims,
                "id": algorithm.id if algorithm else None,
                "version": algorithm.version if algorithm else None,
                "digest": algorithm.digest if algorithm else None,
                "findings": findings_json(findings),
            }
        )
    output.document("treadway.check/1", {"definitions": documents})
    output.next(f"treadway {'check' if failed else 'test'} {files[0]}")
    output.end(Code.NO if failed else Code.DONE)
