"""`treadway prove`: whether what an algorithm claims holds for every patient, or for whom not."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.desk import load_named
from api.cli.exits import Code, UsageError
from api.cli.findings import tell_findings
from api.cli.options import Json, Quiet
from api.cli.output import Output, Progress, paint
from api.cli.stories import draw_story, save_scenario, story_lines, story_of, story_shape
from api.shapes import Shape, algorithm_shape, plain
from engine.model.errors import UnknownNameError

if TYPE_CHECKING:
    from engine.model.algorithm import Algorithm
    from engine.proof.answers import Answer
    from engine.proof.story import Told

_STYLES = {"proved": "passed", "not true": "failed", "not decided": "not recorded", "vacuous": "failed"}
_WIDTH = 12
EXACT = "Division is taken as exact; deviations, and records entered late or retracted, are outside."


def prove(
    path: Annotated[
        str, Argument(metavar="PATH", help="An algorithm's folder or file, or a shipped algorithm's id.")
    ],
    claim: Annotated[str | None, Option("--claim", metavar="ID", help="Prove this claim alone.")] = None,
    visits: Annotated[
        int, Option("--visits", metavar="N", help="Visits a story of a patient may take.", min=1, max=40)
    ] = 12,
    timeout: Annotated[
        float, Option("--timeout", metavar="S", help="Seconds for all claims together.", min=0.01)
    ] = 60,
    refines: Annotated[
        str | None,
        Option("--refines", metavar="OLD", help="Prove that it permits no more than this algorithm does."),
    ] = None,
    gaps: Annotated[
        bool,
        Option("--gaps", help="Look for patients left without a move, and for moves open at once, instead."),
    ] = False,
    save: Annotated[
        Path | None,
        Option("--save", metavar="DIR", help="Write each story of a patient there as a scenario file."),
    ] = None,
    draw: Annotated[
        Path | None, Option("--draw", metavar="DIR", help="Draw each story of a patient there, as SVG.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Prove claims over every possible patient, or tell the story of one for whom a claim is not true.

    Exit 0 when all are proved, 1 when one is not true or says nothing, 5 when one was not decided in time.

    Examples:
        treadway prove algorithms/stepwise-depression
        treadway prove stepwise-depression --claim ect-needs-cause --json
        treadway prove my-algorithm --refines stepwise-depression
        treadway prove my-algorithm --gaps
    """
    from engine.proof.answers import Verdict
    from engine.proof.keeping import cache_folder
    from engine.proof.reading import read_claims
    from engine.proof.refining import refinement_claims
    from engine.proof.running import prove as run
    from engine.proof.running import prove_refines
    from engine.proof.stating import claims_of

    output = Output(as_json=as_json, quiet=quiet)
    loaded = load_named(path)
    algorithm = loaded.usable()
    read = read_claims(algorithm, loaded.sources)
    if read.findings:
        tell_findings(output, read.findings)
        output.end(Code.NO)
    if gaps:
        if claim is not None or refines is not None:
            raise UsageError("--gaps asks questions of its own", "leave out --claim and --refines")
        from api.cli.gaps import Looking

        output.end(Looking(output, algorithm, visits, timeout, save, draw).tell())
        return
    claims = claims_of(algorithm, claim)
    if claim is not None and not claims:
        from engine.definition.spelling import near_names

        raise UnknownNameError("claim", claim, near_names(claim, [one.id for one in claims_of(algorithm)]))
    if refines is not None:
        old = load_named(refines).usable()
        answers = prove_refines(old, algorithm, seconds=timeout)
        total = len(refinement_claims(old, algorithm))
    else:
        answers = run(algorithm, claims, seconds=timeout, folder=cache_folder())
        total = len(claims)
    progress = Progress(output, f"Checking {total} claims", total)
    counts: dict[str, int] = {}
    rests_on: dict[str, None] = {}
    shapes: list[Shape] = []
    for answer in answers:
        told = story_of(algorithm, answer, visits)
        progress.close()
        output.result(*_lines(algorithm, answer, told))
        shapes.append(_shape(answer, told))
        counts[answer.verdict.value] = counts.get(answer.verdict.value, 0) + 1
        rests_on.update(dict.fromkeys(answer.rests_on))
        if told is not None and save is not None:
            save_scenario(output, save, answer, told)
        if told is not None and draw is not None:
            draw_story(output, draw, answer, told)
        progress.step(len(shapes))
    progress.close()
    output.result(", ".join(f"{count} {word}" for word, count in counts.items()))
    output.result(*_rests_on(rests_on))
    output.document("treadway.prove/1", {"algorithm": algorithm_shape(algorithm), "claims": shapes})
    untrue = counts.get(Verdict.NOT_TRUE, 0) + counts.get(Verdict.VACUOUS, 0)
    undecided = counts.get(Verdict.NOT_DECIDED, 0)
    output.next(f"treadway {'check' if untrue else 'draw'} {path}")
    output.end(Code.NO if untrue else Code.NOT_IN_TIME if undecided else Code.DONE)


def _lines(algorithm: "Algorithm", answer: "Answer", told: "Told | None") -> list[str]:
    """One claim: the verdict and its id, and below them why."""
    word = answer.verdict.value
    gap = " " * (_WIDTH - len(word))
    lines = [f"{paint(word, _STYLES[word])}{gap} {answer.claim.id:<40} {answer.bound}"]
    if word == "proved":
        return lines
    lines += [f"  because  {text}" for text in answer.because]
    lines += [f"  line     {place}" for place in answer.places if place.line]
    if told is not None:
        lines += [f"  {line}" for line in story_lines(told)]
    return lines


def _shape(answer: "Answer", told: "Told | None") -> Shape:
    witness = answer.witness
    return {
        "id": answer.claim.id,
        "title": answer.claim.title,
        "general": answer.claim.general,
        "verdict": answer.verdict.value,
        "because": list(answer.because),
        "places": [str(place) for place in answer.places if place.line],
        "rests_on": list(answer.rests_on),
        "bound": answer.bound,
        "seconds": round(answer.seconds, 4),
        "patient": None
        if witness is None
        else {
            "step": witness.step,
            "move": witness.move,
            "option": witness.option,
            "facts": {name: plain(value) for name, value in witness.facts.items() if value is not None},
        },
        "story": story_shape(told),
    }


def _rests_on(found: Iterable[str]) -> list[str]:
    """What the answers rest on, together; with `--json`, of each claim alone."""
    if not found:
        return []
    return ["What this rests on:", *(f"  {text[:1].upper()}{text[1:]}" for text in found), f"  {EXACT}"]
