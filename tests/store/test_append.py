"""Writing to a case: what is acknowledged is kept, what is refused changed nothing. On both databases."""

import threading
from datetime import date

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.exc import OperationalError

from engine.model.errors import CaseConflict, EngineError, UnknownNameError
from engine.model.event import Draft, EventType, Json
from engine.store.database import writing
from engine.store.errors import KeyReusedError, StoreUnavailableError, UnfitTextError
from engine.store.rows import Idempotency, PatientRow, Stamp, StoredAlgorithm
from engine.store.store import Store
from engine.store.verify import verify
from tests.store.samples import CLINIC, DIGEST, STAMP, append, board_row, note, open_case, opened


class TestACase:
    def test_cases_are_numbered_from_1001_in_each_clinic(self, store):
        assert [open_case(store), open_case(store), open_case(store, clinic="hill")] == [
            "1001",
            "1002",
            "1001",
        ]

    def test_what_was_written_is_read_back_the_same(self, store):
        """Every field of every event survives the trip, letters of any script and empty values too."""
        case_id = open_case(store)
        payload: dict[str, Json] = {
            "text": "é 日本 \u0000 \t'\"\\",
            "none": None,
            "yes": True,
            "n": -3,
            "l": [1, {"a": []}],
        }
        draft = Draft(EventType.NOTE_ADDED, date(2024, 2, 29), payload)
        made = store.append(CLINIC, case_id, 1, [draft], board_row(case_id, 2), STAMP)

        again = Store.open(store.engine.url.render_as_string(hide_password=False))
        read = again.read_events(CLINIC, case_id)
        again.close()

        assert read[1:] == made.events
        assert read[1].payload == payload
        assert (read[1].recorded_at, read[1].actor, read[1].digest) == (STAMP.recorded_at, "Dr Lind", DIGEST)

    def test_events_are_numbered_without_gaps_and_linked(self, store):
        case_id = open_case(store)
        append(store, case_id, 1, "a", "b")
        append(store, case_id, 3, "c")
        events = store.read_events(CLINIC, case_id)
        assert [item.seq for item in events] == [1, 2, 3, 4]
        assert [item.previous_hash for item in events[1:]] == [item.hash for item in events[:-1]]

    def test_another_clinics_case_does_not_exist(self, store):
        case_id = open_case(store)
        with pytest.raises(UnknownNameError):
            store.read_events("hill", case_id)
        with pytest.raises(UnknownNameError):
            append(store, case_id, 1, "a", clinic="hill")
        with pytest.raises(UnknownNameError):
            store.read_patient("hill", case_id)
        assert store.list_cases("hill") == ()

    def test_an_unknown_case_is_named_with_cases_that_look_alike(self, store):
        open_case(store)
        with pytest.raises(UnknownNameError) as raised:
            store.read_events(CLINIC, "1007")
        assert raised.value.near == ("1001",)

    def test_the_list_shows_every_case_by_number_with_its_patient(self, store):
        first = open_case(store, patient=PatientRow("OKAFOR, Ada", "77"))
        second = open_case(store, patient=PatientRow())
        store.append(CLINIC, first, 1, [note("a")], board_row(first, 2, step="ssri"), STAMP)

        listed = store.list_cases(CLINIC)

        assert [(item.board.case_id, item.board.step, item.board.seq) for item in listed] == [
            (first, "ssri", 2),
            (second, "diagnosis_check", 1),
        ]
        assert (listed[0].patient.name, listed[0].patient.number) == ("OKAFOR, Ada", "77")
        assert [item.board.case_id for item in store.list_cases(CLINIC, step="ssri")] == [first]

    def test_one_patient_number_is_one_patient(self, store):
        first = open_case(store, patient=PatientRow("OKAFOR, Ada", "77"))
        second = open_case(store, patient=PatientRow(number="77"))
        assert store.read_patient(CLINIC, second) == store.read_patient(CLINIC, first)

    def test_a_number_of_somebody_else_opens_no_case(self, store):
        """Evidence on the wrong chart harms two patients."""
        open_case(store, patient=PatientRow("OKAFOR, Ada", "77"))
        with pytest.raises(EngineError, match="another name"):
            open_case(store, patient=PatientRow("LIND, Per", "77"))
        assert len(store.list_cases(CLINIC)) == 1

    def test_a_definition_is_kept_once_by_digest(self, store):
        kept = StoredAlgorithm("stepwise-depression", "1.0.0", DIGEST, {"algorithm.yaml": "é: 1\n"})
        store.keep_algorithm(CLINIC, kept, STAMP)
        store.keep_algorithm(CLINIC, kept, STAMP)
        assert store.read_algorithm(CLINIC, DIGEST) == kept
        assert store.read_algorithm(CLINIC, "e" * 64) is None
        assert store.read_algorithm("hill", DIGEST) is None


class TestAStaleWrite:
    def test_it_is_refused_with_what_happened_since_and_changes_nothing(self, store):
        case_id = open_case(store)
        append(store, case_id, 1, "theirs", "theirs too")
        with pytest.raises(CaseConflict) as raised:
            append(store, case_id, 1, "mine")
        assert [item.payload["text"] for item in raised.value.since] == ["theirs", "theirs too"]
        assert len(store.read_events(CLINIC, case_id)) == 3

    def test_a_seq_from_the_future_is_refused_too(self, store):
        case_id = open_case(store)
        with pytest.raises(CaseConflict) as raised:
            append(store, case_id, 9, "mine")
        assert raised.value.since == ()

    def test_of_two_writers_at_once_one_wins_and_the_other_learns_what_the_first_wrote(self, store):
        case_id = open_case(store)
        for seq in range(1, 26):
            results = _race(store, case_id, seq, writers=2)
            won = [text for text, lost in results.items() if lost is None]
            lost = [conflict for conflict in results.values() if conflict is not None]
            assert len(won) == 1
            assert [[item.payload["text"] for item in conflict.since] for conflict in lost] == [won]
        assert verify(store.engine, CLINIC).broken == ()
        assert len(store.read_events(CLINIC, case_id)) == 26


def _race(store: Store, case_id: str, seq: int, writers: int) -> dict[str, CaseConflict | None]:
    """Let writers append to the same place at the same moment; who lost maps to the conflict."""
    barrier = threading.Barrier(writers)
    results: dict[str, CaseConflict | None] = {}

    def write(text: str) -> None:
        barrier.wait()
        try:
            append(store, case_id, seq, text)
            results[text] = None
        except CaseConflict as conflict:
            results[text] = conflict

    threads = [threading.Thread(target=write, args=(f"writer {n} at {seq}",)) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == writers
    return results


class TestAResend:
    KEY = Idempotency("k-1", "the request's fingerprint")

    def test_it_is_answered_with_the_first_events_and_written_once(self, store):
        case_id = open_case(store)
        first = append(store, case_id, 1, "a", "b", idempotency=self.KEY)
        append(store, case_id, 3, "c")
        again = append(store, case_id, 1, "a", "b", idempotency=self.KEY)
        assert (first.replayed, again.replayed) == (False, True)
        assert again.events == first.events
        assert len(store.read_events(CLINIC, case_id)) == 4

    def test_it_is_known_after_a_restart(self, database):
        store = Store.open(database)
        case_id = open_case(store)
        first = append(store, case_id, 1, "a", idempotency=self.KEY)
        store.close()
        store = Store.open(database)
        assert append(store, case_id, 1, "a", idempotency=self.KEY).events == first.events
        store.close()

    def test_a_key_with_another_request_is_refused(self, store):
        case_id = open_case(store)
        append(store, case_id, 1, "a", idempotency=self.KEY)
        with pytest.raises(KeyReusedError):
            append(store, case_id, 2, "b", idempotency=Idempotency("k-1", "another fingerprint"))
        assert len(store.read_events(CLINIC, case_id)) == 2

    def test_a_resent_opening_opens_no_second_case(self, store):
        assert open_case(store, idempotency=self.KEY) == open_case(store, idempotency=self.KEY)
        assert len(store.list_cases(CLINIC)) == 1

    def test_a_key_of_another_clinic_is_another_key(self, store):
        open_case(store, idempotency=self.KEY)
        open_case(store, clinic="hill", idempotency=self.KEY)
        assert len(store.list_cases("hill")) == 1

    def test_a_refused_write_leaves_its_key_free(self, store):
        case_id = open_case(store)
        append(store, case_id, 1, "theirs")
        with pytest.raises(CaseConflict):
            append(store, case_id, 1, "mine", idempotency=self.KEY)
        assert not append(store, case_id, 2, "mine", idempotency=self.KEY).replayed


class TestAFault:
    @pytest.mark.parametrize("unfit", ["half \ud83d character", "a\x00b"])
    def test_text_that_no_database_keeps_exactly_is_refused(self, store, unfit):
        with pytest.raises(UnfitTextError):
            open_case(store, patient=PatientRow(name=unfit))
        case_id = open_case(store)
        with pytest.raises(UnfitTextError):
            store.append(
                CLINIC,
                case_id,
                1,
                [note("a")],
                board_row(case_id, 2),
                Stamp(unfit, STAMP.recorded_at, DIGEST),
            )
        assert len(store.read_events(CLINIC, case_id)) == 1

    def test_half_a_character_in_an_event_is_refused(self, store):
        case_id = open_case(store)
        with pytest.raises(UnfitTextError):
            append(store, case_id, 1, "half \ud83d character")
        assert len(store.read_events(CLINIC, case_id)) == 1

    @pytest.mark.parametrize("keyed", [False, True], ids=["without a key", "with a key"])
    def test_whichever_statement_fails_nothing_is_stored_and_the_next_append_works(self, store, keyed):
        """The nth statement of an append is made to fail as a disk error would, for every n."""
        case_id = open_case(store)
        statements = _statements(store, lambda: append(store, case_id, 1, "counted"))
        assert statements > 3
        seq = 2
        for nth in range(1, statements + 1):
            key = Idempotency(f"k-{nth}", "f") if keyed else None
            before = _everything(store)
            with _failing(store, nth), pytest.raises(StoreUnavailableError, match="nothing was stored"):
                append(store, case_id, seq, f"try {nth}", idempotency=key)
            assert _everything(store) == before
            append(store, case_id, seq, f"try {nth}", idempotency=key)
            seq += 1
        assert verify(store.engine, CLINIC).broken == ()

    def test_a_commit_that_fails_stores_nothing_and_the_next_append_works(self, store):
        case_id = open_case(store)
        before = _everything(store)

        def fail(_connection):
            raise OperationalError("COMMIT", None, Exception("disk I/O error"))

        event.listen(store.engine, "commit", fail)
        with pytest.raises(StoreUnavailableError):
            append(store, case_id, 1, "lost")
        event.remove(store.engine, "commit", fail)
        assert _everything(store) == before
        append(store, case_id, 1, "kept")

    def test_whichever_statement_of_an_opening_fails_no_case_is_there(self, store):
        open_case(store)
        statements = _statements(store, lambda: open_case(store))
        for nth in range(1, statements + 1):
            before = _everything(store)
            with _failing(store, nth), pytest.raises(StoreUnavailableError):
                open_case(store)
            assert _everything(store) == before
        assert open_case(store) == "1003"


def _statements(store: Store, act) -> int:
    seen: list[str] = []

    def count(_conn, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", count)
    act()
    event.remove(store.engine, "before_cursor_execute", count)
    return len(seen)


class _failing:  # noqa: N801 - reads as a verb
    """Make the nth statement fail as a disk error would."""

    def __init__(self, store: Store, nth: int) -> None:
        self._engine, self._left = store.engine, nth

    def _break(self, _conn, _cursor, statement, *_rest):
        self._left -= 1
        if self._left == 0:
            raise OperationalError(statement, None, Exception("disk I/O error"))

    def __enter__(self):
        event.listen(self._engine, "before_cursor_execute", self._break)

    def __exit__(self, *_):
        event.remove(self._engine, "before_cursor_execute", self._break)


def _everything(store: Store) -> list[object]:
    tables = ("cases", "events", "board", "patients", "counters", "idempotency_keys", "algorithms", "audit")
    with store.engine.connect() as connection:
        return [sorted(map(str, connection.execute(text(f"SELECT * FROM {table}")))) for table in tables]


class TestAppendOnly:
    """The database itself refuses to change history, whoever asks."""

    @pytest.mark.parametrize("table", ["events", "audit", "algorithms"])
    @pytest.mark.parametrize("verb", ["UPDATE {0} SET clinic_id = 'x'", "DELETE FROM {0}"])
    def test_a_row_is_neither_changed_nor_deleted(self, filled, table, verb):
        with pytest.raises(Exception, match="append-only"), writing(filled.engine) as connection:
            connection.execute(text(verb.format(table)))

    def test_events_cannot_be_replaced(self, filled):
        """SQLite's INSERT OR REPLACE would pass a trigger on DELETE unseen."""
        if filled.engine.dialect.name != "sqlite":
            pytest.skip("only SQLite has INSERT OR REPLACE")
        with pytest.raises(Exception, match="append-only"), writing(filled.engine) as connection:
            connection.execute(text("INSERT OR REPLACE INTO events SELECT * FROM events"))

    def test_events_cannot_be_truncated(self, filled):
        if filled.engine.dialect.name != "postgresql":
            pytest.skip("only PostgreSQL has TRUNCATE")
        with pytest.raises(Exception, match="append-only"), writing(filled.engine) as connection:
            connection.execute(text("TRUNCATE events CASCADE"))

    @pytest.fixture
    def filled(self, store):
        open_case(store)
        store.keep_algorithm(CLINIC, StoredAlgorithm("a", "1", DIGEST, {}), STAMP)
        from engine.store.rows import AuditRow

        store.add_audit(CLINIC, AuditRow(STAMP.recorded_at, "Dr Lind", "read case", ("1001",), "care team"))
        assert store.read_audit(CLINIC)[0].case_ids == ("1001",)
        return store


def test_an_event_needs_its_case(store):
    """No event stands alone: the foreign key holds on both databases."""
    from engine.store.history import chained
    from engine.store.schema import events

    made = chained([opened()], "4711", 0, "0" * 64, STAMP)[0]
    values = {
        "clinic_id": CLINIC, "case_id": "4711", "seq": 1, "type": made.type.value, "payload": "{}",
        "observed_on": made.observed_on, "recorded_at": made.recorded_at, "actor": "x", "digest": "x",
        "previous_hash": "x", "hash": "x",
    }  # fmt: skip
    with pytest.raises(Exception, match=r"(?i)foreign key"), writing(store.engine) as connection:
        connection.execute(insert(events).values(**values))
