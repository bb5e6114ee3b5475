"""Templates and the files they use. Nothing of it is fetched from elsewhere."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.words import day_words
from engine.picture.palette import dark_css

TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_DIAGRAM: Final = "diagram.css"
_ALWAYS: Final[Mapping[str, object]] = MappingProxyType(
    {"errors": (), "given": dict[str, str](), "done": None, "person": "", "algorithm": None}
)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("api.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["day"] = day_words
    found.globals["static"] = address_of
    return found


def render(template: str, context: Mapping[str, object]) -> str:
    """A page."""
    return _environment().get_template(template).render({**_ALWAYS, **context})


@cache
def static_file(name: str) -> tuple[bytes, str] | None:
    """A file of the pages with its media type; None where there is none of that name."""
    kind = TYPES.get(name[name.rfind(".") :])
    if kind is None or ".." in name or name.startswith("/"):
        return None
    if name == _DIAGRAM:
        return dark_css().encode(), kind
    found = resources.files("api.pages") / "static" / name
    return (found.read_bytes(), kind) if found.is_file() else None


@cache
def address_of(name: str) -> str:
    """Address of a file, with its digest: a changed file has another one, so that it can be kept for good."""
    found = static_file(name)
    assert found is not None, name
    return f"/static/{name}?v={digest_of(name)}"


@cache
def digest_of(name: str) -> str:
    """Short digest of a file's content."""
    found = static_file(name)
    return "" if found is None else hashlib.sha256(found[0]).hexdigest()[:16]
