"""The shipped font: which characters it can draw and how wide they are.

Graphviz measures Arial, whose widths Arimo copies, so one font serves the layout, browsers, PNG and PDF.
"""

import struct
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

FAMILY = "Arimo, Arial, 'Liberation Sans', Helvetica, sans-serif"
UNDRAWABLE = "?"


def font_folder() -> Path:
    """Folder with Arimo regular and bold (OFL 1.1)."""
    return Path(str(resources.files("engine.picture") / "fonts"))


@dataclass(frozen=True, slots=True)
class Font:
    """Advance width of each character, in thousandths of the font size."""

    widths: dict[int, float]

    def width(self, text: str, size: float) -> float:
        """Width of a line in points."""
        unknown = self.widths[ord(UNDRAWABLE)]
        return sum(self.widths.get(ord(char), unknown) for char in text) * size / 1000


@cache
def font(*, bold: bool = False) -> Font:
    """Read one of the shipped fonts (TrueType tables cmap format 4, hhea, hmtx)."""
    data = (font_folder() / f"Arimo-{'Bold' if bold else 'Regular'}.ttf").read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {
        data[at : at + 4].decode("ascii"): struct.unpack_from(">I", data, at + 8)[0]
        for at in range(12, 12 + 16 * count, 16)
    }
    (units_per_em,) = struct.unpack_from(">H", data, tables["head"] + 18)
    (metrics,) = struct.unpack_from(">H", data, tables["hhea"] + 34)
    advances = struct.unpack_from(">" + "Hh" * metrics, data, tables["hmtx"])[::2]
    return Font(
        {
            code: advances[min(glyph, metrics - 1)] * 1000 / units_per_em
            for code, glyph in _glyphs(data, tables["cmap"])
        }
    )


def _glyphs(data: bytes, cmap: int) -> list[tuple[int, int]]:
    (subtables,) = struct.unpack_from(">H", data, cmap + 2)
    offsets = [struct.unpack_from(">I", data, cmap + 8 + 8 * n)[0] for n in range(subtables)]
    at = next(cmap + offset for offset in offsets if struct.unpack_from(">H", data, cmap + offset) == (4,))
    (twice,) = struct.unpack_from(">H", data, at + 6)
    segments = twice // 2
    ends = struct.unpack_from(f">{segments}H", data, at + 14)
    starts = struct.unpack_from(f">{segments}H", data, at + 16 + twice)
    deltas = struct.unpack_from(f">{segments}H", data, at + 16 + 2 * twice)
    ranges_at = at + 16 + 3 * twice
    ranges = struct.unpack_from(f">{segments}H", data, ranges_at)
    pairs: list[tuple[int, int]] = []
    for n, (start, end, delta, reach) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, end + 1):
            glyph = code
            if reach:
                (glyph,) = struct.unpack_from(">H", data, ranges_at + 2 * n + reach + 2 * (code - start))
            if not reach or glyph:
                glyph = (glyph + delta) & 0xFFFF
            if glyph:
                pairs.append((code, glyph))
    return pairs


def drawable(text: str) -> str:
    """One line of text that the shipped font can draw.

    Line breaks and tabs become spaces. Other control and direction characters go, since a change of
    direction can make a dose read backwards. A character without a glyph becomes its plain form, or `?`.
    """
    if text.isascii() and text.isprintable():
        return text
    known = font().widths
    return "".join(_drawn(char, known) for char in unicodedata.normalize("NFC", text))


def _drawn(char: str, known: dict[int, float]) -> str:
    if char.isspace():
        return " "
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return ""
    if ord(char) in known:
        return char
    return "".join(c for c in unicodedata.normalize("NFKD", char) if ord(c) in known) or UNDRAWABLE
