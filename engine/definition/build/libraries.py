"""Libraries: files that several algorithms use, found beside them or shipped with the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.definition.draft import Draft
from engine.definition.limits import MAX_LIBRARIES
from engine.definition.reader import read_text, text_of_file
from engine.definition.schema.files import LibraryFile
from engine.definition.schema.reading import read_model
from engine.definition.spelling import near_names
from engine.definition.tree import Map, Text
from engine.definition.troubles import Trouble
from engine.definition.where import shown
from engine.model.errors import UnreadableError
from engine.model.place import Place

ENDING = ".yaml"


def read_libraries(
    draft: Draft, names: Sequence[str], roots: Sequence[Path], open_texts: Mapping[Path, str]
) -> list[tuple[LibraryFile, Map]]:
    """Read the libraries an algorithm uses, in its order; of several roots the first that holds one wins.

    Args:
        draft: Where they are noted.
        names: Their ids.
        roots: Folders they may be in.
        open_texts: Texts by resolved path that are read in place of the files.
    """
    read: list[tuple[LibraryFile, Map]] = []
    seen: set[str] = set()
    for name in names:
        place = name.shown if isinstance(name, Text) else draft_place(draft)
        if str(name) in seen:
            draft.troubles.add(Trouble("duplicate-id", place, str(name), "library"))
            continue
        seen.add(str(name))
        if len(seen) > MAX_LIBRARIES:
            draft.incomplete = True
            draft.troubles.add(Trouble("too-large", place, detail=f"{MAX_LIBRARIES} libraries"))
            break
        path = next(
            (root / f"{name}{ENDING}" for root in roots if (root / f"{name}{ENDING}").is_file()), None
        )
        if path is None:
            draft.incomplete = True
            draft.troubles.add(
                Trouble("library-not-found", place, str(name), near=near_names(str(name), _available(roots)))
            )
            continue
        label = shown(path)
        try:
            open_text = open_texts.get(path.resolve()) if open_texts else None
            text = text_of_file(path, label) if open_text is None else open_text
        except UnreadableError as error:
            draft.incomplete = True
            draft.troubles.add(Trouble("library-not-found", place, str(name), detail=error.message))
            continue
        found = read_text(text, label, draft.troubles)
        draft.files[label] = found.source
        if found.root is None:
            draft.incomplete = True
            continue
        model = read_model(found.root, LibraryFile, draft.troubles)
        if model is not None:
            if model.library is not None and model.library != name:
                draft.troubles.add(
                    Trouble("library-name", model.library.shown, str(model.library), detail=str(name))
                )
            read.append((model, found.root))
        else:
            draft.incomplete = True
    return read


def draft_place(draft: Draft) -> Place:
    """The beginning of the algorithm's own file."""
    return next(iter(draft.files.values())).place(1, 1)


def _available(roots: Sequence[Path]) -> list[str]:
    return sorted(
        path.relative_to(root).with_suffix("").as_posix()
        for root in roots
        for path in root.glob(f"*/*{ENDING}")
    )
