"""What a field that nobody declared may be by its name: parts of a contact, and the consumer's consent.

A hint is not believed by itself: the value must be what the name says. Such fields count after all that are declared.
"""

import re
from collections.abc import Callable

from app.dialects.text import alike, words

NameOf = Callable[[str], str | None]

LOST = "lost."
"""Before the name of a contact's field: its value stands inside it under a name that says nothing."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CONSENT = ("consent", "tcpa", "optin", "opt_in", "opt-in", "optedin", "opted_in", "agree", "permission", "disclos")
_TIME_WORDS = frozenset(["at", "on", "ts", "when", "time", "date", "datetime", "timestamp", "stamp", "moment", "day"])
_TIME_ENDS = re.compile(r"(?:date|time|stamp|(?:ed|up|in)(?:at|on|ts))$", re.IGNORECASE)
_ACTS = re.compile(
    r"sign(?:ed|ing)?[-_ ]?up|signed|signature|submi(?:t|ss)|accept|acknowledg|authori[sz]|subscribed|opted|joined"
    r"|inquir|enquir|registered|form[-_ ]?(?:complet|filled|finish)"
)
"""What people do at the moment at which they agree."""

_ACTS_ALONE = words("signedup submitted subscribed")
"""The same where nothing beside it says that it is a time: its value does."""

_NOT_CONSUMERS = words(
    "advertiser agent appointment bid broker buyer car carrier claim competitor contract crm dealer delivery invoice "
    "lease offer order partner payment ping post previous prior proposal refund return seller vehicle vendor"
)
_NOT_GIVEN = ("expir", "resubmi", "until", "valid", "revok", "withdr", "optout", "opt_out", "zone", "version")
_TEXTS = (*_CONSENT, "disclaim", "complian", "legal", "terms")
_FLAG = re.compile(
    r"(?:is|has|have|gave|given|user|consumer|customer|tcpa|express|prior|written|call|phone|contact)*"
    r"(?:consent(?:ed)?|tcpa|opt(?:ed)?in|agreed?|complian(?:t|ce)|permission|pewc)"
    r"(?:given|granted|obtained|received|provided|accepted|agreed?|checked|flag|status|yn|value|toterms"
    r"|to(?:be)?(?:call(?:ed)?|contact(?:ed)?))*"
)
"""How a name says whether somebody agreed to be called. What names a message or a list is a consent to that alone."""

_ANSWERS = words("accepted agreed checked flag given granted obtained optin status value yes")
"""The same of what stands in an object about consent."""

_REVOKED = re.compile(
    r"(?:is|has|have|was|lead|user|consumer|customer|call|phone|contact|tcpa)*"
    r"(?:opt(?:ed)?out|unsubscribed?|donotcontact|(?:revoked?|withdrew|withdrawn|rescinded)(?:consent|permission)"
    r"|(?:consent|tcpa|optin|permission)(?:is|was)?(?:revo(?:ked|cation)|withdrawn|withdrawal|rescinded))"
    r"(?:flag|status|yn|value|requested|date|time|timestamp|at|on)*"
)
"""How a name says that a consent has ended. That of a list "do not call" does not: whoever is on it may have agreed."""

_LEADIDS = ("jornaya", "universalleadid", "leadidtoken")
_PHONES = ("phone", "mobile", "cellular", "telefono")
_PHONE_WORDS = words("ani msisdn tel")
_EMAILS = ("email", "e-mail", "e_mail", "correo")
_ADDRESSES = frozenset(["address", "street"])
_NO_ADDRESSES = frozenset(["ip", "mac", "web", "url", "city", "state", "zip", "number", "name"])
_NOT_THEIRS = words(
    "agent affiliate attorney broker business buyer carrier company consent country domain emergency employer "
    "extension ext fax flag friend hash has hashed host is landlord last manager md office opt optin owner partner "
    "partners provider publisher referrer seller sha source spouse status support type valid validated vendor verified"
)
_PARTS = {
    "phone": {
        "+phone_area": "area areacode npa phonearea",
        "+phone_prefix": "prefix exchange nxx phoneprefix phoneexchange",
        "+phone_suffix": "suffix line linenumber subscriber phonesuffix phoneline",
        "+phone_local": "local localnumber localpart subscribernumber",
        "+phone_country": "country countrycode countrycallingcode callingcode dialcode cc isd",
    },
    "email": {
        "+email_user": "user username local localpart mailbox account name",
        "+email_domain": "domain domainname host hostname server provider",
        "+email_tld": "tld",
    },
    "name": {
        "first_name": "first firstname given givenname fname forename",
        "last_name": "last lastname family familyname surname lname",
        "name": "full fullname value text display displayname formatted name",
    },
    "address": {
        "address": "address address1 addressline1 full formatted line line1 street street1 streetaddress streetline1 "
        "text value",
        "+address_2": "address2 addressline2 line2 street2 streetline2 unit apt apartment suite",
        "+address_number": "number",
        "city": "city town locality",
        "state": "state statecode region province administrativearea",
        "zip": "zip zipcode zip5 postal postalcode postcode",
    },
    "birth_date": {"birth_date": "value date text"},
}
_FLAT = {
    "+phone_area": "areacode phonearea phoneareacode phonenpa",
    "+phone_prefix": "phoneprefix phoneexchange phonenxx",
    "+phone_suffix": "phonesuffix phoneline phonelinenumber",
    "+phone_local": "localnumber localphone localphonenumber phonelocal phonelocalnumber subscribernumber",
    "+phone_country": "phonecountrycode phonecountry countrycallingcode",
    "+email_user": "emailuser emailusername emaillocal emaillocalpart emailname emailmailbox emailaccount",
    "+email_domain": "emailhost emaildomainname maildomain",
    "+phone_2": "phone2",
    "+phone_3": "phone3",
    "+address_number": "streetnumber housenumber streetno houseno",
    "+address_street": "streetname",
    "city": "cityname addresscity contactcity homecity mailingcity locality",
    "+address_2": "address2 addressline2 street2 streetline2 apt aptnumber apartment suite unitnumber",
}
_PART_BY_NAME = {leaf: name for name, leaves in _FLAT.items() for leaf in leaves.split()}
_PART_OF = {
    (root, leaf): name for root, names in _PARTS.items() for name, leaves in names.items() for leaf in leaves.split()
}


def hint_of(key: str, name_of: NameOf) -> str:
    """The canonical name that a key nobody declared may mean; empty where it says nothing."""
    path = [part for part in key.replace("[", ".").replace("]", "").split(".") if part and not part.isdecimal()]
    if not path:
        return ""
    flat = _PART_BY_NAME.get(alike(path[-1]), "")
    if flat:
        return flat
    if any(_REVOKED.fullmatch(alike(name)) for name in (path[-1], "".join(path[-2:]))):
        return "consent_revoked"
    if _is_of_consent_time(path):
        return "consent_at"
    return _of_contact(path, name_of) or _of_consent(path) or _of_words(path[-1])


def _of_contact(path: list[str], name_of: NameOf) -> str:
    """A part of a contact's object, or one of a list of them."""
    if len(path) < 2:
        return _root(path[0], name_of)
    root, leaf = _root(".".join(path[:-1]), name_of), alike(path[-1])
    if not root and len(path) > 2:
        root = _of_contact(path[:-1], name_of).removeprefix(LOST)
        root = root[1:].partition("_")[0] if root.startswith("+") else root
    if not root:
        return ""
    part = _PART_OF.get((root, leaf), "")
    if not part and root in ("phone", "email"):
        return root
    return part or (LOST + root if root in _PARTS else "")


def _root(prefix: str, name_of: NameOf) -> str:
    for spelling in (prefix, prefix.removesuffix("es"), prefix.removesuffix("s")):
        name = name_of(spelling)
        if name in ("phone", "email", "name", "address", "birth_date"):
            return name
    return _of_words(prefix.rpartition(".")[2])


def _is_of_consent_time(path: list[str]) -> bool:
    """Whether a name says when somebody agreed, signed up or submitted a form, and not that somebody else did so."""
    whole, leaf = "_".join(path).lower(), path[-1]
    says_time = bool(_TIME_WORDS & _words_of(leaf)) or _TIME_ENDS.search(leaf) is not None
    if any(each in whole for each in _NOT_GIVEN) or not (says_time or alike(leaf) in _ACTS_ALONE):
        return False
    if any(each in whole for each in _CONSENT) and says_time:
        return True
    return _ACTS.search(whole) is not None and _NOT_CONSUMERS.isdisjoint(_words_of("_".join(path)))


def _of_consent(path: list[str]) -> str:
    whole, leaf = "_".join(path).lower(), path[-1]
    if any(each in alike(whole) for each in _LEADIDS):
        return "leadid_token"
    says_consent = any(each in whole for each in _CONSENT)
    if _FLAG.fullmatch(alike(leaf)) or (says_consent and alike(leaf) in _ANSWERS):
        return "tcpa_consent"
    return "tcpa_text" if any(each in whole for each in _TEXTS) else ""


def _of_words(leaf: str) -> str:
    lower = leaf.lower()
    if _NOT_THEIRS & _words_of(leaf):
        return ""
    if any(each in lower for each in _EMAILS):
        return "email"
    if any(each in lower for each in _PHONES) or _PHONE_WORDS & _words_of(leaf):
        return "phone"
    return "address" if _ADDRESSES & _words_of(leaf) and not _NO_ADDRESSES & _words_of(leaf) else ""


def _words_of(name: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(name)}
