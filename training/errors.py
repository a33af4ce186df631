"""What training refuses: one tree of errors, each of which says in a sentence why, and what to do."""


class TrainingError(Exception):
    """It cannot be done with what was given; nothing has changed. The text is for the user."""
