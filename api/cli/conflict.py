"""What happened to a case since somebody read it, for the one whose write came too late."""

from api.shapes import Shape, event_shape
from api.telling import event_line
from engine.model.errors import CaseConflict
from engine.model.event import Event


def _events(conflict: CaseConflict) -> tuple[Event, ...]:
    return conflict.since


def since_lines(conflict: CaseConflict) -> tuple[str, ...]:
    """The events since, oldest first."""
    events = _events(conflict)
    if not events:
        return ("  The case has no such event.",)
    return (
        f"  Nothing was stored. Since event {conflict.expected_seq}:",
        *(f"    {event_line(event)}" for event in events),
    )


def since_shape(conflict: CaseConflict) -> list[Shape]:
    """The same for programs."""
    return [event_shape(event) for event in _events(conflict)]
