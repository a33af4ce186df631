"""The words with which CRMs and call centers say what became of a lead, and where they say it."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, get_args

from app.dialects.aliases import GROUPS
from app.dialects.names import KEY_LENGTH_MAX
from app.dialects.text import alike
from app.wire.feedback import EventWord, OutcomeKind

IGNORED: Final = "ignore"
"""What a buyer says in place of an event of a word that is none of ours."""

EVENTS: tuple[OutcomeKind, ...] = get_args(OutcomeKind)

_WORDS: dict[OutcomeKind, str] = {
    "contacted": "contact made, reached, spoke, spoken, spoken with, talked, talked to, connected, working "
    "contacted, live contact, in contact, contact established, conversation",
    "not_contacted": "uncontacted, no contact, no answer, unreachable, unable to contact, could not contact, not "
    "reached, no response, no reply, voicemail, left voicemail, lvm, left message, busy, attempted, "
    "attempted contact, attempted to contact, contact attempted, open not contacted, never "
    "answered, did not answer",
    "qualified": "sql, sales qualified, sales qualified lead, qualified lead, qualified to buy, lead qualified",
    "quoted": "quote, quote sent, quote given, quote provided, quote presented, quote delivered, proposal, "
    "proposal sent, proposal presented, estimate sent, estimate given",
    "sold": "sale, sale made, made sale, won, win, closed won, close won, closed sold, sold closed, closed "
    "sale, purchased, purchase, bought, policy sold, policy issued, policy bound, bound, issued, "
    "enrolled, contract signed",
    "invalid": "bad lead, bad, junk, junk lead, fake, fake lead, bogus, spam, wrong number, wrong phone, bad "
    "number, bad phone, invalid number, invalid phone, invalid lead, invalid contact, bad contact "
    "info, bad data, disconnected, disconnected number, number disconnected, not in service, wrong "
    "person",
    "opted_out": "opt out, unsubscribe, unsubscribed, dnc, do not call, do not contact, dnc request, dnc "
    "requested, requested dnc, added to dnc, stop, remove me, remove from list, do not call list, "
    "consent revoked, revoked consent, opt out request, requested opt out",
}

_OBJECTS = ("lead", "deal", "opportunity", "contact", "call", "status", "stage", "disposition", "outcome")
_NUMBERED = re.compile(r"^\d{1,2}\s*[.):-]\s*", re.ASCII)
_SIGNS = re.compile(r"[\W_]+")
_OF_A_HOOK = re.compile(r"updat|chang|creat|edit|modif|moved|webhook|trigger|stage|status|disposition", re.IGNORECASE)
_OF_A_STATE = re.compile(r"stage|status|disposition|outcome", re.IGNORECASE)

_WRAPPERS = frozenset(
    f"{GROUPS} attributes current customdata deal event message notification object opportunity outcome properties "
    "propertyvalues record result sobject".split()
)
_ENVELOPES = frozenset(["data", "payload", "body", "event", "outcome", "request", "message"])
_OUTERMOST = frozenset({"id"})
_PLAIN = frozenset({"type", "source", "date", "timestamp", "created_at", "cause", "open", "until"})


def event_word(word: str) -> str:
    """What spellings of one word have in common: neither case, signs nor the number of a stage count."""
    return _SIGNS.sub("", _NUMBERED.sub("", word.strip()).casefold())


_EVENT_OF: dict[str, OutcomeKind] = {event_word(event): event for event in EVENTS} | {
    event_word(word): event for event, words in _WORDS.items() for word in words.split(",")
}


def event_of(word: str, own: Mapping[str, EventWord]) -> EventWord | None:
    """The event that a word means, by the buyer's `own` words (as `event_word` spells them) before ours."""
    plain = event_word(word)
    if plain in own:
        return own[plain]
    shorter = (plain.removeprefix(each) for each in _OBJECTS)
    return next((_EVENT_OF[each] for each in (plain, *shorter) if each in _EVENT_OF), None)


def says_what_changed(word: str) -> bool:
    """Whether a word only says that a record changed, as "deal.propertyChange" does: what became of it is beside it."""
    return _OF_A_HOOK.search(word) is not None


def is_of_a_state(name: str) -> bool:
    """Whether a property of a record says how far it came."""
    return _OF_A_STATE.search(name) is not None


class ReportKeys:
    """The keys of a report by the names that they may mean, however deep they lie."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._outermost: dict[str, str] = {}
        self._plain: dict[str, str] = {}
        self._wrapped: dict[str, str] = {}
        self._anywhere: dict[str, str] = {}
        paths = [(_path(key), key) for key in keys if len(key) <= KEY_LENGTH_MAX]
        for path, key in sorted(paths, key=lambda each: len(each[0])):
            self._outermost.setdefault(".".join(path), key)
            for start in range(len(path)):
                tail, above = ".".join(path[start:]), path[:start]
                self._anywhere.setdefault(tail, key)
                if _WRAPPERS.issuperset(above):
                    self._wrapped.setdefault(tail, key)
                if _ENVELOPES.issuperset(above):
                    self._plain.setdefault(tail, key)

    def of(self, name: str) -> str:
        """The key that bears a name, the outermost of several; empty where none does.

        What is called by a common word is only meant where nothing but wrappers is around it.
        """
        plain = alike(name)
        if name in _OUTERMOST:
            return self._outermost.get(plain, "")
        if name in _PLAIN:
            return self._plain.get(plain, "")
        return (self._anywhere if "_" in name or "." in name else self._wrapped).get(plain, "")


def _path(key: str) -> list[str]:
    """The parts of a key without places in lists; `NAME__c` in Salesforce and `properties.NAME.value` in HubSpot are
    fields that the buyer made."""
    parts = [
        alike(part.removesuffix("__c"))
        for part in key.replace("[", ".").replace("]", "").split(".")
        if part and not part.isdecimal()
    ]
    return parts[:-1] if len(parts) > 2 and parts[-1] == "value" and "properties" in parts else parts
