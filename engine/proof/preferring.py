"""What a patient in a story should be like where the claim leaves it open: plain and round."""

from collections.abc import Iterator

from engine.criteria.solver_terms import Day, Term
from engine.proof.world import World

_MOST = 60
"""Beyond these wishes the patient is plain enough."""


def preferences(world: World) -> Iterator[Term]:
    """Wishes, the most important first; each is granted where it leaves some patient."""
    z3 = world.z3
    variables = world.encoding.variables
    calm = [
        z3.Not(pair.term)
        for name, (pair, _) in variables.items()
        if name.startswith(("stop.", "runs.", "had."))
    ]
    if calm:
        yield z3.And(calm)
        yield from calm
    wishes = 0
    for name, (pair, _) in list(variables.items()):
        root, _, rest = name.partition(".")
        if wishes >= _MOST or isinstance(pair.term, Day):
            continue
        if root == "patient" and rest == "age_years":
            yield pair.term == 40
        elif name in ("trial.weeks", "trial.weeks_at_minimum_dose"):
            yield pair.term == 8
        elif rest.startswith("adequate_failures"):
            wishes += 1
            yield pair.term == 0
