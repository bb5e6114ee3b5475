"""What an author waits for, beside reading the same files as YAML alone, in one run.

Run: python3 tw.py run python tests/benchmarks/authoring.py
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import yaml

from engine.definition.draft import Draft
from engine.definition.editor.completing import choices_at
from engine.definition.editor.formatting import formatted
from engine.definition.editor.hovering import hover_at
from engine.definition.editor.pointing import subject_at
from engine.definition.loader import default_roots, draft_of, load, shipped
from engine.definition.where import ALGORITHM_FILE, shipped_root, shown
from engine.service.checking import Checker

ROUNDS = 5


def milliseconds(*works: Callable[[], object]) -> list[float]:
    """Median time of each, the rounds interleaved so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append((time.perf_counter() - start) * 1000)
    return [median(taken) for taken in times]


def asked(draft: Draft, file: Path, text: str) -> list[float]:
    """Milliseconds of one completion, hover and definition at a criterion, and of formatting."""
    lines = text.splitlines()
    line = next(number for number, one in enumerate(lines, 1) if ">=" in one.partition("#")[0])
    column = lines[line - 1].index(">=")
    return milliseconds(
        lambda: choices_at(lines, "algorithm", draft, line, column),
        lambda: hover_at(draft, shown(file), line, column),
        lambda: subject_at(draft, shown(file), line, column),
        lambda: formatted(text),
    )


def main() -> None:
    print(f"{'':<22}{'YAML':>8}{'typing':>10}{'ratio':>8}{'whole':>10}", end="")
    print(f"{'complete':>10}{'hover':>8}{'go to':>8}{'format':>8}   ms, median of {ROUNDS}")
    for name in shipped():
        folder = shipped_root() / name
        file = folder / ALGORITHM_FILE
        text = file.read_text("utf-8")
        texts = list(load(folder).sources.values())
        floor, typing, whole = milliseconds(
            lambda texts=texts: [yaml.compose(one, yaml.CSafeLoader) for one in texts],
            lambda folder=folder: Checker(thorough=False).check(folder),
            lambda folder=folder: Checker().check(folder),
        )
        helps = asked(draft_of(text, shown(file), default_roots(file)), file, text)
        print(f"{name:<22}{floor:>8.0f}{typing:>10.0f}{typing / floor:>8.1f}{whole:>10.0f}", end="")
        print(f"{helps[0]:>10.1f}{helps[1]:>8.1f}{helps[2]:>8.1f}{helps[3]:>8.0f}")


if __name__ == "__main__":
    main()
