"""Where a cursor stands in a file that need not be readable yet: under which keys, and in which value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_KEY = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[^\s:#\[\]{},\"'][^:#]*?)\s*:(?=\s|$)")
_DASH = re.compile(r"(\s*)((?:- +)*)(-$)?")


@dataclass(frozen=True, slots=True)
class Context:
    """What is being written.

    Attributes:
        path: Keys around it, the outermost first.
        key: Whose value it is; None where a key is being written.
        typed: What stands before the cursor of it.
    """

    path: tuple[str, ...]
    key: str | None
    typed: str

    @property
    def whole(self) -> tuple[str, ...]:
        """The keys around it with the one whose value it is."""
        return self.path if self.key is None else (*self.path, self.key)


def context_at(lines: Sequence[str], line: int, column: int) -> Context | None:
    """The context of a cursor; None inside a comment."""
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    if _in_comment(before):
        return None
    indent, body = _split(before)
    path = _above(lines, line - 1, indent, dashed=_is_dashed(before))
    key, rest = _key_of(body)
    if key is None and body[:1] not in ("{", "["):
        if not _is_dashed(before) and not _ends_a_list(lines, line - 1):
            return Context(path, None, body.strip())
        return _in_list(path, body)
    if key is None:
        return _in_flow(path, None, body)
    if rest.lstrip()[:1] in ("{", "["):
        return _in_flow(path, key, rest.lstrip())
    return Context(path, key, rest.lstrip().lstrip("\"'"))


def _in_list(path: tuple[str, ...], body: str) -> Context:
    """An item of a list may be a value of the key above, or the first key of a mapping."""
    if not path:
        return Context((), None, body.strip())
    return Context(path[:-1], path[-1], body.strip().lstrip("\"'"))


def _is_dashed(before: str) -> bool:
    return before.lstrip().startswith("-") and (before.strip() == "-" or before.lstrip().startswith("- "))


def _ends_a_list(lines: Sequence[str], above: int) -> bool:
    return False if above < 1 else lines[above - 1].rstrip().endswith(("[", ","))


def _split(before: str) -> tuple[int, str]:
    """The column at which the content of a line begins, `- ` left out, and that content."""
    found = _DASH.match(before)
    assert found is not None, "the pattern matches every text"
    return found.end(), before[found.end() :]


def _key_of(body: str) -> tuple[str | None, str]:
    found = _KEY.match(body)
    if found is None:
        return None, body
    return found[1].strip("\"'"), body[found.end() :]


def _above(lines: Sequence[str], above: int, indent: int, *, dashed: bool) -> tuple[str, ...]:
    """Keys of the lines around, found by their indentation."""
    path: list[str] = []
    # An item of a list may stand at the column of its key.
    limit = indent - 2 + 1 if dashed else indent
    for number in range(above, 0, -1):
        text = lines[number - 1]
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        at, body = _split(text)
        is_item = _is_dashed(text)
        dash = len(text) - len(text.lstrip())
        key, rest = _key_of(body)
        if key is not None and at < limit and (not rest.strip() or rest.strip()[:1] in ("#", "{", "[")):
            path.append(key)
            limit = at
        if is_item and dash < limit:
            limit = min(limit, dash + 1)
        if limit <= 0:
            break
    return tuple(reversed(path))


def _in_comment(before: str) -> bool:
    quote = ""
    for place, sign in enumerate(before):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and (place == 0 or before[place - 1] in " [{,:"):
            quote = sign
        elif sign == "#" and (place == 0 or before[place - 1] == " "):
            return True
    return False


def _in_flow(path: tuple[str, ...], key: str | None, body: str) -> Context:
    """Inside `{ }` and `[ ]` of one line."""
    around: list[str] = [*path, *([key] if key is not None else [])]
    depth_keys: list[int] = []  # how many keys stood around when a bracket was opened
    opened: list[str] = []
    current: str | None = None
    piece, quote = "", ""
    for sign in body:
        if quote:
            if sign == quote:
                quote = ""
            piece += sign
            continue
        if sign in "\"'" and not piece.strip():
            quote, piece = sign, piece + sign
        elif sign in "{[":
            depth_keys.append(len(around))
            opened.append(sign)
            if current is not None:
                around.append(current)
            current, piece = None, ""
        elif sign in "}]" and opened:
            opened.pop()
            del around[depth_keys.pop() :]
            current, piece = None, ""
        elif sign == ",":
            piece = ""
            if opened and opened[-1] == "{":
                current = None
        elif sign == ":" and opened and opened[-1] == "{" and current is None:
            current, piece = piece.strip().strip("\"'"), ""
        else:
            piece += sign
    typed = piece.strip().lstrip("\"'")
    if current is not None:
        return Context(tuple(around), current, typed)
    if opened and opened[-1] == "[" and around:
        return Context(tuple(around[:-1]), around[-1], typed)
    return Context(tuple(around), None, typed)
