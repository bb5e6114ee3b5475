"""What can go wrong in the database, in words for people. Nothing was stored when one of these is raised."""

from engine.model.errors import EngineError


class DatabaseUnreadableError(EngineError):
    """The database cannot be opened: no such folder, no right to it, not a database, or another program's."""


class SchemaError(EngineError):
    """The tables are of another release: older (upgrade them) or newer (install that release)."""


class UnsafeDatabaseError(EngineError):
    """The SQLite library has a fault that can lose acknowledged events."""


class StoreUnavailableError(EngineError):
    """The database was locked, full or gone. Worth trying again."""


class OverloadedError(StoreUnavailableError):
    """More is asked of the database than it can do. Nothing was stored; try after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            "too many are writing at once; nothing was stored", f"try again in {retry_after_seconds} seconds"
        )
        self.retry_after_seconds = retry_after_seconds


class OutcomeUnknownError(StoreUnavailableError):
    """The commit failed, so that nobody can say whether it was stored."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"the database failed while it stored this ({said}); it may or may not be stored",
            "send it again with the same idempotency key, or read the case",
        )


class BackupDamagedError(EngineError):
    """A backup is not the file that was made: cut short, changed or another one; nothing was loaded."""


class KeyReusedError(EngineError):
    """An idempotency key came back with another request."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"the idempotency key `{key}` was used for another request",
            "send a new key with a new request, and the same key only with the same request",
        )
        self.key = key


class UnfitTextError(EngineError):
    """A text holds what no database keeps exactly: half a character (a lone surrogate) or a zero byte."""
