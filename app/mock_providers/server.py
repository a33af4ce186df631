"""All fakes behind one address, each under its name: `/trustedform/...`, `/leadid/...`, `/salesforce/...`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from app.mock_providers.blacklist_alliance import FakeBlacklistAlliance
from app.mock_providers.crms.dialers import FakeConvoso, FakeFive9, FakeVelocify
from app.mock_providers.crms.hooks import FakeGoHighLevelHook, FakeLeadConduit, FakeMake, FakeWebhook, FakeZapier
from app.mock_providers.crms.hubspot import FakeHubSpot, FakeHubSpotForm
from app.mock_providers.crms.people import FakeFollowUpBoss, FakeGoHighLevel
from app.mock_providers.crms.pipedrive import FakePipedrive
from app.mock_providers.crms.salesforce import FakeSalesforce, FakeWebToLead
from app.mock_providers.crms.zoho import FakeZoho
from app.mock_providers.dncscrub import FakeDncScrub
from app.mock_providers.fake import Fake, FakeAnswer, FakeRequest
from app.mock_providers.ipqs import FakeIpqs
from app.mock_providers.leadid import FakeLeadId
from app.mock_providers.suppressionlist import FakeSuppressionList
from app.mock_providers.trestle import FakeTrestle
from app.mock_providers.trustedform import FakeTrustedForm

Message = MutableMapping[str, Any]


def all_fakes() -> dict[str, Fake]:
    """One of each; a CRM is called as its preset is."""
    return {
        "trustedform": FakeTrustedForm(),
        "leadid": FakeLeadId(),
        "convoso": FakeConvoso(),
        "five9": FakeFive9(),
        "followupboss": FakeFollowUpBoss(),
        "gohighlevel": FakeGoHighLevel(),
        "gohighlevel-hook": FakeGoHighLevelHook(),
        "hubspot": FakeHubSpot(),
        "hubspot-form": FakeHubSpotForm(),
        "leadconduit": FakeLeadConduit(),
        "make": FakeMake(),
        "pipedrive": FakePipedrive(),
        "salesforce": FakeSalesforce(),
        "salesforce-web-to-lead": FakeWebToLead(),
        "velocify": FakeVelocify(),
        "webhook": FakeWebhook(),
        "zapier": FakeZapier(),
        "zoho": FakeZoho(),
        "suppressionlist": FakeSuppressionList(),
        "blacklist_alliance": FakeBlacklistAlliance(),
        "dncscrub": FakeDncScrub(),
        "trestle": FakeTrestle(),
        "ipqs": FakeIpqs(),
    }


class FakeProviders:
    """An ASGI application."""

    def __init__(self, fakes: Mapping[str, Fake] | None = None) -> None:
        self.fakes = fakes if fakes is not None else all_fakes()

    def answer(self, request: FakeRequest) -> FakeAnswer:
        """That of the provider that the path begins with."""
        name, _, path = request.path.strip("/").partition("/")
        fake = self.fakes.get(name)
        if fake is None:
            return FakeAnswer(status=404, body=f"there is no fake {name!r}".encode())
        return fake.answer(
            FakeRequest(
                method=request.method, path=path, query=request.query, headers=request.headers, body=request.body
            )
        )

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        answer = self.answer(
            FakeRequest(
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"].decode("latin-1"),
                headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
                body=await _body(receive),
            )
        )
        await asyncio.sleep(answer.delay_s)
        headers = {"content-length": str(len(answer.body)), **answer.headers}
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        await send({"type": "http.response.body", "body": answer.body})


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)
