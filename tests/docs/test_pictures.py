"""Pictures in the documents are those the product draws now."""

import tw
from engine.picture.draw import draw
from tests.support.algorithms import shipped_algorithm


def test_the_picture_of_the_readme_is_drawn_from_the_definition() -> None:
    """After a change of the definition it is drawn again with `treadway draw ... --output`."""
    kept = (tw.ROOT / "docs" / "pictures" / "stepwise-depression.svg").read_text("utf-8")

    assert kept.strip() == str(draw(shipped_algorithm("stepwise-depression"), "svg")).strip()
