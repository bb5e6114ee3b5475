"""`define-cycle`: defines or series that need themselves."""

from collections.abc import Iterator, Mapping

from engine.criteria.syntax import Node, Reference, walk
from engine.definition.draft import Draft
from engine.definition.wording import trees_of
from engine.model.place import Finding

CODE = "define-cycle"


def define_cycle(draft: Draft) -> Iterator[Finding]:
    """Each circle once, at the member written first."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    places = {name: one.place for name, one in (*algorithm.defines.items(), *algorithm.series.items())}
    trees = trees_of(draft)
    uses = {name: _names_in(draft, trees.get(name, []), places) for name in places}
    told: set[str] = set()
    for name in places:
        circle = None if name in told else _circle(name, uses)
        if circle:
            told.update(circle)
            way = " needs ".join(f"`{one}`" for one in (*circle, name))
            yield Finding(
                CODE,
                places[name],
                f"{way}: it needs itself",
                "its value could never be worked out",
                "write one of them without the others",
            )


def _names_in(draft: Draft, trees: list[Node], places: Mapping[str, object]) -> set[str]:
    titles = draft.names
    found: set[str] = set()
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Reference):
                owners = titles.titled(node.name) if node.quoted and titles else ()
                found.update(one for one in (node.name, *owners) if one in places)
    return found


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
