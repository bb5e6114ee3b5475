"""`library-not-found`: a library that is used and is not there."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.definition.spelling import did_you_mean
from engine.model.place import Finding

CODE = "library-not-found"


def library_not_found(draft: Draft) -> Iterator[Finding]:
    """Each library that cannot be read."""
    for trouble in draft.troubles.of(CODE):
        message = f"the library `{trouble.name}` is not there"
        yield Finding(
            CODE,
            trouble.place,
            f"{message}: {trouble.detail}" if trouble.detail else message,
            "its evidence, treatments, gates or interrupts would be missing",
            did_you_mean(
                trouble.near, f"put it at `library/{trouble.name}.yaml` beside the algorithm's folder"
            ),
            mends=instead(trouble.place, trouble.near),
        )
