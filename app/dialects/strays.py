"""Reads what came under a name that nobody declared, where its value says what it is: proof of consent and contacts.

A certificate is known by its value under any name. A time of consent must never be passed over: it could be an old one.
"""

from collections.abc import Callable, Iterator, Mapping

from app.dialects.body.tree import is_blank
from app.dialects.hints import LOST
from app.dialects.layout import Layout
from app.dialects.reading import RequestDraft
from app.dialects.text import Scalar, alike, text_of
from app.dialects.values.agreement import agreement, is_consent_text, is_revoked
from app.dialects.values.certificates import BROKEN, certificate_in
from app.dialects.values.fields import moment
from app.dialects.values.guard import DROPPED
from app.dialects.values.kinds import BOOLEANS, Noted, ReadValue, Trouble
from app.dialects.values.people import FIRST_KEPT
from app.dialects.values.shown import shown
from app.domain.consent.certificate import read_leadid, read_trustedform
from app.domain.identity import normal_phone

_CERTIFICATES = {
    "trustedform_cert_url": read_trustedform,
    "trustedform_ping_url": read_trustedform,
    "leadid_token": read_leadid,
}
_LIKE: dict[str, Callable[[str], bool]] = {
    "phone": lambda text: normal_phone(text) != "",
    "email": lambda text: "@" in text,
    "address": lambda text: any(map(str.isalpha, text)) and " " in text,
}
"""What the values of parts look like whose names alone say little."""

_OTHER_DAY_S = 86_400.0
_FAR_FROM_HOME = "a certificate under a name that is not known cannot be read; it was ignored"
_IN_PIECES = "sent in a form that cannot be read; it was left out"
_CONSENT_DIGITS_MIN = 6
_NO_VALUE = "an object"


def settle_post(raw: Mapping[str, Scalar], draft: RequestDraft, layout: Layout) -> None:
    """All of a post that is not read by its name alone."""
    if _is_settled(raw, draft):
        return
    settle_certificates(raw, draft, layout)
    settle_agreement(raw, draft)
    settle_consent(raw, draft, layout)
    settle_contact(raw, draft, layout)
    settle_objects(raw, draft, layout)


def _is_settled(raw: Mapping[str, Scalar], draft: RequestDraft) -> bool:
    """Whether every name was known and every value that may stand in several places stands in its own, as in most."""
    plan = draft.plan
    if plan.strays or draft.warnings or "tcpa_text" not in draft.lead:
        return False
    if len(plan.keys_of("consent_at")) > 1 or not {raw[key] for key in plan.keys_of("tcpa_consent")} <= BOOLEANS.keys():
        return False
    phones = len(plan.keys_of("phone"))
    return phones == 0 or (phones == 1 and normal_phone(draft.contact.get("phone", "")) != "")


def settle_certificates(raw: Mapping[str, Scalar], draft: RequestDraft, layout: Layout) -> None:
    """Certificates by their value: under unknown names, and under each other's."""
    for key, hint in draft.plan.strays:
        found = certificate_in(raw[key])
        if found is not None and (found[0] != "leadid_token" or hint == "leadid_token"):
            _take(draft, layout, *found)
        elif found is None and "trustedform.com" in text_of(raw[key])[:100].lower():
            draft.warnings.append(f"trustedform_cert_url: {_FAR_FROM_HOME}")
    for name in [name for name in _CERTIFICATES if f"{name}: {BROKEN}" in draft.warnings]:
        for key in draft.plan.keys_of(name):
            found = certificate_in(raw[key])
            if found is not None and _take(draft, layout, *found):
                _leave_out_broken(draft, name)


def warn_of_people(raw: Mapping[str, Scalar], draft: RequestDraft) -> None:
    """A person in an object or under an unknown name of a ping is dropped as any other is, and that is said."""
    for key, hint in draft.plan.strays:
        if hint in _LIKE and _LIKE[hint](text_of(raw[key])):
            draft.warnings.append(f"{hint}: {DROPPED}")


def settle_objects(raw: Mapping[str, Scalar], draft: RequestDraft, layout: Layout) -> None:
    """A field in whose place stands an object cannot be read, as any text cannot that is no value of it."""
    for slot, keys in draft.plan.objects:
        is_read = slot.attribute in getattr(draft, slot.part) or slot.name in draft.troubles
        if is_read or all(is_blank(raw[key]) for key in keys):
            continue
        value = slot.read(_NO_VALUE)
        if isinstance(value, Trouble) and slot.name in layout.needed:
            draft.troubles[slot.name] = Trouble(f"{value.remedy}, no object")
        else:
            draft.warnings.append(f"{slot.name}: {_IN_PIECES}")


def settle_agreement(raw: Mapping[str, Scalar], draft: RequestDraft) -> None:
    """What unknown names say of consent itself: a no counts before a yes, and a consent that was revoked is none."""
    flags = [flag for key in _hinted(draft, "tcpa_consent") if isinstance(flag := agreement(raw[key]), bool)]
    if flags:
        draft.lead.setdefault("tcpa_consent", all(flags))
    if any(is_revoked(raw[key]) for key in _hinted(draft, "consent_revoked")):
        draft.lead["tcpa_consent"] = False


def settle_age(raw: Mapping[str, Scalar], draft: RequestDraft) -> None:
    """When the lead of a ping began: when it was made, or when its consent was given if that is on an earlier day."""
    times = [draft.lead.pop("consent_at", None)]
    times += [_plain(moment(raw[key])) for key in _hinted(draft, "consent_at")]
    given = [at for at in times if isinstance(at, float)]
    made = draft.lead.get("created_at")
    if given and (made is None or made - min(given) >= _OTHER_DAY_S):
        draft.lead["created_at"] = min(given)


def settle_consent(raw: Mapping[str, Scalar], draft: RequestDraft, layout: Layout) -> None:
    """The text and the time of consent of a post, under whichever of its names."""
    plan = draft.plan
    if "tcpa_text" not in draft.lead:
        texts = [
            *plan.keys_of("tcpa_consent"),
            *_hinted(draft, "tcpa_text", "tcpa_consent"),
        ]
        longest = max([shown(raw[key]) for key in texts], key=len, default="")
        if is_consent_text(longest):
            _note(draft, layout, "tcpa_text", layout.slots["tcpa_text"].read(longest))
    known = plan.keys_of("consent_at")
    hinted = list(_hinted(draft, "consent_at"))
    agreed = [*plan.keys_of("tcpa_consent"), *_hinted(draft, "tcpa_consent")]
    # A yes is no time, and to find none in it takes longest.
    agreed = [key for key in agreed if raw[key] not in BOOLEANS]
    times = [at for key in (*known, *hinted, *agreed) if isinstance(at := _plain(moment(raw[key])), float)]
    if times:
        # The first by rank says it best, but a day that came without its hour is no other time.
        first, oldest = times[0], min(times)
        draft.lead["consent_at"] = oldest if first - oldest >= _OTHER_DAY_S else first
    elif any(sum(map(str.isdigit, text_of(raw[key]))) >= _CONSENT_DIGITS_MIN for key in hinted):
        draft.warnings.append("consent_at: a time under a name that is not known cannot be read; it was ignored")


def settle_contact(raw: Mapping[str, Scalar], draft: RequestDraft, layout: Layout) -> None:
    """A contact in objects, lists and pieces; what cannot be put together is warned of, since it was paid for."""
    hinted: dict[str, list[Scalar]] = {}
    for key, hint in draft.plan.strays:
        if hint and text_of(raw[key]):
            hinted.setdefault(hint, []).append(raw[key])
    contact = draft.contact
    _settle_phone(raw, draft, layout, hinted)
    _settle_email(raw, draft, layout, hinted)
    for name in ("email", "first_name", "last_name", "name", "address", "birth_date", "city", "zip", "state"):
        for value in hinted.get(name, ()):
            is_open = name not in contact and name not in draft.lead and name not in draft.troubles
            if is_open and (name not in _LIKE or _LIKE[name](text_of(value))):
                _note(draft, layout, name, layout.slots[name].read(value))
    _settle_address(draft, layout, hinted)
    sent = {hint.removeprefix(LOST).removeprefix("+") for hint in hinted}
    for name in ("phone", "email", "address", "birth_date"):
        is_sent = any(each == name or each.startswith(f"{name}_") for each in sent)
        if is_sent and name not in contact and name not in draft.troubles:
            draft.warnings.append(f"{name}: {_IN_PIECES}")


def _settle_email(
    raw: Mapping[str, Scalar], draft: RequestDraft, layout: Layout, hinted: Mapping[str, list[Scalar]]
) -> None:
    """A mailbox and its domain put together; the domain alone has a name that is known, since pings may tell it."""
    user = next(iter(hinted.get("+email_user", ())), "")
    if not user or "@" in text_of(user) or "email" in draft.contact or "email" in draft.troubles:
        return
    domains = [*hinted.get("+email_domain", ()), *(raw[key] for key in raw if alike(key).endswith("emaildomain"))]
    domain = text_of(next(iter(domains), "")).removeprefix("@")
    top = text_of(next(iter(hinted.get("+email_tld", ())), "")).removeprefix(".")
    if domain:
        _note(draft, layout, "email", layout.slots["email"].read(f"{text_of(user)}@{domain}{'.' if top else ''}{top}"))


def _settle_address(draft: RequestDraft, layout: Layout, hinted: Mapping[str, list[Scalar]]) -> None:
    """A street's number and name put together, and the second line behind them."""
    contact = draft.contact
    number, street, second = (
        [text_of(value) for value in hinted.get(f"+address_{piece}", ())] for piece in ("number", "street", "2")
    )
    known = [contact["address"]] if "address" in contact else street
    if known and (number or "address" not in contact) and not known[0].startswith(tuple("0123456789")):
        _note(draft, layout, "address", layout.slots["address"].read(" ".join([*number[:1], known[0]])))
    if second and "address" in contact:
        contact["address"] = ", ".join([contact["address"], *second])
    elif second:
        draft.warnings.append(f"address: {_IN_PIECES}")


def _settle_phone(
    raw: Mapping[str, Scalar], draft: RequestDraft, layout: Layout, hinted: Mapping[str, list[Scalar]]
) -> None:
    """The first phone that has ten digits, of those that are one and those that are put together."""
    read, contact = layout.slots["phone"].read, draft.contact
    keys = draft.plan.keys_of("phone")
    whole = [
        *[raw[key] for key in keys],
        *[v for hint in ("phone", "+phone_2", "+phone_3") for v in hinted.get(hint, ())],
    ]
    phones = [value for each in whole if isinstance(_plain(value := read(each)), str)]
    numbers = [value for value in phones if normal_phone(str(_plain(value)))]
    joined = _joined(str(contact.get("phone", "")), hinted)
    if not numbers and joined:
        contact["phone"] = joined
    elif numbers and not normal_phone(str(contact.get("phone", ""))):
        draft.troubles.pop("phone", None)
        _note(draft, layout, "phone", numbers[0])
    if len({normal_phone(str(_plain(value))) for value in numbers}) > 1:
        draft.warnings.append(f"phone: {FIRST_KEPT}")


def _joined(phone: str, hinted: Mapping[str, list[Scalar]]) -> str:
    """Ten digits out of an area code and what follows it, under whichever names they stand; empty where they do not."""
    names = ("+phone_area", "+phone_prefix", "+phone_suffix", "+phone_2", "+phone_3", "+phone_local")
    area, prefix, suffix, second, third, local = [_digits(hinted.get(name, [""])[0]) for name in names]
    plain, inner = _digits(phone), [_digits(each) for each in hinted.get("phone", ())]
    of_two = ((area, each) for each in (plain, local, *inner, prefix))
    for pieces in ((area, prefix, suffix), *of_two, (plain, second, third), *((prefix, each) for each in inner)):
        if all(pieces) and normal_phone("".join(pieces)):
            return normal_phone("".join(pieces))
    return ""


def _digits(raw: Scalar) -> str:
    return "".join([letter for letter in text_of(raw) if letter in "0123456789"])


def _hinted(draft: RequestDraft, *names: str) -> Iterator[str]:
    return (key for key, hint in draft.plan.strays if hint in names)


def _take(draft: RequestDraft, layout: Layout, name: str, value: str) -> bool:
    """Take a good certificate where there is none yet."""
    lead, read = draft.lead, _CERTIFICATES[name]
    if name not in layout.slots or read(str(lead.get(name, ""))) is not None:
        return False
    lead[name] = value
    _take_back(draft, name)
    return True


def _leave_out_broken(draft: RequestDraft, name: str) -> None:
    """Under this name stood another certificate, which has its place now."""
    if _CERTIFICATES[name](str(draft.lead.get(name, ""))) is None:
        draft.lead.pop(name, None)
        _take_back(draft, name)


def _take_back(draft: RequestDraft, name: str) -> None:
    """Nothing is broken after all."""
    draft.warnings[:] = [warning for warning in draft.warnings if warning != f"{name}: {BROKEN}"]


def _note(draft: RequestDraft, layout: Layout, name: str, value: ReadValue) -> None:
    """Put in what could be read of a field."""
    plain = _plain(value)
    if isinstance(value, Noted):
        draft.warnings.append(f"{name}: {value.warning}")
    if isinstance(plain, str):
        (draft.contact if layout.slots[name].part == "contact" else draft.lead)[name] = plain


def _plain(value: ReadValue) -> ReadValue:
    return value.value if isinstance(value, Noted) else value
