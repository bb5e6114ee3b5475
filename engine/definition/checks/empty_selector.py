"""`empty-selector`: a selector that selects nothing, or contradicts itself."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "empty-selector"


def empty_selector(draft: Draft) -> Iterator[Finding]:
    """Each selector without effect. In libraries it is none: they serve algorithms that have other steps."""
    own = next(iter(draft.files), "")
    for trouble in draft.troubles.of(CODE):
        if trouble.place.file != own or draft.incomplete:
            continue
        yield Finding(
            CODE,
            trouble.place,
            f"a selector of {trouble.owner} {trouble.detail}",
            "the rule it belongs to would never apply",
            "name what is meant, or delete the rule",
        )
