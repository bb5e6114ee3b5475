"""`treadway diff`: what changed between two versions of an algorithm, in words and as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.exits import UsageError
from api.cli.options import Json, Quiet
from api.cli.output import Output, terminal_width
from api.cli.revisions import load_version
from api.shapes import change_shape

if TYPE_CHECKING:
    from engine.definition.diff import Change
    from engine.model.algorithm import Algorithm

_MOST_FELT = 4


def diff(
    old: Annotated[str, Argument(metavar="OLD", help="A definition, a shipped id, or REVISION:PATH in git.")],
    new: Annotated[str, Argument(metavar="NEW", help="The same, for the later one.")],
    draw: Annotated[
        Path | None,
        Option("--draw", metavar="FILE", help="Save the diagram with every change marked (.svg or .png)."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell what changed between two versions: what is permitted now that was not, and what no longer.

    Examples:
        treadway diff main~3:algorithms/stepwise-depression algorithms/stepwise-depression
        treadway diff stepwise-depression my-clinic --draw changes.svg
        treadway diff old-folder new-folder --json
    """
    from engine.definition.diff import compare

    output = Output(as_json=as_json, quiet=quiet)
    if draw is not None and draw.suffix not in (".svg", ".png"):
        raise UsageError(f"--draw: {draw.name} is neither .svg nor .png", "name a file such as changes.svg")
    earlier, later = load_version(old), load_version(new)
    before, after = earlier.loaded.usable(), later.loaded.usable()
    changes = compare(before, after)
    _tell(output, before, after, changes)
    if draw is not None:
        _save(draw, before, after, changes)
        output.result("", f"Saved {draw}")
    output.document(
        "treadway.diff/1",
        {
            "old": _named(before),
            "new": _named(after),
            "changes": [change_shape(one, earlier.shown, later.shown) for one in changes],
            "drawn": None if draw is None else str(draw),
        },
    )
    if changes and ":" not in old + new:
        output.next(f"treadway prove {new} --refines {old}")


def _tell(output: Output, old: "Algorithm", new: "Algorithm", changes: Sequence["Change"]) -> None:
    from engine.definition.diff import Effect

    output.result(f"{old.title} {old.version} -> {new.title} {new.version}")
    if not changes:
        output.result("", "Nothing changed in meaning." if old.digest != new.digest else "They are the same.")
    for effect in (Effect.MORE, Effect.EITHER, Effect.LESS, Effect.NONE):
        told = [one for one in changes if one.effect is effect]
        if told:
            output.result("", f"{str(effect).capitalize()} ({len(told)})")
        for one in told:
            output.result(*_lines(one))


def _lines(change: "Change") -> list[str]:
    from textwrap import wrap

    text = change.sentence
    if change.felt_by:
        most, more = change.felt_by[:_MOST_FELT], len(change.felt_by) - _MOST_FELT
        text += f" (felt by: {', '.join(most)}{f' and {more} more' if more > 0 else ''})"
    width = max(40, terminal_width() - 4)
    first, *rest = wrap(text, width, break_on_hyphens=False, break_long_words=False)
    return [f"  {change.sign} {first}", *(f"    {line}" for line in rest)]


def _save(path: Path, old: "Algorithm", new: "Algorithm", changes: Sequence["Change"]) -> None:
    from api.cli.draw import write_picture
    from engine.picture.difference import difference_png, difference_svg

    if path.suffix == ".png":
        write_picture(path, difference_png(old, new, changes))
    else:
        write_picture(path, difference_svg(old, new, changes))


def _named(algorithm: "Algorithm") -> dict[str, object]:
    return {
        "id": algorithm.id,
        "title": algorithm.title,
        "version": algorithm.version,
        "digest": algorithm.digest,
    }
