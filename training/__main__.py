"""`python -m training`: the commands of `training.main`, found beside this file whatever lies in the directory."""

import os
import sys
from importlib import import_module
from pathlib import Path


def _keep_to_our_own() -> None:
    """Take the working directory off the path, where `python -m` puts it: another project may have an `app` there.

    It stays where this package itself was found there.
    """
    here, first = Path(__file__).resolve().parents[1], Path(sys.path[0] or os.curdir).resolve()
    if not sys.flags.safe_path and first == Path.cwd() and first != here:
        del sys.path[0]


if __name__ == "__main__":
    _keep_to_our_own()
    # Not at the top: the path must be right before anything of `app` is imported.
    sys.exit(import_module("training.main").main())
