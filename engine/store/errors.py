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
