"""Which versions of which algorithms a reader may see, the newest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from api.pages.case.handling import Asked, NoSuchPageError
from engine.service import Listed, list_algorithms

PUBLIC: Final = frozenset(("approved", "retired"))
"""What is read without signing in; drafts stay with those who work on them."""
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Volume:
    """An algorithm with all its versions that the reader may see, the newest first."""

    id: str
    versions: tuple[Listed, ...]

    @property
    def newest(self) -> Listed:
        """The version a reader is led to."""
        return self.versions[0]

    def find(self, version: str) -> Listed:
        """One version.

        Raises:
            NoSuchPageError: There is none, or it is not for this reader.
        """
        for one in self.versions:
            if one.algorithm.version == version:
                return one
        raise NoSuchPageError(version)

    def before(self, version: str) -> Listed | None:
        """The version before; None for the first."""
        place = self.versions.index(self.find(version)) + 1
        return self.versions[place] if place < len(self.versions) else None


def volumes(asked: Asked) -> tuple[Volume, ...]:
    """Everything that the reader may see, by id."""
    found: dict[str, list[Listed]] = {}
    listed = list_algorithms(asked.desk)
    kept = {_named(one) for one in listed if one.kept_at is not None}
    for one in listed:
        if one.kept_at is None and _named(one) in kept:
            continue  # the clinic has put its own content under this version
        if not asked.public or (one.kept_at is not None and one.algorithm.status in PUBLIC):
            found.setdefault(one.algorithm.id, []).append(one)
    return tuple(Volume(id_, tuple(sorted(each, key=_order, reverse=True))) for id_, each in found.items())


def volume(asked: Asked, id_: str) -> Volume:
    """One algorithm.

    Raises:
        NoSuchPageError: There is none, or none for this reader.
    """
    for one in volumes(asked):
        if one.id == id_:
            return one
    raise NoSuchPageError(id_)


def _named(one: Listed) -> tuple[str, str]:
    return one.algorithm.id, one.algorithm.version


def _order(one: Listed) -> list[int]:
    return [int(part) for part in _NUMBER.findall(one.algorithm.version)]
