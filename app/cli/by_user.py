"""Who runs a command, as the audit log names them."""

import getpass
import os
import sys

if sys.platform != "win32":
    import pwd


def by_user() -> str:
    """`os:USER`, by number where the system has no name for the user, as in many containers.

    Whoever became root by sudo is named. Of the environment nothing else is believed, which anybody may set.
    """
    if sys.platform == "win32":
        return f"os:{getpass.getuser()}"
    user = os.getuid()
    if user == 0 and os.environ.get("SUDO_USER"):
        return f"os:{os.environ['SUDO_USER']}"
    try:
        return f"os:{pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"os:{user}"
