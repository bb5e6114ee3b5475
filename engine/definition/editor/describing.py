"""What a name of a definition stands for, in one line and in a few."""

from __future__ import annotations

from engine.definition.draft import Draft, Kind
from engine.model.algorithm import Algorithm
from engine.model.evidence import EvidenceField


def described(draft: Draft, kind: Kind, name: str) -> str:
    """The title of what is declared under a name; empty where it has none."""
    algorithm = draft.algorithm
    if algorithm is None:
        return ""
    match kind:
        case Kind.SOURCE:
            source = algorithm.sources.get(name)
            return source.text if source is not None else ""
        case Kind.FIELD:
            root, _, field = name.partition(".")
            evidence = algorithm.evidence.get(root)
            found = evidence.fields.get(field) if evidence is not None else None
            return f"{evidence.title}, {found.title}" if evidence is not None and found is not None else ""
        case Kind.CONCLUSION:
            gate, _, code = name.partition(".")
            end = algorithm.gates[gate].conclusions.get(code) if gate in algorithm.gates else None
            return end.title if end is not None else ""
        case _:
            found = _section(algorithm, kind, name)
            return str(getattr(found, "title", "") or "")


def _section(algorithm: Algorithm, kind: Kind, name: str) -> object | None:
    formulary = algorithm.formulary
    match kind:
        case Kind.STEP:
            return algorithm.steps.get(name)
        case Kind.MOVE:
            return algorithm.moves.get(name)
        case Kind.EVIDENCE:
            return algorithm.evidence.get(name)
        case Kind.OPTION | Kind.CLASS | Kind.TREATMENT:
            return formulary.options.get(name) or formulary.classes.get(name)
        case Kind.GATE:
            return algorithm.gates.get(name)
        case Kind.INTERRUPT:
            return algorithm.interrupts.get(name)
        case Kind.FLAG:
            return algorithm.flags.get(name)
        case Kind.PARAMETER:
            return algorithm.parameters.get(name)
        case _:
            return None


def told(draft: Draft, kind: Kind, name: str) -> list[str]:
    """A few lines on what is declared under a name: what it is, what it holds, where it comes from."""
    algorithm = draft.algorithm
    lines = [f"{kind} `{name}`: {described(draft, kind, name)}".rstrip(": ")]
    if algorithm is None:
        return lines
    source: str | None = None
    if kind is Kind.FIELD:
        root, _, field = name.partition(".")
        evidence = algorithm.evidence.get(root)
        found = evidence.fields.get(field) if evidence is not None else None
        if evidence is not None and found is not None:
            lines.append(_values(found))
            source = found.source or evidence.source
    else:
        found = _section(algorithm, kind, name)
        lines += [text for text in (getattr(found, "summary", None), _set(found)) if text]
        source = getattr(found, "source", None)
    return [line for line in (*lines, sourced(algorithm, source)) if line]


def sourced(algorithm: Algorithm, source: str | None) -> str:
    """Where something comes from, in full."""
    found = algorithm.sources.get(source or "")
    if found is None:
        return ""
    return f"Source: {found.text}" + (f" ({found.url})" if found.url else "")


def _values(field: EvidenceField) -> str:
    said = str(field.type)
    if field.low is not None or field.high is not None:
        said += (
            f", {'any' if field.low is None else field.low} to {'any' if field.high is None else field.high}"
        )
    if field.values:
        said += f": {', '.join(field.values)}"
    return f"{said} {field.unit}" if field.unit else said


def _set(found: object) -> str:
    """The value of a parameter, with what a clinic may set."""
    value, low, high = (getattr(found, key, None) for key in ("value", "low", "high"))
    if value is None:
        return ""
    values = tuple(getattr(found, "values", ()))
    if values:
        return f"{value}, one of {', '.join(values)}"
    return f"{value}, from {low} to {high}" if low is not None and high is not None else str(value)
