# ruff: noqa: E501 - rows quote the definitions as they are
"""Plausible mistakes in the shipped algorithms, each a small edit of their text, and what finds each."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.definition.loader import Loaded, load
from engine.proof.answers import Verdict
from engine.proof.proving import Prover
from engine.proof.reading import read_claims
from engine.proof.stating import claims_of

ALGORITHMS = Path(__file__).parents[2] / "algorithms"
MAIN, STAR_D, NICE = "stepwise-depression", "star-d", "nice-ng222"
GATE, STOPS = "library/gates/reappraisal.yaml", "library/interrupts/depression.yaml"
DRUGS, OUTCOMES = "library/formulary/antidepressants.yaml", "library/evidence/outcomes.yaml"
EVIDENCE = "library/evidence/depression.yaml"


@dataclass(frozen=True)
class Defect:
    """One mistake: in `file`, `old` becomes `new`. `finder` is the claim or check that tells; None: none does."""

    id: str
    title: str
    old: str
    new: str
    finder: str | None
    algorithm: str = MAIN
    file: str = ""
    unfound: str = ""


def loaded_with(defect: Defect, folder: Path) -> Loaded:
    """The algorithm with the mistake in it, its libraries beside it."""
    own = f"{defect.algorithm}/algorithm.yaml"
    for file in ALGORITHMS.glob("library/*/*.yaml"):
        _copy(file, folder, defect)
    _copy(ALGORITHMS / own, folder, defect)
    return load(folder / defect.algorithm, [folder / "library"])


def _copy(file: Path, folder: Path, defect: Defect) -> None:
    name = file.relative_to(ALGORITHMS).as_posix()
    text = file.read_text(encoding="utf-8")
    if name == (defect.file or f"{defect.algorithm}/algorithm.yaml"):
        assert text.count(defect.old) >= 1, f"{defect.id}: {defect.old!r} is not in {name}"
        text = text.replace(defect.old, defect.new, 1)
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def finders(defect: Defect, only: Iterable[str] | None = None) -> set[str]:
    """Every check and claim that tells of a mistake; of the claims only those named, where some are."""
    with TemporaryDirectory() as folder:
        loaded = loaded_with(defect, Path(folder))
    found = {f"check: {finding.code}" for finding in loaded.findings}
    if loaded.algorithm is None:
        return found
    found |= {f"check: {finding.code}" for finding in read_claims(loaded.algorithm).findings}
    prover = Prover(loaded.algorithm, timeout_ms=60_000)
    for claim in claims_of(loaded.algorithm):
        if (only is None or claim.id in only) and prover.prove(claim).verdict is not Verdict.PROVED:
            found.add(claim.id)
    return found


DEFECTS = (
    Defect(
        "switch-without-gate",
        "A switch has lost its gate",
        "    to: snri\n    gate: reappraisal\n",
        "    to: snri\n",
        "check: escalation-without-gate",
    ),
    Defect(
        "augment-without-gate",
        "An addition has lost its gate",
        "    to: augmentation\n    gate: reappraisal\n",
        "    to: augmentation\n",
        "check: escalation-without-gate",
    ),
    Defect(
        "tms-without-gate",
        "TMS has lost its gate",
        "    to: tms\n    gate: reappraisal\n",
        "    to: tms\n",
        "check: escalation-without-gate",
    ),
    Defect(
        "within-step-without-gate",
        "A second drug within a step needs no gate",
        "    to: same\n    gate: reappraisal\n",
        "    to: same\n",
        "check: escalation-without-gate",
    ),
    Defect(
        "escalation-called-continue",
        "An escalation is called `continue`",
        "    kind: escalate\n    from: [ssri, snri, augmentation]\n    to: psychotherapy\n    gate: reappraisal\n",
        "    kind: continue\n    from: [ssri, snri, augmentation]\n    to: ect\n",
        "no-way-round-to-specialist-treatment",
    ),
    Defect(
        "trd-of-one",
        "Treatment resistance after one failure",
        "    is: episode.adequate_failures >= trd_failures\n",
        "    is: episode.adequate_failures >= 1\n",
        "ect-needs-cause",
    ),
    Defect(
        "trd-greater-or-equal",
        "`>=` of one less than two",
        "    is: episode.adequate_failures >= trd_failures\n",
        "    is: episode.adequate_failures >= trd_failures - 1\n",
        "ect-needs-cause",
    ),
    Defect(
        "trd-lower-bound",
        "A clinic may set treatment resistance to one failure",
        "    value: 2\n    from: 2\n    to: 4\n",
        "    value: 2\n    from: 1\n    to: 4\n",
        "ect-needs-cause-in-every-clinic",
    ),
    Defect(
        "trd-of-trials",
        "Trials are counted instead of failures",
        "    is: episode.adequate_failures >= trd_failures\n",
        "    is: episode.trials >= trd_failures\n",
        "ect-needs-cause",
    ),
    Defect(
        "trd-fewer",
        "`<=` for `>=`",
        "    is: episode.adequate_failures >= trd_failures\n",
        "    is: episode.adequate_failures <= trd_failures\n",
        "more-failures-never-close-tms",
    ),
    Defect(
        "ect-or",
        "`any` for `all`: the opinion alone opens ECT",
        '    when: [trd, second_opinion.agrees]\n    label: ["Two trials did not work,", second opinion]\n    recommendation',
        '    when: {any: [trd, second_opinion.agrees]}\n    label: ["Two trials did not work,", second opinion]\n    recommendation',
        "ect-needs-cause",
    ),
    Defect(
        "tms-without-trd",
        "TMS asks for the opinion alone",
        "    enter:\n      requires: {tms_safety: ever, second_opinion: 30 days}\n      when: [trd, second_opinion.agrees]\n",
        "    enter:\n      requires: {tms_safety: ever, second_opinion: 30 days}\n      when: [second_opinion.agrees]\n",
        "tms-and-esketamine-need-trd",
    ),
    Defect(
        "esketamine-spares-escalation",
        "The bound of esketamine leaves escalation out",
        "    enter:\n      requires: {vascular_disease: ever, hypersensitivity: ever, second_opinion: 30 days}\n      when: [trd, second_opinion.agrees]\n      except_kinds: [return]\n",
        "    enter:\n      requires: {vascular_disease: ever, hypersensitivity: ever, second_opinion: 30 days}\n      when: [trd, second_opinion.agrees]\n      except_kinds: [return, escalate]\n",
        "tms-and-esketamine-need-trd",
    ),
    Defect(
        "no-bipolar-screen",
        "The first step no longer looks at the bipolar screen",
        "        - {is: not bipolar_screen_positive, because: An antidepressant alone can start mania}\n",
        "",
        "screen-before-drug",
    ),
    Defect(
        "screen-negated",
        "The screen has to be positive",
        "        - {is: not bipolar_screen_positive, because: An antidepressant alone can start mania}\n",
        "        - {is: bipolar_screen_positive, because: An antidepressant alone can start mania}\n",
        "screen-before-drug",
    ),
    Defect(
        "gate-forgets-screen",
        "The gate passes any answer about bipolar disorder",
        "        pass: not bipolar_screen_positive\n        answer: [mdq.score]\n",
        "        answer: [mdq.score]\n",
        "screen-before-drug",
        file=GATE,
    ),
    Defect(
        "no-mdq-required",
        "The first step does not require an MDQ",
        "        mdq: 6 months\n        tsh: 6 months\n        substance_use",
        "        tsh: 6 months\n        substance_use",
        None,
        unfound="it opens nothing: the criterion on the screen stays unknown without an MDQ, so the claims still hold",
    ),
    Defect(
        "stale-screen",
        "The gate takes a bipolar screen of any age",
        "        answer: [mdq.score]\n        within: 6 months\n",
        "        answer: [mdq.score]\n        within: ever\n",
        "screen-before-drug",
        file=GATE,
    ),
    Defect(
        "psychosis-dropped",
        "The first step no longer looks at psychosis",
        "        - {is: not mental_state.psychosis, because: Psychotic depression goes to ECT}\n",
        "",
        "no-ssri-in-psychosis",
    ),
    Defect(
        "psychosis-is-true",
        "A mental state that is not recorded counts as none",
        "        - {is: not mental_state.psychosis, because: Psychotic depression goes to ECT}\n",
        "        - {is: mental_state.psychosis is not true, because: Psychotic depression goes to ECT}\n",
        "check: unknown-hidden",
    ),
    Defect(
        "exit-forgotten",
        "The bipolar exit does not start in remission",
        "    kind: exit\n    from: every\n    to: bipolar_pathway\n",
        "    kind: exit\n    from: {kind: [assessment, treatment]}\n    to: bipolar_pathway\n",
        "bipolar-exit-always-open",
    ),
    Defect(
        "exit-and",
        "`all` for `any`: mania and a positive screen",
        '    when: {any: [mental_state.mania, bipolar_screen_positive]}\n    label: ["From any step: mania,"',
        '    when: {all: [mental_state.mania, bipolar_screen_positive]}\n    label: ["From any step: mania,"',
        "bipolar-exit-always-open",
    ),
    Defect(
        "stop-freezes-bypass",
        "A safety stop spares leaving only",
        "      - {kind: [bypass, exit, de_escalate]}\n",
        "      - {kind: [exit, de_escalate]}\n",
        "safety-stops-spare-exits",
        file=STOPS,
    ),
    Defect(
        "stop-freezes-all",
        "Suicide risk freezes every move",
        "        - cssrs.risk = 'high'\n    actions:",
        "        - cssrs.risk = 'high'\n    spares: {kind: exit}\n    actions:",
        "safety-stops-spare-exits",
        file=STOPS,
    ),
    Defect(
        "relapse-boundary",
        "Relapse ends with `<=` where recurrence begins with `>=`",
        "      - is: total_in_remission_on < step.entered_on + 4 months\n",
        "      - is: total_in_remission_on <= step.entered_on + 4 months\n",
        "relapse-or-recurrence",
    ),
    Defect(
        "relapse-six-months",
        "Relapse until six months, recurrence from four",
        "      - is: total_in_remission_on < step.entered_on + 4 months\n",
        "      - is: total_in_remission_on < step.entered_on + 6 months\n",
        "relapse-or-recurrence",
    ),
    Defect(
        "response-strict",
        "`<` for `<=`: exactly half is nothing",
        "    is: score.now <= 0.5 * score.baseline\n",
        "    is: score.now < 0.5 * score.baseline\n",
        "one-grade-of-response",
        file=OUTCOMES,
    ),
    Defect(
        "response-overlap",
        "A response from sixty percent left",
        "is: score.now <= 0.5 * score.baseline",
        "is: score.now <= 0.6 * score.baseline",
        "one-grade-of-response",
        file=OUTCOMES,
    ),
    Defect(
        "remission-one-week",
        "Remission takes two scores seven days apart",
        "      - {is: days between first_low_on and recent_total_on >= 14, source: treadway}\n",
        "      - {is: days between first_low_on and recent_total_on >= 7, source: treadway}\n",
        "remission-takes-two-scores",
        file=OUTCOMES,
    ),
    Defect(
        "remission-bound",
        "Remission at the bound itself",
        "      - {is: recent_total < score.remission_below, source: treadway}\n",
        "      - {is: recent_total <= score.remission_below, source: treadway}\n",
        "remission-takes-two-scores",
        file=OUTCOMES,
    ),
    Defect(
        "remission-on-response",
        "Remission is entered on a response",
        "    when: remission_confirmed\n",
        "    when: response\n",
        "remission-takes-two-scores",
    ),
    Defect(
        "two-returns",
        "A relapse in TMS leads to SNRI too",
        "          - episode.last_effective_step = 'snri'\n",
        "          - episode.last_effective_step in {'snri', 'tms'}\n",
        "one-return-at-most",
    ),
    Defect(
        "return-unbound",
        "Returns no longer ask which step worked",
        '    when: ["relapse", "episode.last_effective_step = \'{step}\'"]\n',
        "    when: relapse\n",
        "one-return-at-most",
    ),
    Defect(
        "return-elsewhere",
        "Returns to TMS begin anywhere",
        '    kind: return\n    from: remission\n    to: "{step}"\n    gate: reappraisal\n',
        '    kind: return\n    from: remission\n    to: "{step}"\n',
        "check: escalation-without-gate",
    ),
    Defect(
        "end-with-a-way",
        "The end has a way out",
        "  bipolar_pathway:\n    title: Bipolar pathway\n    kind: end\n    result: referred\n",
        "  bipolar_pathway:\n    title: Bipolar pathway\n    kind: end\n    result: referred\n    moves: {back: {title: Back, kind: continue, to: ssri}}\n",
        "check: end-with-moves",
    ),
    Defect(
        "step-cut-off",
        "No move leads to esketamine any more",
        "    kind: escalate\n    from: [augmentation, psychotherapy, {group: interventional}]\n    to: esketamine\n",
        "    kind: escalate\n    from: [augmentation, psychotherapy, {group: interventional}]\n    to: tms\n",
        "every-step-reachable",
    ),
    Defect(
        "step-closed",
        "Psychotherapy asks for what cannot be",
        "    when:\n      any:\n        - episode.adequate_failures >= 1\n        - preference.prefers = 'psychotherapy'\n",
        "    when:\n      all:\n        - episode.adequate_failures >= 1\n        - episode.trials < 1\n",
        "nobody-stuck",
    ),
    Defect(
        "discharge-closed",
        "Nobody is discharged before they are in remission",
        "    when: [step.months >= maintenance_months, relapse_prevention_plan.agreed]\n",
        "    when: [step.id != 'remission', relapse_prevention_plan.agreed]\n",
        "every-step-reachable",
    ),
    Defect(
        "stuck-after-one",
        "After one failure only a partial response leads on",
        "        - episode.adequate_failures >= 1\n        - preference.prefers = 'psychotherapy'\n",
        "        - episode.adequate_failures >= 2\n        - preference.prefers = 'psychotherapy'\n",
        "nobody-stuck",
    ),
    Defect(
        "aneurysm-dropped",
        "Esketamine has lost a contraindication",
        "          when: vascular_disease.aneurysm\n",
        "          when: vascular_disease.intracerebral_haemorrhage\n",
        "no-esketamine-with-aneurysm",
        file=DRUGS,
    ),
    Defect(
        "citalopram-age",
        "The limit of citalopram begins at 70",
        "patient.age_years > 60",
        "patient.age_years > 70",
        "citalopram-past-sixty",
        file=DRUGS,
    ),
    Defect(
        "citalopram-swapped",
        "The limit of citalopram is 40",
        "            maximum: 20\n",
        "            maximum: 40\n",
        "citalopram-past-sixty",
        file=DRUGS,
    ),
    Defect(
        "score-too-rare",
        "In TMS a score falls due every 3 months",
        "      - scores_at_sessions_20_36\n      - score_every_4_weeks\n",
        "      - scores_at_sessions_20_36\n      - {after: entry, every: 3 months, do: [phq9]}\n",
        "score-every-four-weeks",
    ),
    Defect(
        "score-only-if-young",
        "Scores in ECT fall due for the young only",
        "      - score_at_session_6\n      - score_every_4_weeks\n",
        "      - score_at_session_6\n      - {after: entry, every: 4 weeks, do: [phq9], when: patient.age_years <= 25}\n",
        "score-every-four-weeks",
    ),
    Defect(
        "gate-for-nobody",
        "An item of the gate can apply to nobody",
        "        applies: could_be_pregnant\n",
        "        applies: could_be_pregnant and patient.sex = 'male'\n",
        "gate-before-escalation",
        file=GATE,
    ),
    Defect(
        "star-d-level-skipped",
        "Level 4 opens from level 2",
        "    to: level_4\n    gate: reappraisal\n",
        "    to: level_4\n",
        "check: escalation-without-gate",
        STAR_D,
    ),
    Defect(
        "star-d-age",
        "STAR*D takes patients of 76",
        "patient.age_years <= maximum_age_years,",
        "patient.age_years <= maximum_age_years + 1,",
        "entry-as-in-the-trial",
        STAR_D,
    ),
    Defect(
        "star-d-score",
        "STAR*D takes a HAM-D17 of 13",
        "hamd17.total >= entry_score_hamd17,",
        "hamd17.total >= entry_score_hamd17 - 1,",
        "entry-as-in-the-trial",
        STAR_D,
    ),
    Defect(
        "nice-opinion",
        "A tricyclic without a specialist",
        "second_opinion.agrees",
        "combination_talk.burden_explained",
        "tricyclics-in-secondary-care",
        NICE,
    ),
    Defect(
        "entry-score",
        "A medicine from a PHQ-9 of 9",
        "{title: PHQ-9 total from which a medicine is started, value: 10, from: 8, to: 15, source: kroenke-2001}",
        "{title: PHQ-9 total from which a medicine is started, value: 9, from: 8, to: 15, source: kroenke-2001}",
        None,
        unfound="no claim states the score; a scenario does",
    ),
    Defect(
        "thyroid-window",
        "The gate takes a thyroid test of two years",
        "        answer: [tsh.miu_per_litre]\n        within: 6 months\n",
        "        answer: [tsh.miu_per_litre]\n        within: 2 years\n",
        None,
        file=GATE,
        unfound="no claim states how recent the thyroid test must be; a scenario does",
    ),
    Defect(
        "lithium-1-5",
        "Toxic lithium from 1.6",
        "    raise_when: lithium_level.mmol_per_litre >= 1.5\n",
        "    raise_when: lithium_level.mmol_per_litre >= 1.6\n",
        None,
        file=STOPS,
        unfound="claims leave stops free to be raised or not; a scenario states the level",
    ),
    Defect(
        "maintenance-3-months",
        "Discharge after three months",
        "    {title: Calendar months in remission before discharge, value: 6, from: 6, to: 24, source: ng222}",
        "    {title: Calendar months in remission before discharge, value: 3, from: 3, to: 24, source: ng222}",
        None,
        unfound="no claim states the months; a scenario does",
    ),
)
