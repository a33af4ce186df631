"""The auction's endpoints where traces are made: what is journaled on the way of a request is known to be its own."""

from collections.abc import Sequence

from app.dialects.reading import Reading
from app.domain.checks.check import Check
from app.http.answer import HttpAnswer
from app.http.auction.intake import Intake, Later, PostUnderWay
from app.http.request import SellerRequest
from app.telemetry.tracing import TracedRequest, parent_in, work_of
from app.usecases.accept_post import TakenPost
from app.usecases.answer_ping import Asked
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer


class TracedIntake(Intake):
    """As `Intake`, which has no part in it where no traces are made."""

    def _decided(self, request: SellerRequest, reading: Reading[Asked]) -> PingAnswer | Later:
        with work_of(self._traced(request)):
            return super()._decided(request, reading)

    async def _decided_later(
        self, request: SellerRequest, reading: Reading[Asked], asked: Asked, checks: Sequence[Check]
    ) -> HttpAnswer:
        with work_of(self._traced(request)):
            return await super()._decided_later(request, reading, asked, checks)

    def _taken_of(self, post: PostUnderWay) -> TakenPost | PostAnswer:
        with work_of(self._traced(post.request)):
            return super()._taken_of(post)

    async def _posted(self, request: SellerRequest, post: PostUnderWay | None) -> HttpAnswer:
        with work_of(self._traced(request)):
            return await super()._posted(request, post)

    def _traced(self, request: SellerRequest) -> TracedRequest:
        scope = request.scope
        return TracedRequest(self._request_ids.of(scope), request.started, parent_in(scope["headers"]))
