"""Readers of what a consumer agreed to: the text as a browser showed it, and whether it was agreed to."""

import re
from functools import lru_cache

from app.dialects.text import Scalar, alike, is_absent, text_of, words
from app.dialects.values.kinds import Noted, ReadValue, Trouble, boolean
from app.dialects.values.moments import epoch_of
from app.dialects.values.shown import shown

CONSENT_TEXT_MAX = 65_536
"""As long as a body: what a consumer agreed to is never cut."""

_WORDS_MIN = 7
_NOT_LETTERS = re.compile(r"[\W_]+")
_YES = words(
    "accept accepted agree agreed agrees allowed checked confirmed consent consented consents express "
    "expresswrittenconsent given granted iaccept iagree iconsent ichecked optedin optin ok received signed "
    "writtenconsent yesiaccept yesiagree yesiconsent yesido"
)
_NO = words(
    "declined disagree disagreed idisagree idonotaccept idonotagree idonotconsent idontagree noconsent noidonotagree "
    "noidonotconsent notaccepted notagreed notchecked notgiven optedout optout refused revoked unchecked withdrawn"
)
_ENDED = words("optedout optout revoked unsubscribed withdrawn")
_SAYS_NO = re.compile(r"(?:no[,.;]|no i\b|no thank|i (?:do not|don['’]?t|decline|refuse)|do not|not )", re.IGNORECASE)


def agreement(raw: Scalar) -> ReadValue:
    """Whether the consumer agreed; the text or the time in the place of a yes says to what, or when."""
    value = boolean(raw)
    if not isinstance(value, Trouble):
        return value
    text = shown(raw)
    word = _word_of(text)
    if word in _YES or word in _NO:
        return word in _YES
    return True if is_consent_text(text) or epoch_of(raw) is not None else value


def is_revoked(raw: Scalar) -> bool:
    """Whether a field that is named for the end of a consent says that it has ended: by a yes, in a word, or when."""
    value = boolean(raw)
    if isinstance(value, Trouble):
        return _word_of(shown(raw)) in _ENDED or epoch_of(raw) is not None
    return value is True


def _word_of(text: str) -> str:
    return _NOT_LETTERS.sub("", alike(text)) if len(text) <= 64 else ""


def is_consent_text(text: str) -> bool:
    """Whether a text is one that a consumer read and agreed to: several words, which do not begin with a no."""
    return len(text.split(maxsplit=_WORDS_MIN)) >= _WORDS_MIN and not _SAYS_NO.match(text)


def consent_text(raw: Scalar) -> ReadValue:
    """The text that the consumer agreed to."""
    return _consent_text(raw) if isinstance(raw, str) else _consent_text(text_of(raw))


@lru_cache(maxsize=64)
def _consent_text(raw: str) -> ReadValue:
    """A form has one text, which comes with every lead."""
    text = shown(raw)
    if len(text) > CONSENT_TEXT_MAX:
        return Noted(text[:CONSENT_TEXT_MAX], f"at most {CONSENT_TEXT_MAX} characters; the rest was cut")
    return None if is_absent(text_of(text)) else text
