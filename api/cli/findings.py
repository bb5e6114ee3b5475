"""Findings as text and JSON; the same words as everywhere."""

from collections.abc import Sequence

from api.cli.output import Output, paint
from engine.model.place import Finding


def finding_words(finding: Finding) -> str:
    """One finding as text, its severity in colour."""
    from engine.definition.text import finding_text

    text = finding_text(finding)
    word = f"{finding.severity}["
    style = "error" if finding.severity == "error" else "warning"
    return text.replace(word, f"{paint(finding.severity, style)}[", 1)


def tell_findings(output: Output, findings: Sequence[Finding]) -> None:
    """Every finding of a definition that cannot be used, for a command that needed it."""
    from engine.definition.text import as_json, summary

    output.result(*(finding_words(finding) for finding in findings))
    output.document("treadway.findings/1", {"findings": as_json(findings)})
    output.say(summary(findings))
