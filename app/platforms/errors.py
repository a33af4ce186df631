"""What a platform can do wrong, apart from all else so that the command line can name it before it loads any."""


class NoPlatform(Exception):
    """Something was registered that cannot serve as a platform; the text says what and why."""
