"""What writers asked for and were told, and whether the database agrees with it.

What was acknowledged is there once and whole, in its place. What was refused is not there. What was never
answered is there once and whole, or not at all: it is neither a success nor a failure.
"""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from engine.store.store import Store
from engine.store.verify import verify
from tests.store.samples import CLINIC

ANSWER_SECONDS = 120.0
"""How long answers are waited for before it counts as a hang."""


@dataclass
class Request:
    """One request. `told` is the answer; None where none came."""

    key: str
    writer: str
    case: str | None
    seq: int
    texts: list[str]
    told: dict | None = None

    def line(self) -> dict:
        """As it is sent."""
        return {
            "key": self.key,
            "writer": self.writer,
            "case": self.case,
            "seq": self.seq,
            "texts": self.texts,
        }


@dataclass
class Ledger:
    """Every request of every writer."""

    requests: list[Request] = field(default_factory=list[Request])
    state: threading.Condition = field(default_factory=threading.Condition)
    answers: Counter[str] = field(default_factory=Counter[str])
    """How often which answer has come."""

    def add(self, request: Request) -> Request:
        """Enter a request before it is sent."""
        with self.state:
            self.requests.append(request)
        return request

    def note(self, told: dict | None) -> None:
        """Count an answer, and tell whoever waits for it."""
        with self.state:
            self.answers["nothing" if told is None else told["said"]] += 1
            self.state.notify_all()

    def wait_for(self, *words: str, more: int) -> None:
        """Wait until so many more writers were answered so."""

        def count() -> int:
            return sum(self.answers[word] for word in words)

        with self.state:
            enough = count() + more
            in_time = self.state.wait_for(lambda: count() >= enough, ANSWER_SECONDS)
        assert in_time, f"of {words} only {count()} came, not {enough}"

    def said(self, *words: str) -> list[Request]:
        """Requests that were answered so."""
        return [r for r in self.requests if r.told is not None and r.told["said"] in words]

    @property
    def open(self) -> list[Request]:
        """Requests whose outcome nobody knows."""
        return [r for r in self.requests if r.told is None or r.told["said"] == "unknown"]


def faults_of(ledger: Ledger, database: str) -> list[str]:
    """Where the database does not hold what was promised; empty when every promise was kept."""
    store = Store.open(database)
    try:
        cases = {item.board.case_id: item for item in store.list_cases(CLINIC)}
        stored = {name: store.read_events(CLINIC, name) for name in cases}
        broken = verify(store.engine, CLINIC).broken
    finally:
        store.close()
    faults = [f"verify: {b.text}" for b in broken]
    names = Counter(item.patient.name for item in cases.values())
    texts = {(name, e.seq): e.payload.get("text") for name, events in stored.items() for e in events}
    hashes = {(name, e.seq): e.hash for name, events in stored.items() for e in events}
    times = Counter(text for text in texts.values() if text is not None)
    places = defaultdict(list)
    for (name, seq), text in texts.items():
        places[text].append((name, seq))
    for request in ledger.requests:
        faults += _faults_of_one(request, times, names, places, hashes)
    return faults


def _faults_of_one(request: Request, times: Counter, names: Counter, places: dict, hashes: dict) -> list[str]:
    told = request.told or {"said": "nothing"}
    found = names if request.case is None else times
    counts = {found[text] for text in request.texts}
    what = f"{request.key} ({told['said']})"
    if any(count > 1 for count in counts):
        return [f"{what} is there more than once"]
    if len(counts) > 1:
        return [f"half of {what} is there"]
    if told["said"] == "stored":
        if counts != {1}:
            return [f"{what} was acknowledged and is lost"]
        for seq, text, digest in told["events"]:
            if hashes.get((told["case"], seq)) != digest:
                return [f"{what} was acknowledged as event {seq} of {told['case']} and is not there"]
            if text is not None and (told["case"], seq) not in places[text]:
                return [f"{what} has moved"]
        if request.case is not None and not told["replayed"] and told["events"][0][0] != request.seq + 1:
            return [f"{what} was stored after event {told['events'][0][0] - 1}, not after {request.seq}"]
    elif told["said"] in ("conflict", "unavailable", "key reused") and counts == {1}:
        return [f"{what} was refused and is there"]
    return []
