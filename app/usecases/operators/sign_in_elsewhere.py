"""Lets operators sign in to the console by the word of an OpenID Connect provider."""

import logging

import msgspec

from app.domain.access.openid import OpenIdTerms, admitted
from app.openid.attempt import SignInAttempt
from app.openid.client import CameBack
from app.openid.id_token import NotBelieved
from app.openid.provider import ProviderAway
from app.usecases.bidder import Bidder
from app.usecases.operators.sign_in import SignedIn, begin_session

_SECRET_BYTES = 32

_log = logging.getLogger(__name__)


class NotSignedIn(Exception):
    """Nobody has come in: the text says why, and what to do. `is_away` is whether the provider is to blame."""

    def __init__(self, text: str, *, is_away: bool = False) -> None:
        super().__init__(text)
        self.is_away = is_away


def new_attempt(bidder: Bidder) -> SignInAttempt:
    """One that nobody else can continue."""
    return SignInAttempt(bidder.chance(_SECRET_BYTES).hex())


async def way_to_provider(bidder: Bidder, attempt: SignInAttempt, redirect_uri: str) -> str:
    """Where the browser goes. Raises NotSignedIn."""
    try:
        return await bidder.openid.way_there(_terms(bidder), attempt, redirect_uri)
    except ProviderAway as reason:
        raise _away(reason) from None


async def sign_in_elsewhere(
    bidder: Bidder, attempt: SignInAttempt, came: CameBack, redirect_uri: str, now: float
) -> SignedIn:
    """Whoever comes back from the provider and may come in. Raises NotSignedIn and StoreUnavailable."""
    terms = _terms(bidder)
    try:
        identity = await bidder.openid.identity(terms, attempt, came, redirect_uri, now)
    except ProviderAway as reason:
        raise _away(reason) from None
    except NotBelieved as reason:
        _log.warning("a sign-in by OpenID Connect was refused: %s", reason)
        raise NotSignedIn(f"You are not signed in: {reason}. Try again, or use your password or key.") from None
    operator = admitted(terms, identity, bidder.operator_by_key.values())
    if isinstance(operator, str):
        _log.warning("a sign-in by OpenID Connect was refused: the provider knows who it is, and no rule lets it in")
        raise NotSignedIn(f"{operator} The provider knows you as `{identity.subject}`.")
    return await begin_session(bidder, operator, now, msgspec.json.encode(identity).decode())


def _terms(bidder: Bidder) -> OpenIdTerms:
    if bidder.catalogue.openid is None:
        raise NotSignedIn("No provider is configured: use your password or key.")
    return bidder.catalogue.openid


def _away(reason: ProviderAway) -> NotSignedIn:
    _log.error("sign-in by OpenID Connect does not work: %s", reason)
    return NotSignedIn(f"Sign-in by the provider does not work: {reason}. Use your password or key.", is_away=True)
