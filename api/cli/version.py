"""Which release this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


def version() -> str:
    """The installed release; `in development` where the program runs from its sources."""
    try:
        return installed("treadway")
    except PackageNotFoundError:
        return "in development"
