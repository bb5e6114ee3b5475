"""Where words go: results to standard output, narration and progress to standard error."""

import json
import os
import sys
import time
from collections.abc import Mapping

from api.cli.exits import Code, Ended

_STYLES: dict[str, str] = {
    "Ready": "32",
    "Ready, with care": "32",
    "Not yet": "33",
    "Blocked": "31",
    "Not offered": "31",
    "STOP": "1;31",
    "error": "31",
    "warning": "33",
    "passed": "32",
    "failed": "31",
    "yes": "32",
    "no": "31",
    "not recorded": "33",
    "with care": "33",
    "heading": "1",
    "quiet": "2",
}


def coloured() -> bool:
    """Whether standard output is a terminal that wants colour (NO_COLOR and TERM=dumb say no)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str, shown: str | None = None) -> str:
    """A text in the colour of a word, where colour is wanted. Colour only repeats what the words say."""
    colour = _STYLES.get(style) if coloured() else None
    return f"\033[{colour}m{shown or text}\033[0m" if colour else shown or text


def terminal_width() -> int:
    """Columns to fill: those of the terminal, 100 where there is none."""
    try:
        return max(60, os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):
        return 100


class Output:
    """How one command speaks.

    Args:
        as_json: Print one JSON document and nothing else to standard output.
        quiet: No narration. Errors are still told.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet

    def result(self, *lines: str) -> None:
        """Lines of the answer; nothing where the answer is JSON."""
        if not self.as_json:
            for line in lines:
                print(line.rstrip())

    def document(self, format_: str, content: Mapping[str, object]) -> None:
        """The answer as JSON: `format` names its shape and version. Nothing where the answer is text."""
        if self.as_json:
            print(json.dumps({"format": format_, **content}, ensure_ascii=False, indent=2))

    def say(self, text: str) -> None:
        """Narration."""
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    def next(self, command: str) -> None:
        """The next useful command."""
        self.say(f"Next: {command}")

    def end(self, code: Code) -> None:
        """End the command with a code other than 0."""
        if code is not Code.DONE:
            raise Ended(code)


class Progress:
    """Tells on standard error how far a long piece of work is; nothing for work shorter than a second.

    On a terminal one line is rewritten; elsewhere a line comes every ten seconds.
    """

    def __init__(self, output: Output, what: str, total: int) -> None:
        self._output, self._what, self._total = output, what, total
        self._began = self._told = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._drawn = False

    def step(self, done: int, now: str = "") -> None:
        """`done` of the total are done; `now` names the next."""
        moment = time.monotonic()
        if self._output.quiet or moment - self._began < 1:
            return
        if self._terminal:
            filled = 10 * done // max(self._total, 1)
            bar = "#" * filled + "-" * (10 - filled)
            print(
                f"\r\033[K{self._what} [{bar}] {done} of {self._total} {now}",
                end="",
                file=sys.stderr,
                flush=True,
            )
            self._drawn = True
        elif moment - self._told >= 10:
            self._told = moment
            print(
                f"{self._what}: {done} of {self._total}, {moment - self._began:.0f} s",
                file=sys.stderr,
                flush=True,
            )

    def close(self) -> None:
        """Take the line away."""
        if self._drawn:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
