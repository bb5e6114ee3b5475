"""Files of conformance cases: one JSON object a line, and each bad line is named."""

import re

import pytest

from engine.model.errors import UnreadableError
from engine.population.case_file import MOST_TOLD, read_cases
from engine.population.conformance import ConformanceCase


@pytest.fixture
def file(tmp_path):
    return tmp_path / "cases.jsonl"


def refusal(file, content: bytes) -> str:
    file.write_bytes(content)
    with pytest.raises(UnreadableError) as error:
        read_cases(file)
    return error.value.message


def test_three_keys_are_enough(file):
    file.write_text('{"expression": "1 / 1", "expected": "1.0", "invalid": null}\n')

    assert read_cases(file) == [ConformanceCase(1, "1 / 1", "1.0")]


def test_file_group_and_name_are_kept_and_other_keys_passed_over(file):
    file.write_text(
        '{"file": "F", "group": "G", "name": "N", "expression": "1", "expected": "1", "notes": [1], "x": 2}'
    )

    assert read_cases(file) == [ConformanceCase(1, "1", "1", "F", "G", "N")]


def test_blank_lines_and_the_marks_of_other_systems_are_passed_over(file):
    file.write_bytes(
        b'\xef\xbb\xbf{"expression": "1", "expected": "1"}\r\n\r\n  \n{"expression": "2", "expected": "2"}'
    )

    assert [(case.line, case.expression) for case in read_cases(file)] == [(1, "1"), (4, "2")]


@pytest.mark.parametrize(
    "rest",
    [
        '"expected": "invalid"',
        '"expected": "invalid", "invalid": "true"',
        '"expected": "null", "invalid": "syntax"',
        '"expected": "null", "invalid": "semantic"',
        '"invalid": true',
        '"expected": null, "invalid": true',
    ],
)
def test_an_error_is_wanted(file, rest):
    file.write_text(f'{{"expression": "1", {rest}}}')

    assert read_cases(file)[0].expected is None


@pytest.mark.parametrize("said", ["null", "false", '"false"'])
def test_no_error_is_wanted(file, said):
    file.write_text(f'{{"expression": "1", "expected": "1", "invalid": {said}}}')

    assert read_cases(file)[0].expected == "1"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"expression": "1"', r"not JSON at column 19: .+"),
        (b"1 / 1 = 1.0", r"not JSON at column 3: .+"),
        (b"[1]", "no JSON object"),
        (b"[" * 100_000, "not JSON that can be read: .+"),
        (b"1" * 5_000, "not JSON that can be read: .+"),
        (b'{"expression": "\xff"}', "column 17 is no UTF-8"),
        (b'{"expression": "\\ud800", "expected": "1"}', r"`expression` holds half a character, \\ud800"),
        (b'{"expected": "1"}', "`expression` is missing; .+"),
        (b'{"expression": 1, "expected": "1"}', "`expression` is no text; .+"),
        (b'{"expression": "1"}', "`expected` is missing; .+"),
        (b'{"expression": "1", "expected": null}', "`expected` is no text; .+"),
        (b'{"expression": "1", "expected": 1}', "`expected` is no text; .+"),
        (b'{"expression": "1", "expected": "1", "invalid": "maybe"}', '`invalid` is "maybe"; .+'),
        (b'{"expression": "1", "expected": "1", "invalid": {}}', "`invalid` is {}; .+"),
    ],
)
def test_a_bad_line_is_named_with_its_number(file, line, told):
    message = refusal(file, b'{"expression": "1", "expected": "1"}\n\n' + line + b"\n")

    assert message.startswith(f"1 line of {file} cannot be used\n")
    assert re.fullmatch(told, message.split("\n")[1].removeprefix(f"  {file}:3: "))


def test_every_bad_line_is_named_up_to_a_number(file):
    message = refusal(file, b"x\n" * (MOST_TOLD + 2))

    assert message.count(":") >= MOST_TOLD
    assert f"{file}:{MOST_TOLD}:" in message
    assert message.endswith("and 2 more")


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_file_without_a_case_is_refused(file, content):
    assert refusal(file, content) == f"{file} holds no case"


def test_a_file_that_is_not_there_is_said(file):
    with pytest.raises(UnreadableError, match="no such file"):
        read_cases(file)
    with pytest.raises(UnreadableError, match="is a directory"):
        read_cases(file.parent)
