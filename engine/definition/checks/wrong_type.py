"""`wrong-type`: a value that is not of the kind the format asks for."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.definition.spelling import did_you_mean
from engine.model.place import Finding

CODE = "wrong-type"


def wrong_type(draft: Draft) -> Iterator[Finding]:
    """Each value that cannot be read as what its key asks for."""
    for trouble in draft.troubles.of(CODE):
        subject = f"`{trouble.name}`" if trouble.name else trouble.owner or "this"
        yield Finding(
            CODE,
            trouble.place,
            f"{subject} {trouble.detail}",
            "what is meant cannot be told, so it is not guessed",
            did_you_mean(trouble.near, _fix(trouble.detail)),
            mends=instead(trouble.place, trouble.near, sure=True),
        )


def _fix(detail: str) -> str:
    """What to write, taken from what was expected."""
    wanted = detail.partition("must be ")[2].partition(", not ")[0]
    if detail.startswith("has no value"):
        return f"write {wanted} after it, or delete the key"
    return f"write {wanted}" if wanted else "write it as the reference shows"
