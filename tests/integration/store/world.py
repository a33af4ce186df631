"""Sales as these tests make them, and a store to make them in."""

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import create_engine, make_url

from app.domain.delivery.sold_lead import ConsentProof, SoldLead, lead_document
from app.domain.identity import Person, person
from app.domain.post.sale import CapUse, Evidence, KeptAnswer, Sale
from app.domain.reasons import Refusal
from app.store.store import Store
from app.store.vault import Vault
from app.wire.post import Contact, PostAnswer

T = TypeVar("T")

on_a_file = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""For what no database does, as reading a file of outcomes, or does by statements that others try on PostgreSQL too."""

NOW = 1_795_190_400.0
INDEX_KEY = b"i" * 32


def vault() -> Vault:
    """With one key."""
    return Vault({"1": b"e" * 32}, "1", os.urandom)


def phone_of(number: int) -> str:
    """The phone of consumer N."""
    return f"512{2_000_000 + number}"


def email_of(number: int) -> str:
    """The email of consumer N."""
    return f"consumer.{number}@example.com"


def whose(number: int) -> Person:
    """Consumer N as digests."""
    return person(INDEX_KEY, phone_of(number), email_of(number))


def digest_of(*parts: object) -> str:
    """A digest of 32 hex digits."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def a_sale(number: int, **overrides: Any) -> Sale:
    """Consumer N, sold by acme to solar-tx for $21.40 with a certificate of its own, for one CRM."""
    lead_id = digest_of("lead", number)[:24]
    ping_id = f"Cx{number:062d}"
    lead = SoldLead(
        lead_id=lead_id,
        ping_id=ping_id,
        seller="acme",
        campaign="solar-tx",
        vertical="solar",
        leg="exclusive",
        price_cents=2_140,
        sold_at=NOW,
        test=False,
        contact=Contact(first_name="Ada", last_name="Lovelace", phone=phone_of(number), email=email_of(number)),
        consent=ConsentProof(tcpa_text="Call me."),
    )
    raw = msgspec.json.encode(lead.contact)
    sealed = vault()
    sale = Sale(
        lead_id=lead_id,
        seller="acme",
        nonce=digest_of("nonce", number)[:16],
        ping_id=ping_id,
        campaign="solar-tx",
        vertical="solar",
        leg="exclusive",
        price_cents=2_140,
        test=False,
        sold_at=NOW,
        zip="78701",
        state="TX",
        person=whose(number),
        certificates=(digest_of("certificate", number),),
        duplicate_since=NOW - 30 * 86_400.0,
        duplicate_scope="vertical",
        cap_uses=(),
        identity=sealed.seal(msgspec.json.encode(lead_document(lead)), lead_id),
        evidence=tuple(
            [
                Evidence(kind, hashlib.sha256(raw).hexdigest(), sealed.seal(raw, f"{lead_id}/{kind}"))
                for kind in ("post", "consent", "ping")
            ]
        ),
        decision=b'{"price_cents":2140}',
        config_hash="0" * 16,
        model_version="1",
        destinations=("crm",),
        answer=PostAnswer(status="accepted", ping_id=ping_id, lead_id=lead_id, price_cents=2_140),
    )
    return replace(sale, **overrides)


def a_cap(limit: int, *, amount: int = 1, counter: str = "campaign/solar-tx/daily//2026-11-20", **rest: Any) -> CapUse:
    """One lead of a daily cap."""
    return CapUse(counter, rest.get("name", "daily"), rest.get("reason", "cap_reached"), limit, amount)


def refused(refusal: Refusal) -> PostAnswer:
    """A refusal in the words of these tests."""
    return PostAnswer(status="rejected", ping_id="", reason=refusal.detail, reason_code=refusal.code)


def a_refusal(sale: Sale, code: str) -> KeptAnswer:
    """A refusal that was decided before the sale."""
    return KeptAnswer(
        seller=sale.seller,
        nonce=sale.nonce,
        person=sale.person,
        answer=refused(Refusal(code)),
        kept_at=NOW,
        code=code,
    )


@asynccontextmanager
async def a_store(url: str, busy_ms: int = 3_000) -> AsyncIterator[Store]:
    """An open store."""
    store = Store(url, vault(), busy_ms)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def in_store(url: str, scene: Callable[[Store], Awaitable[T]]) -> T:
    """What a scene with an open store comes to."""

    async def play() -> T:
        async with a_store(url) as store:
            return await scene(store)

    return asyncio.run(play())


def count(url: str, table: str, where: str = "1 = 1") -> int:
    """Rows of a table, asked past the store."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        file = sqlite3.connect(str(address.database))
        try:
            return int(file.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])
        finally:
            file.close()
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar_one())
    finally:
        engine.dispose()
