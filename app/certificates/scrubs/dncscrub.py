"""DNCScrub (Contact Center Compliance): litigators, do-not-call lists, and numbers reassigned since the consent."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from app.certificates.json_answer import document_of, json_request, reaction_to
from app.certificates.provider import Asking, IsKept, ProviderAnswer, Reaction, Secrets, Subject, verdict
from app.domain.calendar import local_time
from app.domain.checks.check import ADDRESSES, Check
from app.domain.checks.verdict import CheckVerdict

Row = Mapping[str, Any]

SCRUB_ADDRESS = "https://www.dncscrub.com"
"""The older of its services, which knows the do-not-call lists, is at an address of its own."""

_CLEAN = frozenset("CXWLFGHVEOY")
"""Result codes of numbers on no list, or of those that an exemption or a relationship takes off one.

L, F and V are wireless numbers in states that restrict solicitation of these: consent answers that too. A buyer who
thinks otherwise writes them in `refuse_codes`.
"""
_UNUSABLE = frozenset("IM")
_KNOWN_SINCE = "20210127"
"""The database of reassigned numbers is complete from this day on."""
_WEST = "America/Los_Angeles"


class DncScrub:
    """One call for each check, so that each has its own cost, budget and circuit."""

    def questions(self, check: Check, subject: Subject) -> tuple[str, ...]:
        """All of it is about a phone in plain."""
        return (check.dncscrub.ask,) if subject.part("phone") else ()

    def askings(self, check: Check, subject: Subject, secrets: Secrets, is_kept: IsKept) -> Sequence[Asking]:
        """Without the day of the consent nobody knows since when a number may have been reassigned."""
        del is_kept
        ask, phone, headers = check.dncscrub.ask, subject.part("phone"), {"loginid": secrets[check.secret]}
        if ask == "litigator":
            query = urlencode({"phoneList": phone})
            request = json_request(check, "GET", f"{check.url}/v1.5/Scrub/litigator?{query}", headers)
        elif ask == "reassigned":
            day = _consent_day(subject)
            if day < _KNOWN_SINCE:
                return ()
            query = urlencode({"phoneNumber": phone, "date": day})
            request = json_request(check, "GET", f"{check.url}/v1.5/Data/RNDBasic?{query}", headers)
        else:
            url = SCRUB_ADDRESS if check.url == ADDRESSES["dncscrub"] else check.url
            request = json_request(check, "POST", f"{url}/app/main/rpc/scrub", headers, _scrub(check, phone))
        return (Asking(operation=ask, request=request, millicents=check.post_millicents),)

    def react(self, check: Check, answered: ProviderAnswer) -> Reaction:
        """What it says of the lead is in a row."""
        return reaction_to(check, answered, is_answer=bool(_row(document_of(answered))))

    def read(self, check: Check, subject: Subject, answers: Sequence[ProviderAnswer]) -> Sequence[CheckVerdict]:
        """The verdict on the one question."""
        ask = check.dncscrub.ask
        row = next((row for each in answers if (row := _row(document_of(each)))), {})
        if _phone(row) not in ("", subject.part("phone")):
            row = {}
        if ask == "litigator":
            return (_by_flag(check, ask, row.get("IsLitigator"), "litigator"),)
        if ask == "reassigned":
            return (_by_flag(check, ask, row.get("IsReassigned"), "invalid_contact", "phone"),)
        return (_listed(check, row),)


def _consent_day(subject: Subject) -> str:
    """The day of the consent, the earlier one where it was already tomorrow in the east; empty where nobody told it."""
    return local_time(subject.consent_at, _WEST).date.replace("-", "") if subject.consent_at is not None else ""


def _scrub(check: Check, phone: str) -> bytes:
    project = {"projId": check.dncscrub.project} if check.dncscrub.project else {}
    return msgspec.json.encode({"phoneList": phone, "version": "5", "output": "json", **project})


def _by_flag(check: Check, question: str, flag: object, code: str, detail: str = "") -> CheckVerdict:
    """Null is no answer: of a reassigned number it says that there is no data."""
    if flag is True:
        return verdict(check, question, "fail", detail, code)
    return verdict(check, question, "pass" if flag is False else "unknown")


def _listed(check: Check, row: Row) -> CheckVerdict:
    code = str(row.get("ResultCode") or "").upper()
    if code in check.dncscrub.refuse_codes:
        is_litigator = "litigator" in str(row.get("Reason") or "").lower()
        return verdict(check, "dnc", "fail", code="litigator" if is_litigator else "suppressed")
    if code in _UNUSABLE:
        return verdict(check, "dnc", "fail", "phone", "invalid_contact")
    return verdict(check, "dnc", "pass" if code in _CLEAN else "unknown")


def _row(body: Any) -> Row:
    """One answers about one number, in a list or without one."""
    row = body[0] if isinstance(body, list) and body else body
    return row if isinstance(row, dict) and {"IsLitigator", "IsReassigned", "ResultCode"} & {*row} else {}


def _phone(row: Row) -> str:
    said = str(row.get("Phone") or row.get("PhoneNumber") or "")
    return "".join(digit for digit in said if digit.isdigit())[-10:]
