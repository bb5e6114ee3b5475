"""How long sessions, links, tokens and broken glass last."""

from datetime import datetime, timedelta
from typing import Final

SESSION_IDLE: Final = timedelta(minutes=30)
SESSION_LONGEST: Final = timedelta(hours=12)
"""One working day, however busy."""
SEEN_STEP: Final = timedelta(minutes=1)
"""How stale the moment of a session's last use may be: it is not written at every request."""
LINK: Final = timedelta(minutes=15)
TOKEN_LONGEST: Final = timedelta(days=366)
GLASS: Final = timedelta(hours=1)
GLASS_LONGEST: Final = timedelta(hours=4)
REASON_LETTERS: Final = 10
"""The shortest reason for breaking the glass: a full stop is none."""


def session_lives(began_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session is still good. Ends at the idle and at the absolute limit themselves."""
    return now < seen_at + SESSION_IDLE and now < began_at + SESSION_LONGEST
