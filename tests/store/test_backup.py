"""A backup is made while writing, is restored as it was, and is named where it is not what was made."""

import random
import threading

import pytest

from engine.store.backup import back_up, check_backup, manifest_of, restore
from engine.store.errors import BackupDamagedError, DatabaseUnreadableError
from engine.store.log import Head
from engine.store.store import Store
from engine.store.verify import verify
from tests.store.samples import CLINIC, append, open_case

FLIPS = 50


@pytest.fixture
def made(tmp_path):
    """A backup, with the path of its copy."""
    store = Store.open(str(tmp_path / "cases.db"))
    case_id = open_case(store)
    for seq in range(1, 12):
        append(store, case_id, seq, "x" * 300)
    copy = tmp_path / "copy.db"
    back_up(store.engine, copy)
    store.close()
    return copy


@pytest.mark.slow
def test_the_drill_a_backup_under_load_restored_elsewhere_holds_all_that_was_acknowledged_before(tmp_path):
    """Four writers keep a ledger; the copy is restored, verified against its own head, and compared."""
    store = Store.open(str(tmp_path / "cases.db"))
    stop = threading.Event()
    ledger: list[tuple[str, int, str]] = []

    def write() -> None:
        case_id, seq = open_case(store), 1
        while not stop.is_set():
            made = append(store, case_id, seq, f"{case_id}-{seq}")
            seq += 1
            ledger.append((case_id, seq, made.events[0].hash))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    while len(ledger) < 40:
        pass
    before = list(ledger)
    manifest = back_up(store.engine, tmp_path / "copy.db")
    stop.set()
    for writer in writers:
        writer.join()
    after = set(ledger)
    store.close()

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert restore(tmp_path / "copy.db", elsewhere / "cases.db") == manifest
    restored = Store.open(str(elsewhere / "cases.db"))
    position, _, digest = manifest.heads[CLINIC].partition(":")
    found = verify(restored.engine, CLINIC, Head(int(position), digest))
    held = {
        (item.board.case_id, event.seq, event.hash)
        for item in restored.list_cases(CLINIC)
        for event in restored.read_events(CLINIC, item.board.case_id)
        if event.seq > 1
    }
    case_id = open_case(restored)
    append(restored, case_id, 1, "goes on")
    restored.close()
    assert found.broken == ()
    assert found.head == Head(int(position), digest)
    assert set(before) <= held <= after


def test_a_flipped_bit_anywhere_is_named_and_nothing_is_loaded(made, tmp_path):
    chance = random.Random(20)
    whole = made.read_bytes()
    for _ in range(FLIPS):
        bit = chance.randrange(8 * len(whole))
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        made.write_bytes(damaged)
        with pytest.raises(BackupDamagedError, match=r"copy\.db"):
            restore(made, tmp_path / "restored.db")
        assert not list(tmp_path.glob("restored*"))
    made.write_bytes(whole)
    restore(made, tmp_path / "restored.db")


@pytest.mark.parametrize("kept", [0, 1, 4096, -1])
def test_half_a_backup_is_named(made, kept, tmp_path):
    made.write_bytes(made.read_bytes()[:kept])
    with pytest.raises(BackupDamagedError, match="bytes"):
        restore(made, tmp_path / "restored.db")


def test_the_backup_of_another_day_under_this_name_is_named(made, tmp_path):
    store = Store.open(str(tmp_path / "cases.db"))
    append(store, "1001", 12, "later")
    back_up(store.engine, tmp_path / "later.db")
    store.close()
    (tmp_path / "later.db").replace(made)
    with pytest.raises(BackupDamagedError):
        check_backup(made)


def test_a_copy_without_its_manifest_is_no_backup(made, tmp_path):
    manifest_of(made).unlink()
    with pytest.raises(DatabaseUnreadableError, match="manifest"):
        restore(made, tmp_path / "restored.db")


def test_a_restore_replaces_nothing(made, tmp_path):
    target = tmp_path / "precious.db"
    target.write_text("precious")
    with pytest.raises(DatabaseUnreadableError, match="exists already"):
        restore(made, target)
    assert target.read_text() == "precious"


def test_a_backup_is_its_owners_alone(made):
    assert {each.stat().st_mode & 0o777 for each in (made, manifest_of(made))} == {0o600}
