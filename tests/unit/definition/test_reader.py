"""Reading YAML: every word keeps its place, and no text makes reading fail in another way than a finding."""

import pytest

from engine.definition.reader import read_text, text_of_file
from engine.definition.tree import Items, Map, Text
from engine.model.errors import UnreadableError
from tests.support.clock import working_time


def troubles(text: str) -> list[tuple[str, int, int]]:
    """Codes with line and column, in the order met."""
    found = read_text(text, "file.yaml").troubles
    return [(one.code, one.place.line, one.place.column) for kind in found.codes() for one in found.of(kind)]


def test_a_word_keeps_its_text_and_place():
    root = read_text('version: "1.0"\nsteps:\n  check: {kind: no}\n', "file.yaml").root
    assert root is not None
    version, steps = root["version"], root["steps"]
    assert isinstance(version, Text)
    assert (version, version.plain, version.place.line, version.place.column, version.place.length) == (
        "1.0",
        False,
        1,
        10,
        5,
    )
    assert isinstance(steps, Map)
    check = steps["check"]
    assert isinstance(check, Map)
    assert check["kind"] == "no"
    assert steps.key_place("check").column == 3


@pytest.mark.parametrize(
    "text", ["1.0", "no", "0123", "2026-01-02", "null", "~", "1e3", "0x1F", "12:30:45", ".inf", "yes"]
)
def test_nothing_is_typed_by_yaml(text):
    """`no` is no false, `0123` no octal number, `1.0` no float."""
    root = read_text(f"value: {text}\n", "file.yaml").root
    assert root is not None
    assert root["value"] == text


@pytest.mark.parametrize(
    ("text", "part", "line", "column"),
    [
        pytest.param("a: phq9.total >= 10\n", "total", 1, 9, id="plain"),
        pytest.param('a: "phq9.total >= 10"\n', "total", 1, 10, id="double-quotes"),
        pytest.param("a: 'it''s phq9.total'\n", "phq9", 1, 11, id="single-quotes-escaped"),
        pytest.param('a: "x\\ty phq9"\n', "phq9", 1, 10, id="double-quotes-escaped"),
        pytest.param('a: "\\u00e9 phq9"\n', "phq9", 1, 12, id="unicode-escape"),
        pytest.param("a: |\n  one\n    two phq9\n", "phq9", 3, 9, id="literal-block"),
        pytest.param("a: >-\n  one and\n  phq9.total\n", "phq9", 3, 3, id="folded-block"),
        pytest.param("a: >-\n  one\n\n  phq9\n", "phq9", 4, 3, id="folded-over-an-empty-line"),
        pytest.param("a: one and\n   phq9 >= 1\n", "phq9", 2, 4, id="plain-over-two-lines"),
        pytest.param("a: |  # a comment\n  phq9\n", "phq9", 2, 3, id="comment-behind-the-bar"),
        pytest.param("a: 'ü phq9'\r\nb: 1\r\n", "phq9", 1, 7, id="windows-line-ends"),
    ],
)
def test_a_part_of_a_text_is_found_in_the_file(text, part, line, column):
    """A caret under a misspelt fact must stand under that fact, however the text is written."""
    root = read_text(text, "file.yaml").root
    assert root is not None
    value = root["a"]
    assert isinstance(value, Text)
    start = value.index(part)
    place = value.part(start, start + len(part))
    assert (place.line, place.column, place.length) == (line, column, len(part))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\n", ("duplicate-key", 2, 1)),
        ("a: &x 1\n", ("anchor", 1, 4)),
        ("a: *x\n", ("anchor", 1, 4)),
        ("<<: {a: 1}\n", ("merge-key", 1, 1)),
        ("a: !!str 1\n", ("tag", 1, 4)),
        ("a:\n\tb: 1\n", ("tab", 2, 1)),
        ("a: 1\n---\nb: 2\n", ("several-documents", 2, 1)),
        ("- a\n", ("not-a-mapping", 1, 1)),
        ("", ("not-a-mapping", 1, 1)),
        ("a: \x07\n", ("control-character", 1, 4)),
        ("a: 1\n\u2028b: 2\n", ("control-character", 2, 1)),
        ("? [a]\n: b\n", ("wrong-type", 1, 3)),
    ],
)
def test_what_definitions_do_not_use_is_found_where_it_stands(text, expected):
    assert expected in troubles(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: b: c\n", "a second `: `"),
        ("a: [1, 2\nb: 3\n", "the list that opens with `[`"),
        ("a: {b: 1\n", "the mapping that opens with `{`"),
        ('a: "b\n', "opens with a quote here is never closed"),
        ("a: @b\n", "cannot begin with this character"),
        ("a:\n  b: 1\n c: 2\n", "does not fit what stands above it"),
        ("- a\nb: c\n", "among items of a list"),
        ("a: 1\nb\nc: 2\n", "neither `key: value`"),
        ('a: "\\q"\n', "backslash"),
    ],
)
def test_a_mistake_in_yaml_is_told_in_an_authors_words(text, words):
    found = list(read_text(text, "file.yaml").troubles.of("yaml-syntax"))
    assert len(found) == 1
    assert words in found[0].detail
    assert found[0].name


def test_an_alias_is_never_followed():
    """Ten lines of aliases that stand for a thousand million words are read in no time."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    read = read_text("\n".join(lines), "file.yaml")
    assert read.root is not None
    last = read.root["a9"]
    assert isinstance(last, Items)
    assert last == []
    assert last.lost


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 900, id="900-brackets"),
        pytest.param("[" * 100_000, id="100000-brackets"),
        pytest.param("a: " + "{a: " * 900, id="900-braces"),
        pytest.param("- " * 900 + "a", id="900-dashes"),
        pytest.param("? " * 5_000, id="5000-question-marks"),
        pytest.param("\n".join(f"{' ' * i}a:" for i in range(900)), id="900-indentations"),
        pytest.param("a: " + "9" * 5_000, id="5000-digits"),
        pytest.param("\n".join(f"k{i}: {i}" for i in range(50_000)), id="50000-keys"),
        pytest.param("a: [" + "x," * 200_000 + "]", id="200000-items"),
        pytest.param("a: &b " * 10_000, id="10000-anchors"),
        pytest.param("a: '" + "x\n" * 400_000 + "'", id="400000-lines-in-quotes"),
        pytest.param("# x\n" * 400_000 + "a: 1", id="400000-comments"),
        pytest.param("a: " + "\n" * 2_000_000, id="two-million-empty-lines"),
    ],
)
def test_no_text_takes_longer_than_two_seconds_or_raises(text):
    with working_time() as spent:
        read = read_text(text, "file.yaml")
    assert spent.seconds < 2
    assert read.root is not None or read.troubles


def test_a_place_past_the_end_is_brought_back_inside_the_file():
    [trouble] = read_text("a: [1,\n\n\n", "file.yaml").troubles.of("yaml-syntax")
    assert trouble.place.line == 1


class TestFilesThatCannotBeRead:
    """These are no findings: there is no definition to find anything in."""

    def test_one_that_is_not_there(self, tmp_path):
        with pytest.raises(UnreadableError, match="is not there"):
            text_of_file(tmp_path / "none.yaml", "none.yaml")

    def test_a_folder(self, tmp_path):
        with pytest.raises(UnreadableError, match="is a folder"):
            text_of_file(tmp_path, "folder")

    def test_one_that_is_not_utf8(self, tmp_path):
        path = tmp_path / "latin.yaml"
        path.write_bytes("title: Größe".encode("latin-1"))
        with pytest.raises(UnreadableError, match="UTF-8"):
            text_of_file(path, "latin.yaml")

    def test_one_of_more_than_ten_megabytes(self, tmp_path):
        path = tmp_path / "large.yaml"
        path.write_bytes(b"#" * 10_000_001)
        with pytest.raises(UnreadableError, match="10 MB"):
            text_of_file(path, "large.yaml")

    def test_a_path_no_system_has(self, tmp_path):
        with pytest.raises(UnreadableError):
            text_of_file(tmp_path / "a\x00b", "odd")

    def test_a_byte_order_mark_at_the_beginning_is_no_problem(self, tmp_path):
        path = tmp_path / "bom.yaml"
        path.write_bytes(b"\xef\xbb\xbfa: 1\n")
        assert text_of_file(path, "bom.yaml") == "a: 1\n"
