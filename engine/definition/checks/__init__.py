"""Checks of a definition: one file and one function each, listed here by the registry."""

from engine.definition.checks.registry import ALL, Check, findings_of

__all__ = ["ALL", "Check", "findings_of"]
