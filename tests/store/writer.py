"""A program that opens a case and appends to it until it is killed, and says what was acknowledged.

Run as `python -m tests.store.writer DATABASE NAME`. Each line of its output is written after the store has
returned: `opened CASE` or `CASE SEQ TEXT`.
"""

import sys

from engine.store.store import Store
from tests.store.samples import append, open_case


def main(database: str, name: str) -> None:
    """Write until killed."""
    store = Store.open(database)
    case_id = open_case(store)
    print(f"opened {case_id}", flush=True)
    seq = 1
    while True:
        made = append(store, case_id, seq, f"{name}-{seq}-a", f"{name}-{seq}-b")
        for event in made.events:
            print(f"{case_id} {event.seq} {event.payload['text']}", flush=True)
        seq += 2


if __name__ == "__main__":
    main(*sys.argv[1:])
