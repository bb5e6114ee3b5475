"""`interrupt-without-release`: an interrupt that nothing can release."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.schema.gates import InterruptPart
from engine.model.place import Finding

CODE = "interrupt-without-release"


def interrupt_without_release(draft: Draft) -> Iterator[Finding]:
    """Each interrupt without `release`."""
    for found in draft.parts:
        part = found.part
        if isinstance(part, InterruptPart) and part.release is None and "release" not in part.node.lost:
            yield Finding(
                CODE,
                part.spot("raise_when"),
                f"interrupt `{found.name}` does not say what releases it",
                "once raised it would freeze every move for good",
                "add `release:` with the evidence it needs (`requires`), a criterion (`when`) or a role",
            )
