"""Help that starts with examples, and a near name for a mistyped command or option."""

from difflib import get_close_matches

from typer._click import Command as AnyCommand  # typer gives its parser's classes no public name
from typer._click import Context, HelpFormatter
from typer.core import TyperCommand, TyperGroup

EXAMPLES = "Examples:"


def _write_help(command: TyperCommand | TyperGroup, ctx: Context, formatter: HelpFormatter) -> None:
    """Examples (a paragraph of the help text), then the usage line, then the rest."""
    paragraphs = (command.help or "").split("\n\n")
    for paragraph in paragraphs:
        if paragraph.startswith(EXAMPLES):
            formatter.write(f"{paragraph}\n\n")
    command.format_usage(ctx, formatter)
    formatter.write_paragraph()
    with formatter.indentation():
        for paragraph in paragraphs:
            if not paragraph.startswith(EXAMPLES):
                formatter.write_text(paragraph.replace("\n", " "))
                formatter.write_paragraph()
    command.format_options(ctx, formatter)


class Command(TyperCommand):
    """A command whose help starts with examples."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the help."""
        _write_help(self, ctx, formatter)


class Group(TyperGroup):
    """A group of commands, in the order in which they were added."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the help."""
        _write_help(self, ctx, formatter)

    def list_commands(self, ctx: Context) -> list[str]:
        """Commands in the order of their use, not of the alphabet."""
        return list(self.commands)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        """Find the command, or name one that is close."""
        from api.cli.exits import UsageError

        if args and args[0] not in self.commands and not args[0].startswith("-"):
            near = get_close_matches(args[0], list(self.commands), n=2, cutoff=0.5)
            path = ctx.command_path
            hint = f"did you mean `{path} {near[0]}`?" if near else f"`{path} --help` lists the commands"
            raise UsageError(f"there is no command `{path} {args[0]}`", hint)
        return super().resolve_command(ctx, args)
