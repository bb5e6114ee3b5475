"""The shipped algorithms, loaded once."""

from functools import lru_cache

from engine.definition.loader import load_shipped
from engine.model.algorithm import Algorithm


@lru_cache
def shipped_algorithm(name: str) -> Algorithm:
    """A shipped algorithm; a finding that keeps it from being used fails the test that asks."""
    loaded = load_shipped(name)
    assert loaded.algorithm is not None, [f"{f.place} {f.message}" for f in loaded.findings]
    return loaded.algorithm
