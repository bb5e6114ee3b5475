"""Reading a finished picture back, as a browser or a reader of screens would."""

import re
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    """The root element; raises where the text is no XML."""
    return ET.fromstring(svg)


def links(root: ET.Element) -> dict[str, ET.Element]:
    """Links in document order, by the id of the element."""
    return {link.attrib["id"]: link for link in root.iter(f"{SVG}a")}


def texts(element: ET.Element) -> list[str]:
    """Every run of text, in document order."""
    return ["".join(text.itertext()).strip() for text in element.iter(f"{SVG}text")]


def outlines(svg: str) -> dict[str, list[str]]:
    """Coordinates of each link's own shapes, by id: what must not move between views."""
    found: dict[str, list[str]] = {}
    for id, link in links(parsed(svg)).items():
        found[id] = [
            shape.attrib.get("points") or shape.attrib.get("d") or str(sorted(shape.attrib.items()))
            for shape in link.iter()
            if shape.tag != f"{SVG}a"
        ]
    return found


def page_of_pdf(pdf: bytes) -> tuple[float, float]:
    """Width and height of the page, in points."""
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert box
    return float(box[1]), float(box[2])
