"""Who changes what is live, as the history names them."""

import getpass
import time

from training.registry.pointer import Author


def author(why: str = "") -> Author:
    """The user at this keyboard, now."""
    try:
        who = getpass.getuser()
    except (OSError, KeyError, ImportError):
        # In a container a user may have a number and no name.
        who = "unknown"
    return Author(who=who, at=time.time(), why=why)
