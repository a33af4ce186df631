"""A variable that a template left unfilled, known by its shape: nobody ever meant it as a value."""

import re

_LENGTH_MAX = 72
_OPENS = frozenset("{$[<%#_*@«‹~|!:")
_NAME = r"[\w.:'|!=()? -]{0,60}"
_VARIABLE = re.compile(
    rf"\{{\{{[^{{}}]{{1,60}}\}}\}}|\{{\{{\{{[^{{}}]{{1,60}}\}}\}}\}}|\{{%[^{{}}]{{1,60}}%\}}|<%[^<>]{{1,60}}%>|<<{_NAME}>>"
    rf"|[$#@%]\{{[^{{}}]{{1,60}}\}}|\$\([\w. ]{{1,60}}\)|\[\[{_NAME}\]\]|\[%[\w. ]{{1,60}}%\]|\*\|[\w:. -]{{1,60}}\|\*"
    rf"|\{{(?![0-9a-f-]{{32}})[a-z_!.:]{_NAME}\}}|\[(?![0-9a-f-]{{32}})[a-z_!.]{_NAME}\]|<(?![0-9a-f-]{{32}})[a-z_]{_NAME}>"
    r"|%%?[a-z_][\w. -]{0,60}%%?|##?[a-z_][\w. -]{0,60}##?|__[a-z][\w.]{0,60}__|@@?[a-z_]\w{0,60}@@?|~[a-z_]\w{0,60}~"
    r"|«[\w. ]{1,60}»|‹[\w. ]{1,60}›|\|[a-z_]\w{0,60}\||!![a-z_]\w{0,60}!!"
    r"|:[a-z_]\w{1,60}|<\?[^<>?]{1,60}\?>|\$[a-z_][\w\[\]'\">-]{0,60}\$?",
    re.IGNORECASE,
)
"""A variable that a template left unfilled, known by its shape: {{bill}}, ${bill}, [bill], %bill%, *|BILL|* and so on.

Single brackets hold a name, and no id of a certificate.
"""

_SIGN = re.compile(r"\{\{|\}\}|\$\{|#\{|<%|\[\[")
"""What stands around a variable and in no id or address."""


def is_unfilled(text: str) -> bool:
    """Whether a text is such a variable and nothing else."""
    return text[:1] in _OPENS and len(text) <= _LENGTH_MAX and _VARIABLE.fullmatch(text) is not None


def holds_unfilled(text: str) -> bool:
    """Whether there is such a variable in an id or an address, whole or cut short."""
    return is_unfilled(text) or _SIGN.search(text) is not None
