"""Where something stands in a definition, and what is wrong there."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a definition file. Lines and columns count from 1; `length` is in characters."""

    file: str
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place("", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a file's text: `new` in place of the `place.length` characters from there on."""

    place: Place
    new: str


@dataclass(frozen=True, slots=True)
class Mend:
    """What would mend a finding.

    Attributes:
        title: What it does, in the author's words.
        sure: Nothing else could be meant, so that it may be done unseen. Else it is for the author to choose.
    """

    title: str
    edits: tuple[Edit, ...]
    sure: bool = False


class Severity(StrEnum):
    """How bad a finding is: only an error keeps a definition from being used."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in a definition, in the author's words.

    Attributes:
        code: Names the check, its test and its page (`unknown-step`).
        message: What is wrong, naming the author's own words.
        why: What it would mean for a patient or for the algorithm.
        fix: What to write instead; a suggestion only where a name is close.
        related: Another place that matters, such as the first of two duplicates.
        mends: Changes any of which would mend it, the likeliest first.
    """

    code: str
    place: Place
    message: str
    why: str
    fix: str
    severity: Severity = Severity.ERROR
    related: Place | None = None
    excerpt: str = field(default="", compare=False)
    """The line of the file at `place`, for the text form."""
    mends: tuple[Mend, ...] = field(default=(), compare=False)
