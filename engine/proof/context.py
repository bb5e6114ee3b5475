"""The functions of z3 over a context of their own.

In the context that all share, a term's number depends on whatever was made before it, and with it the patient
that the solver finds. In its own, a question gets the same patient each time. The common functions are also
written out here, as the library's own look up sorts and contexts that are known.
"""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from engine.criteria.solver_terms import Term


def own_context() -> Term:
    """The functions that terms are made with, as if they were the module `z3`."""
    import z3 as library

    z3 = cast("Any", library)
    context = z3.Context()

    def negate(term: Term) -> Term:
        return z3.BoolRef(z3.Z3_mk_not(context.ref(), term.ast), context)

    def imply(one: Term, other: Term) -> Term:
        return z3.BoolRef(z3.Z3_mk_implies(context.ref(), one.ast, other.ast), context)

    own = {name: partial(getattr(z3, name), ctx=context) for name in _WITH_CONTEXT}
    free = {name: getattr(z3, name) for name in _WITHOUT}
    return SimpleNamespace(
        **own,
        **free,
        And=_joined(z3, context, z3.Z3_mk_and),
        Or=_joined(z3, context, z3.Z3_mk_or),
        Not=negate,
        Implies=imply,
        BoolVal=partial(_constant, z3.BoolVal(True, context), z3.BoolVal(False, context)),
        Q=_fractions(z3, context),
    )


_WITH_CONTEXT = ("Bool", "Int", "Real", "IntVal", "RealVal", "SimpleSolver", "Solver")
_WITHOUT = (
    "Const",
    "If",
    "IsInt",
    "Sum",
    "ToInt",
    "ToReal",
    "Z3_OP_UNINTERPRETED",
    "is_const",
    "is_true",
    "sat",
    "simplify",
    "substitute",
    "unknown",
    "unsat",
)


def _joined(z3: Term, context: Term, make: Callable[..., Term]) -> Callable[..., Term]:
    """`And` or `Or`: of its arguments, or of a list of terms."""

    def join(*args: Term) -> Term:
        terms = cast("list[Term]", args[0] if isinstance(args[0], list) else list(args))
        array = (z3.Ast * len(terms))(*[term.ast for term in terms])
        return z3.BoolRef(make(context.ref(), len(terms), array), context)

    return join


def _constant(yes: Term, no: Term, value: bool) -> Term:
    return yes if value else no


def _fractions(z3: Term, context: Term) -> Callable[[int, int], Term]:
    made: dict[tuple[int, int], Term] = {}

    def fraction(numerator: int, denominator: int) -> Term:
        if (numerator, denominator) not in made:
            made[numerator, denominator] = z3.Q(numerator, denominator, context)
        return made[numerator, denominator]

    return fraction
