"""What a YAML parser's complaint means to an author: where to look, and what to write instead."""

from __future__ import annotations

import yaml

from engine.definition.tree import SourceFile
from engine.definition.troubles import Trouble

_QUOTE = "put the text in quotes when it holds `: ` or ` #`, or begins with one of @ ` % & * ! | > { [ ' \""
_FLOW = (
    "close it, or put texts that hold commas, brackets or `: ` in quotes; a criterion with { } or [ ] "
    "is best written on a line of its own"
)
_INDENT = "give keys of one mapping, and items of one list, the same indentation (two spaces a level)"


def trouble(error: yaml.MarkedYAMLError, source: SourceFile) -> Trouble:
    """The trouble a parser error stands for; `detail` is the sentence, `name` what to do."""
    problem, context = str(error.problem or ""), str(error.context or "")
    mark = error.problem_mark or error.context_mark
    start = error.context_mark
    place = source.place(mark.line + 1, mark.column + 1) if mark else source.place(1, 1)
    opened = source.place(start.line + 1, start.column + 1) if start else None
    if "exceeded maximum nesting" in problem:
        return Trouble("too-deep", place, detail="1000")
    sentence, fix, use_start = _words(problem, context)
    unclosed = "flow" in context and start is not None and mark is not None and start.line != mark.line
    if (use_start or unclosed) and opened is not None:
        return Trouble("yaml-syntax", opened, name=fix, detail=sentence, related=place)
    return Trouble("yaml-syntax", place, name=fix, detail=sentence)


def _words(problem: str, context: str) -> tuple[str, str, bool]:
    """Sentence, what to do, and whether the beginning of the construct is the better place to show."""
    if "mapping values are not allowed" in problem:
        return "a second `: ` stands on this line, or the line before it is not finished", _QUOTE, False
    if "flow node" in context:
        return "a list or mapping that opens with `[` or `{` is not closed", _FLOW, False
    if "flow sequence" in context:
        return "the list that opens with `[` is not closed, or holds a character it may not", _FLOW, False
    if "flow mapping" in context:
        return "the mapping that opens with `{` is not closed, or holds a character it may not", _FLOW, False
    if "quoted scalar" in context and "end of stream" in problem:
        return "the text that opens with a quote here is never closed", "add the closing quote", True
    if "quoted scalar" in context:
        return (
            "a backslash inside double quotes stands before a character that it cannot be combined with",
            "write the text in single quotes, where a backslash is only a backslash",
            False,
        )
    if "cannot start any token" in problem:
        return "a text cannot begin with this character", _QUOTE, False
    if "expected ':'" in problem:
        return (
            "this line is neither `key: value` nor an item of a list",
            "write `key: value`, or `- item`",
            True,
        )
    if "'-' indicator" in problem:
        return "this line stands among items of a list but does not begin with `- `", _INDENT, False
    if "expected key" in problem or "expected <block end>" in problem:
        return (
            "this does not fit what stands above it: its indentation, or text after a closing quote",
            _INDENT,
            False,
        )
    if "block sequence entries" in problem:
        return "a list begins on a line where a value cannot", "begin the list on the next line", False
    if "document start" in problem:
        return (
            "text follows after the end of the document",
            "a definition is one document: remove `...`",
            False,
        )
    if "block scalar" in context:
        return "after `|` or `>` the line must end", "begin the text on the next line", False
    if "directive" in context:
        return "a line cannot begin with `%`", _QUOTE, False
    if "anchor" in context or "alias" in context:
        return "a text cannot begin with `&` or `*`", _QUOTE, False
    if "tag" in context:
        return "a text cannot begin with `!`", _QUOTE, False
    return "this cannot be read as YAML", _QUOTE, False
