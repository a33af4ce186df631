"""When an operator may sign in to the console: how long a session lasts, and how long wrong tries lock it out."""

import msgspec

IDLE_S = 12 * 3_600.0
SESSION_S = 7 * 86_400.0
"""A session ends when nothing was asked in it for so long, and in any case after so many days."""

PASSWORD_MIN, PASSWORD_MAX = 12, 256
"""Characters. Length is what counts (NIST SP 800-63B, 5.1.1); hashing more than the most is work for a stranger."""

FREE_TRIES = 5
_LOCK_S, _LOCK_MAX_S = 60.0, 3_600.0


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong tries in a row, and when the last was made (UTC epoch seconds)."""

    failures: int = 0
    failed_at: float | None = None


def locked_until(tries: Tries) -> float:
    """Until when no password lets anybody in under a name: a minute after five wrong tries, twice as long after each
    more, up to an hour. Zero where it is open.
    """
    if tries.failures < FREE_TRIES or tries.failed_at is None:
        return 0.0
    return tries.failed_at + min(_LOCK_S * 2.0 ** min(tries.failures - FREE_TRIES, 10), _LOCK_MAX_S)


def session_holds(began_at: float, seen_at: float, now: float, at_most_s: float = SESSION_S) -> bool:
    """Whether a session goes on."""
    return now - seen_at < IDLE_S and now - began_at < at_most_s


def password_fault(password: str, name: str) -> str:
    """What is wrong with a new password, and the remedy; empty where nothing is."""
    if len(password) < PASSWORD_MIN:
        return f"a password has at least {PASSWORD_MIN} characters: take several words"
    if len(password) > PASSWORD_MAX:
        return f"a password has at most {PASSWORD_MAX} characters"
    if len(set(password)) < 5 or name.lower() in password.lower():
        return "that password is guessed easily: take several words, without your name"
    return ""
