"""What a seller has shown in its tests, as a page that follows them; where all is shown it goes live there."""

from collections.abc import Iterable
from html import escape

from app.domain.calendar import utc_text
from app.domain.money import dollars
from app.domain.onboarding.certification import Event
from app.domain.seller import Seller
from app.pages.document import document
from app.pages.html import section, table
from app.usecases.onboarding.certify import StepStanding


def certification_page(
    seller: Seller, buyer: str, standing: list[StepStanding], latest: list[Event], *, is_live: bool, instructions: str
) -> str:
    """The page; `instructions` is where the seller's posting instructions are."""
    shown = sum(not step.missing for step in standing)
    tiles = [
        ("Mode", "Live" if is_live else "Test", "leads are bought" if is_live else "nothing is bought yet"),
        ("Shown", f"{shown} of {len(standing)}", "steps"),
    ]
    return document(
        f"{seller.title}: certification",
        f"{seller.title} certifies itself with {buyer}",
        "Send tests as the steps say: this page watches them. In test mode nothing is bought, delivered or counted.",
        tiles,
        [
            _section("steps", "Steps", "Each is ticked off by what your system sends.", _steps(standing), live=True),
            _section(
                "go",
                "Going live",
                _about_going(seller, is_live=is_live),
                _form(seller, shown, standing, is_live=is_live),
            ),
            _section("latest", "Latest tests", "Newest first; nothing of a person is kept.", _table(latest), live=True),
            section(
                "Instructions",
                "Fields, samples and test values.",
                f"<p><a href='{instructions}'>Posting instructions</a>",
            ),
        ],
        live=True,
    )


def _section(name: str, title: str, lead: str, body: str, *, live: bool = False) -> str:
    changing = " data-live" if live else ""
    status = "<p class=live><span role=status id=live-status>Live</span></p>" if name == "steps" else ""
    part = f"<div id={name}{changing}>{body}</div>"
    return f"<section><h2>{title}</h2><p class=lead>{escape(lead)}</p>{status}{part}</section>"


def _steps(standing: Iterable[StepStanding]) -> str:
    return f"<ul class=steps>{''.join(map(_step, standing))}</ul>"


def _step(step: StepStanding) -> str:
    if step.missing:
        mark, kind, told = "\N{WHITE CIRCLE}", "open", f"<p class=missing>{escape(step.missing)}</p>"
    else:
        mark, kind, told = "\N{CHECK MARK}", "shown", f"<p>shown at {utc_text(int(step.shown_at))}</p>"
    spoken = "shown" if not step.missing else "not yet"
    return (
        f"<li class={kind}><span class=mark role=img aria-label='{spoken}'>{mark}</span>"
        f"<div><h3>{escape(step.title)}</h3><p>{escape(step.how)}</p>{told}</div></li>"
    )


def _about_going(seller: Seller, *, is_live: bool) -> str:
    if is_live:
        return "You are live: what you send from now on is bought for real. Test endpoints and test flags stay."
    if seller.mode == "certify":
        return "With every step shown you may switch yourself live."
    return "The buyer switches you live, and sees here what you have shown."


def _form(seller: Seller, shown: int, standing: list[StepStanding], *, is_live: bool) -> str:
    if is_live or seller.mode != "certify":
        return ""
    disabled = "" if shown == len(standing) else " disabled"
    return f"<form method=post><button{disabled}>Go live</button></form>"


def _table(latest: list[Event]) -> str:
    if not latest:
        return "<p>No test was seen since this service started.</p>"
    rows = [
        (
            utc_text(int(event.at)),
            event.asked,
            event.status + (f" ({event.code})" if event.code else ""),
            f"${dollars(event.price_cents)}" if event.price_cents else "",
        )
        for event in latest
    ]
    return table(("time", "asked", "answer", "price"), rows, text=3)
