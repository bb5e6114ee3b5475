"""The command line `treadway`."""

import sys


def main() -> None:
    """Run the command line and end the program with the command's exit code."""
    try:
        from api.cli.run import run

        code = int(run(sys.argv[1:]))
    except KeyboardInterrupt:
        # Ctrl-C while the program was still being read: nothing had begun.
        code = 130
    sys.exit(code)
