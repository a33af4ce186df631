"""An access token is asked for once, kept while it lives, and asked for anew when it is not taken."""

import asyncio
from urllib.parse import parse_qs

import msgspec

from app.crm.access_tokens import DEFAULT_LIFE_S, AccessTokens, NoToken
from app.domain.delivery.destination import Destination
from app.domain.delivery.destination_auth import OAuth2Auth
from app.outbound.message import OutboundAnswer, OutboundRequest
from tests.table import each_row

AUTH = OAuth2Auth(token_url="https://crm.example/token", client_id="id", client_secret="env:SECRET")
SECRETS = {"env:SECRET": "s3cret", "env:REFRESH": "r3fresh"}


def destination(auth: OAuth2Auth) -> Destination:
    return Destination(name="crm", url="https://crm.example/leads", auth=auth)


class Server:
    """Answers token requests from a script, the last of it for ever, and remembers what it was asked."""

    def __init__(self, *answers: OutboundAnswer) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, list[str]]] = []
        self.now = 0.0
        self.tokens = AccessTokens(self.send, lambda: self.now)

    async def send(self, request: OutboundRequest) -> OutboundAnswer:
        self.asked.append(parse_qs(request.body.decode()))
        await asyncio.sleep(0)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def token(self, auth: OAuth2Auth = AUTH) -> str | NoToken:
        return asyncio.run(self.tokens.token(destination(auth), auth, SECRETS))


def granted(token: str, **more: object) -> OutboundAnswer:
    return OutboundAnswer(status=200, body=msgspec.json.encode({"access_token": token, **more}))


def test_client_credentials_are_sent_as_the_standard_says() -> None:
    server = Server(granted("t1"))
    assert server.token() == "t1"
    assert server.asked == [{"grant_type": ["client_credentials"], "client_id": ["id"], "client_secret": ["s3cret"]}]


def test_a_refresh_token_and_a_scope_are_sent_where_there_are_some() -> None:
    server = Server(granted("t1"))
    auth = msgspec.structs.replace(AUTH, refresh_token="env:REFRESH", scope="leads.write")
    assert server.token(auth) == "t1"
    assert server.asked[0]["grant_type"] == ["refresh_token"]
    assert (server.asked[0]["refresh_token"], server.asked[0]["scope"]) == (["r3fresh"], ["leads.write"])


@each_row(
    ("life", "lives_s"), [(3600, 3540.0), ("3600", 3540.0), (30, 15.0), (None, DEFAULT_LIFE_S - 60.0), ("soon", 840.0)]
)
def test_a_token_is_kept_until_shortly_before_it_ends(life: object, lives_s: float) -> None:
    server = Server(granted("t1", expires_in=life), granted("t2"))
    assert server.token() == "t1"
    server.now = lives_s - 0.1
    assert server.token() == "t1"
    server.now = lives_s
    assert server.token() == "t2"


def test_many_leads_at_once_ask_once() -> None:
    server = Server(granted("t1"))

    async def rush() -> list[str | NoToken]:
        return await asyncio.gather(*[server.tokens.token(destination(AUTH), AUTH, SECRETS) for _ in range(20)])

    assert set(asyncio.run(rush())) == {"t1"}
    assert len(server.asked) == 1


def test_a_token_that_is_not_taken_is_asked_for_anew() -> None:
    server = Server(granted("t1"), granted("t2"))
    server.token()
    server.tokens.forget(AUTH, "t1")
    assert server.token() == "t2"


@each_row(
    ("answer", "told"),
    [
        (OutboundAnswer(trouble="timeout"), "no answer (timeout)"),
        (OutboundAnswer(status=400, body=b'{"error":"invalid_client"}'), "HTTP 400 invalid_client: check client"),
        (OutboundAnswer(status=200, body=b'{"error":"invalid_code"}'), "HTTP 200 invalid_code"),
        (OutboundAnswer(status=200, body=b"<html>login</html>"), "not in JSON: check `auth.token_url`"),
        (OutboundAnswer(status=200, body=b'{"access_token":"a\\nb"}'), "HTTP 200"),
        (OutboundAnswer(status=500, body=b"\xff\xfe"), "HTTP 500, not in JSON"),
        (OutboundAnswer(status=401, body=b'{"error":"bad secret s3cret"}'), "HTTP 401 :"),
    ],
)
def test_without_a_token_the_lead_waits_and_the_note_says_why(answer: OutboundAnswer, told: str) -> None:
    token = Server(answer, granted("t1")).token()
    assert isinstance(token, NoToken)
    assert told in token.why
    assert "s3cret" not in token.why


def test_a_token_that_came_since_is_kept() -> None:
    server = Server(granted("t1"), granted("t2"))
    server.token()
    server.tokens.forget(AUTH, "t0")
    assert server.token() == "t1"
