"""Texts become numbers, dates, times and words; what cannot is a finding in the author's words."""

import pytest

from engine.definition.durations import DurationError, read_duration, read_window
from engine.model.time import EVER, Duration, Since, Unit, Window
from tests.unit.definition.conftest import HEAD, loaded

EVIDENCE = "evidence:\n  phq9:\n    fields:\n      total: {type: integer, "


def findings(*parts: str, **other: str) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in loaded(*parts, **other).findings if one.severity == "error"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14 days", Duration(14, Unit.DAY)),
        ("1 week", Duration(1, Unit.WEEK)),
        ("6 months", Duration(6, Unit.MONTH)),
        ("1 year", Duration(1, Unit.YEAR)),
        ("  2   Weeks ", Duration(2, Unit.WEEK)),
        ("0 days", Duration(0, Unit.DAY)),
    ],
)
def test_a_duration_is_a_count_and_a_unit(text, expected):
    assert read_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("14", "14 days"),
        ("14days", "14 days"),
        ("14 dys", "`14 days`"),
        ("two weeks", "such as `14 days`"),
        ("1.5 weeks", "whole number"),
        ("-3 days", "whole number"),
        ("999999999 years", "centuries"),
        ("", "such as `14 days`"),
        ("14 quarters", "days, weeks, months and years"),
    ],
)
def test_a_text_that_is_no_duration_says_what_to_write(text, fix):
    with pytest.raises(DurationError) as raised:
        read_duration(text)
    assert fix in raised.value.fix


def test_a_window_may_also_be_a_moment_or_ever():
    assert read_window("ever") == EVER
    assert read_window("trial") == Window(since=Since.TRIAL)
    assert read_window("3 months") == Window(duration=Duration(3, Unit.MONTH))
    with pytest.raises(DurationError, match="did you mean `episode`"):
        read_window("epsode")


@pytest.mark.parametrize("word", ["yes", "no", "True", "1", "on", "null", ""])
def test_only_true_and_false_are_yes_and_no(word):
    """YAML would read `no` as false and `1` as a number; here what is not meant so is asked back."""
    [(code, message)] = findings(EVIDENCE + f"required: {word}}}\n")
    assert code == "wrong-type"
    assert "true or false" in message


@pytest.mark.parametrize(
    "number", ["1e3", "0x10", "1_000", "1,5", ".5", "5.", "NaN", "9" * 5_000, "1.123456789"]
)
def test_a_number_is_digits_with_a_point(number):
    found = findings(f'parameters: {{a: {{value: 1, from: "{number}", source: x}}}}\nsources: {{x: y}}\n')
    assert [code for code, _ in found] == ["wrong-type"]
    assert len(found[0][1]) < 300


@pytest.mark.parametrize("day", ["2026-02-30", "1.3.2026", "20260301", "1767225600", "2026-3-1", "today"])
def test_a_date_is_a_day_of_the_calendar(day):
    [(code, message)] = findings(f"review_by: {day}\n")
    assert code == "wrong-type"
    assert "a day of the calendar" in message


def test_a_parameter_without_a_point_is_whole_and_one_with_a_point_is_decimal():
    text = (
        "sources: {x: y}\nparameters:\n"
        "  a: {value: 10, source: x}\n"
        "  b: {value: 10.0, source: x}\n"
        "  c: {value: US, values: [US, UK], source: x}\n"
    )
    parameters = loaded(text).usable().parameters
    assert [(type(one.value).__name__, str(one.value)) for one in parameters.values()] == [
        ("int", "10"),
        ("Decimal", "10.0"),
        ("str", "US"),
    ]


def test_a_version_stays_the_text_that_was_written():
    head = HEAD.replace('"1.0.0"', "1.10")
    assert loaded(head=head).usable().version == "1.10"


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ("kind: [exit]", "wrong-type", "`kind` must be a kind of move, not a list"),
        ("kind: {a: b}", "wrong-type", "`kind` must be a kind of move, not a mapping"),
        ("kind: ''", "wrong-type", "`kind` has no value"),
        ("kind: Exit", "wrong-value", "`Exit` is not a kind of move"),
        ("kind: exit, when: {}", "missing-key", "`when` has no `is`"),
        ("kind: exit, when: {all: '1 = 1', any: y}", "unknown-key", "a key `any`"),
        ("kind: exit, requires: [phq9]", "wrong-type", "`requires` must be a mapping"),
        (
            "kind: exit, requires: phq9",
            "wrong-type",
            "`requires` must be a mapping (`key: value` lines), not a text",
        ),
        ("kind: exit, by: {a: b}", "wrong-type", "must be"),
        ("kind: exit, opens: case", "wrong-value", "`case` is not what a move can open"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_an_authors_words(wrong, code, words):
    move = f"{{leave: {{{wrong}, to: end}}}}"
    steps = f"steps:\n  check: {{kind: assessment, moves: {move}}}\n  end: {{kind: end}}\n"
    found = findings(steps=steps)
    assert [one for one, _ in found] == [code]
    assert words in found[0][1]


def test_every_mistake_of_a_file_is_told_in_one_run():
    """A misspelt step is found even where other lines have a wrong type, a wrong word and an unknown key."""
    steps = """\
steps:
  check:
    kind: assesment
    colour: red
    moves:
      leave: {kind: exit, to: ende, requires: {phq8: 14 dys}}
      go: {kind: exit, to: end, when: age > 3}
  end: {kind: end, body: {a: b}}
"""
    codes = {one.code for one in loaded("deviation_days: many\n", steps=steps).findings}
    assert codes == {"wrong-value", "unknown-key", "unknown-step", "bad-duration", "unknown-evidence",
                     "unknown-name", "wrong-type"}  # fmt: skip


def test_a_mistake_is_not_told_twice_under_another_name():
    """A misspelt key is not also a missing one, and what names a broken part is not doubted."""
    steps = "steps:\n  check: {knd: assessment, moves: {leave: {kind: exit, to: end}}}\n  end: {kind: end}\n"
    found = loaded(
        "evidence: {phq9: {fields: {total: {type: whole}}}}\nflags: {a: {when: phq9.total > 1}}\n",
        steps=steps,
    )
    assert [one.code for one in found.findings] == ["unknown-key", "wrong-value"]
