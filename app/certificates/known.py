"""Every provider that can be asked, by the name under which checks declare it."""

from collections.abc import Mapping

from app.certificates.leadid import LeadId
from app.certificates.provider import Provider
from app.certificates.trustedform.provider import TrustedForm

PROVIDERS: Mapping[str, Provider] = {"trustedform": TrustedForm(), "leadid": LeadId()}
