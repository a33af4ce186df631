"""`[console.oidc]` says who comes in by a provider's word, and what is wrong with it is said by name."""

from collections.abc import Callable

from app.config.load import Declared
from app.domain.access.openid import OpenIdTerms
from tests.table import each_row

AT_END = "[[sellers]]"
ENVIRON = {"OIDC_SECRET": "four words"}
WHOLE = {
    "issuer": '"https://login.example.com"',
    "client_id": '"leadbid"',
    "client_secret": '"env:OIDC_SECRET"',
    "operators": '{ "Ana@Example.com" = "ana", "sub:u-1" = "ana", "u-2" = "bob" }',
}
Said = Callable[..., list[str]]


def table(**changed: str) -> str:
    lines = [f"{name} = {value}" for name, value in {**WHOLE, **changed}.items() if value]
    return "\n".join(["[console.oidc]", *lines, "", AT_END])


def test_without_it_nobody_comes_in_by_the_word_of_others(declared: Callable[..., Declared]) -> None:
    assert declared().openid is None


def test_what_is_written_is_read(declared: Callable[..., Declared]) -> None:
    written = table(scopes='["email", "groups"]', roles='{ admins = "admin" }', email_domains='["Example.com"]')
    found = declared(AT_END, written, environ=ENVIRON)
    assert found.openid == OpenIdTerms(
        issuer="https://login.example.com",
        client_id="leadbid",
        client_secret="env:OIDC_SECRET",
        scopes=("openid", "email", "groups"),
        roles={"admins": "admin"},
        operators={"ana@example.com": "ana", "sub:u-1": "ana", "sub:u-2": "bob"},
        email_domains=("example.com",),
    )
    assert found.secrets["env:OIDC_SECRET"] == "four words"


@each_row(
    ("changed", "said"),
    [
        ({"issuer": ""}, "`issuer` is missing"),
        ({"issuer": '"login.example.com"'}, "console.oidc.issuer"),
        ({"issuer": '"http://login.example.com"'}, "it must be https"),
        ({"issuer": '"https://login.example.com?x=1"'}, "no user, query or fragment"),
        ({"issuer": '"https://me@login.example.com"'}, "no user, query or fragment"),
        ({"issuer": '"https://[login"'}, "it is no address"),
        ({"client_secret": '"hunter2"'}, "secrets must not be written in the file"),
        ({"client_secret": '"env:NONE"'}, "the environment variable NONE is not set"),
        ({"operators": ""}, "nobody could come in"),
        ({"operators": '{ "ana@example.com" = "Ana B" }'}, "console.oidc.operators"),
        ({"email_domains": '["example.com"]'}, "it needs `roles`"),
        ({"email_domains": '["@example.com"]', "roles": '{ a = "admin" }'}, "it is no domain"),
        ({"email_domains": '["com"]', "roles": '{ a = "admin" }'}, "it is no domain"),
        ({"roles": '{ a = "root" }'}, "console.oidc.roles"),
        ({"role_clam": '"groups"'}, "did you mean `role_claim`"),
    ],
)
def test_what_is_wrong_is_said(problems: Said, changed: dict[str, str], said: str) -> None:
    found = " ".join(problems(AT_END, table(**changed), environ=ENVIRON))
    assert said in found
    assert "hunter2" not in found


def test_a_provider_on_loopback_is_asked_where_it_is_named(declared: Callable[..., Declared]) -> None:
    written = table(issuer='"http://localhost:8080"', allow_private_hosts='["localhost"]')
    openid = declared(AT_END, written, environ=ENVIRON).openid
    assert openid is not None
    assert openid.private_hosts == ("localhost",)
