"""What a provider's no becomes is told to sellers in words, none of which a crude parser takes for a sale."""

import asyncio
import json
from collections.abc import Callable

from app.dialects.answers import write_post_answer
from app.domain.answers import refused_post
from app.domain.checks.check import Check, ConsentVerification, LeadIdTerms, TrustedFormTerms
from app.domain.checks.verdict import failures
from app.domain.reasons import Refusal
from app.mock_providers import blacklist_alliance, dncscrub, leadid, suppressionlist, trustedform
from app.mock_providers.fake import phone_for
from tests.build import NOW
from tests.providers import FakesAtHand, check, subject, token_subject
from tests.table import each_row

TRUSTEDFORM = check(
    trustedform=TrustedFormTerms(match="both", verify=ConsentVerification(advertiser_name="Acme", one_to_one=True))
)
LEADID = check("leadid", leadid=LeadIdTerms(profile="env:LAK", data_integrity=(1,), worst_result=1))


def _refusals(asked: Check, *subjects: object) -> set[Refusal]:
    client = FakesAtHand().client()

    async def all_of_them() -> set[Refusal]:
        found = [(await client.consult(asked, each, 1.0, NOW)).consultation for each in subjects]  # type: ignore[arg-type]
        return {refusal for each in found for refusal in failures([each])}

    return asyncio.run(all_of_them())


def _of_phones(provider: str, names: list[str]) -> set[Refusal]:
    # Each has a client of its own: one that fails is left alone.
    return {refusal for name in names for refusal in _refusals(check(provider), subject(phone=phone_for(names, name)))}


@each_row(
    ("refusals", "least"),
    [
        (lambda: {each for name in trustedform.SCENARIOS for each in _refusals(TRUSTEDFORM, subject(name))}, 12),
        (lambda: {each for name in leadid.SCENARIOS for each in _refusals(LEADID, token_subject(name))}, 5),
        (lambda: _of_phones("blacklist_alliance", blacklist_alliance.NAMES), 2),
        (lambda: _of_phones("dncscrub", dncscrub.NAMES), 1),
        (lambda: _of_phones("suppressionlist", suppressionlist.NAMES), 1),
    ],
    ids=["trustedform", "leadid", "blacklist_alliance", "dncscrub", "suppressionlist"],
)
def test_a_refusal_says_why(refusals: Callable[[], set[Refusal]], least: int) -> None:
    found = refusals()
    assert len(found) >= least
    for refusal in found:
        answer = json.loads(write_post_answer(refused_post(refusal, None, ""), "json"))
        assert answer["reason"], refusal
        assert answer["reason_code"], refusal
