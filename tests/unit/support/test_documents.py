"""The examples of a document are found, and one that is not true is told."""

from pathlib import Path

import pytest

from tests.support.documents import Example, Folder, examples, matches

TEXT = """# Title

```console
$ treadway check algorithms/star-d   # a comment
No findings.
$ git pull
$ python3 tw.py run -- draw "a b"
$ python3 tw.py demo
...
```

```yaml
$ treadway not-a-console
```

<!-- not run: it waits for a browser -->
```console
$ treadway doctor
```

```python
half = 0.5
```
"""


def test_the_commands_of_a_document_are_found_with_their_output():
    """Other programs, other blocks and blocks marked `not run` are left alone."""
    assert list(examples(TEXT)) == [
        Example(
            4,
            "treadway check algorithms/star-d   # a comment",
            ("check", "algorithms/star-d"),
            ("No findings.",),
        ),
        Example(7, 'python3 tw.py run -- draw "a b"', ("draw", "a b")),
        Example(8, "python3 tw.py demo", ("demo",), ("...",)),
        Example(22, "half = 0.5\n"),
    ]


@pytest.mark.parametrize(
    "command", ["treadway serve --demo", "python3 tw.py serve", "python3 tw.py test", "python3 tw.py"]
)
def test_a_command_that_never_ends_or_sets_up_the_project_is_not_run(command):
    assert list(examples(f"```console\n$ {command}\n```\n")) == []


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        pytest.param(["1 proved"], "1 proved\n", True, id="equal"),
        pytest.param(["1 proved"], "2 proved\n", False, id="another-figure"),
        pytest.param(["1 proved"], "1 proved\nand more\n", False, id="more-lines"),
        pytest.param(["1 proved", "..."], "1 proved\nand more\n", True, id="rest-left-open"),
        pytest.param(["...", "end"], "a\nb\nend\n", True, id="beginning-left-open"),
        pytest.param(["took ... s"], "took 0.4 s\n", True, id="part-of-a-line-left-open"),
        pytest.param(["a.b"], "axb\n", False, id="a-dot-is-a-dot"),
        pytest.param(["a", ""], "a  \n\n", True, id="trailing-blanks"),
    ],
)
def test_output_is_compared_with_what_is_shown(shown, printed, same):
    assert matches(tuple(shown), printed) is same


def test_python_blocks_share_their_names(tmp_path: Path):
    folder = Folder(tmp_path)

    assert folder.run(Example(1, "half = 0.5")) is None
    with pytest.raises(AssertionError):
        folder.run(Example(5, "assert half == 0.6"))
