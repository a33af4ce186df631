"""Writes a lead as a mail for people or for a parser of ADF, and interprets the mail server's reply."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.crm.payload import Mapped, Secrets, Unbuildable, mapped_fields, revealed, xml_document
from app.crm.transform import as_text, at_path
from app.domain.delivery.destination import PLACEHOLDER, Destination
from app.domain.delivery.other_ways import MailDelivery
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundMail

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
_SPACE = re.compile(r"\s+")
_SUBJECT_LENGTH_MAX = 200
_DECLARATION = b"<?xml version='1.0' encoding='utf-8'?>\n"


def build_mail(
    destination: Destination,
    mail: MailDelivery,
    lead: LeadDocument,
    secrets: Secrets,
    webhook_id: str,
    attempted_at: float,
) -> OutboundMail | Unbuildable:
    """The mail of one attempt. Its `Message-ID` is the same in every attempt, by which mailboxes know a second copy."""
    mapped = mapped_fields(destination, lead, secrets)
    if not mapped:
        return Unbuildable(why="this lead has nothing of what the mail would say")
    message = EmailMessage(policy=SMTP)
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message["Subject"] = _subject(mail.subject, lead)
    message["Date"] = format_datetime(datetime.fromtimestamp(attempted_at, UTC))
    message["Message-ID"] = f"<{webhook_id}@{mail.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Leadbid-Lead-Id"] = _one_line(str(lead["lead_id"]))
    # Seven bits to the letter, and lines that no server must break.
    message.set_content(_text(mapped) if mail.body == "text" else _adf(mapped), cte="quoted-printable")
    return OutboundMail(
        host=mail.host,
        port=mail.port,
        tls=mail.tls,
        user=revealed(mail.user, secrets),
        password=revealed(mail.password, secrets),
        sender=mail.sender,
        recipients=mail.to,
        content=message.as_bytes(),
        timeout_s=destination.timeout_ms / 1000,
        private_hosts=frozenset(destination.allow_private_hosts),
    )


def _subject(template: str, lead: LeadDocument) -> str:
    """One line, whatever a lead holds."""
    values = {path: at_path(path, lead) for path in PLACEHOLDER.findall(template)}
    texts = {path: as_text(value) if value is not None else "" for path, value in values.items()}
    return _one_line(PLACEHOLDER.sub(lambda match: texts[match[1]], template))[:_SUBJECT_LENGTH_MAX]


def _text(mapped: Mapped) -> str:
    """A line for each value, as people read it and simple parsers do."""
    return "".join([f"{target}: {_one_line(as_text(value))}\n" for target, value in mapped.items()])


def _adf(mapped: Mapped) -> str:
    """The document; of ADF with the instruction by which its parsers know it."""
    body = xml_document(mapped).removeprefix(_DECLARATION).decode()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_ADF if body.startswith("<adf") else ""}{body}\n'


_ADF = '<?adf version="1.0"?>\n'


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", _NOT_TEXT.sub(" ", text)).strip()
