"""What the name of a column says that it holds, in a file that nobody has described: a person, an id, a time."""

import re

_WHO = re.compile(
    r"(^|_)(e?mail|phone|mobile|telephone|tel|fax|ssn|passport|street|ip|ip_address|address\d?|dob|date_of_birth|"
    r"birth_?date|birthday|(first|last|full|sur|given|middle|maiden|customer|contact|client|lead)_?name|surname)(_|$)"
    r"|^name$"
)
_FACT = re.compile(
    r"(^|_)(type|kind|status|opt|optin|optout|not|dnc|is|has|was|valid|verified|consent|permission|count|score|quality|"
    r"domain|provider|carrier|length|age|allowed|bounced|opens?|opened|clicks?|clicked|sent|country|region|state|city|"
    r"timezone|source|flag|match|matched|risk|reachable|language)(_|$)"
)
"""What is told of an email or a phone beside itself."""

ID = re.compile(r"(^|_)(u?u?id|guid|key|hash|token|url|certificate|cert)$")
CODE = re.compile(r"(^|_)(zip|zip\d|zipcode|postal|postcode|plz|code|fips)(_|$)")
LATER = re.compile(
    r"(^|_)(sold|closed|converted|conversion|won|lost|returned|reached|matured|updated|modified|paid|invoiced|called|"
    r"contacted|delivered|end|ended)(_|$)"
)
FIRST = re.compile(r"(^|_)(created|received|pinged|submitted|inserted|lead|ping|arrived|start|started)(_|$)")
CLOCK = re.compile(r"(^|_)(at|time|timestamp|ts|date|datetime|epoch|utc)(_|$)")


def words_of(name: str) -> str:
    """A column's name in lower case, its words joined by one underscore each."""
    parted = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-z\d]+", "_", parted.lower()).strip("_")


def names_a_person(word: str) -> bool:
    """Whether a column so called says who somebody is, and not only something of an email, a phone or an address."""
    return bool(_WHO.search(word)) and not _FACT.search(word)
