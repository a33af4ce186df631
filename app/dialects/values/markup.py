"""What a browser shows of a text with markup: no tags, no comments, and nothing of what is hidden from who reads it.

One pass over the text. Style sheets are not read: what an element says of itself, or its usual class, counts.
"""

import html
import re

from app.dialects.text import words

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<end>/?)(?P<name>[A-Za-z][\w:-]*)(?:[^<>\"']|\"[^\"<]{0,300}\"|'[^'<]{0,300}')*+>"
    r"|<(?P<broken_end>/?)(?P<broken>[A-Za-z][\w:-]*)[^<>]*>|<[/!?][^<>]*>",
    re.DOTALL | re.ASCII,
)
_ATTRIBUTE = re.compile(r"([\w:-]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?", re.ASCII)
_UNSEEN = frozenset({"datalist", "head", "noscript", "script", "style", "template", "title"})
"""Elements whose content no browser shows beside a text."""

_EMPTY = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_ENDED_BY_NEXT = frozenset({"option", "p"})
"""Elements that a next of their kind ends."""

_HIDING_CLASSES = words(
    "d-none display-none element-invisible hidden hide invisible is-hidden offscreen screen-reader-only "
    "screen-reader-text sr-only u-hidden visually-hidden visuallyhidden"
)
_NOTHING = r"-?(?:0+(?:\.0*)?|\.0+)(?:[a-z]{1,4}|%)?(?![\d.])"
_FAR = r"-(?:\d{4,}|\d{3,}(?:\.\d+)?(?:%|vw|vh|ch|r?em)|\d\d(?:\.\d+)?r?em)"
_HIDING = re.compile(
    r"(?:^|[;{\s])(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|color:transparent"
    rf"|opacity:{_NOTHING}|font(?:-size)?:(?:{_NOTHING}|(?:0?\.\d+|1)(?:px|pt)(?![\d.]))"
    rf"|(?:left|right|top|bottom|text-indent|margin(?:-left|-top)?):{_FAR}"
    rf"|clip:rect\((?:[01](?:px)?[,)]){{2,4}}|clip-path:inset\((?:50|100)%|transform:(?:scale[xy]?\({_NOTHING}"
    rf"|translate(?:[xy]|3d)?\({_FAR}))"
)
_CLIPPED = re.compile(rf"(?:^|[;{{\s])(?:max-)?(?:height|width):(?:{_NOTHING}|1px(?!\d))")


def visible(text: str) -> str:
    """The text without markup and without what its markup hides."""
    pieces, hidden, depth, at = list[str](), "", 0, 0
    for tag in _TAG.finditer(text):
        name = (tag["name"] or tag["broken"] or "").lower()
        is_end = bool(tag["end"] or tag["broken_end"])
        if not hidden:
            pieces += (text[at : tag.start()], " ")
            if name and not is_end and name not in _EMPTY and _is_hidden(name, tag[0]):
                hidden, depth = name, 1
        elif name == hidden and not is_end and name in _ENDED_BY_NEXT:
            hidden = name if _is_hidden(name, tag[0]) else ""
        elif name == hidden:
            depth += -1 if is_end else 1
            hidden = hidden if depth else ""
        at = tag.end()
    return "".join(pieces if hidden else [*pieces, text[at:]])


def _is_hidden(name: str, tag: str) -> bool:
    """Whether nobody sees the content of an element that begins with this tag."""
    if name in _UNSEEN:
        return True
    if name != "dialog" and len(tag) <= len(name) + len("<>"):
        return False
    plain = html.unescape(tag).replace("\\", "").lower()[len(name) + 1 :].rstrip("/>")
    told = {name: value.strip("\"'") for name, value in _ATTRIBUTE.findall(plain)}
    # What stands between the words of a style means nothing.
    style = re.sub(r"/\*.*?\*/|\s+(?=[:;,)])|(?<=[:;,(])\s+", "", told.get("style", ""))
    return (
        "hidden" in told
        or (name == "dialog" and "open" not in told)
        or not _HIDING_CLASSES.isdisjoint(told.get("class", "").split())
        or _HIDING.search(style) is not None
        or ("overflow:" in style and _CLIPPED.search(style) is not None)
    )
