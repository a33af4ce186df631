"""By a provider's word somebody has one name and one role, or comes in not at all."""

from msgspec.structs import replace

from app.domain.access.openid import OpenIdIdentity, OpenIdTerms, admitted
from app.domain.buyer import Operator
from tests.table import each_row

ANA = Operator(name="ana", key_sha256=("1" * 64,), role="operator")
CRM = Operator(name="crm", key_sha256=("2" * 64,), preset="hubspot")
MAPPED = OpenIdTerms(
    issuer="https://login.example.com",
    client_id="leadbid",
    client_secret="env:OIDC_SECRET",
    operators={"ana@example.com": "ana", "sub:u-1": "ana", "crm@example.com": "crm"},
)
BY_ROLE = replace(MAPPED, email_domains=("example.com",), roles={"admins": "admin", "all": "viewer"})


def identity(subject: str = "u-9", email: str = "", groups: tuple[str, ...] = ()) -> OpenIdIdentity:
    return OpenIdIdentity(issuer=MAPPED.issuer, subject=subject, email=email, groups=groups)


@each_row(
    ("terms", "who", "found"),
    [
        (MAPPED, identity(email="ana@example.com"), ("ana", "operator")),
        (MAPPED, identity("u-1"), ("ana", "operator")),
        (MAPPED, identity("u-1", groups=("admins",)), ("ana", "operator")),
        (BY_ROLE, identity("u-1", groups=("admins",)), ("ana", "admin")),
        (BY_ROLE, identity(email="bob@example.com", groups=("all",)), ("bob@example.com", "viewer")),
        (BY_ROLE, identity(email="bob@example.com", groups=("all", "admins")), ("bob@example.com", "admin")),
    ],
)
def test_who_has_a_rule_comes_in(terms: OpenIdTerms, who: OpenIdIdentity, found: tuple[str, str]) -> None:
    operator = admitted(terms, who, (ANA, CRM))
    assert isinstance(operator, Operator)
    assert (operator.name, operator.role) == found


@each_row(
    ("terms", "who", "why"),
    [
        (None, identity("u-1"), "no longer the one"),
        (replace(MAPPED, issuer="https://new.example.com"), identity("u-1"), "no longer the one"),
        (MAPPED, identity(), "No rule"),
        (MAPPED, identity("ana@example.com"), "No rule"),
        (MAPPED, identity("sub:u-1"), "No rule"),
        (MAPPED, identity(email="crm@example.com"), "no operator crm"),
        (replace(MAPPED, operators={"sub:u-1": "gone"}), identity("u-1"), "no operator gone"),
        (BY_ROLE, identity(email="bob@example.com"), "`groups`"),
        (BY_ROLE, identity("u-1", groups=("others",)), "`groups`"),
        (BY_ROLE, identity(email="bob@example.com.evil.example", groups=("all",)), "No rule"),
        (BY_ROLE, identity(email="bob@sub.example.com", groups=("all",)), "No rule"),
        (BY_ROLE, identity(groups=("admins",)), "No rule"),
    ],
)
def test_nobody_else_does(terms: OpenIdTerms | None, who: OpenIdIdentity, why: str) -> None:
    refusal = admitted(terms, who, (ANA, CRM))
    assert isinstance(refusal, str)
    assert why in refusal
