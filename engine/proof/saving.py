"""A story as a scenario file: it fails until the definition, or the claim, is mended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.model.algorithm import Algorithm
from engine.model.entry import Entry, Reported
from engine.proof.answers import Answer, Witness

if TYPE_CHECKING:
    from engine.proof.story import Story


def scenario_text(algorithm: Algorithm, answer: Answer, story: Story) -> str:
    """The story in the format of scenarios; its last entry expects what the claim says."""
    patient = story.imagining.patient
    lines = [
        f"# A patient for whom the claim `{answer.claim.id}` is not true.",
        f"scenario: {json.dumps(answer.claim.title)}",
        f"algorithm: {algorithm.id}",
        f"patient: {{birth_date: {patient.birth_date}, sex: {patient.sex}}}",
    ]
    if story.imagining.reported:
        lines.append("history:")
        lines += [f"  - {_reported(one)}" for one in story.imagining.reported]
    lines.append("story:")
    for number, visit in enumerate(story.visits):
        last = number == len(story.visits) - 1
        lines += _entry(visit.entry, answer.witness if last else None)
    return "\n".join(lines) + "\n"


def _reported(one: Reported) -> str:
    parts = [f"option: {one.option}", f"from: {one.started_on}"]
    if one.stopped_on is not None:
        parts.append(f"to: {one.stopped_on}")
    if one.dose_mg_per_day is not None:
        parts.append(f"dose_mg_per_day: {one.dose_mg_per_day}")
    if one.days_covered_percent is not None:
        parts.append(f"days_covered_percent: {one.days_covered_percent}")
    if one.outcome is not None:
        parts.append(f"outcome: {one.outcome}")
    return "{" + ", ".join(parts) + "}"


def shown(one: Reported) -> str:
    """An earlier treatment for people."""
    ended = f" to {one.stopped_on}" if one.stopped_on else ", still taken"
    how = f", {one.outcome.replace('_', ' ')}" if one.outcome else ""
    return f"{one.option} from {one.started_on}{ended}{how}"


def _entry(entry: Entry, witness: Witness | None) -> list[str]:
    lines = [f"  - on: {entry.on}"]
    if entry.record:
        lines.append("    record:")
        for kind, values in entry.record.items():
            told = ", ".join(f"{name}: {value}" for name, value in (values or {}).items())
            lines.append(f"      {kind}: {{{told}}}" if values else f"      {kind}: not_known")
    for one in entry.start:
        dose = f", dose_mg_per_day: {one.dose_mg_per_day}" if one.dose_mg_per_day is not None else ""
        lines.append(f"    start: {{option: {one.option}{dose}}}")
    for one in entry.stop:
        outcome = f", outcome: {one.outcome}" if one.outcome else ""
        lines.append(f"    stop: {{option: {one.option}{outcome}}}")
    for one in entry.sign:
        answers = ", ".join(f"{item}: {'true' if word else 'false'}" for item, word in one.answers.items())
        lines.append(
            f"    sign: {{gate: {one.gate}, answers: {{{answers}}}}}"
            if answers
            else f"    sign: {{gate: {one.gate}}}"
        )
    if entry.move is not None:
        lines.append(f"    move: {entry.move}")
    if entry.deviate is not None:
        lines.append(f"    deviate: {entry.deviate.reason}")
    return lines + (_expected(witness) if witness is not None else [])


def _expected(witness: Witness) -> list[str]:
    if witness.move is not None:
        wanted = "refused" if witness.permitted else "permitted"
        return [f"    ask: [{witness.move}]", f"    expect: {{{witness.move}: {wanted}}}"]
    if witness.closed:
        return [f"    ask: [{witness.closed[0]}]", f"    expect: {{{witness.closed[0]}: permitted}}"]
    if witness.option is not None:
        dose = f", dose_mg_per_day: {witness.dose_mg_per_day}" if witness.dose_mg_per_day is not None else ""
        return [f"    start: {{option: {witness.option}{dose}}}", "    expect: {start: refused}"]
    text, value = witness.expect[0] if witness.expect else ("true", False)
    return ["    expect:", "      facts:", f"        {json.dumps(text)}: {'false' if value else 'true'}"]
