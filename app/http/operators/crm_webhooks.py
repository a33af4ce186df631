"""Webhooks of a CRM that an operator stands for: whether they are its own, and which outcomes they tell."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State

from app.crm.report_signatures import SignedReport, is_signed_by
from app.dialects.outcomes.crm_reports import REPORT_PRESETS, Report, outcome_reports
from app.dialects.text import Scalar
from app.domain.buyer import Operator
from app.http.request import SellerRequest
from app.usecases.bidder import Bidder


def is_authentic(
    request: Request[Any, Any, State],
    asked: SellerRequest,
    operator: Operator,
    report: Mapping[str, Scalar],
    bidder: Bidder,
) -> bool:
    """Whether it carries the signature of its CRM, where the buyer has declared a secret for that."""
    if not operator.secret:
        return True
    scope = asked.scope
    query = scope["query_string"].decode("latin-1")
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1") + (f"?{query}" if query else "")
    host = request.headers.get("host", "")
    bases = [*bidder.catalogue.buyer.public_urls, f"https://{host}", f"{scope['scheme']}://{host}"]
    signed = SignedReport(
        method=scope["method"],
        urls=[base.rstrip("/") + path for base in bases],
        headers={name.lower(): value for name, value in request.headers.items()},
        body=asked.body,
        # What stands beside a list of reports is said of each of them.
        fields={**report, **asked.fields},
    )
    secret = bidder.secrets().get(operator.secret, "")
    return bool(secret) and is_signed_by(REPORT_PRESETS[operator.preset].signature, secret, signed, asked.now)


def reports_of(operator: Operator, reports: Sequence[dict[str, Scalar] | None], body: bytes) -> list[Report | None]:
    """The outcomes that the reports tell; one that is none at all stays, to be refused."""
    preset = REPORT_PRESETS[operator.preset]
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        tree = None
    told: list[Report | None] = []
    for report in reports:
        told += [None] if report is None else outcome_reports(preset, report, tree, operator.events)
    return told
