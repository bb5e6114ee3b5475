"""What to tell of a place: the criterion as an English sentence, the name under the cursor, the source."""

from __future__ import annotations

from engine.criteria import CriterionError
from engine.criteria.english import sentence
from engine.definition.draft import Draft
from engine.definition.editor.describing import sourced, told
from engine.definition.editor.pointing import Subject, criterion_at, source_at, subject_at
from engine.model.criterion import text_of
from engine.model.place import Place


def hover_at(draft: Draft, file: str, line: int, column: int) -> tuple[str, Place] | None:
    """Paragraphs in Markdown, and the place they are about; None where there is nothing to tell."""
    criterion = criterion_at(draft, file, line, column)
    subject = subject_at(draft, file, line, column)
    parts: list[str] = []
    at: Place | None = None
    if criterion is not None and draft.names is not None and criterion.derives is None:
        said = _sentence(draft, criterion.said)
        if said:
            parts.append(f"**{said}.**")
            at = criterion.text.shown
    if subject is not None:
        parts += _about(draft, subject)
        at = subject.at
    source = _source(draft, file, line, column)
    if source and source not in parts:
        parts.append(source)
    if not parts or at is None:
        return None
    return "\n\n".join(dict.fromkeys(parts)), at


def _sentence(draft: Draft, text: str) -> str:
    if draft.names is None:
        return ""
    try:
        said = sentence(text, draft.names)
    except (CriterionError, RecursionError):
        return ""
    return said[:1].upper() + said[1:]


def _about(draft: Draft, subject: Subject) -> list[str]:
    if subject.kind is not None:
        return told(draft, subject.kind, subject.name)
    algorithm, names = draft.algorithm, draft.names
    title = names.title_of(subject.name) if names is not None else None
    lines = [f"`{subject.name}`: {title}" if title else f"`{subject.name}`"]
    define = algorithm.defines.get(subject.name) if algorithm is not None else None
    if algorithm is not None and define is not None:
        said = _sentence(draft, text_of(define.condition))
        lines += [line for line in (f"{said}." if said else "", sourced(algorithm, define.source)) if line]
    return lines


def _source(draft: Draft, file: str, line: int, column: int) -> str:
    """The source that covers the place."""
    if draft.algorithm is None:
        return ""
    files = (*draft.libraries, *((draft.root,) if draft.root is not None else ()))
    root = next((one.node for one in files if one.node.place.file == file), None)
    return "" if root is None else sourced(draft.algorithm, source_at(root, line, column))
