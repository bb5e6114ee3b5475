"""A text is read with CQL's precedence, and a misreading is told in words an author knows."""

import pytest

from engine.criteria import CriterionError, parse, write
from engine.criteria.parse import MAX_DEPTH, MAX_LENGTH
from tests.support.clock import working_time


@pytest.mark.parametrize(
    ("text", "means"),
    [
        pytest.param("a or b and c", "a or (b and c)", id="and-binds-before-or"),
        pytest.param("a and b or c and d", "(a and b) or (c and d)", id="both-sides"),
        pytest.param("not a and b", "(not a) and b", id="not-before-and"),
        pytest.param("not a = b", "(not a) = b", id="not-before-equality"),
        pytest.param("not x is null", "not (x is null)", id="is-null-before-not"),
        pytest.param("a implies b or c", "a implies (b or c)", id="implies-last"),
        pytest.param("a = b < c", "a = (b < c)", id="order-before-equality"),
        pytest.param("x + 1 * y > 2", "(x + (1 * y)) > 2", id="arithmetic"),
        pytest.param("-x + y", "(-x) + y", id="sign-first"),
        pytest.param("x between 1 and 2 and y", "(x between 1 and 2) and y", id="between-takes-its-and"),
        pytest.param("weeks between a and b >= 6", "(weeks between a and b) >= 6", id="duration-then-order"),
        pytest.param("if a then b else c + 1", "if a then b else (c + 1)", id="else-takes-all"),
        pytest.param("if a then b else c and d", "if a then b else (c and d)", id="else-swallows-and"),
        pytest.param("1 + if a then b else c - 2", "1 + (if a then b else (c - 2))", id="if-inside-a-sum"),
        pytest.param("a in {1} and b", "(a in {1}) and b", id="in-before-and"),
        pytest.param("a /* why */ = b // end", "a = b", id="comments"),
    ],
)
def test_precedence_is_that_of_cql(text: str, means: str):
    """Brackets written out change nothing: places stay out of equality."""
    assert parse(text) == parse(means)


@pytest.mark.parametrize("text", ["trial.weeks >= 6", "step.id = 'in'", "a.and.or.not", "family.month"])
def test_any_word_may_follow_a_dot(text: str):
    """Unit words and keywords are reserved as bare names only."""
    assert write(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        '"PHQ-9 total" >= 10',
        "x in Interval(0, 10]",
        "case x when 1 then 2 else 3 end",
        "case when a then 1 when b then 2 else 3 end",
        "difference in weeks between a and b",
        "6 weeks = 1.5 'mg'",
        "1 week",
        "exists {1, null}",
        "Coalesce({a, null}, b)",
        "'it\\'s'",
        "@2026-02-28 + 1 month",
        "a is not true",
        "(a and b) and c",
        "a - (b - c)",
        "(if a then b else c) + 1",
        "not (a = b)",
    ],
)
def test_formatting_is_stable(text: str):
    """Text to tree to text: the second tree is the first, and formatting again changes nothing."""
    tree = parse(text)
    assert parse(write(tree)) == tree
    assert write(parse(write(tree))) == write(tree)


@pytest.mark.parametrize(
    ("text", "code", "at", "says"),
    [
        pytest.param("", "criterion-empty", "", "write a condition", id="empty"),
        pytest.param("a and", "value-missing", "and", "stops after `and`", id="ends-after-and"),
        pytest.param("and a", "value-missing", "and", "beside `and`", id="begins-with-and"),
        pytest.param("a == b", "word-unexpected", "==", "write one `=`", id="two-equals"),
        pytest.param("a <> b", "character-unknown", "<>", "write `!=`", id="sql-unequal"),
        pytest.param("a && b", "character-unknown", "&&", "write `and`", id="c-and"),
        pytest.param("a ≥ 3", "character-unknown", "≥", "write `>=`", id="printed-sign"),
        pytest.param("a = “b”", "character-unknown", "“", 'write "', id="printers-quote"),
        pytest.param("a AND b", "word-unexpected", "AND", "write `and` in small letters", id="capitals"),
        pytest.param("a b", "word-unexpected", "b", "join two conditions", id="two-words"),
        pytest.param("(a", "bracket-not-matched", "(", "add `)`", id="open-bracket"),
        pytest.param("a)", "bracket-not-matched", ")", "never opened", id="closed-bracket"),
        pytest.param("a in b", "word-unexpected", "b", "write a list", id="in-without-list"),
        pytest.param("weeks >= 6", "value-missing", "weeks", "trial.weeks", id="unit-as-a-name"),
        pytest.param("a = 'b", "text-not-closed", "'b", "put ' at its end", id="open-text"),
        pytest.param("a /* b", "text-not-closed", "/* b", "end it with */", id="open-comment"),
        pytest.param("a = @2026-02-30", "date-impossible", "@2026-02-30", "@year-month-day", id="no-day-30"),
        pytest.param("a = @2026-03", "date-impossible", "@2026-03", "whole days", id="no-day"),
        pytest.param("a = @2026-03-01T10", "date-impossible", "@2026-03-01T10", "days", id="hour"),
        pytest.param("a = @1899-12-31", "date-out-of-range", "@1899-12-31", "1901", id="long-ago"),
        pytest.param("x is 3", "word-unexpected", "3", "compare with `=`", id="is-a-number"),
        pytest.param("x between 1", "value-missing", "1", "needs both ends", id="between-one-end"),
        pytest.param("if a then b", "value-missing", "b", "needs an `else`", id="if-without-else"),
        pytest.param("case when a then b end", "word-unexpected", "end", "an `else`", id="no-else"),
        pytest.param("0.123456789", "number-out-of-range", "0.123456789", "8 is the most", id="nine-places"),
        pytest.param("3000000000", "number-out-of-range", "3000000000", "3000000000.0", id="beyond-32-bits"),
        pytest.param("a = 'x\\q'", "text-escape", "\\q", "backslash", id="escape"),
        pytest.param("{1} = a", "value-missing", "{", "after `in`", id="list-as-a-value"),
    ],
)
def test_a_misreading_says_where_and_what_to_write(text: str, code: str, at: str, says: str):
    """One problem, in an author's words: no name of a grammar's terminal, no Python."""
    with pytest.raises(CriterionError) as error:
        parse(text)

    (problem,) = error.value.problems
    assert problem.code == code
    assert text[problem.start : problem.end] == at
    told = f"{problem.message} {problem.why} {problem.fix}"
    assert says in told
    assert not any(word in told for word in ("NAME", "RPAR", "LBRACE", "NUMBER", "Token", "UNIT", "$END"))


def test_a_problem_on_a_later_line_is_placed_there():
    """Line and column count from 1 within the criterion."""
    with pytest.raises(CriterionError) as error:
        parse("a and\n  b = = c")

    (problem,) = error.value.problems
    assert (problem.line, problem.column) == (2, 7)
    assert problem.caret("a and\n  b = = c") == "  b = = c\n      ^"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4_900 + "a" + ")" * 4_900,
        "not " * 2_400 + "a",
        "-" * 9_000 + "1",
        "1" + "+1" * 4_900,
        "if a then " * 900 + "b",
        "a in {" * 1_600,
        "case when " * 900,
        "f(" * 4_900,
        "x." * 4_900,
        "'" * 9_999,
        "/*" * 4_900,
        "a " * 4_900,
        "9" * 9_999,
        "\x00" * 9_999,
        "a and " * 1_600 + "b = 'c",
    ],
    ids=lambda text: text[:12],
)
def test_any_text_of_ten_thousand_characters_is_answered_within_a_second(text: str):
    """With a problem, never a traceback of the reader's own."""
    with working_time() as spent, pytest.raises(CriterionError):
        parse(text)
    assert spent.seconds < 2  # about a tenth of that is used; a busy machine is no defect


def test_a_chain_of_conditions_is_one_level():
    """Hundreds of items joined by `and` are no deeper than two."""
    tree = parse(" and ".join(f"fact_{i} = {i}" for i in range(500)))
    assert tree.depth == 3


def test_the_limits_are_told():
    """Too long and too deep are problems like any other."""
    with pytest.raises(CriterionError) as long:
        parse("a" * (MAX_LENGTH + 1))
    with pytest.raises(CriterionError) as deep:
        parse("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1))

    assert long.value.problems[0].code == "criterion-too-long"
    assert deep.value.problems[0].code == "criterion-too-deep"
    assert "define" in deep.value.problems[0].fix
