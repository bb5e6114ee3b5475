"""The claims an algorithm is held to: its own, and those of every algorithm."""

from engine.model.algorithm import Algorithm
from engine.proof.forms import Stated
from engine.proof.general import general_claims
from engine.proof.reading import read_claims


def claims_of(algorithm: Algorithm, only: str | None = None) -> tuple[Stated, ...]:
    """Its sound claims in order, then the general ones; or the one named."""
    claims = (*read_claims(algorithm).claims, *general_claims(algorithm))
    return tuple(claim for claim in claims if only is None or claim.id == only)
