"""Mending files: what surely mends a finding is spliced in, and all else stays as it was written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.definition.mending import MOST_ROUNDS, spliced, sure_mends
from engine.definition.where import shown
from engine.model.errors import UnreadableError
from engine.service.checking import Checker

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class MendedFile:
    """A file before and after its sure mends; `count` is how many there were."""

    path: Path
    before: str
    after: str
    count: int


def mend(path: Path) -> tuple[MendedFile, ...]:
    """Every sure mend of what `treadway check PATH` looks at, made in texts alone: nothing is written.

    Raises:
        UnreadableError: It is not there, or no text.
    """
    texts: dict[Path, str] = {}
    counts: dict[Path, int] = {}
    for _ in range(MOST_ROUNDS):
        found = list(_round(path, texts))
        for file, text, count in found:
            texts[file] = text
            counts[file] = counts.get(file, 0) + count
        if not found:
            break
    unchanged = Checker()
    return tuple(
        MendedFile(file, unchanged.text_of(file), text, counts[file]) for file, text in sorted(texts.items())
    )


def _round(path: Path, texts: dict[Path, str]) -> Iterator[tuple[Path, str, int]]:
    """Files that one more look changes, each with its new text and the number of mends."""
    checker = Checker(dict(texts))
    for one in checker.check(path):
        for label, file in one.paths.items():
            mends = sure_mends(one.findings, label)
            before = checker.text_of(file) if mends else ""
            after = spliced(before, (edit for each in mends for edit in each.edits))
            if after != before:
                yield file.resolve(), after, len(mends)


def keep(mended: MendedFile) -> None:
    """Write a mended file: whole or not at all, with its byte order mark and line ends.

    Raises:
        UnreadableError: It may not be written, or has changed since it was read.
    """
    path = mended.path
    label = shown(path)
    try:
        was = path.read_bytes()
        mark = _BYTE_ORDER_MARK if was.startswith(_BYTE_ORDER_MARK) else b""
        if was != mark + mended.before.encode():
            raise UnreadableError(f"{label} has changed meanwhile, and was left as it is", "run it again")
        beside = path.with_name(f".{path.name}.treadway")
        try:
            beside.write_bytes(mark + mended.after.encode())
            shutil.copymode(path, beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or "the path cannot be used"
        raise UnreadableError(f"{label} cannot be written: {reason}", "check its permissions") from None
