"""What lists show is what the events make, along every walk: the stored projection against a replay."""

import contextlib
import itertools
import tempfile
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.definition.loader import load
from engine.model.errors import CaseConflict, EngineError
from engine.service import Actor, Desk, new_case, write
from engine.service.kept import algorithm_of
from engine.service.reading import replayed
from engine.service.turning import rebuild, turn_day
from engine.store.database import reading
from engine.store.log import head
from engine.store.projection import project
from engine.store.rows import BoardRow, PatientRow
from engine.store.store import Store
from engine.store.verify import verify
from tests.faults.crashes import CLINIC, FIRST, PATIENT, any_entry

NUMBERS = itertools.count()
LOADED = load(Path(__file__).parents[1] / "definitions" / "small")
WALKS = 200


class Walks(RuleBasedStateMachine):
    """A clinic with a model of it: histories in memory, as acknowledged."""

    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.day = FIRST
        self.histories: dict[str, list] = {}
        self.desk = Desk(
            self.store, f"{CLINIC} {next(NUMBERS)}", Actor("Dr Lind"), UTC,
            lambda: datetime.combine(self.day, time(9), UTC),
        )  # fmt: skip

    @initialize()
    def begin(self) -> None:
        self.open()

    @rule()
    def open(self) -> None:
        made = new_case(self.desk, LOADED, PATIENT, PatientRow("BERG, Tom"), self.day)
        self.histories[made.view.case.id] = list(made.events)

    @rule(chance=st.randoms(use_true_random=False), stale=st.integers(0, 5))
    def enter(self, chance, stale) -> None:
        case_id = chance.choice(sorted(self.histories))
        history = self.histories[case_id]
        expected = len(history) - (stale == 0)
        entry = any_entry(chance, self.day)
        if expected < len(history):
            with pytest.raises(CaseConflict) as raised:
                write(self.desk, case_id, entry, expected)
            assert list(raised.value.since) == history[expected:]
            return
        with contextlib.suppress(EngineError):
            history += write(self.desk, case_id, entry, expected).events

    @rule(days=st.sampled_from([1, 7, 14, 28]))
    def pass_time(self, days) -> None:
        self.day += timedelta(days=days)

    @rule()
    def turn(self) -> None:
        turn_day(self.desk)
        assert turn_day(self.desk).cases == 0

    @invariant()
    def every_row_is_what_the_events_make(self) -> None:
        for listed in self.store.list_cases(self.desk.clinic_id):
            row = listed.board
            case = replayed(self.desk, self.histories[row.case_id])
            right = project(algorithm_of(self.desk, case.digest), case, row.computed_for)
            wrong = [f.name for f in fields(BoardRow) if getattr(row, f.name) != getattr(right, f.name)]
            assert not wrong, (row, right)

    def teardown(self) -> None:
        assert verify(self.store.engine, self.desk.clinic_id).broken == ()
        again = rebuild(self.desk)
        assert (again.cases, again.differences) == (len(self.histories), ())
        with reading(self.store.engine) as connection:
            assert head(connection, self.desk.clinic_id).position >= len(self.histories)


@pytest.mark.slow
def test_what_lists_show_is_what_the_events_make_along_every_walk():
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        Walks.store = Store.open(str(Path(folder) / "cases.db"))
        case = Walks.TestCase
        case.settings = settings(
            max_examples=WALKS, stateful_step_count=8, deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )  # fmt: skip
        try:
            case("runTest").runTest()
        finally:
            Walks.store.close()
