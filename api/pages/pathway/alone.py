"""The pathway document as a folder that opens without a server, and whether such a folder is stale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markupsafe import Markup

from api.pages.rendering import render, static_file
from engine.document.tree import Document
from engine.model.algorithm import Algorithm
from engine.model.errors import UnreadableError
from engine.picture.draw import draw

PAGE: Final = "index.html"
SHEET: Final = "document.css"
_SHEETS: Final = ("tokens.css", "document.css", "diagram.css")
_META: Final = re.compile(r'<meta name="treadway-(algorithm|version|digest)" content="([^"]*)">')


def picture_of(algorithm: Algorithm) -> Mapping[str, Markup]:
    """The picture and its list, for a template. The engine escapes what a definition says in them."""
    return {
        "svg": Markup(draw(algorithm, "svg", alone=False)),  # noqa: S704
        "outline": Markup(draw(algorithm, "html")),  # noqa: S704
    }


def folder_of(algorithm: Algorithm, document: Document) -> dict[str, bytes]:
    """File name to content."""
    page = render("pathway/alone.html", {"document": document, **picture_of(algorithm)})
    sheets = [static_file(name) for name in _SHEETS]
    return {
        PAGE: page.encode("utf-8"),
        SHEET: b"\n".join(found[0] for found in sheets if found is not None),
    }


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a document says it was made from."""

    algorithm: str
    version: str
    digest: str


def stamp_of(folder: Path) -> Stamp:
    """What the document in a folder was made from.

    Raises:
        UnreadableError: There is no pathway document.
    """
    path = folder / PAGE if folder.is_dir() else folder
    try:
        found = dict(_META.findall(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(
            f"{path} cannot be read", "name the folder that `treadway document` wrote"
        ) from error
    if "digest" not in found:
        raise UnreadableError(
            f"{path} is no pathway document", "name the folder that `treadway document` wrote"
        )
    return Stamp(found.get("algorithm", ""), found.get("version", ""), found["digest"])
