"""What nobody planned. A step not yet earned is a `Decision`, not an error."""

from collections.abc import Sequence

from engine.model.event import Event
from engine.model.place import Finding


class EngineError(Exception):
    """Base of every error the engine raises on purpose. `fix` says what to do."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class DefinitionError(EngineError):
    """The definition cannot be used; carries every finding, sorted by place."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} findings", "mend the findings and check again")
        self.findings = tuple(findings)


class UnreadableError(EngineError):
    """A file is not there, is a folder, is not UTF-8, or is too large."""


class EvidenceError(EngineError):
    """A record is impossible (a PHQ-9 total of 31); nothing is stored. `field` names where."""

    def __init__(self, field: str, message: str, fix: str) -> None:
        super().__init__(message, fix)
        self.field = field


class UnknownNameError(EngineError):
    """A move, case, option, gate or interrupt that does not exist; `near` holds close names."""

    def __init__(self, what: str, name: str, near: Sequence[str]) -> None:
        hint = f"did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else f"name a known {what}"
        super().__init__(f"there is no {what} `{name}`", hint)
        self.what = what
        self.name = name
        self.near = tuple(near)


class CaseConflict(EngineError):
    """The case moved on since it was read; `since` holds what happened, oldest first."""

    def __init__(self, case_id: str, expected_seq: int, since: Sequence[Event]) -> None:
        super().__init__(
            f"case {case_id} has changed since event {expected_seq}: {len(since)} newer",
            "read what changed, then enter yours again",
        )
        self.case_id = case_id
        self.expected_seq = expected_seq
        self.since = tuple(since)
