"""What could be written at a cursor: keys and words of the format, and names of the definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.definition.draft import Draft, Kind
from engine.definition.editor import shapes
from engine.definition.editor.context import Context, context_at
from engine.definition.editor.describing import described
from engine.definition.schema.editors import FileKind


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that could stand there.

    Attributes:
        text: As written. what: What kind of thing it is. title: For people.
        typed: How much of it stands before the cursor already, in characters.
    """

    text: str
    what: str
    title: str = ""
    typed: int = 0


_NAMES: dict[str, tuple[Kind, ...]] = {
    "source": (Kind.SOURCE,),
    "gate": (Kind.GATE,),
    "to": (Kind.STEP,),
    "start": (Kind.STEP,),
    "from": (Kind.STEP,),
    "for_each": (Kind.STEP,),
    "step": (Kind.STEP,),
    "suggest": (Kind.MOVE,),
    "move": (Kind.MOVE,),
    "ask": (Kind.MOVE,),
    "freezes": (Kind.MOVE,),
    "spares": (Kind.MOVE,),
    "option": (Kind.OPTION,),
    "together": (Kind.OPTION,),
    "contains": (Kind.OPTION,),
    "primary": (Kind.OPTION,),
    "augmentation": (Kind.OPTION,),
    "parallel": (Kind.OPTION,),
    "concomitant": (Kind.OPTION,),
    "class": (Kind.CLASS,),
    "group": (Kind.CLASS,),
    "groups": (Kind.CLASS,),
    "with": (Kind.TREATMENT,),
    "after": (Kind.TREATMENT,),
    "do": (Kind.EVIDENCE,),
    "due": (Kind.EVIDENCE,),
    "sessions": (Kind.EVIDENCE,),
    "evidence": (Kind.EVIDENCE,),
    "answer": (Kind.FIELD, Kind.EVIDENCE),
    "read": (Kind.FIELD,),
    "onset": (Kind.FIELD,),
    "adherence": (Kind.FIELD,),
    "interrupt": (Kind.INTERRUPT,),
    "interrupts": (Kind.INTERRUPT,),
    "flags": (Kind.FLAG,),
    "checkpoints": (Kind.CHECKPOINT,),
}
"""Kinds of name that may be the value of a key."""
_KEYS: dict[str, tuple[Kind, ...]] = {
    "requires": (Kind.EVIDENCE,),
    "record": (Kind.EVIDENCE,),
    "settings": (Kind.PARAMETER,),
    "expect": (Kind.MOVE,),
    "needs": (Kind.MOVE,),
    "gate": (Kind.GATE,),
    "options": (Kind.OPTION,),
    "facts": (),
}
"""Kinds of name that may be a key under a key."""
MOST = 1_000
"""More are not offered at once; what is typed next makes them fewer."""
_ORDER = ("define", "parameter", "series", "fact")


def choices_at(
    text_lines: Sequence[str], kind: FileKind, draft: Draft | None, line: int, column: int
) -> list[Choice]:
    """Everything that could be written at a cursor.

    Args:
        text_lines: The file as it is being written.
        kind: What kind of file it is.
        draft: What was last read of it, for its names; without one only the format is offered.
        line: Of the cursor, from 1.
        column: Of the cursor, from 1.
    """
    context = context_at(text_lines, line, column)
    if context is None:
        return []
    found = dict.fromkeys((*_from_format(kind, context), *_from_draft(kind, context, draft)))
    return list(found)[:MOST]


def _from_format(kind: FileKind, context: Context) -> Iterator[Choice]:
    typed = len(context.typed)
    if context.key is None:
        yield from (Choice(key, "key", typed=typed) for key in shapes.keys_at(kind, context.path))
    else:
        yield from (Choice(word, "word", typed=typed) for word in shapes.words_at(kind, context.whole))


def _from_draft(kind: FileKind, context: Context, draft: Draft | None) -> Iterator[Choice]:
    if draft is None:
        return
    path, key = context.path, context.key
    if key is None:
        if path and path[-1] == "facts":
            yield from _facts(draft, context.typed)
        yield from _named(draft, _KEYS.get(path[-1], ()) if path else (), len(context.typed))
        if len(path) > 1 and path[-2] == "record":
            yield from _fields(draft, path[-1], len(context.typed))
        return
    if shapes.is_criterion(kind, context.whole):
        yield from _facts(draft, context.typed)
        return
    if key == "fields" and len(path) > 1 and path[-2] == "requires":
        yield from _fields(draft, path[-1], len(context.typed))
    elif key in ("else", "passed"):
        gate = next((path[at + 1] for at, one in enumerate(path[:-1]) if one == "gates"), "")
        prefix = f"{gate}."
        for name in draft.declared(Kind.CONCLUSION):
            if name.startswith(prefix):
                yield Choice(name.removeprefix(prefix), Kind.CONCLUSION, typed=len(context.typed))
    elif not (key == "after" and shapes.words_at(kind, context.whole)):
        yield from _named(draft, _NAMES.get(key, ()), len(context.typed))


def _named(draft: Draft, kinds: Iterable[Kind], typed: int) -> Iterator[Choice]:
    for kind in kinds:
        for name in draft.declared(kind):
            yield Choice(name, kind, described(draft, kind, name), typed)


def _fields(draft: Draft, evidence: str, typed: int) -> Iterator[Choice]:
    prefix = f"{evidence}."
    for name in draft.declared(Kind.FIELD):
        if name.startswith(prefix):
            title = described(draft, Kind.FIELD, name)
            yield Choice(name.removeprefix(prefix), Kind.FIELD, title, typed)


def _facts(draft: Draft, before: str) -> Iterator[Choice]:
    """Names for a criterion; only the name begun before the cursor counts as typed."""
    if draft.names is None:
        return
    begun = len(before)
    while begun and (before[begun - 1].isalnum() or before[begun - 1] in "._"):
        begun -= 1
    word = before[begun:]
    for name in sorted(draft.names.names, key=lambda one: (_ORDER.index(one.kind), one.name.count("."))):
        if name.name.startswith(word) or word in name.name:
            yield Choice(name.name, str(name.kind), draft.names.title_of(name.name) or "", len(word))
