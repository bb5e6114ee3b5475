"""The process in which claims are proved: it can be stopped at any moment and cannot take all memory.

It reads one order from its standard input and writes answers to its standard output as they are found, both
as pickles; its parent is the only one it speaks with.
"""

import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from engine.model.algorithm import Algorithm
from engine.proof.answers import Answer
from engine.proof.forms import Stated


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be proved.

    Attributes:
        old: With it the order is that `algorithm` permits no more than `old`.
        memory_mb: The process may not use more.
    """

    algorithm: Algorithm
    claims: tuple[Stated, ...] = ()
    old: Algorithm | None = None
    timeout_ms: int = 10_000
    memory_mb: int = 2_000


def main() -> None:
    """Carry out one order."""
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from its parent
    _limit(order.memory_mb)
    for answer in _answers(order):
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _answers(order: Order) -> Iterator[Answer]:
    if order.old is not None:
        from engine.proof.refining import Refining

        refining = Refining(order.old, order.algorithm, timeout_ms=order.timeout_ms)
        yield from (refining.prove(claim) for claim in order.claims)
        return
    from engine.proof.proving import prove_all

    yield from prove_all(order.algorithm, order.claims, timeout_ms=order.timeout_ms)


def _limit(memory_mb: int) -> None:
    """Hold the memory down where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20, hard))


if __name__ == "__main__":
    main()
