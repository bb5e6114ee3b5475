"""Documents, PDFs and comparisons, each made once: a digest names its content for good."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from api.pages.pathway.alone import picture_of
from api.pages.rendering import render
from engine.definition.diff import Change, compare
from engine.document.build import document_of
from engine.document.tree import Document
from engine.model.algorithm import Algorithm

KEPT: Final = 32


@dataclass(frozen=True)
class Told:
    """A version, and the one before where there is one. Equal where the definitions are."""

    algorithm: Algorithm = field(compare=False)
    previous: Algorithm | None = field(default=None, compare=False)
    digests: tuple[str, str] = field(init=False)

    def __post_init__(self) -> None:
        before = self.previous.digest if self.previous else ""
        object.__setattr__(self, "digests", (self.algorithm.digest, before))


@lru_cache(maxsize=KEPT)
def changes(told: Told) -> tuple[Change, ...]:
    """What changed since the version before."""
    return compare(told.previous, told.algorithm) if told.previous else ()


@lru_cache(maxsize=KEPT)
def document(told: Told) -> Document:
    """The document."""
    return document_of(told.algorithm, told.previous, changes(told))


@lru_cache(maxsize=KEPT)
def body(told: Told) -> Markup:
    """The document below its head, as HTML."""
    context = {"document": document(told), **picture_of(told.algorithm)}
    return Markup(render("pathway/body.html", context))  # noqa: S704 - a page of ours


@lru_cache(maxsize=8)
def paper(told: Told) -> bytes:
    """The document as a PDF."""
    from engine.document.paper import pdf_of

    return pdf_of(told.algorithm, document(told))


@lru_cache(maxsize=8)
def drawn(told: Told) -> Markup:
    """What changed, drawn."""
    from engine.picture.difference import difference_svg

    assert told.previous is not None, "two versions are compared"
    made = difference_svg(told.previous, told.algorithm, changes(told), alone=False)
    return Markup(made)  # noqa: S704 - the engine escapes what a definition says
