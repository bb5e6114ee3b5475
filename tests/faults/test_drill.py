"""The restore drill goes well, and its recorded run is one of this drill."""

import re

import pytest

import tw
from tests.faults.drill import HEAD, main

PAGE = (tw.ROOT / "docs/how-to/restore-drill.md").read_text("utf-8")
STEPS = [
    "Start and load",
    "Back up while it serves",
    "Kill it in the middle of the load",
    "Restart and verify",
]


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_by_kill_9_or_by_a_restore():
    record = "\n".join(main())
    assert re.search(r"^\(0 of [1-9]\d+ acknowledged events lost\)$", record, re.MULTILINE)
    assert re.search(
        r"^\(0 of the [1-9]\d* events acknowledged before the backup lost\)$", record, re.MULTILINE
    )
    assert record.count("0 damaged places") == 2
    assert steps(record) == steps(PAGE)


def steps(text: str) -> list[str]:
    """Headings of the record and commands in it."""
    return re.findall(r"^(?:# \d\. |\$ ).*$", text, re.MULTILINE)


def test_the_page_holds_a_run_in_which_nothing_was_lost():
    assert [step for step in STEPS if step in PAGE] == STEPS
    assert "(0 of " in PAGE
    assert PAGE.startswith(HEAD.partition("{day}")[0])
