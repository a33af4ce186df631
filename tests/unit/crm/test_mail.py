"""What a mail says, and that no lead can make it say anything else."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.file.problem import Findings
from app.config.presets import expand_presets
from app.crm.mail import build_mail
from app.crm.outcome import judge
from app.crm.payload import Unbuildable
from app.domain.delivery.destination import Destination
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundAnswer, OutboundMail
from tests.table import each_row

NOW = 1_790_000_000.0
MAIL = {
    "host": "smtp.example.com",
    "from": "leads@example.com",
    "to": ["a@example.com", "b@example.com"],
    "user": "env:USER",
    "password": "env:PASSWORD",
}


def destination(preset: str, **mail: Any) -> Destination:
    table = {"name": "dealer", "preset": preset, "mail": MAIL | mail}
    expanded = expand_presets({"destinations": [table]}, Findings("buyer.toml", {}, {}))["destinations"][0]
    return msgspec.convert(expanded, Destination)


def mail_of(lead: LeadDocument, preset: str = "mail", **mail: Any) -> OutboundMail:
    declared = destination(preset, **mail)
    assert declared.mail is not None
    secrets = {"env:USER": "me", "env:PASSWORD": "s3cret"}
    built = build_mail(declared, declared.mail, lead, secrets, "msg_77", NOW)
    assert not isinstance(built, Unbuildable)
    return built


def read(mail: OutboundMail) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(mail.content, policy=cast(Any, default)))


def test_a_mail_for_people_has_a_line_for_each_field(lead: LeadDocument) -> None:
    mail = mail_of(lead)
    message = read(mail)
    assert message["Subject"] == f"New solar lead {lead['lead_id']}"
    assert (message["From"], message["To"]) == ("leads@example.com", "a@example.com, b@example.com")
    assert message["Message-ID"] == "<msg_77@example.com>"
    lines = message.get_content().splitlines()
    assert "First name: Zoë & <Co>" in lines
    assert "Phone: 5125550134" in lines
    assert (mail.user, mail.password, mail.recipients) == ("me", "s3cret", ("a@example.com", "b@example.com"))
    assert "s3cret" not in repr(mail)


def test_an_adf_mail_is_nothing_but_the_document(lead: LeadDocument) -> None:
    message = read(mail_of(lead, "adf-mail"))
    text = message.get_content().replace("\r\n", "\n")
    assert message.get_content_type() == "text/plain"
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<?adf version="1.0"?>\n<adf>')
    prospect = ElementTree.fromstring(text.encode()).find("prospect")
    assert prospect is not None
    assert prospect.get("status") == "new"
    names = {each.get("part"): each.text for each in prospect.iterfind("customer/contact/name")}
    assert names == {"first": "Zoë & <Co>", "last": "O'Brien"}
    assert prospect.findtext("customer/contact/phone") == "5125550134"
    assert prospect.findtext("id") == lead["lead_id"]


HOSTILE = ("a\r\nBcc: x@evil.example", "a\n.\nQUIT", "a\x0b\x85b", "\u2028x")
OUR_HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Leadbid-Lead-Id"]
HEADERS_OF_MIME = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]


@given(value=st.text(max_size=60) | st.sampled_from(HOSTILE))
def test_no_lead_adds_a_header_or_a_line(value: str) -> None:
    contact = {"first_name": value, "phone": value}
    lead: LeadDocument = {"lead_id": value or "x", "sold_at": "", "vertical": value, "contact": contact, "consent": {}}
    message = read(mail_of(lead, subject="Lead {contact.first_name}{vertical}"))
    assert message.keys() == [*OUR_HEADERS, *HEADERS_OF_MIME]
    assert len(message.get_content().splitlines()) <= 13


def test_the_body_is_seven_bits_in_short_lines(lead: LeadDocument) -> None:
    lead = {**lead, "contact": {**lead["contact"], "address": "ü" * 4_000}}
    content = mail_of(lead).content
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998


@each_row(
    ("step", "status", "outcome", "said"),
    [
        ("DATA", 250, "delivered", "SMTP 250 at DATA"),
        ("DATA", 451, "retry", "SMTP 451 at DATA"),
        ("DATA", 452, "retry", "SMTP 452"),
        ("DATA", 554, "rejected", "SMTP 554 at DATA: looks like spam of ***"),
        ("RCPT", 450, "retry", "SMTP 450"),
        ("RCPT", 550, "rejected", "SMTP 550 at RCPT"),
        ("MAIL", 530, "retry", "check `mail`"),
        ("MAIL", 553, "rejected", "SMTP 553"),
        ("AUTH", 535, "retry", "SMTP 535 at AUTH: check `mail`"),
        ("AUTH", 454, "retry", "check `mail`"),
        ("CONNECT", 421, "retry", "SMTP 421"),
        ("CONNECT", 554, "retry", "check `mail`"),
        ("STARTTLS", 502, "retry", "check `mail`"),
    ],
)
def test_a_reply_means_what_its_class_and_its_step_say(
    step: str, status: int, outcome: str, said: str, lead: LeadDocument
) -> None:
    answer = OutboundAnswer(status=status, step=step, body=b"looks like spam of zoe@example.com")
    judgement = judge(destination("mail"), answer, lead)
    assert judgement.outcome == outcome
    assert said in judgement.note
    assert "zoe" not in judgement.note


def test_a_mail_that_some_recipients_did_not_get_is_not_sent_again(lead: LeadDocument) -> None:
    answer = OutboundAnswer(status=250, step="DATA", refused=1)
    judgement = judge(destination("mail"), answer, lead)
    assert (judgement.outcome, "1 of 2 recipients were refused" in judgement.note) == ("delivered", True)


@each_row(
    ("changes", "said"),
    [
        ({"host": "smtp example"}, "`host`"),
        ({"port": 0}, "`port`"),
        ({"to": []}, "`to` is empty"),
        ({"to": ["Sales <a@example.com>"]}, "`to` holds no plain address"),
        ({"to": ["a@example.com\r\nBcc: b@example.com"]}, "`to` holds no plain address"),
        ({"from": "nobody"}, "`from` holds no plain address"),
        ({"user": ""}, "go together"),
        ({"password": "s3cret"}, "must be a reference"),
        ({"tls": "none"}, "a password would be sent in plain"),
        ({"tls": "none", "user": "", "password": ""}, "must use TLS"),
        ({"subject": "a\nb"}, "one line"),
    ],
)
def test_a_mailbox_that_cannot_serve_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        destination("mail", **changes)
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)


@each_row(
    ("table", "said"),
    [
        ({}, "says not where leads go"),
        ({"url": "https://a.example", "mail": MAIL}, "says `url` and `mail`"),
        ({"mail": MAIL, "method": "PUT"}, "`method` means nothing to a mail"),
        ({"mail": MAIL, "outcomes": [{"when": {"status": 200}, "then": "delivered"}]}, "`outcomes` means nothing"),
        ({"mail": MAIL | {"body": "xml"}}, "`mail` needs `fields`"),
        ({"file": {"folder": "/srv/leads"}}, "`file` needs `fields`"),
        ({"file": {"folder": "leads"}, "fields": {"a": "lead_id"}}, "write the whole path"),
        ({"file": {"folder": "/srv", "name": "../x"}, "fields": {"a": "lead_id"}}, "small letters"),
        ({"file": {"folder": "/srv", "time_zone": "Mars"}, "fields": {"a": "lead_id"}}, "America/Chicago"),
    ],
)
def test_a_destination_goes_one_way(table: dict[str, Any], said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"name": "crm"} | table, Destination)
    assert said in str(caught.value)
