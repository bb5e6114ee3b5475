"""Tamper evidence: any change to a stored history is found, with its place."""

import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from engine.store.chain import Fault, canonical, check_chain, first_link, link, written
from engine.store.database import writing
from engine.store.errors import UnfitTextError
from engine.store.store import Store
from engine.store.verify import verify
from tests.store.samples import CLINIC, append, open_case

LENGTH = 8


def _unlock(connection: Connection) -> None:
    """Take the triggers away, as somebody who owns the database could."""
    if connection.dialect.name == "sqlite":
        for verb in ("update", "delete", "replace"):
            connection.execute(text(f"DROP TRIGGER events_no_{verb}"))
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    else:
        connection.execute(text("DROP TRIGGER events_append_only ON events"))


@pytest.fixture
def history(store: Store) -> Store:
    """Case 1001 with eight events, case 1002 with one; the triggers are gone."""
    case_id = open_case(store)
    for seq in range(1, LENGTH):
        append(store, case_id, seq, f"note {seq}")
    open_case(store)
    with writing(store.engine) as connection:
        _unlock(connection)
    return store


def _edit(store: Store, *statements: str, **values: object) -> list[tuple[str, int, Fault]]:
    """Change the database behind the program's back and give what verification then finds."""
    with writing(store.engine) as connection:
        for statement in statements:
            connection.execute(text(statement), values)
    return [(item.case_id, item.seq, item.fault) for item in verify(store.engine, CLINIC).broken]


class TestVerification:
    def test_an_untouched_history_is_whole(self, history):
        found = verify(history.engine, CLINIC)
        assert (found.cases, found.events, found.broken) == (2, LENGTH + 1, ())

    def test_a_changed_payload_is_found_at_its_event(self, history):
        changed = _edit(
            history, "UPDATE events SET payload = '{\"text\":\"x\"}' WHERE case_id = '1001' AND seq = 4"
        )
        assert changed == [("1001", 4, Fault.ALTERED)]

    @pytest.mark.parametrize(
        "payload", ['{"text": "note 3"}', '{"text":"x","text":"note 3"}', "{", "7", "[]"]
    )
    def test_a_payload_that_means_the_same_or_nothing_is_found_too(self, history, payload):
        statement = "UPDATE events SET payload = :payload WHERE case_id = '1001' AND seq = 4"
        assert _edit(history, statement, payload=payload) == [("1001", 4, Fault.ALTERED)]

    def test_a_missing_event_is_named(self, history):
        deleted = _edit(history, "DELETE FROM events WHERE case_id = '1001' AND seq IN (4, 5)")
        assert deleted == [("1001", 4, Fault.MISSING)]

    def test_a_cut_tail_is_found_against_the_head(self, history):
        deleted = _edit(history, "DELETE FROM events WHERE case_id = '1001' AND seq > 6")
        assert deleted == [("1001", 7, Fault.MISSING)]

    def test_a_case_without_any_event_is_found(self, history):
        assert _edit(history, "DELETE FROM events WHERE case_id = '1001'") == [("1001", 1, Fault.MISSING)]

    def test_events_that_changed_places_are_called_reordered(self, history):
        swapped = _edit(
            history,
            "UPDATE events SET seq = 100 WHERE case_id = '1001' AND seq = 3",
            "UPDATE events SET seq = 3 WHERE case_id = '1001' AND seq = 4",
            "UPDATE events SET seq = 4 WHERE case_id = '1001' AND seq = 100",
        )
        assert swapped == [("1001", 3, Fault.REORDERED), ("1001", 4, Fault.REORDERED)]

    def test_an_event_of_another_case_is_no_event_of_this_one(self, history):
        found = _edit(
            history,
            "DELETE FROM events WHERE case_id = '1002'",
            "UPDATE events SET case_id = '1002' WHERE case_id = '1001' AND seq = 1",
        )
        assert ("1002", 1, Fault.ALTERED) in found
        assert ("1001", 1, Fault.MISSING) in found

    def test_a_forged_event_with_a_fitting_hash_breaks_the_link_after_it(self, history):
        """Whoever writes an event anew with a right hash of its own must write all later ones anew too."""
        event = written(history.read_events(CLINIC, "1001")[3])
        forged = {**event, "payload": {"text": "forged"}}
        forged["hash"] = link(forged)
        statement = "UPDATE events SET payload = :payload, hash = :hash WHERE case_id = '1001' AND seq = 4"
        found = _edit(
            history,
            statement,
            payload=json.dumps({"text": "forged"}, separators=(",", ":")),
            hash=forged["hash"],
        )
        assert found == [("1001", 5, Fault.UNLINKED)]

    def test_a_list_that_lags_behind_is_found(self, history):
        assert _edit(history, "UPDATE board SET seq = 3 WHERE case_id = '1001'") == [
            ("1001", LENGTH, Fault.ALTERED)
        ]

    def test_the_chain_of_a_clinic_fits_no_other_clinic(self, history):
        events = [written(item) for item in history.read_events(CLINIC, "1001")]
        assert check_chain(CLINIC, "1001", events) == ()
        assert [item.fault for item in check_chain("hill", "1001", events)] == [Fault.UNLINKED]

    def test_an_export_is_checked_without_a_database_and_against_a_head_noted_earlier(self, history):
        events = json.loads(json.dumps([written(item) for item in history.read_events(CLINIC, "1001")]))
        noted = (5, events[4]["hash"])
        assert check_chain(CLINIC, "1001", events, noted) == ()
        assert [item.seq for item in check_chain(CLINIC, "1001", events[:4], noted)] == [5]
        assert check_chain(CLINIC, "1001", events, (5, first_link(CLINIC, "1001")))[0].seq == 5


COLUMNS = ("type", "observed_on", "recorded_at", "actor", "digest", "payload", "previous_hash", "hash")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """An unlocked history to damage and mend again, in one file."""
    store = Store.open(str(tmp_path_factory.mktemp("tamper") / "cases.db"))
    case_id = open_case(store)
    for seq in range(1, LENGTH):
        append(store, case_id, seq, f"note {seq}")
    with writing(store.engine) as connection:
        _unlock(connection)
    return store


@settings(max_examples=500)
@given(data=st.data())
def test_no_edit_of_a_history_goes_unseen(whole, data):
    """500 edits: a letter changed, put in or taken out anywhere, events lost, swapped, copied or moved."""
    seqs = st.integers(1, LENGTH)
    kind = data.draw(st.sampled_from(["change", "lose", "swap", "renumber", "repeat", "cut"]))
    with whole.engine.connect() as connection:
        transaction = connection.begin()
        places = _damage(connection, kind, data, seqs)
        found = {item.seq for item in _verify_on(connection, whole)}
        transaction.rollback()
    assert found & places, f"{kind} at {places} was not found where it happened, only {found}"
    assert verify(whole.engine, CLINIC).broken == ()


def _damage(connection, kind, data, seqs) -> set[int]:
    """Do one edit and give the places at one of which it must be found."""
    seq = data.draw(seqs)
    mine = "WHERE case_id = '1001' AND seq"
    match kind:
        case "change":
            column = data.draw(st.sampled_from(COLUMNS))
            old = connection.execute(
                text(f"SELECT {column} FROM events {mine} = :s"), {"s": seq}
            ).scalar_one()
            place = data.draw(st.integers(0, len(old) - 1))
            letter = data.draw(
                st.characters(min_codepoint=32, exclude_categories=["Cs"]).filter(lambda c: c != old[place])
            )
            new = data.draw(
                st.sampled_from(
                    [
                        old[:place] + letter + old[place + 1 :],
                        old[:place] + letter + old[place:],
                        old[:place] + old[place + 1 :],
                    ]
                ).filter(lambda value: value != old)
            )
            connection.execute(text(f"UPDATE events SET {column} = :v {mine} = :s"), {"v": new, "s": seq})
            return {seq, seq + 1}
        case "lose":
            connection.execute(text(f"DELETE FROM events {mine} = :s"), {"s": seq})
            return {seq}
        case "cut":
            connection.execute(text(f"DELETE FROM events {mine} >= :s"), {"s": seq})
            return {seq}
        case "swap":
            other = data.draw(seqs.filter(lambda value: value != seq))
            for old, new in ((seq, 100), (other, seq), (100, other)):
                connection.execute(text(f"UPDATE events SET seq = :n {mine} = :o"), {"o": old, "n": new})
            return {seq}
        case "renumber":
            new = data.draw(st.integers(LENGTH + 1, 50))
            connection.execute(text(f"UPDATE events SET seq = :n {mine} = :o"), {"o": seq, "n": new})
            return {seq}
        case _:
            copied = ", ".join(COLUMNS)
            connection.execute(
                text(
                    f"INSERT INTO events (clinic_id, case_id, seq, {copied}) "
                    f"SELECT clinic_id, case_id, :n, {copied} FROM events {mine} = :o"
                ),
                {"o": seq, "n": LENGTH + 1},
            )
            return {LENGTH + 1}


def _verify_on(connection, store):
    """Verify what this transaction sees."""
    from engine.store.schema import cases
    from engine.store.verify import _histories

    (row,) = connection.execute(cases.select().where(cases.c.clinic_id == CLINIC))
    histories = dict(_histories(connection, CLINIC))
    return check_chain(CLINIC, "1001", histories.get("1001", []), (row.seq, row.hash))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON))
def test_the_quick_way_to_canonical_json_gives_what_rfc_8785_gives(value):
    """Keys and texts in any script, control letters and nested values."""
    assert canonical(value) == rfc8785.dumps(value).decode()


@pytest.mark.parametrize("value", [{"n": 2**53}, {"t": "half \ud83d"}, {"\ud83d": 1}])
def test_what_cannot_be_kept_exactly_is_refused(value):
    with pytest.raises(UnfitTextError):
        canonical(value)
