"""`treadway schema`: the format as JSON Schema, for editors that know no Treadway."""

import json
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from api.cli.exits import UsageError
from api.cli.options import Json, Quiet
from api.cli.output import Output
from engine.model.errors import UnreadableError


def schema(
    kind: Annotated[
        str, Argument(metavar="KIND", help="Kind of file: `algorithm`, `library` or `scenario`.")
    ] = "algorithm",
    output_file: Annotated[
        Path | None, Option("--output", metavar="FILE", help="Write it there instead of to standard output.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print the JSON Schema of a kind of file, made from the models that read it.

    An editor with a YAML language server then completes keys and marks misspelt ones, if the first line of
    the file is: # yaml-language-server: $schema=algorithm.schema.json
    `treadway lsp` knows more: names, criteria and what is wrong for patients.

    Examples:
        treadway schema algorithm --output algorithm.schema.json
        treadway schema scenario --output scenario.schema.json
    """
    from engine.definition.schema.editors import FILE_KINDS, json_schema

    known = FILE_KINDS.get(kind)
    if known is None:
        raise UsageError(f"there is no kind of file `{kind}`", f"kinds are {', '.join(FILE_KINDS)}")
    output = Output(as_json=as_json, quiet=quiet)
    made = json_schema(known)
    text = json.dumps(made, ensure_ascii=False, indent=2)
    output.document("treadway.schema/1", {"kind": known, "schema": made})
    if output_file is None:
        output.result(text)
        output.next(f"treadway schema {kind} --output {kind}.schema.json")
        return
    try:
        output_file.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "the path cannot be used"
        raise UnreadableError(f"{output_file} cannot be written: {reason}", "check the folder") from None
    output.result(str(output_file))
    output.say(f"First line of your files: # yaml-language-server: $schema={output_file}")
    output.next("treadway lsp --help")
