"""Keeps the drawing of each shipped algorithm anew, after a change that is meant. Read the difference.

Run: python3 tw.py run python tests/golden/write.py
"""

from pathlib import Path

from engine.definition.loader import load_shipped, shipped
from engine.picture.draw import draw


def main() -> None:
    """Write one DOT file for each shipped algorithm, and remove those of algorithms that are gone."""
    folder = Path(__file__).parent
    for old in folder.glob("*.dot"):
        if old.stem not in shipped():
            old.unlink()
    for name in shipped():
        algorithm = load_shipped(name).algorithm
        if algorithm is None:
            print(f"{name} cannot be loaded: its drawing is left as it is")
            continue
        (folder / f"{name}.dot").write_text(draw(algorithm, "dot"), encoding="utf-8")
        print(f"{name}.dot")


if __name__ == "__main__":
    main()
