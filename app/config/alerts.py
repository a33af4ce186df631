"""Builds the terms of `[alerts]`: addresses are secrets, so that only references to them stand in the file."""

from urllib.parse import urlsplit

from app.config.file.files import Files
from app.config.file.problem import Findings, KeyPath
from app.config.schema import AlertsTable
from app.domain.alerts.address import is_webhook, service_of
from app.domain.alerts.terms import AlertTerms
from app.domain.delivery.destination_auth import is_secret, signing_key
from app.outbound.chat import MISSING, knows


def build_alerts(table: AlertsTable, files: Files, findings: Findings) -> tuple[AlertTerms, dict[str, str]]:
    """The terms, and what their references stand for."""
    secrets: dict[str, str] = {}
    for position, reference in enumerate(table.to):
        at: KeyPath = (*table.at, "to", position)
        address = _resolved(reference, at, files, findings)
        if address is not None:
            secrets[reference] = address
            _check_address(address, table.allow_private_hosts, at, findings)
    if table.webhook_secret is not None:
        at = (*table.at, "webhook_secret")
        key = _resolved(table.webhook_secret, at, files, findings)
        if key is not None:
            secrets[table.webhook_secret] = key
            _check_key(key, at, findings)
    return _terms(table), secrets


def _terms(table: AlertsTable) -> AlertTerms:
    return AlertTerms(
        to=tuple(dict.fromkeys(table.to)),
        webhook_secrets=(table.webhook_secret,) if table.webhook_secret is not None else (),
        private_hosts=table.allow_private_hosts,
        quiet=table.quiet or (),
        wake_for_critical=table.wake_for_critical,
        off=table.off,
        no_wins_s=table.no_wins_after,
        seller_silent_s=table.seller_silent_after,
        certificate_failures=table.certificate_failures,
        contact_fall=table.contact_fall,
        disk_free=table.disk_free,
    )


def _resolved(reference: str, at: KeyPath, files: Files, findings: Findings) -> str | None:
    """What a reference stands for; neither is shown where it is none."""
    if not is_secret(reference):
        findings.error(at, "secrets must not be written in the file", 'refer to it as "env:NAME" or "file:PATH"')
        return None
    value = files.secret(reference, at, findings)
    if value is not None and not (value and value.isascii() and value.isprintable() and " " not in value):
        reason = f"the secret `{reference}` must be one line of printable ASCII"
        findings.error(at, reason, "replace what the reference points to")
        return None
    return value


def _check_address(address: str, private_hosts: tuple[str, ...], at: KeyPath, findings: Findings) -> None:
    """Of an address nothing is shown but the service that it belongs to."""
    if is_webhook(address):
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host, parts = None, urlsplit("")
        if not host:
            findings.error(at, "it stands for no address", "have it stand for https://HOST/PATH")
        elif parts.scheme == "http" and host not in private_hosts:
            findings.error(at, "alerts would travel without TLS", "have it stand for an https address")
    elif (known := knows(address)) is None:
        findings.error(at, f"a {service_of(address)} address needs Apprise, which is missing", MISSING)
    elif not known:
        remedy = "see https://appriseit.com/services/ for how the address of each service is written"
        findings.error(at, f"Apprise cannot read this {service_of(address)} address", remedy)


def _check_key(key: str, at: KeyPath, findings: Findings) -> None:
    if signing_key(key) is None:
        remedy = "it is `whsec_` and the base64 of 24 to 64 random bytes, or what `openssl rand -base64 32` prints"
        findings.error(at, "it stands for no Standard Webhooks key", remedy)
