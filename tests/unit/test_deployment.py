"""What is deployed calls only what there is, runs nothing as root, and stops later than the service does."""

import argparse
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from app.asgi import SETTLE_S
from app.cli.service import migrate, serve
from app.http.asgi_request import BODY_MAX
from app.packaged import DEMO_CONFIG, MONITORING
from tests.table import each_row

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
CADDYFILE = (DEPLOY / "Caddyfile").read_text()
HOME = "/srv/leadbid"
COMMANDS = {"serve": serve, "migrate": migrate}
OURS = re.compile(r"leadbid:(.+)")
ENDPOINTS = re.findall(r'^@get\("(/\w+)"', (ROOT / "app/http/operations.py").read_text(), re.MULTILINE)
TRACES_S = 2.0
"""A stop waits so long for a collector."""


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


@cache
def objects() -> list[dict[str, Any]]:
    """Everything for Kubernetes."""
    return [
        each for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")) for each in yaml.safe_load_all(path.read_text())
    ]


def of_kind(kind: str) -> dict[str, Any]:
    (found,) = [each for each in objects() if each["kind"] == kind]
    return found


def pod() -> dict[str, Any]:
    found: dict[str, Any] = of_kind("StatefulSet")["spec"]["template"]["spec"]
    return found


def services() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from compose()["services"].items()


def is_ours(service: dict[str, Any]) -> bool:
    return bool(OURS.fullmatch(service["image"]))


def parsed(words: list[str]) -> argparse.Namespace:
    """A command as the image would run it; SystemExit where it would be refused."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    COMMANDS[words[0]].add_arguments(parser)
    return parser.parse_args(words[1:])


@each_row("path", [ROOT / "compose.yaml", *sorted(DEPLOY.rglob("*.y*ml"))], ids=lambda path: path.name)
def test_it_is_yaml(path: Path) -> None:
    assert all(yaml.safe_load_all(path.read_text()))


def images() -> list[str]:
    found = [service["image"] for _, service in services()]
    found += [container["image"] for container in (*pod()["containers"], *pod()["initContainers"])]
    return [*found, *re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)]


@each_row("image", sorted(set(images())))
def test_an_image_is_pinned_to_one_release(image: str) -> None:
    assert re.fullmatch(r"[\w/.-]+:v?\d+\.\d+(\.\d+)?(-\w+)*", image)
    if ours := OURS.fullmatch(image):
        assert ours[1] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_image_is_run_by_a_number_that_is_not_root_and_looks_after_itself() -> None:
    (user,) = re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)
    assert f"--uid {user} " in DOCKERFILE
    (check,) = re.findall(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    (port, path) = re.findall(r"http://127.0.0.1:(\d+)(/\w+)", check)[0]
    assert path in ENDPOINTS
    assert f"EXPOSE {port}" in DOCKERFILE
    (words,) = re.findall(r"^CMD (\[\"serve.*\])$", DOCKERFILE, re.MULTILINE)
    assert parsed(json.loads(words)).port == int(port)


@each_row("name", [name for name, _ in services()])
def test_a_service_is_no_root_and_its_root_is_not_written_to(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].split(":")[0] not in ("", "0", "root")
    if is_ours(service):
        assert f"USER {service['user']}\n" in DOCKERFILE
        assert service["build"] == "."


@each_row("name", [name for name, _ in services()])
def test_what_a_service_mounts_and_waits_for_is_there(name: str) -> None:
    service = compose()["services"][name]
    for mount in service.get("volumes", []):
        source, target, *_ = mount.split(":")
        if source.startswith("."):
            assert (ROOT / source).is_file(), mount
            # What a program is told to read is what is mounted.
            assert target.endswith(Path(source).suffix)
        else:
            assert source in compose()["volumes"], mount
        if is_ours(service):
            assert target.removeprefix(f"{HOME}/") in ("data", "keys")
            assert re.search(rf"0700 .*\b{target.removeprefix(f'{HOME}/')}\b", DOCKERFILE)
    assert set(service["networks"]) <= compose()["networks"].keys()
    assert set(service.get("secrets", [])) <= compose()["secrets"].keys()
    assert set(service.get("depends_on", [])) <= compose()["services"].keys()
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_what_the_service_is_told_it_understands() -> None:
    known = (
        "".join(path.read_text() for path in (ROOT / "app").rglob("*.py")) + (ROOT / "docs/operations.md").read_text()
    )
    for _, service in services():
        if is_ours(service):
            assert [name for name in service["environment"] if name not in known] == []
            if "entrypoint" not in service:
                parsed(service["command"])
    for container in (*pod()["containers"], *pod()["initContainers"]):
        parsed(container["args"])
        assert [each["name"] for each in container.get("env", []) if each["name"] not in known] == []
    assert all(name in known for name in of_kind("Secret")["stringData"])


def test_a_password_of_the_database_may_have_any_letter() -> None:
    postgres, *ours = compose()["services"]["postgres"], *(each for _, each in services() if is_ours(each))
    for told in (*(each["environment"] for each in ours), of_kind("Secret")["stringData"]):
        assert make_url(told["LEADBID_DATABASE_URL"]).password is None
        assert told["PGPASSWORD"] in (postgres["environment"]["POSTGRES_PASSWORD"], "CHANGE-ME")


def test_replicas_share_keys_and_nothing_else() -> None:
    replicas = [service for name, service in services() if name.startswith("leadbid-")]
    data = [service["volumes"][0].split(":")[0] for service in replicas]
    assert len(set(data)) == len(replicas) == 3
    assert {service["volumes"][1] for service in replicas} == {f"keys:{HOME}/keys:ro"}
    assert not [service["profiles"] for service in replicas if "profiles" in service]
    assert "docs/replicas.md" in (ROOT / "compose.yaml").read_text().split("services:")[0]


def test_keys_are_made_once_and_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").mkdir()
    monkeypatch.chdir(tmp_path)
    (script,) = compose()["services"]["keys"]["command"]
    exec(script)
    first = {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()}
    exec(script)
    assert {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()} == first
    assert first.keys() == {"index.key", "signing-1.key", "sealing-1.key"}
    assert all(len(bytes.fromhex(key)) == 32 for key in first.values())


def test_the_balancer_asks_every_replica_and_passes_what_sellers_use() -> None:
    upstreams = re.findall(r"(leadbid-\d):(\d+)", CADDYFILE)
    assert [name for name, _ in upstreams] == [name for name, _ in services() if name.startswith("leadbid-")]
    assert {port for _, port in upstreams} == {"8000"}
    (path,) = re.findall(r"health_uri (\S+)", CADDYFILE)
    assert path in ENDPOINTS
    (kibibytes,) = re.findall(r"max_size (\d+)KiB", CADDYFILE)
    assert int(kibibytes) * 1_024 > BODY_MAX
    assert CADDYFILE.count("{") == CADDYFILE.count("}")
    (public,) = re.findall(r"@public path (.*)", CADDYFILE)
    assert public.split() == ["/v1/*", "/schema", "/schema/*", "/sellers/*"]
    balancer = compose()["services"]["balancer"]
    trusted = compose()["services"]["leadbid-1"]["environment"]["FORWARDED_ALLOW_IPS"]
    assert balancer["networks"]["leadbid"]["ipv4_address"] == trusted
    assert "handle /balancer" in CADDYFILE
    assert balancer["healthcheck"]["test"][-1].endswith(":8080/balancer")


def test_prometheus_scrapes_with_the_key_of_an_operator_and_reads_the_rules_that_come_along() -> None:
    prometheus = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    (job,) = prometheus["scrape_configs"]
    assert job["metrics_path"] in ENDPOINTS
    assert f'job="{job["job_name"]}"' in (MONITORING / "leadbid.rules.yml").read_text()
    mounts = [mount.split(":")[1] for mount in compose()["services"]["prometheus"]["volumes"]]
    assert set(prometheus["rule_files"]) <= set(mounts)
    (secret,) = compose()["services"]["prometheus"]["secrets"]
    assert job["http_headers"]["X-API-Key"]["files"] == [f"/run/secrets/{secret}"]
    key = (ROOT / compose()["secrets"][secret]["file"]).read_bytes()
    operators = tomllib.loads(DEMO_CONFIG.read_text())["operators"]
    assert hashlib.sha256(key).hexdigest() in [each for operator in operators for each in operator["key_sha256"]]
    targets = [target for each in job["static_configs"] for target in each["targets"]]
    targets += [
        each for to in prometheus["alerting"]["alertmanagers"] for on in to["static_configs"] for each in on["targets"]
    ]
    assert {target.split(":")[0] for target in targets} <= compose()["services"].keys()


def test_grafana_finds_its_source_and_the_dashboard_that_comes_along() -> None:
    (provider,) = yaml.safe_load((DEPLOY / "grafana/dashboards.yml").read_text())["providers"]
    (source,) = yaml.safe_load((DEPLOY / "grafana/datasources.yml").read_text())["datasources"]
    mounts = [mount.split(":")[:2] for mount in compose()["services"]["grafana"]["volumes"]]
    dashboards = {
        Path(target).name: ROOT / path
        for path, target in mounts
        if Path(target).parent == Path(provider["options"]["path"])
    }
    assert list(dashboards) == ["leadbid.dashboard.json"]
    wanted = json.loads(dashboards["leadbid.dashboard.json"].read_text())["templating"]["list"][0]["query"]
    assert source["type"] == wanted
    assert source["url"] == "http://prometheus:9090"


def test_nothing_is_killed_before_it_has_stopped_by_itself() -> None:
    takes_s = serve.SHUTDOWN_S + SETTLE_S + TRACES_S
    for name, service in services():
        if name.startswith("leadbid-"):
            drains_s = parsed(service["command"]).drain
            assert int(service["stop_grace_period"].removesuffix("s")) > drains_s + takes_s
            # What the balancer had begun to ask may be answered late.
            interval_s, fails = (re.search(rf"health_{name} (\d+)", CADDYFILE) for name in ("interval", "fails"))
            assert interval_s is not None
            assert fails is not None
            assert drains_s > 2 * int(interval_s[1]) * int(fails[1])
    (container,) = pod()["containers"]
    drains_s = parsed(container["args"]).drain
    assert pod()["terminationGracePeriodSeconds"] > drains_s + takes_s
    readiness = container["readinessProbe"]
    assert drains_s > readiness["periodSeconds"] * readiness["failureThreshold"]


def test_a_pod_is_asked_at_endpoints_that_there_are() -> None:
    (container,) = pod()["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert parsed(container["args"]).port == ports["http"]
    asked = {name: container[name]["httpGet"] for name in ("livenessProbe", "readinessProbe", "startupProbe")}
    assert {probe["port"] for probe in asked.values()} == {"http"}
    assert {probe["path"] for probe in asked.values()} <= set(ENDPOINTS)
    assert (asked["livenessProbe"]["path"], asked["readinessProbe"]["path"]) == ("/healthz", "/readyz")
    service = of_kind("Service")["spec"]
    assert service["ports"][0]["targetPort"] == "http"
    allowed = of_kind("NetworkPolicy")["spec"]["ingress"][0]["ports"]
    assert [each["port"] for each in allowed] == [ports["http"]]


def test_a_pod_is_no_root_and_writes_only_where_it_may() -> None:
    assert pod()["securityContext"]["runAsNonRoot"]
    assert f"USER {pod()['securityContext']['runAsUser']}\n" in DOCKERFILE
    for container in (*pod()["containers"], *pod()["initContainers"]):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"]
        assert not context["allowPrivilegeEscalation"]
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_what_a_pod_mounts_and_is_selected_by_is_there() -> None:
    stateful, text = of_kind("StatefulSet")["spec"], (DEPLOY / "kubernetes/leadbid.yaml").read_text()
    volumes = {each["name"]: each for each in pod()["volumes"]}
    claimed = {each["metadata"]["name"] for each in stateful["volumeClaimTemplates"]}
    for container in (*pod()["containers"], *pod()["initContainers"]):
        for mount in container["volumeMounts"]:
            assert mount["name"] in volumes.keys() | claimed
        for source in container["envFrom"]:
            assert source["secretRef"]["name"] == of_kind("Secret")["metadata"]["name"]
    assert f"kubectl create secret generic {volumes['keys']['secret']['secretName']} " in text
    assert f"kubectl create configmap {volumes['config']['configMap']['name']} " in text
    applied = re.findall(r"-f (\S+\.yaml)", text)
    assert sorted(applied) == sorted(path.name for path in (DEPLOY / "kubernetes").glob("*.yaml"))
    labels = stateful["template"]["metadata"]["labels"]
    selectors = [
        stateful["selector"]["matchLabels"],
        of_kind("Service")["spec"]["selector"],
        of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        of_kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(selector == labels for selector in selectors)
    words = parsed(pod()["containers"][0]["args"])
    mounted = {mount["mountPath"] for mount in pod()["containers"][0]["volumeMounts"]}
    assert {f"{HOME}/{path}" for path in (words.data, words.keys, words.config.parent)} <= mounted


def test_litestream_streams_the_database_of_the_service_that_operations_describe() -> None:
    litestream = yaml.safe_load((DEPLOY / "litestream.yml").read_text())
    (database,) = litestream["dbs"]
    operations = (ROOT / "docs/operations.md").read_text()
    assert f"leadbid serve --config buyer.toml --data {Path(database['path']).parent}" in operations
    assert Path(database["path"]).name == "leadbid.db"
    assert database["replica"].keys() == {"url", "sync-interval"}
    assert litestream["snapshot"].keys() == {"interval", "retention"}
    assert f"litestream restore -o {database['path']} {database['replica']['url']}" in operations
