"""`unused-define`: a define that nothing reads."""

import re
from collections import Counter
from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import note
from engine.model.place import Finding

CODE = "unused-define"


def unused_define(draft: Draft) -> Iterator[Finding]:
    """Each define of the algorithm's own file that no criterion, claim or scenario line of it names."""
    if draft.algorithm is None:
        return
    own = next(iter(draft.files), "")
    used = {name for one in draft.lines if one.checked for name in one.checked.defines}
    # Claims are free in form, so any other mention in the file counts.
    mentions = Counter(re.findall(r"\w+", draft.files[own].text)) if own else Counter[str]()
    for name, define in draft.algorithm.defines.items():
        if define.place.file != own or name in used:
            continue
        if mentions[name] < 2:
            yield note(
                CODE,
                define.place,
                f"nothing reads the define `{name}`",
                "a reader would take it for a rule that is applied",
                "use it, or delete it",
            )
