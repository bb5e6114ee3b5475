"""JSON Schemas of the format, made from its models, for editors."""

from __future__ import annotations

from typing import Literal, cast

from engine.definition.schema.base import Part
from engine.definition.schema.files import AlgorithmFile, LibraryFile
from engine.definition.schema.scenario import ScenarioFile

FileKind = Literal["algorithm", "library", "scenario"]
JsonNode = None | bool | int | float | str | list["JsonNode"] | dict[str, "JsonNode"]
_MODELS: dict[FileKind, type[Part]] = {
    "algorithm": AlgorithmFile,
    "library": LibraryFile,
    "scenario": ScenarioFile,
}


FILE_KINDS: dict[str, FileKind] = {kind: kind for kind in _MODELS}


def json_schema(kind: FileKind = "algorithm") -> dict[str, JsonNode]:
    """The JSON Schema (2020-12) of a kind of file. What only a check can see, it does not say."""
    model = _MODELS[kind]
    made = _tidy(cast(JsonNode, model.model_json_schema(by_alias=True)))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **(made if isinstance(made, dict) else {}),
        "title": f"Treadway {kind}",
        "required": list(model.needed),
    }


def _tidy(node: JsonNode) -> JsonNode:
    """Leave out what an author never writes: nulls, defaults, and titles made from the names of keys."""
    if isinstance(node, list):
        return [_tidy(item) for item in node if item != {"type": "null"}]
    if not isinstance(node, dict):
        return node
    kept = {key: _tidy(value) for key, value in node.items() if key != "default" and not _made_up(key, value)}
    match kept.get("anyOf"):
        case [dict(only)]:
            del kept["anyOf"]
            return {**only, **kept}
        case _:
            return kept


def _made_up(key: str, value: JsonNode) -> bool:
    return key == "title" and isinstance(value, str)
