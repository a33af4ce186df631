"""The token endpoint of a fake CRM: tokens that end after so many uses, and all that a token's server complains of."""

from collections import Counter

from app.mock_providers.fake import FakeAnswer, FakeRequest, json_answer

_COMPLAINTS = {
    "invalid_client": "invalid client credentials",
    "invalid_grant": "expired access/refresh token",
    "unsupported_grant_type": "grant type not supported",
}


class FakeTokens:
    """A client's secret that names one of the complaints gets it. `uses_max` is how often a token is taken."""

    def __init__(self, uses_max: int | None = None, *, life_s: int | None = None, complaint_status: int = 400) -> None:
        self.uses: Counter[str] = Counter()
        self.granted = 0
        self._uses_max = uses_max
        self._life_s = life_s
        self._complaint_status = complaint_status

    def grant(self, request: FakeRequest) -> FakeAnswer:
        """A new token."""
        values = request.values
        complaint = values.get("client_secret", "") or "invalid_client"
        if values.get("grant_type") not in ("client_credentials", "refresh_token"):
            complaint = "unsupported_grant_type"
        if complaint in _COMPLAINTS:
            body = {"error": complaint, "error_description": _COMPLAINTS[complaint]}
            return json_answer(body, self._complaint_status)
        self.granted += 1
        life = {} if self._life_s is None else {"expires_in": self._life_s}
        return json_answer({"access_token": f"token-{self.granted}", "token_type": "Bearer", **life})

    def takes(self, token: str) -> bool:
        """Whether this is the newest token and may still be used."""
        self.uses[token] += 1
        is_newest = self.granted > 0 and token == f"token-{self.granted}"
        return is_newest and (self._uses_max is None or self.uses[token] <= self._uses_max)
