"""What the language server knows: the open files, and what was last found in each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.definition.draft import Draft
from engine.definition.kinds import kind_of_text
from engine.definition.where import ALGORITHM_FILE, shown
from engine.model.errors import UnreadableError
from engine.model.place import Finding
from engine.service.checking import Checker

_OURS = re.compile(r"^(algorithm|library|scenario|story|steps)\s*:", re.MULTILINE)


@dataclass
class Looked:
    """What one look at a file found.

    Attributes:
        text: What was looked at.
        draft: For what stands at a place of that very text; None where it cannot be read at all.
        good: The last draft of which an algorithm could be built, for the names it knows.
    """

    text: str
    findings: tuple[Finding, ...]
    draft: Draft | None
    good: Draft | None


class Desk:
    """Open files and what was found in them. Looking takes a moment and may be done in a thread."""

    def __init__(self) -> None:
        self.looked: dict[Path, Looked] = {}

    def look(self, file: Path, texts: Mapping[Path, str], *, thorough: bool) -> Looked:
        """Check a file as it stands in the editor, and remember what was found."""
        text = texts[file]
        before = self.looked.get(file)
        if not is_ours(file, text):
            found = Looked(text, (), None, None)
        else:
            checker = Checker(dict(texts), thorough=thorough)
            try:
                findings = checker.check_file(file).findings
                draft = checker.draft(file)
            except UnreadableError:  # a file beside it went away meanwhile
                findings, draft = (), None
            own = tuple(one for one in findings if one.place.file == shown(file))
            good = draft if draft is not None and draft.names is not None else None
            found = Looked(text, own, draft, good or (before.good if before else None))
        self.looked[file] = found
        return found

    def at(self, file: Path, texts: Mapping[Path, str]) -> Looked:
        """What is known of a file as it stands now: looked at anew where it has changed."""
        known = self.looked.get(file)
        if known is not None and known.text == texts[file]:
            return known
        return self.look(file, texts, thorough=False)

    def close(self, file: Path) -> None:
        """Forget a file."""
        self.looked.pop(file, None)


def is_ours(file: Path, text: str) -> bool:
    """Whether a file is a definition, a library or a scenario; an editor may send any YAML."""
    return file.name == ALGORITHM_FILE or _OURS.search(text) is not None


def concerns_others(text: str) -> bool:
    """Whether what changes here may change what is found in other files."""
    return kind_of_text(text) != "scenario"
