"""`trials-missing`: criteria ask whether treatments failed, and nothing says when one has."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "trials-missing"
_JUDGED = (
    "trial.adequate",
    "base.adequate",
    "episode.adequate_failures",
    "lifetime.adequate_failures",
    "failed.",
)


def trials_missing(draft: Draft) -> Iterator[Finding]:
    """The first criterion that reads a judgement of trials in a definition without `trials`."""
    files = (*draft.libraries, *((draft.root,) if draft.root else ()))
    if not files or any("trials" in one.node.lost for one in files):
        return
    if any(one.trials is not None and one.trials.counts is not None for one in files):
        return
    for judged in draft.lines:
        facts = judged.checked.facts if judged.checked is not None else ()
        fact = next((one for one in sorted(facts) if one.startswith(_JUDGED)), None)
        if fact is not None:
            read = fact.removesuffix(".at_least")
            yield Finding(
                CODE,
                judged.criterion.place(0, len(judged.criterion.said)),
                f"{judged.criterion.owner} reads `{read}`, but the definition has no `trials`",
                "no treatment would ever count as failed, however many were tried",
                "add `trials:` with `counts`, `adequate` and `failed`",
            )
            return
