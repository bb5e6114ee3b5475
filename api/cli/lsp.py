"""`treadway lsp`: help in the editor."""

import contextlib
import os
import sys
from typing import Annotated

from typer import Option


def lsp(
    stdio: Annotated[
        bool, Option("--stdio", help="Speak over standard input and output; there is no other way.")
    ] = True,
) -> None:
    """Speak the Language Server Protocol over standard input and output, for an editor that starts it.

    It shows findings as you type, completes facts, steps, treatments and sources, tells what a criterion
    says in plain English and where a number comes from, finds where a name is declared, and formats.
    docs/how-to/editor.md says how VS Code and Neovim start it.

    Examples:
        treadway lsp
        treadway lsp --stdio
    """
    from api.cli.version import version
    from api.lsp.server import make_server

    # The protocol has standard output to itself; whatever else is printed would be read as a part of it.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out, contextlib.redirect_stdout(sys.stderr):
        make_server(version()).start_io(sys.stdin.buffer, out)
