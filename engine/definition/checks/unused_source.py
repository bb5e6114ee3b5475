"""`unused-source`: a source that nothing rests on."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import note
from engine.model.place import Finding

CODE = "unused-source"


def unused_source(draft: Draft) -> Iterator[Finding]:
    """Each source of the algorithm's own file that no part names; libraries may hold more than one needs."""
    own = next(iter(draft.files), "")
    used = {one.name for one in draft.references if one.kind is Kind.SOURCE}
    if draft.algorithm is None:
        return
    for name, source in draft.algorithm.sources.items():
        if source.place.file == own and name not in used:
            yield note(
                CODE,
                source.place,
                f"no part of the definition names the source `{name}`",
                "the list of sources would claim more than the rules rest on",
                "name it where it is used, or delete it",
            )
