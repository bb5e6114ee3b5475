"""Findings as SARIF 2.1.0, which code hosts and editors read."""

from __future__ import annotations

from collections.abc import Iterable

from engine.definition.text import Json, page_of
from engine.model.place import Finding, Place, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def as_sarif(findings: Iterable[Finding], version: str) -> Json:
    """One run of the tool. Columns count characters; paths are those of the findings."""
    found = list(findings)
    codes = sorted({one.code for one in found})
    places = {code: number for number, code in enumerate(codes)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "treadway",
                        "version": version,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, places[one.code]) for one in found],
            }
        ],
    }


def _rule(code: str) -> Json:
    return {"id": code, "help": {"text": f"See {page_of(code)}"}}


def _result(finding: Finding, rule: int) -> Json:
    result: Json = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. Why: {finding.why}. Fix: {finding.fix}."},
        "locations": [_location(finding.place)],
    }
    if finding.related is not None and finding.related.line:
        result["relatedLocations"] = [{"id": 0, **_location(finding.related)}]
    return result


def _location(place: Place) -> Json:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.line,
        "endColumn": place.column + place.length,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}


def _uri(file: str) -> str:
    from pathlib import PurePosixPath
    from urllib.parse import quote

    return f"file://{quote(file)}" if PurePosixPath(file).is_absolute() else quote(file)
