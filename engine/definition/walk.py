"""Walking over the models of a file: every part with the source that covers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.definition.schema.base import Part, Sourced


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a file.

    Attributes:
        own: Of the algorithm's own file, not of a library.
        name: The nearest id above it.
        covered: It or a part around it names a source, or says that it is unverified.
    """

    part: Part
    own: bool
    name: str
    covered: bool


def parts_of(part: Part, own: bool, name: str = "", covered: bool = False) -> Iterator[Found]:
    """A part and every part inside it, in the order of the format."""
    if isinstance(part, Sourced):
        covered = covered or part.source is not None or part.unverified
    yield Found(part, own, name, covered)
    for field in type(part).model_fields:
        yield from _inside(getattr(part, field), own, name, covered)


def _inside(value: object, own: bool, name: str, covered: bool) -> Iterator[Found]:
    if isinstance(value, Part):
        yield from parts_of(value, own, name, covered)
    elif isinstance(value, list):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _inside(item, own, name, covered)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, dict):
        for key, item in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _inside(item, own, str(key), covered)  # pyright: ignore[reportUnknownArgumentType]
