"""Definitions that a clinic has published, for tests of the library."""

import re

from engine.definition.where import shipped_root
from engine.service import Desk, publish

ID = "after-four-weeks"
OLD, NEW = "1.0.0", "1.1.0"
HOSTILE = "hostile"
MARKUP = "<script>document.title='caught'</script><b>bold</b> & \"quotes\""
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
HEBREW = "טיפול מדורג בדיכאון"
EMOJI = "💊 pills 👩"

_APPROVED = """\
status: approved
approved:
  - {name: Dr Ada Lind, on: 2026-02-12}
  - {name: Dr Per Berg, on: 2026-02-14}"""


def publish_two(desk: Desk) -> None:
    """Two approved versions of one algorithm. The later one waits longer, and its review is not yet due."""
    libraries = _libraries()
    old = _verified(_own()).replace("algorithm: apa-2010", f"algorithm: {ID}")
    old = old.replace("status: draft", _APPROVED).replace("review_by: 2027-11-01", "review_by: 2026-03-01")
    new = old.replace(f'version: "{OLD}"', f'version: "{NEW}"').replace("    value: 4\n", "    value: 5\n", 1)
    publish(desk, old, libraries)
    publish(desk, new.replace("review_by: 2026-03-01", "review_by: 2100-03-01"), libraries)


def publish_hostile(desk: Desk) -> None:
    """A draft whose titles hold markup, a very long word, right-to-left text and emoji."""
    text = _own().replace("algorithm: apa-2010", f"algorithm: {HOSTILE}")
    titles = iter([MARKUP, LONG, HEBREW, EMOJI] * 40)

    def next_title(found: re.Match[str]) -> str:
        escaped = next(titles).replace('"', '\\"')
        return f'{found[1]}"{escaped}"'

    text = re.sub(r"(?m)^( *title: ).*$", next_title, text)
    publish(desk, re.sub(r"(title: )[^,{}\n\"]+(?=,)", next_title, text), {})


def _own() -> str:
    return (shipped_root() / "apa-2010" / "algorithm.yaml").read_text("utf-8")


def _libraries() -> dict[str, str]:
    files = sorted((shipped_root() / "library").glob("*/*.yaml"))
    return {f"{file.parent.name}/{file.stem}": _verified(file.read_text("utf-8")) for file in files}


def _verified(text: str) -> str:
    """The same with every number checked, which approval asks for."""
    return re.sub(r",?\s*unverified: true", "", text)
