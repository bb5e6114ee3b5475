"""`treadway prove --gaps`: who is left without a move, and which moves are open at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.exits import Code
from api.cli.findings import finding_words
from api.cli.output import Output, Progress, paint
from api.cli.stories import draw_story, save_scenario, story_lines, story_of, story_shape
from api.shapes import Shape, algorithm_shape
from engine.proof.forms import SomeMove, Together

if TYPE_CHECKING:
    from engine.model.algorithm import Algorithm
    from engine.proof.answers import Answer
    from engine.proof.story import Told

_INDENT = "  "


class Looking:
    """Looks for gaps and choices of one algorithm and tells them.

    Args:
        visits: How many visits a story may take.
        seconds: For all questions together.
        save: Where stories are written as scenarios, `draw` where they are drawn; None for neither.
    """

    def __init__(
        self,
        output: Output,
        algorithm: "Algorithm",
        visits: int,
        seconds: float,
        save: Path | None,
        draw: Path | None,
    ) -> None:
        self.output, self.algorithm, self.visits, self.seconds = output, algorithm, visits, seconds
        self.save, self.draw = save, draw
        self.undecided = 0

    def tell(self) -> Code:
        """Everything that was found; what was not decided in time is told too, and gives its own code."""
        from engine.definition.text import as_json
        from engine.proof.checks import solved_findings
        from engine.proof.gaps import choice_claims, gap_claims
        from engine.proof.keeping import cache_folder
        from engine.proof.running import prove as run

        gaps, choices = gap_claims(self.algorithm), choice_claims(self.algorithm)
        answers = run(self.algorithm, (*gaps, *choices), seconds=self.seconds, folder=cache_folder())
        asked = self._asked(answers, len(gaps) + len(choices))
        self.output.result("For whom is no move left, with all evidence on record and every gate signed?")
        found_gaps = [self._gap(*next(asked)) for _ in gaps]
        self.output.result("", "Which moves of one kind may one patient make?")
        found_choices = [self._choice(*next(asked)) for _ in choices]
        findings = solved_findings(self.algorithm)
        self.output.result("", "What can never be true, or never false?")
        self.output.result(*(finding_words(one) for one in findings) if findings else (f"{_INDENT}nothing",))
        self.output.document(
            "treadway.gaps/1",
            {
                "algorithm": algorithm_shape(self.algorithm),
                "gaps": found_gaps,
                "choices": found_choices,
                "findings": as_json(findings),
            },
        )
        return Code.NOT_IN_TIME if self.undecided else Code.DONE

    def _asked(self, answers: "Iterator[Answer]", total: int) -> "Iterator[tuple[Answer, Told | None]]":
        progress = Progress(self.output, f"Looking at {total} questions", total)
        for number, answer in enumerate(answers, start=1):
            told = story_of(self.algorithm, answer, self.visits)
            progress.close()
            yield answer, told
            progress.step(number)
        progress.close()

    def _gap(self, answer: "Answer", told: "Told | None") -> Shape:
        form, given = answer.claim.form, answer.claim.given
        assert isinstance(form, SomeMove)
        (step,) = form.steps
        words = {True: "gap", False: "none", None: "not decided"}
        self._line(answer, words, step, "after an adequate trial" if given else "")
        if told is not None:
            self.output.result(*(f"{_INDENT * 2}{line}" for line in story_lines(told)))
        self._files(answer, told)
        return {"step": step, "given": given, "gap": _truth(answer), "story": story_shape(told)}

    def _choice(self, answer: "Answer", told: "Told | None") -> Shape:
        form = answer.claim.form
        assert isinstance(form, Together)
        step = answer.witness.step if answer.witness else None
        words = {True: "both", False: "never both", None: "not decided"}
        self._line(answer, words, ", ".join(form.moves), f"in {step}" if step else "")
        self._files(answer, told)
        return {
            "moves": list(form.moves),
            "both": _truth(answer),
            "step": step,
            "story": story_shape(told),
        }

    def _line(self, answer: "Answer", words: dict[bool | None, str], what: str, more: str) -> None:
        truth = _truth(answer)
        word = words[truth]
        style = {True: "warning", False: "passed", None: "not recorded"}[truth]
        rest = " ".join(part for part in (more, answer.bound) if part)
        self.output.result(f"{_INDENT}{paint(word, style, word.ljust(12))} {what:<44} {rest}")
        self.undecided += truth is None

    def _files(self, answer: "Answer", told: "Told | None") -> None:
        if told is not None and self.save is not None:
            save_scenario(self.output, self.save, answer, told)
        if told is not None and self.draw is not None:
            draw_story(self.output, self.draw, answer, told)


def _truth(answer: "Answer") -> bool | None:
    """Whether there is such a patient; None where that was not decided."""
    from engine.proof.answers import Verdict

    return {Verdict.NOT_TRUE: True, Verdict.NOT_DECIDED: None}.get(answer.verdict, False)
