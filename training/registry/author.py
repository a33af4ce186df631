"""Who changes models by command: the user at this keyboard, now."""

import getpass
import time

from app.scoring.registry.changes import Author


def author(why: str = "") -> Author:
    """The user at this keyboard, now."""
    try:
        who = getpass.getuser()
    except (OSError, KeyError, ImportError):
        # In a container a user may have a number and no name.
        who = "unknown"
    return Author(who=who, at=time.time(), why=why)
