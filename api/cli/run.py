"""Runs a command and ends with its exit code, whatever happens: never with a traceback."""

import os
import secrets
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from typer import BadParameter, Exit, TyperException
from typer.main import get_command

from api.cli.exits import Code, Ended, Trouble, UsageError, trouble_of
from api.cli.help import EXAMPLES
from api.cli.output import Output
from engine.model.errors import CaseConflict, DefinitionError, EngineError


def run(arguments: Sequence[str]) -> Code:
    """Run one command line and tell what went wrong, if anything did; the exit code."""
    output = Output(as_json="--json" in arguments, quiet=True)
    try:
        from api.cli.app import app

        # Not `main`: it turns an interruption and a closed pipe into exit codes of its own.
        command = get_command(app)
        with command.make_context("treadway", list(arguments)) as context:
            command.invoke(context)
        sys.stdout.flush()
    except Exit as ended:
        sys.stdout.flush()
        return Code(ended.exit_code)
    except Ended as ended:
        sys.stdout.flush()
        return ended.code
    except EngineError as error:
        return _told(output, error)
    except TyperException as error:
        if error.message.startswith(EXAMPLES):
            # A group without a command: what it raises is its help.
            print(error.message, file=sys.stderr)
            return Code.USAGE
        return _told(
            output, UsageError(_usage_words(error), "`--help` after the command shows how it is used")
        )
    except KeyboardInterrupt:
        print("\nInterrupted. What had been acknowledged is kept; nothing else was stored.", file=sys.stderr)
        return Code.INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`, `less`) has seen enough. Nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Code.DONE
    except Exception as error:  # noqa: BLE001 - the last resort: a person must never see a traceback
        return _our_fault(output, error, arguments)
    return Code.DONE


def _usage_words(error: TyperException) -> str:
    """The parser's message in our words: the option first, and nothing called invalid."""
    if isinstance(error, BadParameter) and error.message and error.param is not None:
        return f"{error.param.get_error_hint()}: {error.message}"
    message = error.format_message()
    return message[:1].lower() + message[1:].rstrip(".")


def _told(output: Output, error: EngineError) -> Code:
    trouble = trouble_of(error)
    if isinstance(error, DefinitionError):
        from api.cli.findings import tell_findings

        tell_findings(output, error.findings)
        return trouble.code
    more: dict[str, object] = {}
    if isinstance(error, CaseConflict):
        from api.cli.conflict import since_lines, since_shape

        more["since"] = since_shape(error)
        _tell(output, trouble, since_lines(error), more)
    else:
        _tell(output, trouble, (), more)
    return trouble.code


def _tell(output: Output, trouble: Trouble, lines: Sequence[str], more: dict[str, object]) -> None:
    print(f"error: {trouble.message}", file=sys.stderr)
    for line in lines:
        print(line, file=sys.stderr)
    if trouble.fix:
        print(f"  {trouble.fix}", file=sys.stderr)
    output.document(
        "treadway.error/1",
        {
            "error": {
                "name": trouble.name,
                "exit": int(trouble.code),
                "message": trouble.message,
                "fix": trouble.fix,
                "near": list(trouble.near),
                **more,
            }
        },
    )


def _our_fault(output: Output, error: Exception, arguments: Sequence[str]) -> Code:
    """Keep what a developer needs in a file, and give the person its number."""
    reference = secrets.token_hex(4)
    kept = _keep_report(reference, error, arguments)
    where = f"its report is {kept}" if kept else "its report could not be written"
    trouble = Trouble(
        "internal",
        Code.OUR_FAULT,
        f"something went wrong inside Treadway (reference {reference})",
        f"What had been acknowledged is kept. This is our fault, not yours: {where}",
    )
    _tell(output, trouble, (), {"reference": reference})
    return Code.OUR_FAULT


def _keep_report(reference: str, error: Exception, arguments: Sequence[str]) -> Path | None:
    """Write where it happened. Messages and arguments are left out: they may quote a patient's record."""
    import platform

    import platformdirs

    words = [word for word in arguments[:2] if not word.startswith("-") and word.isalpha()]
    lines = [
        f"reference {reference}, {datetime.now(UTC).isoformat(timespec='seconds')}",
        f"command   treadway {' '.join(words)}",
        f"python    {platform.python_version()} on {platform.platform()}",
    ]
    link: BaseException | None = error
    while link is not None:
        frames = traceback.format_list(traceback.extract_tb(link.__traceback__))
        lines += [
            "",
            f"{type(link).__module__}.{type(link).__qualname__}",
            *(frame.rstrip() for frame in frames),
        ]
        link = link.__cause__ or link.__context__
    try:
        folder = Path(platformdirs.user_state_dir("treadway", appauthor=False)) / "errors"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{reference}.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o600)
    except OSError:
        return None
    return path
