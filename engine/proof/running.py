"""Proving in a process of its own, with a limit of time and memory, and answers kept by digest."""

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.model.algorithm import Algorithm
from engine.proof.answers import Answer, Verdict
from engine.proof.child import Order
from engine.proof.forms import Stated
from engine.proof.keeping import keep, kept
from engine.proof.refining import refinement_claims

DEFAULT_SECONDS = 60.0
MEMORY_MB = 2_000


def prove(
    algorithm: Algorithm,
    claims: tuple[Stated, ...],
    *,
    seconds: float = DEFAULT_SECONDS,
    memory_mb: int = MEMORY_MB,
    folder: Path | None = None,
) -> Iterator[Answer]:
    """Answers to claims in order, each as it is found.

    What was not answered in time is `not decided`, and says so. The process ends with the iteration, also
    when that is left early.

    Args:
        algorithm: The algorithm.
        claims: Its claims.
        seconds: For all claims together.
        memory_mb: For the process that proves.
        folder: Where answers are kept by digest; None keeps none.
    """
    known = kept(folder, algorithm) if folder is not None else {}
    waiting = tuple(claim for claim in claims if claim.id not in known)
    order = Order(algorithm, waiting, timeout_ms=max(1, int(seconds * 1000)), memory_mb=memory_mb)
    fresh = _answers(order, waiting, seconds) if waiting else iter(())
    found: list[Answer] = []
    for claim in claims:
        old = known.get(claim.id)
        if old is not None:
            yield replace(old, claim=claim)
            continue
        answer = next(fresh)
        found.append(answer)
        yield answer
    if folder is not None and found:
        keep(folder, algorithm, [*known.values(), *found])


def prove_refines(
    old: Algorithm, new: Algorithm, *, seconds: float = DEFAULT_SECONDS, memory_mb: int = MEMORY_MB
) -> Iterator[Answer]:
    """For each part of `new`, whether it lets through no more than `old` does: see `refinement_claims`."""
    claims = refinement_claims(old, new)
    order = Order(new, claims, old, timeout_ms=max(1, int(seconds * 1000)), memory_mb=memory_mb)
    return _answers(order, claims, seconds)


def _answers(order: Order, claims: tuple[Stated, ...], seconds: float) -> Iterator[Answer]:
    deadline = time.monotonic() + seconds
    left = list(claims)
    with _started(order) as process:
        answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, answers), daemon=True).start()
        try:
            while left:
                try:
                    answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
                    bound = "the proof ran out of memory, or its process was ended"
                except queue.Empty:
                    answer, bound = None, f"stopped at {seconds:g} s; try --timeout {seconds * 10:g}"
                if answer is None:
                    yield from (Answer(claim, Verdict.NOT_DECIDED, bound=bound) for claim in left)
                    return
                left = left[1:]
                yield answer
        finally:
            process.kill()


def _started(order: Order) -> subprocess.Popen[bytes]:
    # Its own session: Ctrl-C in the terminal ends the command, and the command ends it.
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.proof.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
    )
    try:
        assert process.stdin is not None
        pickle.dump(order, process.stdin)
        process.stdin.close()
    except BaseException:
        # Ctrl-C before anybody else could end it.
        process.kill()
        process.wait()
        raise
    return process


def _read(process: subprocess.Popen[bytes], answers: "queue.SimpleQueue[Answer | None]") -> None:
    """Hand answers over as they come; None after the last."""
    assert process.stdout is not None
    try:
        while True:
            answers.put(pickle.load(process.stdout))  # noqa: S301 - from its child
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        answers.put(None)
