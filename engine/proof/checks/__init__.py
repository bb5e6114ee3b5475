"""Checks that need the solver: one file and one function each, listed in `SOLVED`."""

from engine.proof.checks.registry import SOLVED, SolvedCheck, solved_findings

__all__ = ["SOLVED", "SolvedCheck", "solved_findings"]
