"""`scenario-algorithm`: a scenario written for another algorithm."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "scenario-algorithm"


def scenario_algorithm(draft: Draft) -> Iterator[Finding]:
    """A scenario whose `algorithm` is not the one it is run against."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"the scenario is about `{trouble.name}`, but is run against `{trouble.detail}`",
            "its expectations were written for other rules",
            f"write `algorithm: {trouble.detail}`, or run it against the other algorithm",
        )
