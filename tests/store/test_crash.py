"""A writer is killed at any moment: every acknowledged event is there once and whole, and the chain holds."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.store.store import Store
from engine.store.verify import verify
from tests.store.samples import CLINIC

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("TREADWAY_TEST_KILLS", "8"))
WRITERS = 3


@pytest.mark.slow
def test_what_was_acknowledged_before_kill_9_is_kept_once_and_whole(database):
    """Writers are killed while they start, open or append; a pair of events is there whole or not at all."""
    seed = random.Random(4)
    acknowledged: dict[tuple[str, int], str] = {}
    opened: set[str] = set()
    for kill in range(KILLS):
        in_the_start = kill % 4 == 0
        for line in _write_and_kill(database, kill, seed.uniform(0, 0.6), in_the_start):
            first, *rest = line.split(" ")
            if first == "opened":
                opened.add(rest[0])
            else:
                acknowledged[first, int(rest[0])] = rest[1]

    store = Store.open(database)
    found = verify(store.engine, CLINIC)
    stored = {
        (item.board.case_id, event.seq): str(event.payload.get("text", ""))
        for item in store.list_cases(CLINIC)
        for event in store.read_events(CLINIC, item.board.case_id)
    }
    cases = {item.board.case_id for item in store.list_cases(CLINIC)}
    store.close()

    assert len(acknowledged) > KILLS, "the writers never got going: nothing was tried"
    assert found.broken == ()
    assert opened <= cases
    assert {place: stored.get(place) for place in acknowledged} == acknowledged
    texts = [text for text in stored.values() if text]
    assert len(texts) == len(set(texts)), "an event is there twice"
    halves = {text[:-1] for text in texts if text.endswith("a")} ^ {
        text[:-1] for text in texts if text.endswith("b")
    }
    assert halves == set(), "half of a write is there"


def _write_and_kill(database: str, kill: int, delay: float, in_the_start: bool) -> list[str]:
    """Start writers, kill them all a while after one has got going, and give the whole lines they printed.

    With `in_the_start` the delay counts from the start of the programs.
    """
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.writer", database, f"{kill}-{number}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    lines: list[str] = []
    if not in_the_start:
        assert writers[0].stdout
        lines.append(writers[0].stdout.readline().strip())
    time.sleep(delay)
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
    for writer in writers:
        output, errors = writer.communicate()
        assert not errors, errors
        # A last line without its end was cut off while it was printed; its event may or may not be there.
        lines.extend(output.rpartition("\n")[0].splitlines())
    return lines
