"""A change, and what it means for what is permitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.place import NOWHERE, Place


class Sign(StrEnum):
    """How a change is marked, on the diagram too."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


class Effect(StrEnum):
    """What a change does to what is permitted, as far as its shape tells; a proof can tell more."""

    MORE = "permits more"
    LESS = "permits less"
    EITHER = "depends on the patient"
    NONE = "permits the same"

    def turned(self) -> Effect:
        """The effect of the same change where a condition stands against something."""
        return {Effect.MORE: Effect.LESS, Effect.LESS: Effect.MORE}.get(self, self)


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        kind: What it is a change of: step, move, gate, interrupt, option, evidence, define, parameter,
            flag, claim, trials or algorithm.
        id: Id of that; empty for the algorithm as a whole.
        title: Its title, the new one where it has both.
        words: What changed, without the title: "now needs ..., was ...".
        felt_by: Titles of the moves whose answer the change can reach, where it is a change of what they
            stand on.
        before, after: Where it stands in the old and in the new definition.
    """

    sign: Sign
    effect: Effect
    kind: str
    id: str
    title: str
    words: str
    felt_by: tuple[str, ...] = ()
    before: Place = field(default=NOWHERE, compare=False)
    after: Place = field(default=NOWHERE, compare=False)

    @property
    def sentence(self) -> str:
        """The change as one line, with its title."""
        return f"{self.title}: {self.words}" if self.title else self.words
