"""The axioms of the world: what is true of every patient, in one list.

Each is tested against the runtime over random walks (`tests/property/test_proof_axioms.py`). A proof names
those it rests on. More patients than there are would be safe for a proof; an axiom that some case breaks
would not be.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.criteria.solver_terms import Day as SolverDay
from engine.criteria.solver_terms import Pair, Term
from engine.model.time import EVER, Unit, Window
from engine.proof.world import World
from engine.runtime.names import OUTCOMES

Rule = Callable[[World, str], Iterator[Term]]


@dataclass(frozen=True, slots=True)
class Axiom:
    """One axiom. `rule` gives what it says about a variable of the world, by the variable's name."""

    id: str
    text: str
    rule: Rule


_KNOWN_ROOTS = {
    "Today()",
    "patient",
    "case",
    "step",
    "trial",
    "base",
    "episode",
    "lifetime",
    "taking",
    "tried",
    "failed",
    "option",
    "runs",
    "had",
    "stopped",
    "titration",
    "stop",
    "signed",
    "visited",
}
_MAY_BE_UNKNOWN = ("started_on", "stopped_on", "clock_from", "days_covered_percent", "outcome", "adequate")


def _history_known(world: World, name: str) -> Iterator[Term]:
    root, _, rest = name.partition(".")
    open_ = root in ("trial", "base") and rest in _MAY_BE_UNKNOWN
    never_null = root in _KNOWN_ROOTS and not open_
    counted = rest == "days_since" and (root == "score" or root in world.algorithm.evidence)
    series = world.algorithm.series.get(name)
    if never_null or counted or name in world.algorithm.parameters or (series and series.take == "count"):
        yield world.encoding.variables[name][0].known


def _same(world: World, one: Term, other: Term) -> Term:
    if isinstance(one, SolverDay) and isinstance(other, SolverDay):
        return world.z3.And([a == b for a, b in zip(one.parts, other.parts, strict=True)])
    return one == other


def equal(world: World, one: Pair, other: Pair) -> Term:
    """That two facts are both unknown, or known with the same value."""
    z3 = world.z3
    return z3.And(one.known == other.known, z3.Implies(one.known, _same(world, one.term, other.term)))


def longest_days(window: Window) -> int | None:
    """At most so many days lie in a window; None without end."""
    if window.duration is None:
        return None
    return (
        window.duration.count
        * {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.YEAR: 366}[window.duration.unit]
    )


def _fewest_days(window: Window) -> int | None:
    if window.duration is None:
        return None
    return (
        window.duration.count
        * {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 28, Unit.YEAR: 365}[window.duration.unit]
    )


def inside(one: Window, other: Window) -> bool:
    """Whether whatever lies in one window also lies in the other."""
    if one == other or other == EVER:
        return True
    longest = 14 if one.since == "gate" else longest_days(one)
    fewest = _fewest_days(other)
    if one.duration and other.duration and one.duration.unit is other.duration.unit:
        return one.duration.count <= other.duration.count
    return longest is not None and fewest is not None and longest <= fewest


def _windows(world: World, name: str) -> Iterator[Term]:
    mine = world.variants.get(name)
    if mine is None:
        return
    field = world.encoding.variables[name][0]
    if mine.window != EVER:
        ever = world.fact(f"{mine.type}.{mine.field}", EVER)
        yield world.z3.Implies(field.known, ever.known)
        if mine.field != "observed_on":
            yield world.z3.Implies(field.known, _same(world, field.term, ever.term))
    for other in list(world.variants.values()):
        if (other.type, other.field) != (mine.type, mine.field) or other.window == mine.window:
            continue
        if other.name not in world.encoding.variables:
            continue
        pair = world.encoding.variables[other.name][0]
        if inside(mine.window, other.window):
            yield world.z3.Implies(field.known, pair.known)
        elif inside(other.window, mine.window):
            yield world.z3.Implies(pair.known, field.known)


def _last(world: World, name: str) -> Iterator[Term]:
    root, _, rest = name.partition(".")
    if root in world.algorithm.evidence and rest.startswith("last."):
        yield equal(world, world.encoding.variables[name][0], world.ever(root, rest.removeprefix("last.")))


def _counts(world: World, name: str) -> Iterator[Term]:
    scope, _, rest = name.partition(".")
    if scope not in ("episode", "lifetime") or rest not in (
        "adequate_failures.at_least",
        "adequate_failures.at_most",
    ):
        return
    low, high = (
        world.fact(f"{scope}.adequate_failures.at_least"),
        world.fact(f"{scope}.adequate_failures.at_most"),
    )
    yield low.term <= high.term
    yield high.term <= world.fact(f"{scope}.trials").term
    if scope == "episode":
        for one in ("adequate_failures.at_least", "adequate_failures.at_most", "trials"):
            yield world.fact(f"episode.{one}").term <= world.fact(f"lifetime.{one}").term


def _trial(world: World, name: str) -> Iterator[Term]:
    root, _, rest = name.partition(".")
    if root not in ("trial", "base"):
        return
    z3, none = world.z3, world.code(f"{root}.kind", "none")
    pair = world.encoding.variables[name][0]
    match rest:
        case "option" | "class":
            yield _catalogue(world, root)
        case "role":
            yield world.code(name, "none") == none
            if root == "base":
                yield z3.Or(none, world.code(name, "primary"))
        case "kind":
            if root == "base":
                yield z3.Or(none, world.code(name, "drug"))
        case "weeks" | "sessions":
            yield z3.Implies(none, pair.term == 0)
        case "weeks_at_minimum_dose":
            yield pair.term <= world.fact(f"{root}.weeks").term
            yield z3.Implies(none, pair.term == 0)
        case "at_minimum_dose" | "enough_sessions" | "settled":
            yield z3.Implies(none, z3.Not(pair.term))
        case "running":
            yield z3.Implies(none, z3.Not(pair.term))
            if root == "base":
                yield z3.Implies(z3.Not(none), pair.term)
        case "dose_mg_per_day":
            yield z3.Implies(none, pair.term == 0)
        case "days_covered_percent":
            yield z3.Implies(none, z3.Not(pair.known))
        case "started_on" | "clock_from":
            yield pair.known == z3.Not(none)
        case _:
            pass


def _catalogue(world: World, root: str) -> Term:
    """Class and kind of a trial are those of its option."""
    rows = [("none", "none", "none")]
    rows += [(o.id, o.drug_class or "none", o.kind.value) for o in world.algorithm.formulary.options.values()]
    return world.z3.Or(
        [
            world.z3.And(
                world.code(f"{root}.option", option),
                world.code(f"{root}.class", klass),
                world.code(f"{root}.kind", kind),
            )
            for option, klass, kind in rows
        ]
    )


def _outcome(world: World, name: str) -> Iterator[Term]:
    if name != "trial.outcome":
        return
    z3, none, settled = world.z3, world.code("trial.kind", "none"), world.fact("trial.settled").term
    yield world.code(name, "none") == none
    yield z3.Implies(z3.Not(none), world.code(name, "ongoing") == z3.Not(settled))
    assert OUTCOMES[:2] == ("none", "ongoing")


def _stopped(world: World, name: str) -> Iterator[Term]:
    if name not in ("trial.running", "trial.settled"):
        return
    z3, none = world.z3, world.code("trial.kind", "none")
    running, settled = world.fact("trial.running").term, world.fact("trial.settled").term
    yield z3.Or(none, running, settled)
    inheriting = [world.code("step.id", s.id) for s in world.algorithm.steps.values() if s.inherits_trial]
    yield z3.Or([z3.Not(z3.And(running, settled)), *inheriting])


def _adequate(world: World, name: str) -> Iterator[Term]:
    if name != "trial.adequate":
        return
    z3, adequate = world.z3, world.fact("trial.adequate")
    rule = world.truth(world.algorithm.trials.adequate)
    now = z3.And(z3.Not(world.code("trial.kind", "none")), z3.Not(world.fact("trial.settled").term))
    yield z3.Implies(now, z3.And(adequate.known, adequate.term) == rule.true)
    yield z3.Implies(now, z3.And(adequate.known, z3.Not(adequate.term)) == rule.false)
    yield z3.Implies(world.code("trial.kind", "none"), z3.And(adequate.known, z3.Not(adequate.term)))


def _own_failure(world: World, name: str) -> Iterator[Term]:
    if name not in ("episode.adequate_failures.at_least", "episode.adequate_failures.at_most"):
        return
    z3, rules = world.z3, world.algorithm.trials
    counts, failed = world.truth(rules.counts), world.truth(rules.failed)
    now = z3.And(z3.Not(world.code("trial.kind", "none")), z3.Not(world.fact("trial.settled").term))
    least = world.fact("episode.adequate_failures.at_least").term
    most = world.fact("episode.adequate_failures.at_most").term
    yield z3.Implies(z3.And(now, counts.true, failed.true), least >= 1)
    yield z3.Implies(z3.And(now, counts.true, z3.Not(failed.false)), most >= 1)
    yield z3.Implies(z3.And(now, counts.true), world.fact("episode.trials").term >= 1)


def _treatments(world: World, name: str) -> Iterator[Term]:
    root, _, rest = name.partition(".")
    z3, names = world.z3, world.plan.names_by_option
    match root:
        case "taking" | "tried":
            flag = "runs" if root == "taking" else "had"
            under = [world.flag(f"{flag}.{o}") for o, mine in names.items() if rest in mine]
            yield world.fact(name).term == z3.Or([*under, world.no])
        case "failed":
            yield z3.Implies(world.fact(name).term, world.fact(f"tried.{rest}").term)
        case "runs":
            yield z3.Implies(world.flag(name), world.flag(f"had.{rest}"))
        case "titration":
            week = world.encoding.variables[name][0].term
            yield z3.Implies(z3.Not(world.flag(f"had.{rest}")), week == 0)
        case _:
            pass


def _running_trial(world: World, name: str) -> Iterator[Term]:
    if name not in ("trial.option", "base.option"):
        return
    root = name.partition(".")[0]
    running = world.fact(f"{root}.running").term
    for option in world.algorithm.formulary.options:
        here = world.z3.And(world.code(name, option), running)
        yield world.z3.Implies(here, world.flag(f"runs.{option}"))
        yield world.z3.Implies(world.code(name, option), world.flag(f"had.{option}"))


def _scale(world: World, name: str) -> Iterator[Term]:
    root, _, rest = name.partition(".")
    if root != "score" or not world.plan.scales:
        return
    z3 = world.z3
    if rest == "scale":
        yield world.encoding.variables[name][0].known
        return
    pair = world.encoding.variables[name][0]
    inheriting = [world.code("step.id", s.id) for s in world.algorithm.steps.values() if s.inherits_trial]
    for kind, field, below in world.plan.scales:
        here = world.code("score.scale", kind)
        match rest:
            case "remission_below":
                yield z3.Implies(here, z3.And(pair.known, pair.term == below))
            case "now":
                yield z3.Implies(
                    here, z3.Or([equal(world, pair, world.fact(f"{kind}.{field}")), *inheriting])
                )
            case "baseline" | "previous":
                other = world.fact(f"{kind}.{rest}.{field}")
                yield z3.Implies(here, z3.Or([equal(world, pair, other), *inheriting]))
            case "last":
                yield z3.Implies(here, equal(world, pair, world.ever(kind, field)))
            case _:
                pass


def _series(world: World, name: str) -> Iterator[Term]:
    """A series of every total up to some age ends with the score of today, where it has any."""
    series = world.algorithm.series.get(name)
    if series is None or series.where is not None or series.take != "latest" or series.within is None:
        return
    if series.read not in ("score.total", "score.observed_on"):
        return
    window = Window(duration=series.within)
    if not all(inside(window, world.algorithm.evidence[kind].valid_for) for kind, _, _ in world.plan.scales):
        return
    z3, pair = world.z3, world.encoding.variables[name][0]
    today = world.fact("score.now" if series.read == "score.total" else "score.observed_on")
    inheriting = [world.code("step.id", s.id) for s in world.algorithm.steps.values() if s.inherits_trial]
    same = z3.And(today.known, _same(world, pair.term, today.term))
    yield z3.Or([z3.Not(pair.known), same, *inheriting])


def _dates(world: World, name: str) -> Iterator[Term]:
    """Nothing is dated later than today, and nothing in a step before it was entered by count of weeks."""
    pair = world.encoding.variables[name][0]
    dated = name in ("case.opened_on", "step.entered_on", "patient.birth_date") or name.endswith(
        ".started_on"
    )
    series = world.algorithm.series.get(name)
    dated = dated or (series is not None and series.read.endswith("observed_on"))
    variant = world.variants.get(name)
    dated = dated or (variant is not None and variant.field == "observed_on") or name == "score.observed_on"
    if dated and isinstance(pair.term, SolverDay):
        yield world.z3.Implies(pair.known, pair.term.key <= world.fact("Today()").term.key)


def _months(world: World, name: str) -> Iterator[Term]:
    """A month has 28 to 31 days."""
    if name == "step.months":
        weeks, months = world.fact("step.weeks").term, world.encoding.variables[name][0].term
        yield 4 * months <= weeks
        yield 7 * weeks <= 31 * (months + 1)


def _visited(world: World, name: str) -> Iterator[Term]:
    if name == "episode.last_effective_step":
        for step in world.algorithm.steps.values():
            if step.kind.value == "treatment":
                yield world.z3.Implies(world.code(name, step.id), world.flag(f"visited.{step.id}"))
    root, _, rest = name.partition(".")
    if root == "visited":
        yield world.z3.Implies(world.code("step.id", rest), world.flag(name))


def _kind_of_step(world: World, name: str) -> Iterator[Term]:
    if name == "step.kind":
        for step in world.algorithm.steps.values():
            yield world.z3.Implies(world.code("step.id", step.id), world.code(name, step.kind.value))


def _no_trial_here(world: World, name: str) -> Iterator[Term]:
    if name != "trial.kind":
        return
    for step in world.algorithm.steps.values():
        if step.inherits_trial:
            continue
        offered = (
            {o for row in step.options.get(step.leading_role, ()) for o in row.options}
            if step.leading_role
            else set[str]()
        )
        allowed = [world.code("trial.option", o) for o in sorted(offered)]
        yield world.z3.Implies(
            world.code("step.id", step.id), world.z3.Or([world.code("trial.option", "none"), *allowed])
        )


AXIOMS = (
    Axiom("history-known", "What the history alone tells is never unknown.", _history_known),
    Axiom(
        "one-record",
        "The windows of one evidence field read one record; a wider window loses none.",
        _windows,
    ),
    Axiom("last-record", "`last` is the latest record whatever its age.", _last),
    Axiom("counts", "At least as many failures as are sure, at most as many as there are trials.", _counts),
    Axiom("trial", "A trial has the kind and class of its option; weeks at a dose are weeks.", _trial),
    Axiom("outcome", "A trial is ongoing until it is settled.", _outcome),
    Axiom("settled", "A trial that no longer runs is settled.", _stopped),
    Axiom("adequate", "A trial that goes on is judged by today's facts.", _adequate),
    Axiom("own-failure", "The trial that goes on is one of the trials of its episode.", _own_failure),
    Axiom("treatments", "What is taken was tried; an option counts under its class and groups.", _treatments),
    Axiom("running", "The trial's treatment is one that was taken.", _running_trial),
    Axiom("scale", "Scores are those of the measure that leads.", _scale),
    Axiom("series", "A series of all recent totals ends with the score of today.", _series),
    Axiom("past", "Nothing is dated later than today.", _dates),
    Axiom("months", "A month has 28 to 31 days.", _months),
    Axiom("visited", "The last step that worked was visited.", _visited),
    Axiom("step-kind", "A step has its own kind.", _kind_of_step),
    Axiom("trial-of-step", "A step's trial is of a treatment it offers.", _no_trial_here),
)
"""Evidence ranges are not listed: every fact has the range of its field."""

RULES = tuple((axiom.id, axiom.rule) for axiom in AXIOMS)
TEXTS = {axiom.id: axiom.text for axiom in AXIOMS}
