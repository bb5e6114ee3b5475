"""The command line `treadway`."""

import sys


def main() -> None:
    """Run the command line and end the program with the command's exit code."""
    from api.cli.run import run

    sys.exit(int(run(sys.argv[1:])))
