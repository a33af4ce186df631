"""What a seller has shown in its tests, as a page that follows them; where all is shown it goes live there."""

from app.domain.onboarding.certification import Event
from app.domain.seller import Seller
from app.pages.document import document
from app.usecases.onboarding.certify import StepStanding


def certification_page(
    seller: Seller, buyer: str, standing: list[StepStanding], latest: list[Event], *, is_live: bool, instructions: str
) -> str:
    """The page; `instructions` is where the seller's posting instructions are."""
    return document(
        "app/http/pages/certification_page.html",
        seller=seller,
        buyer=buyer,
        standing=standing,
        shown=sum(not step.missing for step in standing),
        latest=latest,
        is_live=is_live,
        going=_about_going(seller, [step.title for step in standing if step.missing], is_live=is_live),
        may_go=seller.mode == "certify" and not is_live,
        instructions=instructions,
    )


def _about_going(seller: Seller, missing: list[str], *, is_live: bool) -> str:
    """What is left to do until leads are bought."""
    if is_live:
        return "You are live: leads are bought, except those marked as tests. Test endpoints stay open."
    left = f"{len(missing)} of the steps are left, next: {missing[0]}." if missing else "Every step is shown."
    if seller.mode == "certify":
        return f"All you send is a test until you are live. {left} Then switch yourself live here."
    return f"All you send is a test until the buyer switches you live. {left} The buyer sees it here."
