"""Commands that read or write files of their user: what is wrong with one is told in a sentence."""

import sys
from collections.abc import Callable


def run_with_files(
    act: Callable[[], int], *unusable: type[Exception], place: object = "the file", status: int = 1
) -> int:
    """What `act` returns; `status` where a file cannot be used, or one of `unusable` says in its text what cannot be.

    `place` stands for a file that the system does not name.
    """
    try:
        return act()
    except unusable as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        raise  # the reader of our output has closed it
    except OSError as error:
        print(f"{error.filename or place} cannot be used ({error.strerror})", file=sys.stderr)
    return status
