"""`unknown-hidden`: a criterion turns "not known" into an answer."""

from collections.abc import Iterator

from engine.criteria import hides_unknown
from engine.definition.draft import Draft
from engine.definition.wording import Unknowns
from engine.model.place import Finding

CODE = "unknown-hidden"


def unknown_hidden(draft: Draft) -> Iterator[Finding]:
    """Each such part that reads what may be unknown, unless the line says what is meant and why."""
    unknowns = Unknowns(draft)
    for judged in draft.lines:
        criterion = judged.criterion
        if judged.checked is None or (criterion.if_unknown and criterion.because):
            continue
        for part in hides_unknown(judged.checked.tree):
            fact = unknowns.read_by(part, criterion)
            if fact is None:
                continue
            said = " ".join(criterion.said[part.start : part.end].split())
            fix = "write it without, so that an unknown stays unknown (`not x` for `x is false`); "
            fix += "or write `{is: ..., if_unknown: yes|no, because: ...}` if it is meant"
            if criterion.if_unknown:
                fix = "add `because:` with the reason, beside `if_unknown`"
            yield Finding(
                CODE,
                criterion.place(part.start, part.end),
                f"{criterion.owner}: `{said[:80]}` gives an answer where `{fact}` is not known",
                "missing evidence would count as an answer, and nobody would be asked for it",
                fix,
            )
            break
