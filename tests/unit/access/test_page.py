"""The page about rights says what the code does."""

from engine.access.rights import Right, Role, roles_with
from tests.support.rights_page import PAGE, page


def test_the_page_is_the_one_that_the_table_makes():
    """To write it anew: `python -m tests.support.rights_page`."""
    assert PAGE.read_text("utf-8") == page()


def test_each_right_has_a_row_with_a_dot_for_each_role_that_brings_it():
    """Read from the page itself, so that the writer of the page cannot hide a mistake of its own."""
    rows = [line.split("|")[1:-1] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    heads = [head.strip().replace(" ", "_") for head in rows[0]]
    found = {row[-1].strip().strip("`"): dict(zip(heads[1:-1], row[1:-1], strict=True)) for row in rows[2:]}
    assert set(found) == set(Right)
    for right in Right:
        dotted = {role for role in Role if found[right][role.value].strip()}
        assert dotted == roles_with(right)
