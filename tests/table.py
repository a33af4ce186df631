"""Tables of small cases: to report each row as a test of its own takes many times as long as to try it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import wraps
from inspect import signature
from typing import Any

import pytest

Test = Callable[..., None]
Ids = Collection[str] | Callable[[Any], object]


def each_row(names: str | Sequence[str], rows: Iterable[Any], ids: Ids = repr) -> Callable[[Test], Test]:
    """Like `pytest.mark.parametrize`, but all rows are one test, which tries each of them and names those that fail.

    Rows share the test's fixtures, so it must not change any of them.
    """
    several = [name.strip() for name in names.split(",")] if isinstance(names, str) else [*names]
    alone = isinstance(names, str) and len(several) == 1
    table = [dict(zip(several, [row] if alone else row, strict=True)) for row in rows]
    assert table, "a table without rows tests nothing"

    def decorate(test: Test) -> Test:
        @wraps(test)
        def whole(**fixtures: Any) -> None:
            failures = []
            for number, values in enumerate(table):
                try:
                    test(**fixtures, **values)
                # What pytest itself fails with, as where nothing raises, is no `Exception`. A row that skips would
                # hide the others.
                except (Exception, pytest.fail.Exception, pytest.skip.Exception) as failure:  # noqa: BLE001
                    told = map(ids, values.values()) if callable(ids) else [[*ids][number]]
                    failure.add_note(f"in row {number + 1}: {', '.join(map(str, told))}")
                    failures.append(failure)
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(table)} rows fail", failures)

        own = signature(test)
        left = [each for name, each in own.parameters.items() if name not in several]
        whole.__signature__ = own.replace(parameters=left)  # type: ignore[attr-defined]
        return whole

    return decorate
