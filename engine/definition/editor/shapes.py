"""What the format allows under some keys, read from its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from engine.definition.schema.editors import FileKind, JsonNode, json_schema

Node = dict[str, JsonNode]


@cache
def _schema(kind: FileKind) -> Node:
    return json_schema(kind)


def nodes_at(kind: FileKind, path: Sequence[str]) -> list[Node]:
    """Every way in which what stands under these keys may be written."""
    root = _schema(kind)
    nodes = list(_ways(root, root))
    for key in path:
        nodes = [way for node in nodes for below in _under(node, key) for way in _ways(root, below)]
    return nodes


def keys_at(kind: FileKind, path: Sequence[str]) -> list[str]:
    """The keys that may be written there."""
    found = (key for node in nodes_at(kind, path) for key in _dict(node.get("properties")))
    return list(dict.fromkeys(found))


def words_at(kind: FileKind, path: Sequence[str]) -> list[str]:
    """The words one of which must be written there, where there are few."""
    words: dict[str, None] = {}
    for node in nodes_at(kind, path):
        allowed = node.get("enum")
        words.update(dict.fromkeys(str(word) for word in (allowed if isinstance(allowed, list) else ())))
        if node.get("type") == "boolean":
            words.update({"true": None, "false": None})
    return list(words)


def is_criterion(kind: FileKind, path: Sequence[str]) -> bool:
    """Whether a criterion may be written there."""
    return any(str(node.get("description", "")).startswith("A criterion") for node in nodes_at(kind, path))


def _under(node: Node, key: str) -> Iterator[Node]:
    properties = _dict(node.get("properties"))
    if key in properties:
        yield _dict(properties[key])
        return
    for other in ("additionalProperties", "patternProperties"):
        below = node.get(other)
        if isinstance(below, dict):
            yield from (_dict(one) for one in below.values()) if other == "patternProperties" else (below,)


def _ways(root: Node, node: Node, depth: int = 0) -> Iterator[Node]:
    """A node with its references followed and its alternatives and items written out."""
    if depth > 12:
        return
    name = node.get("$ref")
    if isinstance(name, str):
        target: JsonNode = root
        for step in name.removeprefix("#/").split("/"):
            target = _dict(target).get(step)
        yield from _ways(root, _dict(target), depth + 1)
        return
    yield node
    for key in ("anyOf", "oneOf", "allOf"):
        several = node.get(key)
        for one in several if isinstance(several, list) else ():
            yield from _ways(root, _dict(one), depth + 1)
    if isinstance(node.get("items"), dict):
        yield from _ways(root, _dict(node["items"]), depth + 1)


def _dict(node: JsonNode) -> Node:
    return node if isinstance(node, dict) else {}
