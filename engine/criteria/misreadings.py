"""What to tell an author when a text cannot be read: in words of the language, with what to write."""

from __future__ import annotations

from collections.abc import Collection

from lark import Token

from engine.criteria.problems import Problem, problem

_CLOSING = {"RPAR", "RBRACE", "RSQB"}
_KEYWORDS = [
    "and",
    "or",
    "xor",
    "implies",
    "not",
    "in",
    "is",
    "null",
    "true",
    "false",
    "if",
    "then",
    "else",
    "case",
    "when",
    "end",
    "between",
    "exists",
    "duration",
    "difference",
]
_FOREIGN = {
    "==": ("`==` is not a comparison here", "write one `=`"),
    "<>": ("`<>` is not a comparison here", "write `!=`"),
    "&&": ("`&&` does not join conditions here", "write `and`"),
    "||": ("`||` does not join conditions here", "write `or`"),
    "≥": ("`≥` is not a comparison here", "write `>=`"),
    "≤": ("`≤` is not a comparison here", "write `<=`"),
    "≠": ("`≠` is not a comparison here", "write `!=`"),
    "!": ("`!` does not negate here", "write `not`"),
    "%": ("`%` is not an operation here", "write the number in percent, or a quantity such as 80 '%'"),
    ";": ("`;` ends nothing here", "leave it out; one criterion is one expression"),
    "`": ("a backquote is not a quote here", "write 'single quotes' for a text, \"double\" for a title"),
    "–": ("this dash is not a minus sign", "write `-`"),
    "−": ("this dash is not a minus sign", "write `-`"),
    "×": ("`×` is not an operation here", "write `*`"),
    "÷": ("`÷` is not an operation here", "write `/`"),
}
_INSTEAD = {
    "==": "=",
    "<>": "!=",
    "=<": "<=",
    "=>": ">=",
    "&&": "and",
    "||": "or",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "–": "-",
    "−": "-",
    "×": "*",
    "÷": "/",
}
"""Signs of other languages that mean one thing only."""
_CURLY = {"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"'}


def of_character(text: str, at: int) -> Problem:
    """A character that begins nothing."""
    rest = text[at:]
    two, one = rest[:2], rest[:1]
    if one in "'\"":
        kind = "text" if one == "'" else "title"
        return problem(
            "text-not-closed",
            f"the {kind} that begins here has no closing {one}",
            text,
            (at, len(text)),
            fix=f"put {one} at its end; inside it write \\{one}",
        )
    if two == "/*":
        return problem(
            "text-not-closed",
            "the comment that begins here has no end",
            text,
            (at, len(text)),
            fix="end it with */",
        )
    if one == "@":
        length = next((i for i, c in enumerate(rest) if i and not (c.isalnum() or c in "-:.+")), len(rest))
        return problem(
            "date-impossible",
            f"`{rest[:length]}` is not a date",
            text,
            (at, at + max(length, 1)),
            why="criteria read whole days: no times of day, no months without a day",
            fix="write @year-month-day, such as @2026-03-01",
        )
    if one in _CURLY:
        return problem(
            "character-unknown",
            f"`{one}` is a printer's quote",
            text,
            (at, at + 1),
            fix=f"write {_CURLY[one]}",
            instead=(_CURLY[one],),
        )
    for key in (two, one):
        if key in _FOREIGN:
            message, fix = _FOREIGN[key]
            instead = (_INSTEAD[key],) if key in _INSTEAD else ()
            return problem("character-unknown", message, text, (at, at + len(key)), fix=fix, instead=instead)
    shown = one if one.isprintable() else f"U+{ord(one):04X}"
    return problem(
        "character-unknown", f"`{shown}` means nothing in a criterion", text, (at, at + 1), fix="leave it out"
    )


def of_token(text: str, token: Token, before: Token | None, accepted: Collection[str]) -> Problem:
    """A word or sign where it cannot stand; `accepted` are the terminals that could."""
    value_wanted = "NUMBER" in accepted and "NAME" in accepted
    if token.type == "$END":
        return _ends_early(text, before, accepted, value_wanted)
    start, end = token.start_pos or 0, token.end_pos or 0
    word = str(token)
    if (
        before is not None
        and (before.end_pos or 0) == start
        and str(before) + word in ("==", "<>", "=<", "=>")
    ):
        pair = str(before) + word
        fixes = {"==": "write one `=`", "<>": "write `!=`", "=<": "write `<=`", "=>": "write `>=`"}
        return problem(
            "word-unexpected",
            f"`{pair}` is not a comparison here",
            text,
            (before.start_pos or 0, end),
            fix=fixes[pair],
            instead=(_INSTEAD[pair],),
        )
    if word.lower() in _KEYWORDS and word not in _KEYWORDS:
        return problem(
            "word-unexpected",
            f"`{word}` is not a word of criteria",
            text,
            (start, end),
            fix=f"write `{word.lower()}` in small letters",
            instead=(word.lower(),),
        )
    if token.type in _CLOSING and not _open_bracket(text[:start]):
        return problem(
            "bracket-not-matched",
            f"`{word}` closes a bracket that was never opened",
            text,
            (start, end),
            fix="leave it out, or open the bracket before",
        )
    if value_wanted:
        return _value_missing(text, token, before)
    if before is not None and before.type == "UNIT" and set(accepted) == {"BETWEEN"}:
        return _value_missing(text, before, None)
    if token.type == "COMMA":
        fix = "commas only stand inside lists { } and functions; join conditions with `and`"
        return problem("word-unexpected", "a comma cannot stand here", text, (start, end), fix=fix)
    if token.type == "DOT":
        return problem(
            "word-unexpected", "a name must follow the dot", text, (start, end), fix="write `name.part`"
        )
    return problem(
        "word-unexpected",
        f"`{word}` cannot follow {_after(before)}",
        text,
        (start, end),
        why="the condition before it is already complete"
        if token.type in ("NAME", "NUMBER", "STRING")
        else "",
        fix=_wanted(token, before, accepted),
    )


def _after(before: Token | None) -> str:
    return f"`{before}`" if before is not None else "the beginning"


def _value_missing(text: str, token: Token, before: Token | None) -> Problem:
    start, end = token.start_pos or 0, token.end_pos or 0
    place = f"between `{before}` and `{token}`" if before is not None else f"beside `{token}`"
    fix = "write a fact, a number, a 'text' or a date"
    if token.type == "UNIT":
        fix = (
            f"`{token}` is a unit of time: write a number before it (`6 {token}`), "
            f"`{token} between a and b`, or the whole name of a fact (`trial.{token}`)"
        )
    elif token.type == "LBRACE":
        fix = "a list { } only stands after `in` or inside Coalesce, Min, Max, Count and Exists"
    elif token.type in ("EXISTS", "NOT"):
        fix = f"put brackets around it: `({token} ...)`"
    return problem("value-missing", f"a value is missing {place}", text, (start, end), fix=fix)


def _wanted(token: Token, before: Token | None, accepted: Collection[str]) -> str:
    if token.type == "STRING" and before is not None and before.type == "STRING":
        return "join several texts in a list: `in {'a', 'b'}`"
    if "THEN" in accepted and "ELSE" not in accepted:
        return "write `then` after the condition"
    if "ELSE" in accepted:
        return "every `if` and `case` needs an `else`"
    if accepted == {"LBRACE", "INTERVAL"} or {"LBRACE", "INTERVAL"} <= set(accepted):
        return "after `in` write a list {'a', 'b'} or Interval[low, high]"
    if accepted and set(accepted) <= {"NULL", "TRUE", "FALSE", "NOT"}:
        return "after `is` only `null`, `not null`, `true` or `false` can stand; compare with `=`"
    if "RPAR" in accepted and "AND" not in accepted:
        return "close the bracket with `)`"
    if "AND" in accepted and "OR" not in accepted:
        return "`between` needs both ends: `x between low and high`"
    if token.type in ("NAME", "NUMBER", "STRING", "QUOTED", "NOT", "DATE", "UNIT", "EXISTS", "NULL"):
        return "join two conditions with `and` or `or`; a name with blanks goes in double quotes"
    if token.type in ("RELATION", "EQUALITY", "IN", "BETWEEN"):
        return "compare two values at a time, and join comparisons with `and`"
    if token.type == "LPAR":
        return "put an operator before the bracket, or check the name of the function"
    return ""


def _ends_early(text: str, before: Token | None, accepted: Collection[str], value_wanted: bool) -> Problem:
    end = len(text.rstrip())
    span = (max(0, end - 1), end) if before is None else (before.start_pos or 0, before.end_pos or 0)
    if before is None:
        return problem(
            "criterion-empty",
            "the criterion is empty",
            text,
            (0, len(text)),
            fix="write a condition, or `true`",
        )
    if value_wanted:
        return problem(
            "value-missing",
            f"the criterion stops after `{before}`",
            text,
            span,
            fix="write the value that follows: a fact, a number, a 'text' or a date",
        )
    opened = _open_bracket(text)
    if opened is not None:
        at, closing = opened
        return problem(
            "bracket-not-matched",
            f"the bracket `{text[at]}` that opens here is never closed",
            text,
            (at, at + 1),
            fix=f"add `{closing}` where it ends",
        )
    return problem(
        "value-missing",
        f"the criterion stops after `{before}`",
        text,
        span,
        fix=_wanted(before, None, accepted),
    )


def _open_bracket(text: str) -> tuple[int, str] | None:
    """The innermost bracket still open at the end of `text`, skipping texts and comments."""
    stack: list[tuple[int, str]] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character in "'\"":
            at += 1
            while at < len(text) and text[at] != character:
                at += 2 if text[at] == "\\" else 1
        elif text.startswith("//", at):
            at = text.find("\n", at)
            if at < 0:
                break
        elif text.startswith("/*", at):
            at = text.find("*/", at)
            if at < 0:
                break
            at += 1
        elif character in "([{":
            stack.append((at, {"(": ")", "[": "]", "{": "}"}[character]))
        elif character in ")]}" and stack:
            stack.pop()
        at += 1
    return stack[-1] if stack else None
