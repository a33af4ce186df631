"""A browser goes to the provider and comes back: who it is, or why nobody is believed to have come."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey
from msgspec.structs import replace

from app.domain.access.openid import OpenIdIdentity, OpenIdTerms
from app.openid.attempt import SignInAttempt
from app.openid.client import CameBack, OpenIdClient
from app.openid.id_token import NotBelieved
from app.openid.provider import AGAIN_S, FAILED_S, KEPT_S, ProviderAway
from tests.openid_provider import CLIENT, EC, RSA, SECRET, LocalProvider, signed
from tests.table import each_row

NOW = 1_800_000_000.0
BACK = "https://leads.example.com/console/sign-in/provider/back"
TERMS = OpenIdTerms(issuer="https://login.example.com", client_id=CLIENT, client_secret="env:OIDC_SECRET")
ATTEMPT = SignInAttempt("of this browser")


class Steady:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def provider_of(**bent: Any) -> LocalProvider:
    return LocalProvider(clock=lambda: NOW, **bent)


def client_of(provider: LocalProvider, steady: Steady | None = None) -> OpenIdClient:
    return OpenIdClient(provider.send, lambda: {"env:OIDC_SECRET": SECRET}, steady or Steady())


async def there_and_back(
    client: OpenIdClient, provider: LocalProvider, terms: OpenIdTerms = TERMS, back: SignInAttempt = ATTEMPT
) -> OpenIdIdentity:
    there = await client.way_there(terms, ATTEMPT, BACK)
    query = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    brought = parse_qs(urlsplit(provider.authorize(query)).query)
    names = {"code": "code", "state": "state", "issuer": "iss", "error": "error"}
    came = CameBack(**{name: brought[key][0] for name, key in names.items() if key in brought})
    return await client.identity(terms, back, came, BACK, NOW)


def outcome(provider: LocalProvider, terms: OpenIdTerms = TERMS, back: SignInAttempt = ATTEMPT) -> OpenIdIdentity:
    return asyncio.run(there_and_back(client_of(provider), provider, terms, back))


def test_who_comes_back_is_known() -> None:
    assert outcome(provider_of()) == OpenIdIdentity(issuer=TERMS.issuer, subject="u-1", email="ana@example.com")


def test_a_secret_in_the_body_does_where_the_provider_wants_it_there() -> None:
    assert outcome(provider_of(says={"token_endpoint_auth_methods_supported": ["client_secret_post"]})).subject == "u-1"


@each_row(
    ("claims", "email"),
    [
        ({"email": "Ana@Example.com", "email_verified": True}, "ana@example.com"),
        ({"email": "ana@example.com", "email_verified": "true"}, "ana@example.com"),
        ({"email": "ana@example.com", "email_verified": False}, ""),
        ({"email": "ana@example.com", "email_verified": "false"}, ""),
        ({"email": "ana@example.com", "email_verified": 1.5}, ""),
        ({"email": "ana@example.com"}, ""),
        ({"email": ["ana@example.com"], "email_verified": True}, ""),
    ],
)
def test_an_email_counts_where_it_is_verified(claims: dict[str, Any], email: str) -> None:
    assert outcome(provider_of(claims=claims)).email == email


@each_row(
    ("claim", "claims"),
    [
        ("groups", {"groups": ["other", "admins"]}),
        ("groups", {"groups": "admins"}),
        ("realm_access.roles", {"realm_access": {"roles": ["admins", 7, None]}}),
        ("https://leads.example.com/roles", {"https://leads.example.com/roles": ["admins"]}),
    ],
)
def test_roles_are_found_where_the_provider_tells_them(claim: str, claims: dict[str, Any]) -> None:
    terms = replace(TERMS, roles={"admins": "admin"}, role_claim=claim)
    assert outcome(provider_of(claims=claims), terms).groups == ("admins",)


@each_row("value", [None, 7, {}, {"roles": "admins"}, [["admins"]]])
def test_a_claim_of_another_form_gives_no_role(value: object) -> None:
    assert outcome(provider_of(claims={"groups": value}), replace(TERMS, roles={"admins": "admin"})).groups == ()


def test_what_the_token_leaves_out_is_asked_for() -> None:
    says = {"userinfo_endpoint": "https://login.example.com/userinfo"}
    told = {"sub": "u-1", "email": "ana@example.com", "email_verified": True, "groups": ["admins"]}
    terms = replace(TERMS, roles={"admins": "admin"})
    found = outcome(provider_of(claims={}, says=says, told=told), terms)
    assert (found.email, found.groups) == ("ana@example.com", ("admins",))
    mixed = provider_of(claims={"email": "eve@example.com"}, says=says, told=told)
    assert outcome(mixed, terms).email == "", "that of the token is not the one that was verified"
    with pytest.raises(NotBelieved, match="somebody else"):
        outcome(provider_of(claims={}, says=says, told={**told, "sub": "u-2"}), terms)


@each_row(
    ("bent", "why"),
    [
        ({"came_back": {"state": "of another"}}, "not begun in this browser"),
        ({"came_back": {"state": None}}, "not begun in this browser"),
        ({"came_back": {"iss": "https://evil.example"}}, "another provider"),
        (
            {"came_back": {"iss": None}, "says": {"authorization_response_iss_parameter_supported": True}},
            "does not say that the answer is its own",
        ),
        ({"came_back": {"error": "access_denied"}}, r"refused \(access_denied\)"),
        ({"came_back": {"error": "<b>call 555-0100</b>"}}, r"refused \(no code\)"),
        ({"came_back": {"code": None}}, r"refused \(no code\)"),
        ({"claims": {"sub": ""}}, "`sub`"),
        ({"claims": {"sub": "x" * 256}}, "`sub`"),
        ({"claims": {"nonce": "of another"}}, "`nonce`"),
        ({"claims": {"iss": "https://evil.example"}}, "`iss`"),
        ({"claims": {"aud": "another"}}, "`aud`"),
        ({"makes": lambda claims: signed(claims, kid="unknown")}, "names a key"),
    ],
)
def test_what_is_not_of_this_attempt_is_refused(bent: dict[str, Any], why: str) -> None:
    with pytest.raises(NotBelieved, match=why):
        outcome(provider_of(**bent))


@each_row("secret", ["", "of another browser"])
def test_an_answer_is_good_in_the_browser_that_asked_alone(secret: str) -> None:
    with pytest.raises(NotBelieved, match="not begun in this browser"):
        outcome(provider_of(), back=SignInAttempt(secret))


@each_row(
    ("bent", "why"),
    [
        ({"says": {"issuer": "https://login.example.com/"}}, "another issuer"),
        ({"says": {"issuer": "https://evil.example"}}, "another issuer"),
        ({"says": {"token_endpoint": "http://login.example.com/token"}}, "`token_endpoint` .* no https"),
        ({"says": {"authorization_endpoint": "javascript:alert(1)"}}, "`authorization_endpoint` .* no https"),
        ({"says": {"jwks_uri": "file:///etc/passwd"}}, "`jwks_uri` .* no https"),
        ({"says": {"jwks_uri": "https://[oops/keys"}}, "`jwks_uri` .* no https"),
        ({"says": {"jwks_uri": 7}}, "something else than its discovery document"),
        ({"down": {"openid-configuration"}}, "its discovery document .HTTP 500"),
        ({"down": {"keys"}}, "its keys .HTTP 500"),
        ({"down": {"token"}}, "a token for the code .HTTP 500"),
    ],
)
def test_a_provider_in_trouble_is_told_from_a_wrong_answer(bent: dict[str, Any], why: str) -> None:
    with pytest.raises(ProviderAway, match=why):
        outcome(provider_of(**bent))


def test_a_code_is_worth_nothing_without_its_verifier_or_a_second_time() -> None:
    async def twice() -> None:
        provider = provider_of()
        client = client_of(provider)
        query = {"state": "s", "redirect_uri": BACK, "code_challenge": SignInAttempt("of a thief").challenge}
        await client.way_there(TERMS, ATTEMPT, BACK)
        more = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256", "nonce": "n"}
        code = parse_qs(urlsplit(provider.authorize({**query, **more})).query)["code"][0]
        for _ in range(2):
            with pytest.raises(ProviderAway, match="HTTP 400, invalid_grant"):
                await client.identity(TERMS, ATTEMPT, CameBack(code=code, state=ATTEMPT.state), BACK, NOW)

    asyncio.run(twice())


def test_new_keys_are_fetched_once_they_are_needed_and_not_for_each_made_up_one() -> None:
    async def rotated() -> None:
        provider, steady = provider_of(keys=[RSA]), Steady()
        client = client_of(provider, steady)
        await there_and_back(client, provider)
        provider.keys, provider.makes = [EC], lambda claims: signed(claims, EC)
        with pytest.raises(NotBelieved, match="names a key"):
            await there_and_back(client, provider)
        steady.now += AGAIN_S
        await there_and_back(client, provider)
        assert provider.asked.count("keys") == 2
        made_up = ECKey.generate_key("P-256", {"kid": "made up"})
        provider.makes = lambda claims: signed(claims, made_up)
        for _ in range(5):
            with pytest.raises(NotBelieved, match="names a key"):
                await there_and_back(client, provider)
        assert provider.asked.count("keys") == 2

    asyncio.run(rotated())


def test_a_withdrawn_key_is_believed_no_longer_than_keys_are_kept() -> None:
    async def withdrawn() -> None:
        provider, steady = provider_of(), Steady()
        client = client_of(provider, steady)
        await there_and_back(client, provider)
        provider.keys = [EC]
        steady.now += KEPT_S
        with pytest.raises(NotBelieved, match="names a key"):
            await there_and_back(client, provider)

    asyncio.run(withdrawn())


def test_a_provider_that_is_down_is_not_asked_by_every_stranger() -> None:
    async def down() -> None:
        provider, steady = provider_of(down={"openid-configuration"}), Steady()
        client = client_of(provider, steady)
        tries = [client.way_there(TERMS, ATTEMPT, BACK) for _ in range(20)]
        assert all(isinstance(each, ProviderAway) for each in await asyncio.gather(*tries, return_exceptions=True))
        assert provider.asked == ["openid-configuration"]
        provider.down, steady.now = set(), steady.now + FAILED_S
        assert await there_and_back(client, provider)

    asyncio.run(down())


def test_another_issuer_in_the_file_is_another_provider() -> None:
    async def moved() -> None:
        first, second = provider_of(), provider_of(issuer="https://new.example.com")
        client = client_of(first)
        await there_and_back(client, first)
        client._send = second.send
        terms = replace(TERMS, issuer="https://new.example.com")
        assert (await there_and_back(client, second, terms)).issuer == "https://new.example.com"

    asyncio.run(moved())


def test_nothing_that_is_shown_tells_the_secret() -> None:
    values = [ATTEMPT.state, ATTEMPT.nonce, ATTEMPT.challenge, ATTEMPT.verifier]
    assert len(set(values)) == 4
    assert all(len(value) == 43 and ATTEMPT.secret not in value for value in values)
