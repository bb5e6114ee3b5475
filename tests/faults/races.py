"""Writers that race for the same version, and the same request sent twice at once; through two processes."""

import threading

from tests.faults.harness import Line, Server, serving
from tests.faults.ledger import Ledger, Request, faults_of

CASES = 5


def race(database: str, times: int, plant: str | None = None) -> list[str]:
    """Let two writers append after the same event: one wins, the other is told what the first wrote."""
    ledger = Ledger()
    faults: list[str] = []
    with serving(database, plant) as one, serving(database, plant) as two:
        places = _opened(one, ledger)
        for number in range(times):
            case = list(places)[number % CASES]
            pair = [
                ledger.add(Request(f"r{number}-{w}", w, case, places[case], [f"r{number}-{w}"])) for w in "ab"
            ]
            _at_once([(one, pair[0]), (two, pair[1])])
            faults += _judged(pair, places, case)
    return faults + faults_of(ledger, database)


def send_twice(database: str, times: int, plant: str | None = None) -> list[str]:
    """Send one request through two processes at once, with its key: one event, one answer."""
    ledger = Ledger()
    faults: list[str] = []
    with serving(database, plant) as one, serving(database, plant) as two:
        places = _opened(one, ledger)
        for number in range(times):
            case = list(places)[number % CASES]
            first = ledger.add(Request(f"s{number}", "a", case, places[case], [f"s{number}"]))
            again = Request(f"s{number}", "b", case, places[case], [f"s{number}"])
            _at_once([(one, first), (two, again)])
            said = [first.told and first.told.get("events"), again.told and again.told.get("events")]
            if said[0] is None or said[0] != said[1]:
                faults.append(f"{first.key} sent twice was answered {first.told} and {again.told}")
            other = Request(f"s{number}", "b", case, places[case], ["something else"])
            two.lines[0].ask(other)
            if other.told is None or other.told["said"] != "key reused":
                faults.append(f"{first.key} with another body was answered {other.told}")
            places[case] += 1
    return faults + faults_of(ledger, database)


def _opened(server: Server, ledger: Ledger) -> dict[str, int]:
    line, places = Line(server), dict[str, int]()
    for number in range(CASES):
        request = ledger.add(Request(f"o{number}-{id(ledger)}", "o", None, 0, [f"o{number}-{id(ledger)}"]))
        told = line.ask(request)
        assert told, "no answer"
        places[told["case"]] = 1
    return places


def _at_once(both: list[tuple[Server, Request]]) -> None:
    barrier = threading.Barrier(len(both))

    def send(server: Server, request: Request) -> None:
        line = server.lines[0] if server.lines else Line(server)
        barrier.wait()
        line.ask(request)

    threads = [threading.Thread(target=send, args=pair) for pair in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _judged(pair: list[Request], places: dict[str, int], case: str) -> list[str]:
    said = [request.told and request.told["said"] for request in pair]
    if sorted(map(str, said)) != ["conflict", "stored"]:
        won = sum(word == "stored" for word in said)
        places[case] += won
        return [f"{pair[0].key}: {'two winners' if won == 2 else said}"]
    won, lost = pair if said[0] == "stored" else reversed(pair)
    places[case] += 1
    since = [text for _, text in (lost.told or {})["since"]]
    return [] if since == won.texts else [f"{lost.key} was told {since}, not {won.texts}"]
