"""Runs the examples in a Markdown document, so that no document shows what the product does not do.

In a `console` block each line that begins with `$ ` is a command, and the lines under it are what it
prints. There `...` stands for any text, and alone on a line for any lines. Commands of Treadway are run
(`treadway WORDS`, or `python3 tw.py WORDS`), all of one document in one folder with one database; others,
and those that never end or set up the project, are left alone. A `python` block runs too, after the ones
before it. A comment `<!-- not run: REASON -->` on the line above a block leaves it out.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import tw

FENCE = re.compile(r"(?ms)^(?P<above>[^\n]*)\n```(?P<language>console|python)\n(?P<body>.*?)^```$")
LEFT_ALONE = {"test", "check", "lock", "serve"}  # as the first word after tw.py
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Example:
    """One command with its output, or one piece of Python, and the line of the document where it stands."""

    line: int
    code: str
    words: tuple[str, ...] = ()  # for the treadway command; empty for Python
    shown: tuple[str, ...] = ()  # output lines


@dataclass
class Folder:
    """Where the examples of one document run: the shipped algorithms, and a database of their own."""

    path: Path
    names: dict[str, object] = field(default_factory=dict[str, object])  # what the Python blocks have defined

    def __post_init__(self) -> None:
        for name in ("algorithms", "docs"):
            (self.path / name).symlink_to(tw.ROOT / name)

    def run(self, example: Example) -> str | None:
        """Run one example; return what is wrong with it, or None."""
        if not example.words:
            exec(compile(example.code, f"line {example.line}", "exec"), self.names)
            return None
        done = subprocess.run(
            [sys.executable, "-P", "-c", tw.TREADWAY, *example.words],
            cwd=self.path,
            env={
                **os.environ,
                "PYTHONPATH": str(tw.ROOT),
                "TREADWAY_DATABASE_URL": f"sqlite:///{self.path / 'treadway.db'}",
                "NO_COLOR": "1",
                "COLUMNS": "100",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        if example.shown and not matches(example.shown, done.stdout):
            return f"line {example.line}: {example.code}\nprints something else:\n{done.stdout}"
        if not example.shown and done.returncode:
            return (
                f"line {example.line}: {example.code}\nends with exit code {done.returncode}:\n{done.stdout}"
            )
        return None


def examples(text: str) -> Iterator[Example]:
    """Yield the examples of a document in their order."""
    for block in FENCE.finditer(f"\n{text}"):
        if block["above"].startswith("<!-- not run:"):
            continue
        line = text.count("\n", 0, block.start("body") - 1) + 1
        if block["language"] == "python":
            yield Example(line, block["body"])
        else:
            yield from _commands(block["body"].splitlines(), line)


def _commands(lines: list[str], first: int) -> Iterator[Example]:
    starts = [place for place, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        code = lines[start].removeprefix("$ ")
        words = _treadway_words(shlex.split(code, comments=True))
        if words:
            shown = tuple(lines[start + 1 : end])
            yield Example(first + start, code, words, shown)


def _treadway_words(words: list[str]) -> tuple[str, ...]:
    if words[:1] == ["treadway"]:
        return () if words[1:2] == ["serve"] else tuple(words[1:])
    if words[:2] == ["python3", "tw.py"] and words[2:3] and words[2] not in LEFT_ALONE:
        return tuple(words[2:]) if words[2] != "run" else _treadway_words(["treadway", *words[4:]])
    return ()


def matches(shown: tuple[str, ...], printed: str) -> bool:
    """Tell whether the printed text is what the document shows, trailing blanks aside."""
    pattern = "".join(
        "(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", ".*") + "\n"
        for line in "\n".join(shown).rstrip().splitlines()
    )
    lines = [line.rstrip() for line in printed.rstrip().splitlines()]
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None
