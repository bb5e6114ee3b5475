"""`chain-too-long`: series that rest on series, one upon another, beyond reason."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.limits import MAX_CHAIN
from engine.definition.wording import uses_of
from engine.model.place import Finding

CODE = "chain-too-long"


def chain_too_long(draft: Draft) -> Iterator[Finding]:
    """Each series at the top of a chain that is too long; circles are told elsewhere."""
    if draft.algorithm is None:
        return
    uses = uses_of(draft)
    depth: dict[str, int] = {}
    todo = list(uses)
    while todo:
        name = todo[-1]
        below = [one for one in uses[name] if one not in depth]
        if name in depth or not below:
            depth.setdefault(name, 1 + max((depth[one] for one in uses[name]), default=0))
            todo.pop()
        elif len(todo) > 2 * len(uses) + len(below):
            return
        else:
            todo.extend(below)
    for name, series in draft.algorithm.series.items():
        if depth.get(name) == MAX_CHAIN + 1:
            yield Finding(
                CODE,
                series.place,
                f"series `{name}` rests on {MAX_CHAIN} series and defines, one upon another",
                "no reader can follow it, and working it out could exhaust the machine",
                "let it read the evidence itself",
            )
