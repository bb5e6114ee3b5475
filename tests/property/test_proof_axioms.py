"""The world of a proof is the world of the runtime: on any case the axioms hold and the formulas agree."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.model.decision import OptionStatus, Status
from engine.proof.axioms import AXIOMS, RULES
from engine.proof.forms import Assuming
from engine.proof.permitting import move_truth
from engine.proof.treating import option_open
from engine.proof.world import World
from engine.runtime.day import Day
from engine.runtime.moves import move_status
from engine.runtime.options import option_status
from tests.support.pinned import PinnedFacts
from tests.support.walks import Walk, walks

NAMES = ("stepwise-depression", "star-d", "nice-ng222")
# A story of a whole case is not made smaller: each try costs a second.
SLOW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def pinned_world(walk: Walk) -> tuple[World, Day]:
    from engine.runtime.plan import plan_of

    day = Day(plan_of(walk.algorithm), walk.case, walk.today)
    facts = PinnedFacts(day)
    world = World(walk.algorithm, pinned=facts)
    facts.world = world
    return world, day


def holds(world: World, term: object) -> bool:
    return bool(world.z3.is_true(world.z3.simplify(term)))


@pytest.mark.parametrize("name", NAMES)
@SLOW
@given(data=st.data())
def test_a_move_is_permitted_by_formula_exactly_where_the_runtime_permits_it(name, data):
    walk = data.draw(walks(name))
    world, day = pinned_world(walk)
    for move in walk.algorithm.moves_from(walk.case.step):
        truth = move_truth(world, move, walk.case.step)
        said = (
            Status.PERMITTED
            if holds(world, truth.true)
            else Status.REFUSED
            if holds(world, truth.false)
            else Status.UNDECIDED
        )
        assert said is move_status(day, move), (move.id, said)


@pytest.mark.parametrize("name", NAMES)
@SLOW
@given(data=st.data())
def test_an_option_is_open_by_formula_exactly_where_the_formulary_leaves_it_open(name, data):
    walk = data.draw(walks(name))
    world, day = pinned_world(walk)
    for step in walk.algorithm.steps.values():
        for role, rows in step.options.items():
            for option in {o for row in rows for o in row.options}:
                truth = option_open(world, option, role)
                status = option_status(day, walk.algorithm.formulary.options[option], role)
                assert holds(world, truth.true) is (
                    status in (OptionStatus.OFFERED, OptionStatus.CAUTIONED)
                ), option
                assert holds(world, truth.false) is (status is OptionStatus.BLOCKED), option


@pytest.mark.parametrize("name", NAMES)
@SLOW
@given(data=st.data())
def test_every_axiom_holds_of_every_case(name, data):
    walk = data.draw(walks(name))
    world, _ = pinned_world(walk)
    for move in walk.algorithm.moves_from(walk.case.step):
        move_truth(world, move, walk.case.step, frozenset((Assuming.NO_SAFETY_STOP,)))
    for kind in walk.algorithm.evidence.values():
        for field in kind.fields:
            world.fact(f"{kind.id}.last.{field}")
    for fact in world.names.names:
        apart = fact.name.endswith("adequate_failures") or fact.name.partition(".")[0] in ("move", "option")
        if fact.kind in ("fact", "series") and fact.type is not None and not apart:
            world.fact(fact.name)
    world.close(RULES)
    for axiom, term in world.axioms:
        assert holds(world, term), f"{axiom}: {term}"


def test_every_axiom_is_told_in_words():
    assert all(axiom.text.endswith(".") for axiom in AXIOMS)
    assert len({axiom.id for axiom in AXIOMS}) == len(AXIOMS)
