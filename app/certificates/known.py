"""Every provider that can be asked, by the name under which checks declare it."""

from collections.abc import Mapping

from app.certificates.described import DescribedProvider
from app.certificates.leadid import LeadId
from app.certificates.provider import Provider
from app.certificates.scrubs.blacklist_alliance import BlacklistAlliance
from app.certificates.scrubs.dncscrub import DncScrub
from app.certificates.scrubs.suppressionlist import SuppressionListLookup
from app.certificates.trustedform.provider import TrustedForm

PROVIDERS: Mapping[str, Provider] = {
    "trustedform": TrustedForm(),
    "leadid": LeadId(),
    "suppressionlist": SuppressionListLookup(),
    "blacklist_alliance": BlacklistAlliance(),
    "dncscrub": DncScrub(),
    "http": DescribedProvider(),
}
