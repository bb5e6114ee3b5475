"""What `treadway test` tells of coverage, and the skeletons it writes for what no scenario visits."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.output import Output, Progress
from api.shapes import Shape, place_shape
from engine.model.errors import UnreadableError

if TYPE_CHECKING:
    from engine.definition.scenarios import Coverage, Unseen
    from engine.model.algorithm import Algorithm


def tell_coverage(output: Output, coverage: "Coverage", *, missing: bool) -> None:
    """Counts by kind and way, and each thing that was not seen."""
    output.result("", "Seen by the scenarios")
    shares: dict[str, list[str]] = {}
    for share in coverage.shares():
        shares.setdefault(share.kind, []).append(f"{share.way} {share.seen} of {share.total}")
    for kind, ways in shares.items():
        output.result(f"  {kind:<10} {', '.join(ways)}")
    if not missing:
        return
    unseen = coverage.unseen()
    output.result("", f"Not seen ({len(unseen)})" if unseen else "Everything was seen.")
    for (kind, name), ways in _grouped(unseen).items():
        where = f"   ({ways[0].place})" if ways[0].place.line else ""
        output.result(f"  {kind:<10} {name}: never {' or '.join(one.way for one in ways)}{where}")


def coverage_shape(coverage: "Coverage") -> Shape:
    """The same for programs."""
    return {
        "shares": [
            {"kind": one.kind, "way": one.way, "seen": one.seen, "total": one.total}
            for one in coverage.shares()
        ],
        "unseen": [
            {"kind": one.kind, "name": one.name, "way": one.way, "place": place_shape(one.place)}
            for one in coverage.unseen()
        ],
    }


def write_skeletons(output: Output, algorithm: "Algorithm", coverage: "Coverage", folder: Path) -> list[Path]:
    """A scenario for each move that none makes, of a patient found by the solver, where there is one."""
    moves = [one.name for one in coverage.unseen() if (one.kind, one.way) == ("move", "made")]
    progress = Progress(output, "Looking for patients", len(moves))
    written: list[Path] = []
    try:
        for done, move in enumerate(moves):
            progress.step(done, move)
            text = _skeleton(algorithm, move)
            if text is None:
                output.say(f"no patient found who makes {move}")
                continue
            file = folder / f"{move.replace('_', '-')}.yaml"
            if file.exists():
                raise UnreadableError(f"{file} exists already", "name an empty folder; nothing is replaced")
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            written.append(file)
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise UnreadableError(f"{folder} cannot be written: {why}", "name another folder") from error
    finally:
        progress.close()
    for file in written:
        output.result(f"Saved {file}; say in it what you expect")
    return written


def _skeleton(algorithm: "Algorithm", move: str) -> str | None:
    """The story of a patient who makes a move: the counterexample to the claim that nobody does."""
    from dataclasses import replace

    from engine.model.algorithm import Claim
    from engine.proof.answers import Verdict
    from engine.proof.proving import Prover
    from engine.proof.reading import read_claims
    from engine.proof.story import tell

    claim = Claim("nobody", f"A patient who makes {move}", {"never": {"move": move}, "given": "true"})
    claimed = replace(algorithm, claims={"nobody": claim})
    (read,) = read_claims(claimed).claims
    answer = Prover(algorithm).prove(read)
    story = tell(algorithm, answer).scenario if answer.verdict is Verdict.NOT_TRUE else None
    if story is None:
        return None
    lines = [line for line in story.splitlines() if not line.startswith("#")]
    said = "\n".join(lines).replace(f"expect: {{{move}: refused}}", f"expect: {{{move}: permitted}}")
    return f"# Found by the solver, and true today. Add what else must be answered.\n{said}\n"


def _grouped(unseen: "Sequence[Unseen]") -> dict[tuple[str, str], list["Unseen"]]:
    found: dict[tuple[str, str], list[Unseen]] = {}
    for one in unseen:
        found.setdefault((one.kind, one.name), []).append(one)
    return found
