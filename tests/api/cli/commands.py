"""Every command with arguments that it can be run with, for tests that hold for all of them."""

from typer.core import TyperGroup
from typer.main import get_command

from api.cli.app import app

ON = ["--on", "2024-01-09"]

ARGUMENTS: dict[tuple[str, ...], list[str]] = {
    ("demo",): ["--output", "demo"],
    ("check",): ["stepwise-depression"],
    ("test",): ["stepwise-depression", "--scenarios", "scenario.yaml"],
    ("prove",): ["stepwise-depression", "--claim", "ends-are-final"],
    ("diff",): ["stepwise-depression", "star-d"],
    ("document",): ["stepwise-depression", "--out", "handout"],
    ("publish",): ["stepwise-depression"],
    ("draw",): ["stepwise-depression", "--format", "dot", "--output", "picture.dot"],
    ("criterion",): ["1 + 1 = 2"],
    ("schema",): ["scenario"],
    ("doctor",): [],
    ("case", "open"): ["stepwise-depression", "--born", "1981-07-14", "--sex", "female", *ON],
    ("case", "list"): [],
    ("case", "show"): ["1001", *ON],
    ("case", "record"): ["1001", "phq9", "total=3", "item9=0", *ON],
    ("case", "retract"): ["1001", "phq9", "--of", "2024-01-08", "--reason", "wrong chart", *ON],
    ("case", "ask"): ["1001", "start_ssri", *ON],
    ("case", "why"): ["1001", "start_ssri", *ON],
    ("case", "move"): ["1001", "start_ssri", *ON],
    ("case", "start"): ["1001", "omeprazole", "--role", "concomitant", *ON],
    ("case", "dose"): ["1001", "sertraline", "100", *ON],
    ("case", "stop"): ["1001", "sertraline", *ON],
    ("case", "sign"): ["1001", "reappraisal", *ON],
    ("case", "release"): ["1001", "suicidality", "--reason", "seen", *ON],
    ("case", "note"): ["1001", "a note", *ON],
    ("case", "history"): ["1001"],
    ("people", "clinic"): ["hill", "--title", "Hill", "--zone", "UTC"],
    ("people", "add"): ["bea", "--name", "Bea Holm"],
    ("people", "grant"): ["ada", "reader", "--clinic", "harbour"],
    ("people", "revoke"): ["grant-1", "--clinic", "harbour"],
    ("people", "list"): ["--clinic", "harbour"],
    ("people", "close"): ["ada"],
    ("people", "link"): ["ada"],
    ("people", "token"): ["ada", "--title", "test", "--scope", "read_board", "--clinic", "harbour"],
    ("people", "withdraw"): ["token-1", "--clinic", "harbour"],
    ("board",): [],
    ("audit",): ["--check"],
    ("export",): ["histories.jsonl"],
    ("worker",): ["--once"],
    ("db", "verify"): [],
    ("db", "backup"): ["copy.db"],
    ("db", "restore"): ["kept.db", "again.db"],
    ("db", "rebuild"): [],
    ("db", "upgrade"): [],
}

NEVER_END = {("serve",), ("lsp",)}
"""Commands that run until they are told to end; tests of their own run them as processes."""


NEED_A_SERVER = {("db", "restrict")}
"""Commands that only PostgreSQL has a use for; tests of the store run them there."""


def all_commands() -> list[tuple[str, ...]]:
    """The words of every command that does something."""
    return list(_under(get_command(app), ()))


def _under(command, words):
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from _under(inner, (*words, name))
    else:
        yield words
