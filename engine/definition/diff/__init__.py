"""What changed between two algorithms, in the words of those who use them."""

from engine.definition.diff.change import Change, Effect, Sign
from engine.definition.diff.compare import compare

__all__ = ["Change", "Effect", "Sign", "compare"]
