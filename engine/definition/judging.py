"""What checks share: saying a finding, and names that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.definition.draft import Draft, Kind, Reference
from engine.definition.spelling import near_names, same_letters
from engine.model.place import Edit, Finding, Mend, Place, Severity

_ONLY_OWN = (Kind.STEP, Kind.MOVE)
"""Libraries serve several algorithms: steps and moves they name are looked for where there are any."""
_SUGGESTIONS = 60
"""Names beyond these get no suggestion; comparing names is the slow part."""


def unresolved(draft: Draft, *kinds: Kind) -> Iterator[tuple[Reference, tuple[str, ...]]]:
    """References of some kinds that lead nowhere, each place once, with near names."""
    own = next(iter(draft.files), "")
    seen: set[tuple[Place, str]] = set()
    suggestions = _SUGGESTIONS
    for reference in draft.references:
        if reference.kind not in kinds:
            continue
        whole = f"{reference.within}.{reference.name}" if reference.within else reference.name
        known = draft.declared(reference.kind)
        if whole in known or draft.doubted(whole) or draft.doubted(reference.within):
            continue
        if draft.incomplete:
            continue
        if reference.kind in _ONLY_OWN and reference.place.file != own and not reference.needed:
            continue
        if (reference.place, whole) in seen:
            continue
        seen.add((reference.place, whole))
        prefix = f"{reference.within}." if reference.within else ""
        names = [name[len(prefix) :] for name in known if name.startswith(prefix)]
        suggestions -= 1
        yield reference, near_names(reference.name, names) if suggestions >= 0 else ()


def meant(draft: Draft, reference: Reference, near: tuple[str, ...], otherwise: str) -> str:
    """A fix that names what may have been meant, with its line where it stands in the same file."""
    if not near:
        return otherwise
    known = draft.declared(reference.kind)
    prefix = f"{reference.within}." if reference.within else ""
    words: list[str] = []
    for name in near:
        place = known.get(prefix + name)
        where = ""
        if place is not None and place.line:
            where = f" (line {place.line})" if place.file == reference.place.file else f" ({place.file})"
        words.append(f"`{name}`{where}")
    return f"did you mean {' or '.join(words)}? Otherwise {otherwise}"


def instead(place: Place, words: Iterable[str], *, sure: bool = False) -> tuple[Mend, ...]:
    """Mends that put one of some words in the place of what stands there.

    Args:
        place: Of the word that is wrong.
        words: What may be meant, the likeliest first.
        sure: A single word is surely meant. Else that is so only where the format could mean no other.
    """
    chosen = tuple(words)
    only = sure and len(chosen) == 1
    return tuple(Mend(f"Write `{word.strip()}`", (Edit(place, word),), only) for word in chosen)


def without(draft: Draft, place: Place, pattern: re.Pattern[str], *, sure: bool = False) -> tuple[Mend, ...]:
    """A mend that deletes what matches at a place."""
    found = pattern.match(draft.files[place.file].line(place.line), place.column - 1)
    if found is None:
        return ()
    return (Mend(f"Delete `{found[0].strip()}`", (Edit(replace(place, length=len(found[0])), ""),), sure),)


def renamed(reference: Reference, near: tuple[str, ...]) -> tuple[Mend, ...]:
    """Mends that name what may have been meant; sure only where nothing but capitals or signs differ."""
    whole = reference.place.length == len(reference.name)  # not filled in from a `{step}`
    return instead(
        reference.place, near, sure=whole and len(near) == 1 and same_letters(reference.name, near[0])
    )


def warning(code: str, place: Place, message: str, why: str, fix: str) -> Finding:
    """A finding that does not keep a definition from being used."""
    return Finding(code, place, message, why, fix, Severity.WARNING)


def note(code: str, place: Place, message: str, why: str, fix: str) -> Finding:
    """A finding that only tells."""
    return Finding(code, place, message, why, fix, Severity.NOTE)


def listed(names: tuple[str, ...] | list[str], most: int = 12) -> str:
    """Names as an author reads them, the first few of many."""
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def an(noun: str) -> str:
    """A noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
