"""Drawing a diagram, beside Graphviz alone on the same DOT text, in one run.

Run: python3 tw.py run python tests/benchmarks/diagram.py
"""

import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from statistics import median

from engine.definition.loader import load_shipped, shipped
from engine.model.algorithm import Algorithm
from engine.model.case import Case, MoveMade, Patient, Visit
from engine.picture.draw import draw
from engine.picture.overlay import StepCount
from engine.picture.render import dot_binary

ROUNDS = 40
fresh = count()


def milliseconds(*works: Callable[[], object]) -> list[float]:
    """Median time of each, the rounds interleaved so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append((time.perf_counter() - start) * 1000)
    return [median(taken) for taken in times]


def first_way(algorithm: Algorithm) -> Case:
    """A case that made the first move out of each step it came to, four times at most."""
    opened = date(2026, 1, 5)
    visits, made = [Visit(algorithm.start, opened, 1, 0)], list[MoveMade]()
    while len(made) < 4 and (onward := [m for m in algorithm.moves_from(visits[-1].step) if m.target]):
        move, here, day = onward[0], visits[-1].step, opened + timedelta(weeks=6 * len(visits))
        visits.append(Visit(move.target or here, day, len(visits) + 1, 0, move.id, move.kind))
        made.append(MoveMade(len(visits), day, move.id, move.kind, here, move.target or here, move.gate))
    patient = Patient(date(1981, 7, 14), "female")
    return Case("1", algorithm.id, algorithm.digest, patient, opened, 9, tuple(visits), (), moves=tuple(made))


def measured(algorithm: Algorithm) -> list[float]:
    """Milliseconds of: Graphviz alone, a new picture, a remembered one, one with a trail, one with counts."""
    text, case = draw(algorithm, "dot").encode(), first_way(algorithm)
    command = [str(dot_binary()), "-Tsvg"]
    counts = {step: StepCount(27, 5) for step in algorithm.steps}
    return milliseconds(
        lambda: subprocess.run(command, input=text, capture_output=True, check=True),
        lambda: draw(replace(algorithm, digest=f"fresh {next(fresh)}"), "svg"),
        lambda: draw(algorithm, "svg"),
        lambda: draw(algorithm, "svg", case),
        lambda: draw(algorithm, "svg", counts=counts),
    )


def main() -> None:
    """Print the table. To reach: a ratio of 1.2, and below 1 ms where the picture is remembered."""
    headings = ("dot ms", "ours ms", "ratio", "cached ms", "trail ms", "counts ms")
    print(f"{'algorithm':24}" + "".join(f"{heading:>11}" for heading in headings))
    for name in shipped():
        algorithm = load_shipped(name).algorithm
        if algorithm is None:
            print(f"{name:24} cannot be loaded")
            continue
        alone, ours, cached, trail, counted = measured(algorithm)
        numbers = (alone, ours, ours / alone, cached, trail, counted)
        print(f"{name:24}" + "".join(f"{number:11.3f}" for number in numbers))


if __name__ == "__main__":
    main()
