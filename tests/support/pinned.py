"""The facts of a case as the world of a proof names them, to check axioms and formulas on it."""

from collections.abc import Iterator, Mapping

from engine.model.evidence import Value
from engine.proof.world import World
from engine.runtime.day import Day
from engine.runtime.facts import Facts
from engine.runtime.gate import holding_signature
from engine.runtime.titration import _started_on


class PinnedFacts(Mapping[str, Value | None]):
    """Every variable a world may ask for, as the runtime has it on one day; `world` is set once made."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.world: World | None = None

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1  # an empty mapping would count as none given

    def __getitem__(self, name: str) -> Value | None:
        day, root, rest = self.day, *name.partition(".")[::2]
        assert self.world is not None
        if name in self.world.variants:
            variant = self.world.variants[name]
            return Facts(day, windows={variant.type: variant.window})[f"{variant.type}.{variant.field}"]
        match root:
            case "stop":
                return any(i.id == rest and i.on <= day.today for i in day.case.raised())
            case "signed":
                return holding_signature(day, day.plan.algorithm.gates[rest]) is not None
            case "word":
                gate, _, item = rest.partition(".")
                signature = holding_signature(day, day.plan.algorithm.gates[gate])
                return None if signature is None else signature.answers.get(item)
            case "runs":
                return any(t.option == rest for t in day.running)
            case "had":
                return any(t.option == rest for t in day.treatments)
            case "stopped":
                stops = [t.stopped_on for t in day.treatments if t.option == rest and t.stopped_on]
                return (day.today - max(stops)).days if stops else 0
            case "titration":
                return self._week(rest)
            case "visited":
                episode = len(day.case.episodes) - 1
                return any(v.step == rest and v.episode == episode for v in day.case.visits)
            case "option":
                return None
            case _:
                return day.facts[name]

    def _week(self, name: str) -> int:
        option = self.day.plan.algorithm.formulary.options[name]
        assert option.titration is not None
        started_on = _started_on(self.day, Facts(self.day), option, option.titration)
        return 0 if started_on is None else max(0, (self.day.today - started_on).days) // 7
