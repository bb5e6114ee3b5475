"""Findings for people and for programs: one value, one text form, one JSON form."""

from __future__ import annotations

from collections.abc import Iterable

from engine.model.place import NOWHERE, Finding, Place, Severity

_WIDEST = 160
"""Characters of an excerpt; a longer line is cut around the place."""

Json = dict[str, object]


def as_text(findings: Iterable[Finding]) -> str:
    """Every finding with its line, carets, reason and fix; an empty text when there is none."""
    return "\n".join(finding_text(finding) for finding in findings)


def finding_text(finding: Finding) -> str:
    """One finding, with a line end after its last line."""
    head = f"{finding.place}: {finding.severity}[{finding.code}]: {finding.message}"
    number = str(finding.place.line)
    margin = " " * max(len(number), 2)
    lines = [head]
    if finding.excerpt.strip():
        shown, column = _window(finding.excerpt, finding.place)
        carets = "^" * max(1, min(finding.place.length, len(shown) - column + 1))
        lines += [
            f"{margin} |",
            f"{number:>{len(margin)}} | {shown}",
            f"{margin} | {' ' * (column - 1)}{carets}",
        ]
    if finding.related is not None and finding.related != NOWHERE:
        lines.append(f"{margin} also: {finding.related}")
    lines.append(f"{margin} why: {finding.why}")
    lines.append(f"{margin} fix: {finding.fix}")
    lines.append(f"{margin} see: {page_of(finding.code)}")
    return "\n".join(lines) + "\n"


def page_of(code: str) -> str:
    """The page that explains a finding."""
    return f"docs/checks/{code}.md"


def _window(excerpt: str, place: Place) -> tuple[str, int]:
    """The part of a line to show, and the column of the place in it. Tabs are shown as one blank."""
    line = excerpt.replace("\t", " ")
    if len(line) <= _WIDEST:
        return line, place.column
    start = max(0, place.column - 1 - _WIDEST // 3)
    return line[start : start + _WIDEST], place.column - start


def summary(findings: Iterable[Finding]) -> str:
    """How many of each kind, such as `2 errors, 1 warning`."""
    counts = dict.fromkeys(Severity, 0)
    for finding in findings:
        counts[finding.severity] += 1
    words = [f"{n} {severity}{'' if n == 1 else 's'}" for severity, n in counts.items() if n]
    return ", ".join(words) or "no findings"


def as_json(findings: Iterable[Finding]) -> list[Json]:
    """The same for programs: plain values, in the same order."""
    return [
        {
            "code": finding.code,
            "severity": str(finding.severity),
            **_place(finding.place),
            "message": finding.message,
            "why": finding.why,
            "fix": finding.fix,
            "see": page_of(finding.code),
            "excerpt": finding.excerpt,
            "related": _place(finding.related) if finding.related is not None else None,
            "mends": [
                {
                    "title": mend.title,
                    "sure": mend.sure,
                    "edits": [{**_place(edit.place), "new": edit.new} for edit in mend.edits],
                }
                for mend in finding.mends
            ],
        }
        for finding in findings
    ]


def _place(place: Place) -> Json:
    return {"file": place.file, "line": place.line, "column": place.column, "length": place.length}
