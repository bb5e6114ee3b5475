"""`wrong-value`: a word that is not among the few that may stand here."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.definition.spelling import did_you_mean
from engine.model.place import Finding

CODE = "wrong-value"


def wrong_value(draft: Draft) -> Iterator[Finding]:
    """Each word outside its list."""
    for trouble in draft.troubles.of(CODE):
        what, _, allowed = trouble.detail.partition("|")
        yield Finding(
            CODE,
            trouble.place,
            f"{trouble.owner}: `{trouble.name}` is not {what}",
            "what is meant cannot be told, so it is not guessed",
            did_you_mean(trouble.near, f"write one of {allowed}" if allowed else "write another"),
            mends=instead(trouble.place, trouble.near, sure=True),
        )
