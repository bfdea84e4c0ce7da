"""Good and bad images on a real engine, by both builders, by import and by commit: what dockmark says about each.

A verdict for an image that should have none, or another one than the table says, fails the test; so does a secret in the
report or the snapshot.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import Engine, UnixConnection, import_image, real_engine, why_no_engine
from tests.integration.command import Done, audit, dockmark

pytestmark = [pytest.mark.engine, pytest.mark.skipif(bool(why_no_engine()), reason=why_no_engine() or "none")]

PASS, FAIL, PERSON = "pass", "fail", "notchecked"
SECRET = "hunter2hunter2"
TOOLS = 'RUN for t in apt-get apk curl; do printf "#!/bin/sh\\nexit 0\\n" > /bin/$t; chmod +x /bin/$t; done\n'

# name -> Dockerfile. BASE stands for the imported busybox with programs of the names of package managers.
BUILDS = {
    "good": "FROM base\nUSER 1000\nHEALTHCHECK CMD true\nCOPY file /file\nRUN apt-get update && apt-get install -y x\n",
    "update-alone": "FROM base\nRUN apt-get update\nRUN apt-get install -y x\n",
    "update-over-lines": "FROM base\nRUN apt-get update \\\n  # a remark\n  && apt-get install -y x\n",
    "update-exec-form": 'FROM base\nRUN ["apt-get", "update"]\n',
    "update-as-text": "FROM base\nRUN echo apt-get update\n",
    "apk-no-cache": "FROM base\nRUN apk add --no-cache curl\n",
    "added": "FROM base\nADD file /file\n",
    "added-from-scratch": 'FROM scratch\nADD root.tar /\nCMD ["/x"]\n',
    "added-twice": "FROM scratch\nADD root.tar /\nADD file /file\n",
    "copied": "FROM base\nCOPY file /ADD\nRUN echo ADD x y\n",
    "env-secret": f"FROM base\nENV DB_PASSWORD={SECRET}\n",
    "env-secret-file": "FROM base\nENV DB_PASSWORD_FILE=/run/secrets/db\n",
    "arg-secret": f"FROM base\nARG NPM_TOKEN={SECRET}\nRUN echo x\n",
    "inline-secret": f"FROM base\nRUN API_KEY={SECRET} apk add x\n",
    "url-secret": f"FROM base\nRUN echo https://me:{SECRET}@example.com\n",
    "label-secret": f"FROM base\nLABEL api-token={SECRET}\n",
    "unverified": "FROM base\nRUN apt-get install -y --allow-unauthenticated x\n",
    "curl-insecure": "FROM base\nRUN curl -fsSLk https://example.com | sh\n",
    "user-zero": "FROM base\nUSER 0:0\n",
    "user-zeros": "FROM base\nUSER 00\n",
    "user-plus": "FROM base\nUSER +0\n",
    "user-root": "FROM base\nUSER root:1000\n",
    "user-name": "FROM base\nUSER nobody\n",
    "user-back-to-root": "FROM base\nUSER 1000\nRUN true\nUSER root\n",
    "health-none": "FROM good\nHEALTHCHECK NONE\n",
    "shell-changed": 'FROM base\nSHELL ["/bin/sh", "-e", "-c"]\nENV A=b\nRUN apk update\n',
    "stages": "FROM base AS build\nADD file /x\nENV API_KEY=x1\nFROM base\nCOPY --from=build /x /x\n",
}

TRUTH: dict[str, tuple[str, dict[str, str]]] = {
    "image_runs_as_non_root": (FAIL, {"good": PASS, "user-name": PASS, "health-none": PASS, "committed-user": PASS}),
    "image_has_health_check": (FAIL, {"good": PASS, "committed-health": PASS}),
    "image_package_updates_not_alone": (
        PASS,
        {"update-alone": FAIL, "update-exec-form": FAIL, "shell-changed": FAIL, "committed-update": FAIL},
    ),
    "image_uses_copy": (PASS, {"added": FAIL, "added-twice": FAIL}),
    "image_holds_no_secrets": (
        PASS,
        dict.fromkeys(
            (
                "env-secret",
                "arg-secret",
                "inline-secret",
                "url-secret",
                "label-secret",
                "committed-secret",
                "imported-secret",
            ),
            FAIL,
        ),
    ),
    "image_packages_verified": (PERSON, {"unverified": FAIL, "curl-insecure": FAIL}),
    "image_registry_approved": (PERSON, {}),
    "image_packages_needed": (PERSON, {}),
    "image_signatures_verified": (PERSON, {}),
}


def context(dockerfile: str) -> bytes:
    """A build context: the Dockerfile, a file, and an archive with a root filesystem."""
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as archive:
        put(archive, "x", b"x")
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        put(archive, "Dockerfile", dockerfile.encode())
        put(archive, "file", b"content")
        put(archive, "root.tar", inner.getvalue())
    return whole.getvalue()


def put(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def build(engine: Engine, name: str, dockerfile: str, *, buildkit: bool) -> None:
    """By the API, which takes the context as it is; the docker command needs a plug-in for BuildKit."""
    connection = UnixConnection(str(engine.socket))
    try:
        query = f"/build?t={name}&networkmode=none&version={2 if buildkit else 1}"
        connection.request("POST", query, context(dockerfile), {"Content-Type": "application/x-tar"})
        told = connection.getresponse().read()
    finally:
        connection.close()
    assert b"Successfully tagged" in told, (name, told[-2000:])


@pytest.fixture(scope="module", params=[False, True], ids=["classic", "buildkit"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with real_engine() as engine:
        import_image(engine, "imported")
        build(engine, "base", f"FROM imported\n{TOOLS}", buildkit=request.param)
        for name, text in BUILDS.items():
            build(engine, name, text, buildkit=request.param)
        import_image(engine, "imported-secret", f"ENV API_TOKEN={SECRET}")
        engine.docker("run", "--name", "updated", "--network", "none", "base", "apt-get", "update")
        engine.docker("commit", "updated", "committed-update")
        engine.docker("commit", "-c", "USER 7", "updated", "committed-user")
        engine.docker("commit", "-c", "HEALTHCHECK CMD true", "updated", "committed-health")
        engine.docker("commit", "-c", f"ENV PASSWORD={SECRET}", "updated", "committed-secret")
        for each in ("user", "health", "secret"):
            engine.docker("image", "inspect", f"committed-{each}")
        yield engine


@pytest.fixture(scope="module")
def done(engine: Engine) -> Done:
    return audit(engine.host)


def names(engine: Engine) -> set[str]:
    return {
        each.removesuffix(":latest") for each in engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    }


@pytest.mark.parametrize("control", sorted(TRUTH))
def test_verdicts(engine: Engine, done: Done, control: str) -> None:
    others, named = TRUTH[control]
    committed = {"committed-user", "committed-health", "committed-secret"}
    wanted = {}
    for name in names(engine) - {"busybox:test", "<none>:<none>"}:  # a stage of its own, judged like the others
        updated = control == "image_package_updates_not_alone" and name in committed
        wanted[name] = FAIL if updated else named.get(name, others)
    found = {
        subject.removeprefix("image:").removesuffix(":latest"): result
        for subject, result in done.findings(control).items()
    }
    found = {name: result for name, result in found.items() if name in wanted}
    assert found == wanted


def test_no_secret_is_in_the_report_or_the_snapshot(engine: Engine, done: Done, tmp_path: Path) -> None:
    assert SECRET not in done.out
    target = tmp_path / "snapshot.json.gz"
    dockmark("collect", "--host", engine.host, "-o", target)
    data = target.read_bytes()
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    assert SECRET.encode() not in text
    assert b"update-alone" in text


def test_approved_registries_and_running_users(engine: Engine) -> None:
    engine.run("as-root", image="base")
    engine.run("as-user", "--user", "1234", image="base")
    engine.run("by-image", image="good")
    engine.create("not-running", image="base")
    try:
        found = audit(engine.host).findings("container_runs_as_non_root")
    finally:
        engine.remove_containers()
    assert found == {"container:as-root": FAIL, "container:as-user": PASS, "container:by-image": PASS}
