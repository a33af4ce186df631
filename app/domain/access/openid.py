"""Who may come in by the word of an OpenID Connect provider, under which name, and what it may do."""

from collections.abc import Iterable, Mapping

import msgspec

from app.domain.buyer import ROLES, Operator, Role

OPENID_SESSION_S = 12 * 3_600.0
"""Whom the provider no longer knows is out after so long: it is not asked again before."""


BY_SUBJECT = "sub:"
"""Marks a subject among the keys of `operators`; the others are emails in lower case."""


class OpenIdTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The provider, and what we make of what it says; `client_secret` is a reference.

    `operators` gives names by subject or verified email, `email_domains` lets whole domains in under their emails.
    With `roles` the values of `role_claim` say what somebody may do, and otherwise the operator of that name.
    """

    issuer: str
    client_id: str
    client_secret: str
    label: str = "OpenID Connect"
    scopes: tuple[str, ...] = ("openid", "email")
    role_claim: str = "groups"
    roles: Mapping[str, Role] = {}
    operators: Mapping[str, str] = {}
    email_domains: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()


class OpenIdIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the provider knows; `email` is in lower case, and empty unless verified.

    `groups` are those values of the role claim that have a role here.
    """

    issuer: str
    subject: str
    email: str = ""
    groups: tuple[str, ...] = ()


def admitted(terms: OpenIdTerms | None, identity: OpenIdIdentity, known: Iterable[Operator]) -> Operator | str:
    """The operator that somebody is, or why it is none."""
    if terms is None or identity.issuer != terms.issuer:
        return "This provider is no longer the one that is configured."
    name = _name(terms, identity)
    if not name:
        return "No rule lets you in: have an admin name your subject or verified email in `[console.oidc]`."
    operator = next((each for each in known if each.name == name and not each.preset), None)
    if not terms.roles:
        return operator if operator is not None else f"There is no operator {name} that says what you may do."
    role = _role(terms, identity.groups)
    if role is None:
        return (
            f"No value of your claim `{terms.role_claim}` has a role here: have an admin map one in `[console.oidc]`."
        )
    return Operator(name=name, key_sha256=(), role=role)


def _name(terms: OpenIdTerms, identity: OpenIdIdentity) -> str:
    email = identity.email
    named = terms.operators.get(f"{BY_SUBJECT}{identity.subject}") or terms.operators.get(email)
    if named:
        return named
    return email if email.rpartition("@")[2] in terms.email_domains else ""


def _role(terms: OpenIdTerms, groups: tuple[str, ...]) -> Role | None:
    """The highest of those that somebody has."""
    roles = [terms.roles[group] for group in groups if group in terms.roles]
    return max(roles, key=ROLES.index, default=None)
