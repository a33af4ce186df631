"""What filters and models read of a provider's answer to a ping, by the names that the check gives it."""

from collections.abc import Iterable

from app.certificates.json_answer import document_of
from app.certificates.provider import ProviderAnswer
from app.domain.checks.check import Check
from app.domain.checks.http_terms import CheckFact
from app.domain.checks.rule import at_path
from app.wire.ping import Value


def facts_in(check: Check, answers: Iterable[ProviderAnswer]) -> dict[str, Value]:
    """The facts that the answers tell; one that is null, or of another type, is as absent as one of no answer."""
    if not check.facts:
        return {}
    documents = [document for each in answers if (document := document_of(each))]
    found: dict[str, Value] = {}
    for fact in check.facts:
        for document in documents:
            value = _value(fact, at_path(document, fact.property))
            if value is not None:
                found[fact.name] = value
                break
    return found


def _value(fact: CheckFact, raw: object) -> Value | None:
    if fact.type == "boolean":
        return raw if isinstance(raw, bool) else None
    if fact.type == "choice":
        text = str(raw).casefold()
        return next((value for value in fact.values if value.casefold() == text), None)
    return _number(raw)


def _number(raw: object) -> float | None:
    """Also one that stands as text."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return None
    try:
        number = float(raw)
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None
