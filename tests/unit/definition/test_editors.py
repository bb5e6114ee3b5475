"""JSON Schemas for editors: what is shipped fits them, what is misspelt does not."""

import json
import re

import jsonschema_rs
import pytest
import yaml

from engine.definition.loader import shipped
from engine.definition.scenarios import scenarios_in
from engine.definition.schema.editors import json_schema
from engine.definition.where import shipped_root


class AsAnEditorReads(yaml.CSafeLoader):
    """YAML 1.2 as editors read it: only these words are not texts."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012


for kind, pattern, first in (
    ("bool", "true|false", "tf"),
    ("int", r"-?\d+", "-0123456789"),
    ("float", r"-?\d+\.\d+", "-0123456789"),
    ("null", "null|~|", ["n", "~", ""]),
):
    AsAnEditorReads.add_implicit_resolver(
        f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{pattern})$"), list(first)
    )


def problems(kind, text: str) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(json_schema(kind))
    document = json.loads(json.dumps(yaml.load(text, AsAnEditorReads)))  # keys are texts, as in JSON
    return [error.message for error in validator.iter_errors(document)]


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_algorithm_shows_nothing_red_in_an_editor(name):
    assert problems("algorithm", (shipped_root() / name / "algorithm.yaml").read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path", sorted((shipped_root() / "library").glob("*/*.yaml")), ids=lambda path: path.stem
)
def test_nor_does_a_shipped_library(path):
    assert problems("library", path.read_text("utf-8")) == []


def test_nor_does_a_shipped_scenario():
    for path in scenarios_in(shipped_root() / "stepwise-depression"):
        assert problems("scenario", path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: exit", "kind: exits"),
        ("kind: exit", "knd: exit"),
        ("title: A", "title: {a: b}"),
        ("version: 1", "verson: 1"),
        ("when: [x]", "when: {some: [x]}"),
        ("requires: {a: 14 days}", "requires: {a: 14 moons}"),
    ],
)
def test_a_mistake_shows(old, new):
    text = """\
algorithm: a
version: 1
title: A
start: b
steps:
  b: {kind: assessment, moves: {c: {kind: exit, to: d, when: [x], requires: {a: 14 days}}}}
  d: {kind: end}
"""
    assert problems("algorithm", text) == []
    assert problems("algorithm", text.replace(old, new))


def test_what_a_file_must_have_is_required_and_no_null_is_offered():
    assert '"null"' not in json.dumps(json_schema())
    assert json_schema("scenario")["required"] == ["scenario", "algorithm", "patient", "story"]
