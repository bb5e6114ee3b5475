"""All claims of an algorithm: the whole time beside that of the solver alone, and answers that were kept.

Run: .venv/bin/python -m tests.benchmarks.proof
"""

import importlib
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.definition.loader import load_shipped
from engine.proof.keeping import keep, kept
from engine.proof.proving import Prover
from engine.proof.stating import claims_of

NAMES = ("stepwise-depression", "star-d", "nice-ng222")


def main() -> None:
    """Print the figures."""
    importlib.import_module("z3")  # its import is no part of the proof

    for name in NAMES:
        algorithm = load_shipped(name).usable()
        claims = claims_of(algorithm)
        began = time.perf_counter()
        prover = Prover(algorithm)
        answers = [prover.prove(claim) for claim in claims]
        whole, solver = time.perf_counter() - began, prover.solver_seconds
        slow = max(answers, key=lambda answer: answer.seconds)
        print(
            f"{name}: {len(answers)} claims in {whole:.2f} s, the solver alone {solver:.2f} s "
            f"({whole / solver:.1f}x); slowest {slow.claim.id} {slow.seconds:.2f} s"
        )
        with TemporaryDirectory() as folder:
            keep(Path(folder), algorithm, answers)
            began = time.perf_counter()
            found = kept(Path(folder), algorithm)
            print(f"  {len(found)} kept answers read in {(time.perf_counter() - began) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
