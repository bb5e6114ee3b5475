"""Algorithms made by hand for the tests of the diagram room."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from engine.model.algorithm import (
    Algorithm,
    Flag,
    Move,
    MoveKind,
    OptionRow,
    Step,
    StepKind,
    TrialRule,
)
from engine.model.criterion import ALWAYS, Line
from engine.model.formulary import Formulary, Role
from engine.model.gate import Conclusion, Gate, GateItem, Interrupt

TRIALS = TrialRule(counts=ALWAYS, adequate=ALWAYS, failed=ALWAYS, outcomes={})
PARALLEL = {Role.PARALLEL: (OptionRow(("cbt", "ipt", "cbasp")),)}
ITEMS = tuple(f"item_{n}" for n in range(1, 20))


def algorithm(steps: list[Step], moves: list[Move], **other: Any) -> Algorithm:
    """An algorithm of these steps and moves, started in the first step."""
    given: dict[str, Any] = {
        "id": "invented",
        "version": "1.0.0",
        "title": "Invented",
        "digest": f"{hash(repr((steps, moves, sorted(other.items())))):x}",
        "status": "draft",
        "start": steps[0].id,
        "steps": {step.id: step for step in steps},
        "moves": {move.id: move for move in moves},
        "evidence": {},
        "formulary": Formulary({}, {}),
        "trials": TRIALS,
    }
    return Algorithm(**{**given, **other})


def gate(id: str = "reappraisal", title: str = "Reappraisal", items: tuple[str, ...] = ITEMS) -> Gate:
    """A gate of so many questions."""
    return Gate(
        id,
        title,
        tuple(GateItem(item, f"Is {item} all right?", "not_yet", passes=Line("true")) for item in items),
        {"not_yet": Conclusion("not_yet", "Not yet")},
        "confirmed_resistant",
    )


def interrupt(id: str, title: str) -> Interrupt:
    """An interrupt by name."""
    return Interrupt(id, title, Line("false"), frozenset())


def stepwise() -> Algorithm:
    """The main algorithm by the ids of its vocabulary, its wording and rules left out."""
    treatment, end = StepKind.TREATMENT, StepKind.END
    steps = [
        Step(
            "diagnosis_check",
            "Diagnosis check",
            StepKind.ASSESSMENT,
            "S0",
            look="assess",
            body=(
                "Interview, PHQ-9 of 10 or more, bipolar screen,",
                "psychosis, suicide risk, thyroid, blood tests, medicines",
                "Within 14 days",
            ),
        ),
        Step(
            "ssri",
            "SSRI",
            treatment,
            "S1",
            look="medicine",
            options={**PARALLEL},
            body=("Check at weeks 1, 2, 4, 6 and 8", "Week 4, less than 20% better: raise the dose"),
        ),
        Step(
            "snri",
            "SNRI or another class",
            treatment,
            "S2",
            look="medicine",
            options={**PARALLEL},
            body=("Check at weeks 1, 2, 4, 6 and 8",),
        ),
        Step(
            "augmentation",
            "Add a second medicine",
            treatment,
            "S3",
            look="medicine",
            options={**PARALLEL},
            body=("Baseline tests for the medicine chosen", "Check at weeks 2, 4 and 6"),
        ),
        Step(
            "psychotherapy",
            "Psychotherapy",
            treatment,
            "S4",
            look="therapy",
            options={Role.PRIMARY: (OptionRow(("cbt", "ipt", "cbasp")),)},
            body=("CBT, IPT or CBASP", "Check at sessions 4, 8 and 12"),
        ),
        Step(
            "tms",
            "TMS",
            treatment,
            "S5",
            group="interventional",
            look="specialist",
            body=("Check at sessions", "20 and 36"),
        ),
        Step(
            "ect",
            "ECT",
            treatment,
            "S5",
            group="interventional",
            look="specialist",
            body=("Check at session 6",),
        ),
        Step(
            "esketamine",
            "Esketamine",
            treatment,
            "S5",
            group="interventional",
            look="specialist",
            body=("Judge at week 4",),
        ),
        Step(
            "remission",
            "Maintenance",
            StepKind.MAINTENANCE,
            "R",
            look="well",
            body=("Monthly for 6 to 12 months or longer",),
        ),
        Step("bipolar_pathway", "Bipolar pathway", end, result="referred"),
        Step("other_diagnosis", "Other diagnosis", end, result="referred"),
        Step("discharged", "Discharged", end, result="well"),
    ]
    treatments = [step.id for step in steps if step.kind is treatment]
    open_steps = [step.id for step in steps if step.kind is not end]
    others = ["tms", "ect", "esketamine"]
    moves = [
        Move(
            "start_ssri",
            "Start an SSRI",
            MoveKind.START,
            ("diagnosis_check",),
            "ssri",
            label=("Major depression", "confirmed"),
        ),
        Move(
            "start_snri",
            "Start an SNRI or another class",
            MoveKind.START,
            ("diagnosis_check",),
            "snri",
            draw="in_box",
            label=("SSRI unsuitable",),
        ),
        Move(
            "start_psychotherapy",
            "Start psychotherapy",
            MoveKind.START,
            ("diagnosis_check",),
            "psychotherapy",
            label=("Prefers therapy",),
        ),
        Move(
            "switch_to_snri",
            "Change to an SNRI or another class",
            MoveKind.SWITCH,
            ("ssri", "augmentation", "psychotherapy"),
            "snri",
            gate="reappraisal",
            label=("Weeks 6 to 8:", "no response"),
        ),
        Move(
            "change_to_ssri",
            "Change to an SSRI",
            MoveKind.SWITCH,
            ("psychotherapy",),
            "ssri",
            gate="reappraisal",
            label=("Less than half better",),
        ),
        Move(
            "switch_within_step",
            "Another of the same kind",
            MoveKind.SWITCH,
            ("ssri", "snri", "augmentation", "psychotherapy", "tms"),
            None,
            gate="reappraisal",
        ),
        Move(
            "augment",
            "Add a second medicine",
            MoveKind.AUGMENT,
            ("ssri", "snri"),
            "augmentation",
            gate="reappraisal",
            label=("Weeks 6 to 8:", "partial response"),
        ),
        Move(
            "go_to_psychotherapy",
            "Go to psychotherapy",
            MoveKind.ESCALATE,
            ("ssri", "snri", "augmentation"),
            "psychotherapy",
            gate="reappraisal",
            label=("Not enough, or", "prefers therapy"),
        ),
        *(
            Move(
                f"escalate_to_{to}",
                f"Escalate to {to.upper()}",
                MoveKind.ESCALATE,
                ("augmentation", "psychotherapy", *(other for other in others if other != to)),
                to,
                gate="reappraisal",
                label=("Two trials did not work,", "second opinion agrees"),
            )
            for to in others
        ),
        Move(
            "bypass_to_ect",
            "Urgent ECT",
            MoveKind.BYPASS,
            tuple(step for step in open_steps if step not in {"ect", "remission"}),
            "ect",
            label=("urgent ECT for psychosis,", "catatonia, not eating", "or high suicide risk"),
        ),
        Move(
            "enter_remission",
            "Enter remission",
            MoveKind.CONTINUE,
            tuple(treatments),
            "remission",
            draw="in_box",
            label=("Remission",),
        ),
        *(
            Move(
                f"return_to_{to}",
                f"Return to {to}",
                MoveKind.RETURN,
                ("remission",),
                to,
                gate="reappraisal",
                label=("Relapse: the last step that helped",),
            )
            for to in treatments
        ),
        Move(
            "new_episode",
            "A new episode begins",
            MoveKind.RETURN,
            ("remission",),
            "diagnosis_check",
            opens_episode=True,
            label=("New episode after 4 months",),
        ),
        Move("de_escalate", "Reduce treatment", MoveKind.DE_ESCALATE, tuple(treatments), None, draw="hidden"),
        Move(
            "exit_bipolar",
            "Leave for the bipolar pathway",
            MoveKind.EXIT,
            tuple(open_steps),
            "bipolar_pathway",
            label=("mania or bipolar", "screen positive"),
        ),
        Move(
            "exit_other_diagnosis",
            "Leave for another diagnosis",
            MoveKind.EXIT,
            tuple(open_steps),
            "other_diagnosis",
            label=("explained by", "something else"),
        ),
        Move(
            "discharge",
            "Discharge",
            MoveKind.EXIT,
            ("remission",),
            "discharged",
            label=("6 months well,", "relapse plan agreed"),
        ),
    ]
    titles = {
        "suicidality": "Suicide risk", "mania": "Mania", "serotonin_syndrome": "Serotonin toxicity",
        "hyponatraemia": "Low sodium", "pregnancy": "Pregnancy with valproate", "lamotrigine_rash": "Rash",
        "lithium_toxicity": "Lithium toxicity", "psychosis": "New psychosis", "akathisia": "Akathisia",
    }  # fmt: skip
    return algorithm(
        steps,
        moves,
        id="stepwise-depression",
        title="Stepwise treatment of depression",
        gates={"reappraisal": gate()},
        interrupts={id: interrupt(id, title) for id, title in titles.items()},
        flags={"no_score_28d": Flag("no_score_28d", "No score for 28 days", None)},
    )


def ladder(rungs: int = 3) -> Algorithm:
    """A plain ladder: each rung leads to the next."""
    names = [f"rung_{n}" for n in range(1, rungs + 1)]
    steps = [Step(name, name.replace("_", " ").capitalize(), StepKind.TREATMENT) for name in names]
    moves = [Move(f"to_{to}", f"Go on to {to}", MoveKind.SWITCH, (frm,), to) for frm, to in pairwise(names)]
    return algorithm(steps, moves)


def hostile(text: str) -> Algorithm:
    """The main algorithm with the same text in every place that a picture or list may show."""
    base = stepwise()
    return replace(
        base,
        title=text,
        version=text,
        digest=f"hostile {hash(text):x}",
        steps={
            id: replace(step, title=text, code=text if step.code else None, body=(text,) * 2, look=text)
            for id, step in base.steps.items()
        },
        moves={id: replace(move, title=text, label=(text,)) for id, move in base.moves.items()},
        gates={id: replace(item, title=text) for id, item in base.gates.items()},
        interrupts={id: replace(item, title=text) for id, item in base.interrupts.items()},
    )


def branching() -> Algorithm:
    """Two ways at each level that meet again, a step back, a way out, no codes, no labels, no gate."""
    treatment = StepKind.TREATMENT
    steps = [
        Step("entry", "Entry", StepKind.ASSESSMENT),
        Step("citalopram", "Level 1: citalopram", treatment),
        Step("switch_2", "Level 2: switch to bupropion, sertraline or venlafaxine", treatment),
        Step("augment_2", "Level 2: add bupropion or buspirone", treatment),
        Step("therapy_2", "Level 2: cognitive therapy", treatment, look="therapy"),
        Step("switch_3", "Level 3: mirtazapine or nortriptyline", treatment),
        Step("augment_3", "Level 3: add lithium or T3", treatment),
        Step("level_4", "Level 4: tranylcypromine, or venlafaxine and mirtazapine", treatment),
        Step("follow_up", "Follow-up", StepKind.MAINTENANCE),
        Step("referred", "Referred", StepKind.END, result="referred"),
    ]
    treated = tuple(step.id for step in steps if step.kind is treatment)
    level_2, level_3 = ("switch_2", "augment_2", "therapy_2"), ("switch_3", "augment_3")
    moves = [
        Move("begin", "Begin", MoveKind.START, ("entry",), "citalopram"),
        *(Move(f"to_{to}", f"Go on to {to}", MoveKind.SWITCH, ("citalopram",), to) for to in level_2),
        *(Move(f"on_to_{to}", f"Go on to {to}", MoveKind.SWITCH, level_2, to) for to in level_3),
        Move("to_4", "Go on to level 4", MoveKind.SWITCH, level_3, "level_4"),
        Move("remission", "Remission reached", MoveKind.CONTINUE, treated, "follow_up"),
        Move("again", "Ill again", MoveKind.RETURN, ("follow_up",), "citalopram"),
        Move("refer", "Refer elsewhere", MoveKind.EXIT, ("entry", *treated, "follow_up"), "referred"),
    ]
    return algorithm(steps, moves, id="branching", title="Branching")
