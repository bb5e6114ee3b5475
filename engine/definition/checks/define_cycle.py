"""`define-cycle`: defines or series that need themselves."""

from collections.abc import Iterator, Mapping

from engine.definition.draft import Draft
from engine.definition.wording import uses_of
from engine.model.place import Finding

CODE = "define-cycle"


def define_cycle(draft: Draft) -> Iterator[Finding]:
    """Each circle once, at the member written first."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    places = {name: one.place for name, one in (*algorithm.defines.items(), *algorithm.series.items())}
    uses = uses_of(draft)
    told: set[str] = set()
    for name, place in places.items():
        circle = None if name in told else _circle(name, uses)
        if circle:
            told.update(circle)
            way = ", which needs ".join(f"`{one}`" for one in (*circle, name)).replace(", which", "", 1)
            yield Finding(
                CODE,
                place,
                way,
                "its value could never be worked out",
                "write one of them without the others",
            )


def _circle(start: str, uses: Mapping[str, set[str]]) -> list[str] | None:
    """The shortest way from `start` back to it, without the last step; by a list, not by recursion."""
    came_from: dict[str, str] = {}
    todo = [start]
    for name in todo:
        for used in sorted(uses[name]):
            if used == start:
                way = [name]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if used not in came_from:
                came_from[used] = name
                todo.append(used)
    return None
