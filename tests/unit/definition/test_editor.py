"""What an editor is told, worked out from texts alone."""

import pytest

from engine.definition.editor.context import Context, context_at
from engine.definition.editor.formatting import formatted
from engine.definition.editor.shapes import is_criterion, keys_at, words_at
from engine.definition.reader import read_text
from engine.definition.tree import content_of
from engine.definition.where import shipped_root

CHECK = ("steps", "check", "moves", "go")


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("sta", Context((), None, "sta")),
        ("start: ch", Context((), "start", "ch")),
        ("steps:\n  check:\n    kind: ", Context(("steps", "check"), "kind", "")),
        (
            "steps:\n  check:\n    moves:\n      go:\n        when:\n          - phq9.to",
            Context(CHECK, "when", "phq9.to"),
        ),
        (
            "steps:\n  check:\n    moves:\n      go:\n        when:\n          - is: phq9.to",
            Context((*CHECK, "when"), "is", "phq9.to"),
        ),
        ("steps:\n  check:\n    moves:\n      go: {kind: exit, to: ", Context(CHECK, "to", "")),
        ("steps:\n  check:\n    moves:\n      go: {kind: exit, t", Context(CHECK, None, "t")),
        ("use:\n- evi", Context((), "use", "evi")),
        ("use: [a, evi", Context((), "use", "evi")),
        ("define:\n  a:\n    {title: x, is: phq9", Context(("define", "a"), "is", "phq9")),
        ("a: 'it is # so", Context((), "a", "it is # so")),
    ],
)
def test_the_keys_around_a_cursor_are_found_in_a_file_that_is_not_finished(text, context):
    lines = text.split("\n")
    assert context_at(lines, len(lines), len(lines[-1]) + 1) == context


def test_nothing_is_offered_in_a_comment():
    assert context_at(["start: a # and so"], 1, 16) is None


def test_the_format_says_which_keys_and_words_may_stand():
    assert {"kind", "to", "gate"} <= set(keys_at("algorithm", CHECK))
    assert {"exit", "switch"} <= set(words_at("algorithm", (*CHECK, "kind")))
    assert is_criterion("algorithm", (*CHECK, "when"))
    assert not is_criterion("algorithm", (*CHECK, "to"))
    assert {"record", "expect"} <= set(keys_at("scenario", ("story",)))


class TestFormat:
    def test_shipped_files_have_the_usual_form(self):
        files = sorted(shipped_root().rglob("*.yaml"))
        assert len(files) > 300
        assert [
            path.name for path in files if formatted(path.read_text("utf-8")) != path.read_text("utf-8")
        ] == []

    def test_indentation_blanks_and_empty_lines_are_evened_out(self):
        text = "algorithm: x   \nsteps:\n    # about a\n    a:\n        when:\n        - b\n\n\n"
        text += "        - c:\n             d: {e: 1,\n                 f: 2}\n"
        assert formatted(text) == (
            "algorithm: x\nsteps:\n  # about a\n  a:\n    when:\n      - b\n\n      - c:\n"
            "          d: {e: 1,\n              f: 2}\n"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "a: |\n    kept   \n\n\n      as it is\nb: 1\n",
            "a: >-\n  one\n\n\n  two\n",
            "a: 'one   \n  two'\n",
            "a: 1\r\nb: 2\r\n",
            "a: [unclosed\n",
            "a: 1\na: 2\n",
        ],
    )
    def test_what_is_said_never_changes(self, text):
        made = formatted(text)
        before, after = read_text(text, "x"), read_text(made, "x")
        assert (before.root is None) == (after.root is None)
        if before.root is not None and after.root is not None:
            assert content_of(before.root) == content_of(after.root)
        assert formatted(made) == made
