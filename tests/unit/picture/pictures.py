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


def drawing(root: ET.Element, id: str) -> ET.Element:
    """What is drawn under a link."""
    wanted = id.replace("map-", "drawn-", 1)
    return next(group for group in root.iter(f"{SVG}g") if group.attrib.get("id") == wanted)


def texts(element: ET.Element) -> list[str]:
    """Every run of text, in document order."""
    return ["".join(text.itertext()).strip() for text in element.iter(f"{SVG}text")]


def outlines(svg: str) -> dict[str, list[str]]:
    """Coordinates of each link and what is drawn under it, by id: what must not move between views."""
    found: dict[str, list[str]] = {}
    root = parsed(svg)
    for id, link in links(root).items():
        found[id] = [
            shape.attrib.get("points") or shape.attrib.get("d") or str(sorted(shape.attrib.items()))
            for shape in (*drawing(root, id), *link)
        ]
    return found


def page_of_pdf(pdf: bytes) -> tuple[float, float]:
    """Width and height of the page, in points."""
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert box
    return float(box[1]), float(box[2])
