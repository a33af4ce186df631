"""Notes of a service with several workers read as those of one."""

from pathlib import Path

from app.domain.alerts.alert import alert
from app.service_notes import SEEN_S, CircuitState, ServiceState, note_state, service_state, worker_folder
from tests.build import NOW


def noted(data: Path, worker: int, state: ServiceState) -> None:
    folder = worker_folder(data, worker)
    folder.mkdir()
    note_state(folder, state)


def state(live_bids: int, noted_at: float = NOW, failures: int = 0, stopped_at: float | None = None) -> ServiceState:
    return ServiceState(
        at=noted_at,
        noted_at=noted_at,
        live_bids=live_bids,
        models={},
        circuits={"crm": CircuitState(failures=failures)} if failures else {},
        problems=(alert("database_unwritable", "no sale can be recorded"),),
        stopped_at=stopped_at,
    )


def test_workers_are_read_as_one_service(tmp_path: Path) -> None:
    noted(tmp_path, 1, state(3, failures=1))
    noted(tmp_path, 2, state(4, NOW + 1.0, failures=5, stopped_at=NOW + 1.0))
    # Of an earlier start with more workers.
    noted(tmp_path, 3, state(9, NOW - SEEN_S))
    found = service_state(tmp_path)
    assert found is not None
    assert (found.live_bids, found.circuits["crm"].failures, len(found.problems)) == (7, 5, 1)
    assert found.is_running(NOW + 2.0)


def test_they_have_stopped_when_all_of_them_have(tmp_path: Path) -> None:
    for number in (1, 2):
        noted(tmp_path, number, state(0, stopped_at=NOW + number))
    found = service_state(tmp_path)
    assert found is not None
    assert found.stopped_at == NOW + 2.0
