"""Texts that a database can keep."""

from engine.store.errors import UnfitTextError


def is_fit(text: str) -> bool:
    """Whether every database keeps a text exactly: no zero byte and no half character (a lone surrogate)."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def refuse_unfit(*texts: str | None) -> None:
    """Raise `UnfitTextError` unless all of these can be kept."""
    if not all(text is None or is_fit(text) for text in texts):
        raise UnfitTextError("a text holds a character that cannot be kept", "write it in whole characters")
