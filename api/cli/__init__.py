"""The command line `treadway`."""

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line and end the program with the command's exit code."""
    stdout: object = sys.stdout
    if isinstance(stdout, TextIOWrapper):
        # What cannot be written here (half a character, or any letter in ASCII) is told by its number.
        stdout.reconfigure(errors="backslashreplace")
    try:
        from api.cli.run import run

        code = int(run(sys.argv[1:]))
    except KeyboardInterrupt:
        # Ctrl-C while the program was still being read: nothing had begun.
        code = 130
    sys.exit(code)
