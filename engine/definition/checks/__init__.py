"""Checks of a definition: one file and one function each, listed in `ALL`."""

from __future__ import annotations

from engine.definition.checks.registry import ALL, Check, findings_of

__all__ = ["ALL", "Check", "findings_of"]
