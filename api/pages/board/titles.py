"""What the caseload calls things: by the titles of the algorithms shown, else by their ids."""

from collections.abc import Iterable

from api.words import step_words
from engine.model.algorithm import Algorithm


def step_title(known: Iterable[Algorithm], name: str) -> str:
    """A step, with its code."""
    return next((step_words(one.steps[name]) for one in known if name in one.steps), _spoken(name))


def flag_title(known: Iterable[Algorithm], name: str) -> str:
    """A flag."""
    return next((one.flags[name].title for one in known if name in one.flags), _spoken(name))


def stop_title(known: Iterable[Algorithm], name: str) -> str:
    """A safety stop."""
    return next((one.interrupts[name].title for one in known if name in one.interrupts), _spoken(name))


def evidence_title(known: Iterable[Algorithm], name: str) -> str:
    """A kind of evidence."""
    return next((one.evidence[name].title for one in known if name in one.evidence), _spoken(name))


def _spoken(name: str) -> str:
    return name.replace("_", " ")
