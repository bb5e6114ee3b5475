"""The digest that names the content of an algorithm."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import rfc8785

from engine.definition.tree import Map, content_of


def digest_of(root: Map, libraries: Sequence[Map]) -> str:
    """SHA-256, in hex, over what the author wrote: every key and text in order, libraries in order of use.

    Comments, quotes, indentation and flow or block style leave no trace; places are not part of it. It is
    taken from the text and not from the built algorithm, so that a newer engine gives the same digest.
    """
    content = [content_of(one) for one in (root, *libraries)]
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()
