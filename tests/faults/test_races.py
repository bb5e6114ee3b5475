"""Two at once: one of them wins and the other learns what happened, however often it is tried."""

import pytest

from tests.faults.races import race, send_twice

RACES = 500
RESENDS = 200


@pytest.mark.slow
def test_of_two_writers_of_one_version_one_wins_and_the_other_is_told_the_events_since(database):
    assert race(database, RACES) == []


@pytest.mark.slow
def test_a_request_that_is_sent_twice_at_once_is_one_event_with_one_answer(database):
    """And its key with another body is refused."""
    assert send_twice(database, RESENDS) == []
