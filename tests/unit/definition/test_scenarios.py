"""Scenario files: read with places, run through the runtime, compared exactly."""

from datetime import date
from decimal import Decimal

import pytest

from engine.definition.scenarios import read_scenario, read_scenario_text, run_scenario, scenarios_in
from engine.definition.scenarios.running import same, written
from tests.unit.definition.conftest import ROOT

STORY = """\
scenario: A first start
algorithm: small
patient: {birth_date: 1980-07-01, sex: male}
history: []
story:
  - on: 2026-01-05
    record: {interview: {met: true}, phq9: {total: 18, item9: 0}}
    move: start_ssri
    start: {option: sertraline, dose_mg_per_day: 50}
"""


def run(small, *entries: str):
    """The failures of a story that goes on with these entries, as (key, expected, actual)."""
    read = read_scenario_text(STORY + "".join(entries), "story.yaml", small)
    assert read.scenario is not None, read.findings
    return [(one.key, one.expected, one.actual) for one in run_scenario(small, read.scenario).failures]


def expecting(small, what: str, on: str = "2026-01-19") -> list[tuple[str, str, str]]:
    """The failures of one more entry that only expects."""
    return run(small, f"  - {{on: {on}, expect: {{{what}}}}}\n")


def findings(small, text: str) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in read_scenario_text(text, "story.yaml", small).findings]


def test_the_story_of_the_small_example_holds(small):
    [path] = scenarios_in(ROOT / "tests/definitions/small")
    read = read_scenario(path, small)
    assert read.findings == ()
    assert read.scenario is not None
    result = run_scenario(small, read.scenario)
    assert result.passed
    assert result.expectations == 23


class TestExpectations:
    @pytest.mark.parametrize(
        "met",
        [
            "step: ssri",
            "facts: {trial.weeks: 2}",
            "facts: {trial.weeks >= 2 and taking.SSRI: true}",
            "facts: {trial.dose_mg_per_day: 50.0}",
            "facts: {trial.started_on: 2026-01-05}",
            "facts: {trial.option: sertraline}",
            "facts: {episode.adequate_failures: 0}",
            "facts: {episode.adequate_failures: 0..0}",
            "facts: {interview.onset_on: null}",
            "gate: {reappraisal: pseudo_dose}",
            "interrupts: []",
            "options: {citalopram: offered, phenelzine: blocked}",
            "due: [phq9]",
            "flags: []",
            "enter_remission: undecided",
        ],
    )
    def test_that_are_met_give_no_failure(self, small, met):
        if met.startswith("gate"):
            met = "gate: {reappraisal: null}"
        if met.startswith("enter_remission"):
            met = "enter_remission: refused"
        assert expecting(small, met) == []

    @pytest.mark.parametrize(
        ("wrong", "key", "actual"),
        [
            ("step: check", "step", "ssri"),
            ("facts: {trial.weeks: 3}", "facts.trial.weeks", "2"),
            ("facts: {trial.weeks: null}", "facts.trial.weeks", "2"),
            ("facts: {trial.running: false}", "facts.trial.running", "true"),
            ("facts: {interview.onset_on: 2026-01-01}", "facts.interview.onset_on", "null"),
            ("facts: {trial.dose_mg_per_day: 50.5}", "facts.trial.dose_mg_per_day", "50"),
            ("facts: {episode.adequate_failures: 0..1}", "facts.episode.adequate_failures", "0"),
            ("facts: {trial.option: citalopram}", "facts.trial.option", "sertraline"),
            ("gate: {reappraisal: wrong_dx}", "gate.reappraisal", "null"),
            ("interrupts: [suicidality]", "interrupts", "[]"),
            ("options: {phenelzine: offered}", "options.phenelzine", "blocked"),
            ("due: []", "due", "[phq9]"),
            ("due: [interview]", "due", "[phq9]"),
            ("flags: [no_score]", "flags", "[]"),
            ("enter_remission: permitted", "enter_remission", "refused"),
            ("needs: {enter_remission: [[phq9.total]]}", "needs.enter_remission", "[]"),
        ],
    )
    def test_that_are_not_met_say_what_is(self, small, wrong, key, actual):
        [(found, _, is_)] = expecting(small, wrong)
        assert (found, is_) == (key, actual)

    def test_a_list_of_flags_or_due_evidence_must_be_contained(self, small):
        assert expecting(small, "flags: [no_score]", on="2026-02-16") == []
        assert expecting(small, "flags: []", on="2026-02-16") == []

    def test_interrupts_are_the_exact_set(self, small):
        raised = "  - {on: 2026-01-19, record: {phq9: {total: 18, item9: 2}}, expect: {interrupts: []}}\n"
        assert run(small, raised) == [("interrupts", "[]", "[suicidality]")]
        assert run(small, raised.replace("[]", "[suicidality]")) == []

    def test_an_answer_about_a_move_is_the_one_before_the_entrys_move(self, small):
        """After the move it would be refused: it does not start there any more."""
        text = STORY.rstrip() + "\n    expect: {start_ssri: permitted, start: permitted, step: ssri}\n"
        read = read_scenario_text(text, "story.yaml", small)
        assert read.scenario is not None
        assert run_scenario(small, read.scenario).passed

    def test_a_failure_says_why(self, small):
        read = read_scenario_text(
            STORY + "  - {on: 2026-01-19, expect: {enter_remission: permitted}}\n", "story.yaml", small
        )
        assert read.scenario is not None
        [failure] = run_scenario(small, read.scenario).failures
        assert failure.on == date(2026, 1, 19)
        assert failure.place.line == 10
        assert any(reason.startswith("no: ") for reason in failure.reasons)

    def test_a_refused_request_is_part_of_the_story(self, small):
        refused = "  - {on: 2026-01-19, move: discharge, expect: {discharge: refused, step: ssri}}\n"
        dose = "{option: sertraline, dose_mg_per_day: 100}"
        goes_on = f"  - {{on: 2026-01-20, dose: {dose}, expect: {{dose: permitted}}}}\n"
        assert run(small, refused, goes_on) == []

    def test_one_answer_stands_for_several_starts(self, small):
        both = "[{option: citalopram, dose_mg_per_day: 20, role: parallel}, {option: cbt}]"
        assert run(small, f"  - {{on: 2026-01-19, start: {both}, expect: {{start: refused}}}}\n") == [
            ("start", "refused", "refused, permitted")
        ]
        assert (
            run(small, f"  - {{on: 2026-01-19, start: {both}, expect: {{start: [refused, permitted]}}}}\n")
            == []
        )


@pytest.mark.parametrize(
    ("actual", "wanted", "answer"),
    [
        (1, True, False),
        (True, True, True),
        (None, None, True),
        (None, False, False),
        (0, None, False),
        (12, Decimal("12.0"), True),
        (Decimal("12.5"), Decimal("12.50"), True),
        (Decimal("12.5"), 12, False),
        ("a", "a", True),
        ("1..2", "1..2", True),
    ],
)
def test_values_are_compared_exactly_and_unknown_is_only_unknown(actual, wanted, answer):
    assert same(actual, wanted) is answer


def test_values_are_written_as_a_scenario_writes_them():
    assert written((frozenset({"b.x", "a.y"}), frozenset({"c.z"}))) == "[[a.y, b.x], [c.z]]"
    assert [written(one) for one in (None, True, False, Decimal("1.50"), date(2026, 1, 5), ())] == [
        "null",
        "true",
        "false",
        "1.50",
        "2026-01-05",
        "[]",
    ]


class TestFindings:
    """Whatever is wrong with a scenario has a place in it."""

    @pytest.mark.parametrize(
        ("old", "new", "code", "words"),
        [
            ("start_ssri", "start_sri", "unknown-move", "start_sri"),
            ("sertraline", "sertralin", "unknown-option", "sertralin"),
            ("phq9: {total", "phq8: {total", "unknown-evidence", "phq8"),
            ("item9: 0", "item8: 0", "unknown-field", "item8"),
            ("total: 18", "total: 28", "impossible-record", "0 to 27"),
            ("total: 18", "total: high", "impossible-record", "not a number"),
            ("interview: {met: true}", "interview: known", "wrong-type", "`not_known`"),
            ("sex: male", "sex: man", "wrong-value", "man"),
            ("on: 2026-01-05", "on: 5.1.2026", "wrong-type", "a day of the calendar"),
            ("dose_mg_per_day: 50", "dose: 50", "unknown-key", "dose"),
            ("move:", "moves:", "unknown-key", "moves"),
            ("patient: {birth_date: 1980-07-01, sex: male}\n", "", "missing-key", "patient"),
            ("algorithm: small", "algorithm: other", "scenario-algorithm", "other"),
        ],
    )
    def test_a_mistake_is_found(self, small, old, new, code, words):
        [(found, message)] = findings(small, STORY.replace(old, new))
        assert found == code
        assert words in message

    @pytest.mark.parametrize(
        ("expect", "code", "words"),
        [
            ("stpe: ssri", "unknown-key", "`stpe`"),
            ("switch_to_mao: refused", "unknown-key", "`switch_to_mao`"),
            ("start_ssri: allowed", "wrong-value", "`allowed` is not an answer"),
            ("start_ssri: [refused]", "wrong-value", "is not an answer"),
            ("step: sri", "unknown-step", "sri"),
            ("facts: {trial.wekes: 3}", "unknown-name", "trial.wekes"),
            ("facts: {trial.weeks: many}", "wrong-value", "`many`"),
            ("facts: {trial.running: yes}", "wrong-value", "`yes`"),
            ("facts: {trial.kind: pill}", "wrong-value", "`pill`"),
            ("facts: {trial.started_on: 5.1.2026}", "wrong-value", "5.1.2026"),
            ("facts: {trial.weeks: 1..2}", "wrong-value", "`1..2`"),
            ("facts: {trial.weeks: [1]}", "wrong-type", "must be a single value"),
            ("gate: {reappraisl: null}", "unknown-gate", "reappraisl"),
            ("gate: {reappraisal: confirmd}", "unknown-conclusion", "confirmd"),
            ("options: {sertraline: open}", "wrong-value", "`open`"),
            ("options: {sertralin: offered}", "unknown-option", "sertralin"),
            ("needs: {enter_remission: [[phq9.totl]]}", "unknown-field", "phq9.totl"),
            ("due: [phq8]", "unknown-evidence", "phq8"),
            ("dose: permitted", "misplaced-key", "`dose`"),
        ],
    )
    def test_a_misspelt_expectation_is_found(self, small, expect, code, words):
        text = STORY + f"  - {{on: 2026-01-19, expect: {{{expect}}}}}\n"
        [(found, message)] = findings(small, text)
        assert found == code
        assert words in message

    def test_a_deviation_without_a_move_or_start_is_found(self, small):
        assert [code for code, _ in findings(small, STORY + "  - {on: 2026-01-06, deviate: because}\n")] == [
            "misplaced-key"
        ]

    def test_history_that_ends_before_it_began_is_found(self, small):
        history = "[{option: cbt, from: 2020-02-01, to: 2020-01-01}]"
        assert [code for code, _ in findings(small, STORY.replace("history: []", f"history: {history}"))] == [
            "range-reversed"
        ]


def test_an_entry_that_cannot_be_carried_out_is_a_failure_and_the_story_goes_on(small):
    retract = "  - {on: 2026-01-19, retract: {evidence: phq9, on: 2026-01-18}}\n"
    goes_on = "  - {on: 2026-01-20, expect: {step: ssri}}\n"
    [(key, expected, actual)] = run(small, retract, goes_on)
    assert (key, expected) == ("entry", "carried out")
    assert "no phq9 record" in actual


def test_scenarios_of_a_folder_come_in_order_of_their_names(tmp_path):
    for name in ("b.yaml", "a.yaml", "notes.txt"):
        (tmp_path / name).write_text("")
    assert [path.name for path in scenarios_in(tmp_path)] == ["a.yaml", "b.yaml"]
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/c.yaml").write_text("")
    assert [path.name for path in scenarios_in(tmp_path)] == ["c.yaml"]
