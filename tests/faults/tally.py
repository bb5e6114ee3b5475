"""What the long runs have tried so far, summed from run to run in one file.

The file is `.treadway-tally.json` in the project, or the one that TREADWAY_TALLY names: promise to how often
it was tried, how often it was broken, and with which seeds.
"""

import json
import os
from pathlib import Path

FILE = Path(os.environ.get("TREADWAY_TALLY", Path(__file__).parents[2] / ".treadway-tally.json"))


def add(promise: str, tried: int, faults: list[str], seed: int) -> dict[str, object]:
    """Add a run; gives the sums of this promise."""
    sums: dict[str, dict[str, object]] = json.loads(FILE.read_text()) if FILE.exists() else {}
    mine = sums.setdefault(promise, {"tried": 0, "broken": 0, "seeds": [], "faults": []})
    mine["tried"] = int(str(mine["tried"])) + tried
    mine["broken"] = int(str(mine["broken"])) + len(faults)
    for name, more in (("seeds", [seed]), ("faults", faults)):
        before = mine[name]
        mine[name] = [*before, *more][-1_000:] if isinstance(before, list) else more
    part = FILE.with_name(f"{FILE.name}.part")
    part.write_text(json.dumps(sums, indent=1, sort_keys=True) + "\n")
    part.replace(FILE)
    return mine
