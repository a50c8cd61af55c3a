"""The command line: `python -m multi_universe_core`, and the same program as `muc`."""

import sys

from . import _core


def main() -> int:
    """Run the command line with the process's arguments and return the exit code.

    0: done, 1: the check failed, 2: bad usage or input, 130: interrupted by Ctrl-C.
    """
    try:
        return _core.main(sys.argv[1:])
    except KeyboardInterrupt:
        # As a shell reports a program that Ctrl-C ended; a traceback would tell the user nothing.
        return 130


if __name__ == "__main__":
    sys.exit(main())
