"""How long a session goes on depends on who vouched for it."""

from app.domain.access.openid import OPENID_SESSION_S
from app.domain.operators.sign_in import SESSION_S
from app.store.operators.sign_in import OperatorSession
from app.usecases.operators.sign_in import holds
from tests.table import each_row

NOW = 1_800_000_000.0


@each_row(("identity", "at_most_s"), [("", SESSION_S), ('{"issuer": "i"}', OPENID_SESSION_S)])
def test_a_session_in_use_goes_on_until_who_vouched_must_do_so_again(identity: str, at_most_s: float) -> None:
    def session(age_s: float) -> OperatorSession:
        return OperatorSession(token_sha256="", name="ana", began_at=NOW - age_s, seen_at=NOW - 1, identity=identity)

    assert holds(session(at_most_s - 1), NOW)
    assert not holds(session(at_most_s), NOW)
