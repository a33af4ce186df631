"""Wording shared by the commands' help."""


def sentence(purpose: str) -> str:
    """The purpose of a command as a sentence. `str.capitalize` would write HTTP as http."""
    return f"{purpose[:1].upper()}{purpose[1:]}."
