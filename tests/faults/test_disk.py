"""A disk that is full or fails: an error, nothing stored, and no restart needed once there is room again."""

import pytest

from tests.faults.disk import fill_disk


@pytest.mark.slow
def test_a_full_disk_is_told_and_passes(tmp_path):
    from engine.store.store import Store

    path = tmp_path / "cases.db"
    Store.open(str(path)).close()
    assert fill_disk(f"sqlite:///{path}") == []
