"""The log of writes: one order for a clinic's changes, and a head that tells later what was cut."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from engine.store import log
from engine.store.database import reading, writing
from engine.store.log import Head
from engine.store.verify import verify, verify_in
from tests.store.samples import CLINIC, append, open_case

LENGTH = 6
FIFTH = "SELECT hash FROM events WHERE case_id = '1001' AND seq = 5"
MOMENT = "2020-01-01T00:00:00.000000Z"
COPIED = "type, observed_on, recorded_at, actor, digest, payload, previous_hash, hash"


def head_of(store) -> Head:
    with reading(store.engine) as connection:
        return log.head(connection, CLINIC)


def positions(store, after: int = 0) -> list[tuple[int, str, list[int]]]:
    with reading(store.engine) as connection:
        return [
            (change.position, change.events[0].case_id, [e.seq for e in change.events])
            for change in log.changes(connection, CLINIC, after)
        ]


@pytest.fixture
def written(store):
    """Case 1001 with six events in five writes, case 1002 with one; the triggers are gone."""
    case_id = open_case(store)
    append(store, case_id, 1, "a", "b")
    open_case(store)
    for seq in range(3, LENGTH):
        append(store, case_id, seq, f"note {seq}")
    with writing(store.engine) as connection:
        for table in ("events", "writes"):
            if store.engine.dialect.name == "sqlite":
                for verb in ("update", "delete", "replace"):
                    connection.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
            else:
                connection.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
    return store


class TestTheOrderOfWrites:
    def test_each_write_has_the_next_position_in_its_clinic(self, written):
        open_case(written, clinic="hill")
        assert positions(written) == [
            (1, "1001", [1]),
            (2, "1001", [2, 3]),
            (3, "1002", [1]),
            (4, "1001", [4]),
            (5, "1001", [5]),
            (6, "1001", [6]),
        ]
        assert positions(written, after=5) == [(6, "1001", [6])]

    def test_a_reader_who_has_seen_a_position_has_missed_nothing_before_it(self, store):
        """Positions become visible in order, however many write at once."""
        cases = [open_case(store) for _ in range(4)]
        seen: list[int] = []
        done = threading.Event()

        def follow() -> None:
            after = 0
            while not (done.is_set() and after == head_of(store).position):
                for position, _, _ in positions(store, after):
                    seen.append(position)
                    after = position

        def write(case_id: str) -> None:
            for seq in range(1, 16):
                append(store, case_id, seq, "x")

        reader = threading.Thread(target=follow)
        writers = [threading.Thread(target=write, args=(case_id,)) for case_id in cases]
        for thread in (reader, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        reader.join()
        assert seen == list(range(1, 4 + 4 * 15 + 1))

    def test_a_resend_is_no_write(self, store):
        from engine.store.rows import Idempotency

        case_id = open_case(store)
        for _ in range(2):
            append(store, case_id, 1, "a", idempotency=Idempotency("k", "f"))
        assert head_of(store).position == 2


class TestTheHead:
    def test_it_fits_later_for_as_long_as_nothing_is_changed(self, written):
        noted = head_of(written)
        append(written, "1001", LENGTH, "later")
        assert verify(written.engine, CLINIC, noted).broken == ()
        assert verify(written.engine, CLINIC).head == head_of(written) != noted

    def test_a_cut_tail_is_found_even_if_every_head_in_the_database_was_set_back(self, written):
        """As somebody could who owns the database, and knows this program."""
        noted = head_of(written)
        with writing(written.engine) as connection:
            for statement in (
                "DELETE FROM writes WHERE position > 5",
                "DELETE FROM events WHERE case_id = '1001' AND seq > 5",
                f"UPDATE cases SET seq = 5, hash = ({FIFTH}) WHERE case_id = '1001'",
                "UPDATE board SET seq = 5 WHERE case_id = '1001'",
                "UPDATE clinic_heads SET position = 5, hash = (SELECT hash FROM writes WHERE position = 5)",
            ):
                connection.execute(text(statement))
        assert verify(written.engine, CLINIC).broken == ()
        found = verify(written.engine, CLINIC, noted).broken
        assert [item.text for item in found] == [
            f"write {noted.position}: the log has been cut since its head was noted"
        ]

    def test_a_case_that_was_taken_out_whole_is_found(self, written):
        with writing(written.engine) as connection:
            for table in ("board", "events", "writes", "cases"):
                connection.execute(text(f"DELETE FROM {table} WHERE case_id = '1002'"))
        assert any("lost a write" in item.text for item in verify(written.engine, CLINIC).broken)

    def test_a_log_written_anew_does_not_fit_an_earlier_head(self, written):
        assert verify(written.engine, CLINIC, Head(4, "0" * 64)).broken


EDITS = st.sampled_from(
    [
        "UPDATE events SET payload = '{{\"text\":\"x\"}}' WHERE case_id = '{case}' AND seq = {seq}",
        "UPDATE events SET actor = 'Dr Other' WHERE case_id = '{case}' AND seq = {seq}",
        "UPDATE events SET observed_on = '2020-01-01' WHERE case_id = '{case}' AND seq = {seq}",
        "UPDATE events SET recorded_at = '{moment}' WHERE case_id = '{case}' AND seq = {seq}",
        "UPDATE events SET type = 'case_closed' WHERE case_id = '{case}' AND seq = {seq}",
        "UPDATE events SET digest = 'e' WHERE case_id = '{case}' AND seq = {seq}",
        "UPDATE events SET hash = '{zeros}' WHERE case_id = '{case}' AND seq = {seq}",
        "UPDATE events SET previous_hash = '{zeros}' WHERE case_id = '{case}' AND seq = {seq}",
        "DELETE FROM events WHERE case_id = '{case}' AND seq = {seq}",
        "DELETE FROM events WHERE case_id = '{case}' AND seq >= {seq}",
        "UPDATE events SET seq = seq + 100 WHERE case_id = '{case}' AND seq = {seq}",
        "INSERT INTO events SELECT clinic_id, case_id, 7, {copied} FROM events WHERE {first} AND seq = {seq}",
        "UPDATE writes SET event_hash = '{zeros}' WHERE position = {seq}",
        "UPDATE writes SET hash = '{zeros}' WHERE position = {seq}",
        "UPDATE writes SET last_seq = last_seq + 1 WHERE position = {seq}",
        "DELETE FROM writes WHERE position = {seq}",
        "UPDATE clinic_heads SET hash = '{zeros}'",
        "UPDATE clinic_heads SET position = position + {seq}",
        "UPDATE cases SET seq = seq + {seq} WHERE case_id = '{case}'",
        "UPDATE cases SET hash = '{zeros}' WHERE case_id = '{case}'",
        "UPDATE board SET seq = seq + {seq} WHERE case_id = '{case}'",
    ]
)


def found_by_verify(store, statement: str, seq: int) -> bool:
    """Whether verification finds an edit made by SQL; the database is as before afterwards."""
    first = "case_id = '1001'"
    sql = statement.format(case="1001", seq=seq, zeros="0" * 64, moment=MOMENT, copied=COPIED, first=first)
    with reading(store.engine) as connection:
        if store.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        changed = connection.execute(text(sql)).rowcount
        found = verify_in(connection, CLINIC).broken
        connection.rollback()
    return bool(found) or not changed


@pytest.mark.slow
def test_any_edit_of_a_history_by_sql_is_found(written):
    """Altered, missing, moved or inserted: five hundred random edits, none missed."""

    @settings(
        max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    )
    @given(EDITS, st.integers(1, LENGTH))
    def edit(statement, seq):
        assert found_by_verify(written, statement, seq)

    edit()
    assert verify(written.engine, CLINIC).broken == ()
