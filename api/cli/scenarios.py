"""`treadway test`: an author's scenarios, run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.coverage import coverage_shape, tell_coverage, write_skeletons
from api.cli.desk import load_named
from api.cli.exits import Code, UsageError
from api.cli.findings import finding_words
from api.cli.options import Json, Quiet
from api.cli.output import Output, Progress, paint
from api.shapes import Shape, algorithm_shape, plain
from api.words import day_words
from engine.model.errors import UnreadableError

if TYPE_CHECKING:
    from engine.definition.scenarios import Failure, ScenarioRead, ScenarioResult


def run_tests(
    path: Annotated[
        str, Argument(metavar="PATH", help="An algorithm's folder or file, or a shipped algorithm's id.")
    ] = "stepwise-depression",
    scenarios: Annotated[
        Path | None,
        Option("--scenarios", metavar="DIR", help="Folder of scenarios, or one file; else those beside it."),
    ] = None,
    coverage: Annotated[
        bool, Option("--coverage", help="Tell how much of the algorithm the scenarios have seen.")
    ] = False,
    missing: Annotated[bool, Option("--missing", help="List what no scenario has seen.")] = False,
    skeletons: Annotated[
        Path | None,
        Option("--skeletons", metavar="DIR", help="Write a scenario there for each move that none makes."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run scenarios: stories of invented patients with the answers they must get.

    Each failure is told with what was expected, what was answered, and why. Exit 1 when there is one.

    Examples:
        treadway test algorithms/stepwise-depression
        treadway test stepwise-depression --scenarios my-scenarios --json
        treadway test my-clinic --missing --skeletons my-clinic/more
    """
    from engine.definition.scenarios import Coverage, read_scenario, run_scenario

    output = Output(as_json=as_json, quiet=quiet)
    if _is_scenario(Path(path)):
        raise UsageError(
            f"{path} is a scenario, and its algorithm is wanted here",
            f"treadway test ALGORITHM --scenarios {path}",
        )
    algorithm = load_named(path).usable()
    files = _files(path, scenarios)
    seen = Coverage(algorithm) if coverage or missing or skeletons is not None else None
    progress = Progress(output, "Running scenarios", len(files))
    shapes: list[Shape] = []
    failed = expectations = 0
    for done, file in enumerate(files):
        progress.step(done, file.name)
        read = read_scenario(file, algorithm)
        result = run_scenario(algorithm, read.scenario, seen) if read.scenario is not None else None
        passed = result is not None and result.passed
        failed += not passed
        expectations += result.expectations if result is not None else 0
        if not passed:
            progress.close()
            output.result(*_lines(file, read, result))
        shapes.append(_shape(file, read, result))
    progress.close()
    word = paint("failed", "failed") if failed else paint("passed", "passed")
    output.result(
        f"{word}  {len(files)} scenarios, {len(files) - failed} passed, {failed} failed; "
        f"{expectations} answers checked against {algorithm.title} {algorithm.version}"
    )
    document: Shape = {"algorithm": algorithm_shape(algorithm), "scenarios": shapes}
    if seen is not None:
        tell_coverage(output, seen, missing=missing)
        document["coverage"] = coverage_shape(seen)
    if seen is not None and skeletons is not None:
        written = write_skeletons(output, algorithm, seen, skeletons)
        document["skeletons"] = [str(file) for file in written]
    output.document("treadway.test/1", document)
    output.next(f"treadway test {path}" if failed else f"treadway draw {path}")
    output.end(Code.NO if failed else Code.DONE)


def _is_scenario(path: Path) -> bool:
    """Whether a file tells a story instead of defining an algorithm."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return any(line.startswith(b"scenario:") for line in file.read(10_000).splitlines())


def _files(path: str, scenarios: Path | None) -> tuple[Path, ...]:
    from engine.definition.scenarios import scenarios_in
    from engine.definition.where import shipped_root

    folder = Path(path) if Path(path).exists() else shipped_root() / path
    where = scenarios or (folder if folder.is_dir() else folder.parent)
    if not where.exists():
        raise UnreadableError(f"{where} does not exist", "name a folder of scenarios with --scenarios")
    files = (where,) if where.is_file() else scenarios_in(where)
    if not files:
        raise UnreadableError(f"{where} holds no scenarios", "a scenario is a .yaml file with a story")
    return files


def _lines(file: Path, read: "ScenarioRead", result: "ScenarioResult | None") -> list[str]:
    """A scenario that failed, or that could not be read."""
    if result is None:
        return [
            f"{paint('failed', 'failed')}  {file}: it cannot be read",
            *(finding_words(finding) for finding in read.findings),
        ]
    lines = [f"{paint('failed', 'failed')}  {file}: {result.scenario.title}"]
    for failure in result.failures:
        lines += _failure_lines(failure)
    return [*lines, ""]


def _failure_lines(failure: "Failure") -> list[str]:
    lines = [
        f"  {day_words(failure.on)}  {failure.key}   (line {failure.place.line})",
        f"    expected  {failure.expected}",
        f"    actual    {failure.actual}",
    ]
    lines += [f"    {'because' if not number else '':<10}{why}" for number, why in enumerate(failure.reasons)]
    return lines


def _shape(file: Path, read: "ScenarioRead", result: "ScenarioResult | None") -> Shape:
    if result is None:
        return {
            "file": str(file),
            "scenario": None,
            "passed": False,
            "failures": [
                {
                    "on": None,
                    "key": finding.code,
                    "expected": "a scenario that can be read",
                    "actual": f"{finding.place}: {finding.message}",
                    "reasons": [finding.why, finding.fix],
                }
                for finding in read.findings
            ],
        }
    return {
        "file": str(file),
        "scenario": result.scenario.title,
        "passed": result.passed,
        "failures": [
            {
                "on": plain(failure.on),
                "key": failure.key,
                "expected": failure.expected,
                "actual": failure.actual,
                "reasons": list(failure.reasons),
            }
            for failure in result.failures
        ],
    }
