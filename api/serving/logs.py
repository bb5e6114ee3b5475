"""Log lines: what happened in the program, and nothing about a patient.

A line holds an event's name and values of a closed kind: a route's template, a status, milliseconds, an id
that says nothing. Whatever else comes along, from us or from a library, is left out: a text, an error's
message or a value of a local variable may quote what was written about somebody.
"""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

NAMES: Final = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "method", "route", "status", "milliseconds",
        "account", "clinic", "error", "places", "seconds", "process", "workers", "cases",
        "version", "port", "why",
    }
)  # fmt: skip
"""Everything that a line may hold. `account` is an id that says nothing."""

OURS: Final = "treadway"
_FORMER: Final = {"unforeseen %s in %s at %s": ("unforeseen", ("error", "route", "places"))}
"""Messages of rooms that know no structure, and the names of their values."""


def get_log() -> Any:  # noqa: ANN401 - structlog binds its type when it is first used
    """The log of the service."""
    return structlog.stdlib.get_logger(OURS)


def set_up_logs(form: str, level: str) -> None:
    """Send every log line of this process to standard error, in one form.

    Args:
        form: `json`, `console`, or `auto`: the console's on a terminal.
        level: The least that is told. Of libraries no less than warnings are.
    """
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    last: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if console
        else structlog.processors.JSONRenderer(sort_keys=True)
    )
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, _foreign],
        pass_foreign_args=True,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _only_known, last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in (OURS, "treadway.rest"):
        logging.getLogger(name).setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # else a line that cannot be written is told with all its values
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _foreign(_logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
    """A line of another room or library: its kind and place, without its text, which may quote anything."""
    record: logging.LogRecord | None = said.get("_record")
    if record is None:
        return said
    known = _FORMER.get(str(record.msg))
    if known is not None:
        said["event"] = known[0]
        said.update(zip(known[1], said.get("positional_args", ()), strict=False))
    else:
        said["event"] = "library"
        said["places"] = f"{record.module}:{record.lineno}"
    if record.exc_info and record.exc_info[1] is not None:
        said.update(what_of(record.exc_info[1]))
    said.pop("exc_info", None)
    return said


def what_of(error: BaseException) -> dict[str, str]:
    """Kind and place of an error, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return {"error": type(error).__name__, "places": places}


def _only_known(_logger: WrappedLogger, _method: str, said: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in said.items() if name in NAMES}
