"""Whatever is done to a definition, it loads, or every finding has a place inside one of its files."""

import random
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from engine.definition.loader import Loaded, load_text
from engine.definition.scenarios import read_scenario_text
from engine.definition.text import as_json, as_text
from engine.definition.where import shipped_root
from engine.model.place import Severity
from tests.support.algorithms import shipped_algorithm
from tests.support.clock import working_time

NAME = "stepwise-depression"
SPOILERS = [
    *"{}[]:,#&*!|>'\"%@`-?\\\t\x00\r\u202e é",
    "{step}",
    "<<: ",
    "true",
    "null",
    "9" * 50,
    "not ",
    "- ",
    ": ",
]


@lru_cache
def original(file: str) -> str:
    return (shipped_root() / NAME / file).read_text("utf-8")


def mutated(text: str, seed: int) -> str:
    """The text after one to five changes: keys dropped, values moved, types swapped, lines cut."""
    rnd = random.Random(seed)
    lines = text.split("\n")
    for _ in range(rnd.choice([1, 1, 2, 5])):
        at, other = rnd.randrange(len(lines)), rnd.randrange(len(lines))
        key, colon, _ = lines[at].partition(": ")
        match rnd.randrange(10):
            case 0:
                del lines[at : at + rnd.choice([1, 1, 20])]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at] = lines[at][: rnd.randrange(len(lines[at]) + 1)]
            case 3:
                lines[at] = "  " + lines[at]
            case 4:
                lines[at] = lines[at][2:]
            case 5 if colon:
                lines[at] = key + rnd.choice(
                    [": [", ": {", ":", ": null", ": {a: b}", ": [a, {b: c}]", ": 1.5"]
                )
            case 6 if colon:
                lines[at] = key + colon + lines[other].partition(": ")[2]
            case 7:
                cut = rnd.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + rnd.choice(SPOILERS) + lines[at][cut:]
            case 8:
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at] = lines[at].replace(rnd.choice("aeiost_"), rnd.choice("aeiost_"), 1)
    whole = "\n".join(lines)
    return whole[: rnd.randrange(len(whole))] if rnd.random() < 0.05 else whole


def judge(loaded: Loaded, label: str) -> None:
    """Every finding is whole and stands inside a file that was read."""
    assert (loaded.algorithm is None) == any(one.severity is Severity.ERROR for one in loaded.findings)
    as_text(loaded.findings)
    as_json(loaded.findings)
    for finding in loaded.findings:
        lines = loaded.sources[finding.place.file].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= finding.place.line <= len(lines)
        assert 1 <= finding.place.column <= max(1, len(lines[finding.place.line - 1]))
        assert finding.message
        assert finding.why
        assert finding.fix
        assert finding.place.file == label or finding.place.file.startswith("algorithms/library/")


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_a_spoilt_definition_is_found_out_or_still_loads(block):
    for seed in range(block * 15, block * 15 + 15):
        text = mutated(original("algorithm.yaml"), seed)
        with working_time() as spent:
            loaded = load_text(text, "draft.yaml")
        assert spent.seconds < 2
        judge(loaded, "draft.yaml")


def test_a_spoilt_scenario_is_found_out_or_still_reads():
    algorithm = shipped_algorithm(NAME)
    for seed in range(60):
        text = mutated(original("scenarios/02-under-dosed-trial.yaml"), seed)
        read = read_scenario_text(text, "story.yaml", algorithm)
        assert (read.scenario is None) == any(one.severity is Severity.ERROR for one in read.findings)
        assert all(one.place.file == "story.yaml" for one in read.findings)


def test_spoiling_is_noticed():
    """The mutations matter: most of them earn a finding."""
    found = sum(
        bool(load_text(mutated(original("algorithm.yaml"), seed), "draft.yaml").findings)
        for seed in range(30)
    )
    assert found >= 15


FLOODS = {
    "unknown-keys": "\n".join(f"key{i}: 1" for i in range(40_000)),
    "unknown-names": "define:\n"
    + "\n".join(f"  d{i}: phq9.totl{i} > 1 and trail.weeks{i} < 1" for i in range(900)),
    "unknown-steps": "moves: {a: {kind: exit, to: b, from: ["
    + ",".join(f"s_{i}" for i in range(40_000))
    + "]}}",
    "families": "steps:\n"
    + "\n".join(f"  s{i}: {{kind: treatment}}" for i in range(499))
    + "\nmoves:\n"
    + "\n".join(
        f"  m{i}_{{step}}: {{kind: exit, from: every, to: '{{step}}', for_each: every}}" for i in range(500)
    ),
    "defines-upon-defines": "define:\n"
    + "\n".join(f"  d{i}: d{i + 1} and d{i + 1}" for i in range(900))
    + "\n  d900: 1 = 1",
    "series-in-a-ring": "evidence: {e: {fields: {f: {type: integer}}}}\nseries:\n"
    + "\n".join(f"  r{i}: {{read: e.f, take: latest, where: r{(i + 1) % 900} > 1}}" for i in range(900)),
    "brackets-in-a-criterion": "define:\n  a: " + "(" * 5_000,
    "long-criteria": "define:\n"
    + "\n".join(f"  d{i}: " + " and ".join(["patient.age_years > 1"] * 250) for i in range(250)),
    "interactions": "formulary:\n  groups: {g: {}}\n  classes:\n    c:\n      groups: g\n"
    "      interactions:\n"
    + "\n".join("        - {rule: r, with: [g, c], severity: block, effect: e, why: w}" for _ in range(500))
    + "\n  options:\n"
    + "\n".join(f"    o{i}: {{class: c}}" for i in range(1_900)),
    "fields": "evidence:\n  e:\n    fields:\n"
    + "\n".join(f"      f{i}: {{type: integer}}" for i in range(15_000)),
    "codes": "evidence: {e: {fields: {f: {type: code, values: ["
    + ",".join(f"v{i}" for i in range(40_000))
    + "]}}}}",
    "libraries": "use: [" + ",".join(f"a/b{i}" for i in range(20_000)) + "]",
    "digits": f"parameters: {{a: {{value: {'9' * 5_000}, from: {'1' * 5_000}}}}}\n"
    f"define: {{x: '1 > {'9' * 5_000}'}}",
}


@pytest.mark.slow
@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_answered_in_time_with_a_list_a_person_can_read(flood):
    with working_time() as spent:
        loaded = load_text(
            f"algorithm: a\nversion: '1'\ntitle: x\nstart: s0\n{FLOODS[flood]}\n", "draft.yaml"
        )
    assert spent.seconds < 2
    assert 1 <= len(loaded.findings) <= 1_100
    judge(loaded, "draft.yaml")


MEMORY = """
import resource, sys
from engine.definition.loader import load_shipped, load_text
from tests.property.test_mutated_definitions import FLOODS
load_shipped("stepwise-depression")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for text in (*FLOODS.values(), "\\n" * 9_000_000, "a: " + "x" * 9_000_000, "[" * 9_000_000):
    load_text(text, "draft.yaml")
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(grown // (1_000_000 if sys.platform == "darwin" else 1_000))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured the Unix way")
def test_floods_need_little_memory():
    """In a process of its own: all of them together, and what was read before them is left out."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], cwd=root, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 200
