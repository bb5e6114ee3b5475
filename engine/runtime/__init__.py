"""What a history means and what may happen next: pure, with `today` as an argument."""

from engine.runtime.decide import decide, decide_move, evaluate
from engine.runtime.door import read_record
from engine.runtime.entry import Entered, enter, open_case
from engine.runtime.plan import Plan, plan_of
from engine.runtime.replay import HistoryError, apply, known_at, replay, replay_on

__all__ = [
    "Entered",
    "HistoryError",
    "Plan",
    "apply",
    "decide",
    "decide_move",
    "enter",
    "evaluate",
    "known_at",
    "open_case",
    "plan_of",
    "read_record",
    "replay",
    "replay_on",
]
