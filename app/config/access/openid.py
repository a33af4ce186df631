"""Builds the terms of `[console.oidc]`: by a provider's word somebody may come in, and nobody by chance."""

from urllib.parse import urlsplit

from app.config.file.files import Files
from app.config.file.problem import Findings, KeyPath
from app.config.schema import OidcTable
from app.domain.access.openid import BY_SUBJECT, OpenIdTerms
from app.domain.buyer import Buyer
from app.domain.delivery.destination_auth import is_plain, is_secret


def build_openid(
    table: OidcTable | None, buyer: Buyer, files: Files, findings: Findings
) -> tuple[OpenIdTerms | None, dict[str, str]]:
    """The terms, and what their reference stands for."""
    if table is None:
        return None, {}
    _check_issuer(table, findings)
    _check_who(table, findings)
    if not buyer.public_urls:
        remedy = "add the address under which operators open the console to `public_urls` of [buyer]"
        findings.warn(table.at, "without a declared address the provider works from this machine alone", remedy)
    secret = _secret(table, files, findings)
    terms = OpenIdTerms(
        issuer=table.issuer,
        client_id=table.client_id,
        client_secret=table.client_secret,
        label=table.label,
        scopes=tuple(dict.fromkeys(("openid", *table.scopes))),
        role_claim=table.role_claim,
        roles=table.roles,
        operators={_identified(who): name for who, name in table.operators.items()},
        email_domains=tuple(domain.lower() for domain in table.email_domains),
        private_hosts=tuple(host.lower() for host in table.allow_private_hosts),
    )
    return terms, {} if secret is None else {table.client_secret: secret}


def _identified(who: str) -> str:
    """An email as it is compared, or a subject marked as one, so that nobody is let in whose subject is an email."""
    return (
        who.strip().lower()
        if "@" in who and not who.startswith(BY_SUBJECT)
        else f"{BY_SUBJECT}{who.removeprefix(BY_SUBJECT)}"
    )


def _check_issuer(table: OidcTable, findings: Findings) -> None:
    at: KeyPath = (*table.at, "issuer")
    try:
        parts = urlsplit(table.issuer)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or not is_plain(table.issuer) or " " in table.issuer:
        findings.error(at, "it is no address", 'write it as its discovery document does: "https://login.example.com"')
    elif parts.query or parts.fragment or parts.username is not None:
        findings.error(
            at, "an issuer has no user, query or fragment", "leave out what follows `?`, `#` or stands before `@`"
        )
    elif parts.scheme == "http" and host not in [each.lower() for each in table.allow_private_hosts]:
        findings.error(at, "it must be https", f"only a host in `allow_private_hosts` may go without (`{host}`)")


def _check_who(table: OidcTable, findings: Findings) -> None:
    if not table.operators and not table.email_domains:
        findings.error(table.at, "nobody could come in", "name somebody in `operators`, or a domain in `email_domains`")
    for position, domain in enumerate(table.email_domains):
        if "@" in domain or "." not in domain.strip("."):
            findings.error((*table.at, "email_domains", position), "it is no domain", 'write it as "example.com"')
    if table.email_domains and not table.roles:
        remedy = 'map values of `role_claim`, as { "leadbid-admins" = "admin" }'
        findings.error((*table.at, "email_domains"), "it needs `roles`: nothing else says what they may do", remedy)


def _secret(table: OidcTable, files: Files, findings: Findings) -> str | None:
    at: KeyPath = (*table.at, "client_secret")
    if not is_secret(table.client_secret):
        findings.error(at, "secrets must not be written in the file", 'refer to it as "env:NAME" or "file:PATH"')
        return None
    secret = files.secret(table.client_secret, at, findings)
    if secret is not None and not (secret and is_plain(secret)):
        reason = f"the secret `{table.client_secret}` must be one line of printable ASCII"
        findings.error(at, reason, "replace what the reference points to")
        return None
    return secret
