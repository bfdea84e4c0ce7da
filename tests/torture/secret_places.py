"""Where secrets are on a host: in every reply of its engine, in its files, and in what an operator names."""

from __future__ import annotations

import base64
import json
import random
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from benchmark.model.declaration import Type
from benchmark.model.vocabulary import KINDS
from tests.faulty_daemon import World
from tests.torture.hostile_hosts import shape_of
from tests.torture.secret_canaries import COMMANDS, SHAPES, Aviary

# Leaves that facts are derived from, beside those that a fact is named after: names, and what says how something is confined.
_DERIVED_FROM: Final = frozenset(
    (
        *(
            "Name",
            "Names",
            "Hostname",
            "ID",
            "Id",
            "device",
            "Platform",
            "OperatingSystem",
            "KernelVersion",
            "ServerVersion",
        ),
        *(
            "ApiVersion",
            "MinAPIVersion",
            "Version",
            "Os",
            "OSType",
            "NodeAddr",
            "CreatedBy",
            "Created",
            "message",
            "user",
            "User",
        ),
        *(
            "HostIp",
            "HostPort",
            "Status",
            "State",
            "Image",
            "ImageID",
            "Driver",
            "Layers",
            "InsecureRegistryCIDRs",
            "Authorization",
        ),
        *("NetworkID", "ExecIDs", "Volume", "Network", "SecurityOptions", "Isolation", "Cgroup", "Mountpoint", "Type"),
        *("ListenAddr", "AdvertiseAddr", "DataPathAddr", "Architecture", "RepoTags", "RepoDigests", "NodeID"),
    )
)
_SECRET_KEYS: Final = (
    "X-Registry-Auth",
    "Password",
    "identitytoken",
    "Auth",
    "UnlockKey",
    "JoinToken",
    "Data",
    "Value",
    "SigningCAKey",
)


def _open_names() -> frozenset[str]:
    """The last part of every name that a fact or a field of a record has: what stands there is captured by design."""
    names = set(_DERIVED_FROM)
    for facts in KINDS.values():
        for name, fact in facts.items():
            names.add(name.rpartition(".")[2])
            names.update(fact.fields or ())
    return frozenset(names)


_OPEN: Final = _open_names()
_MAPS: Final = frozenset(
    name.rpartition(".")[2] for facts in KINDS.values() for name, fact in facts.items() if fact.type is Type.MAP
)


def plant_world(world: World, aviary: Aviary, *, into_names: float) -> World:
    """``world`` with canaries: plain ones wherever nothing is captured; shaped ones in what is, with this chance."""
    planted: World = {}
    for path, value in world.items():
        place = shape_of(path)
        if place == "/images/*/history":
            planted[path] = [*value, *_history(aviary)]
        elif isinstance(value, bytes):
            planted[path] = value
        else:
            planted[path] = _plant(value, place, aviary, into_names)
    return planted


def _plant(value: Any, place: str, aviary: Aviary, chance: float) -> Any:
    key = place.rpartition(".")[2].removesuffix("[]")
    if isinstance(value, dict):
        if key in _MAPS:  # captured with all its values, those with the name of a secret apart
            return _plant_map(value, place, aviary, chance)
        found = {name: _plant(each, f"{place}.{name}", aviary, chance) for name, each in value.items()}
        for name in aviary.dice.sample(_SECRET_KEYS, 2):
            if key not in ("Networks", "IndexConfigs", "Ports", "PortBindings"):
                found.setdefault(name, aviary.plain(f"{place}.{name}"))
        return found
    if isinstance(value, list):
        planted = [_plant(each, f"{place}[]", aviary, chance) for each in value]
        if key == "Env":
            planted += [f"{name}={aviary.plain(f'{place} {name}')}" for name in ("DB_PASSWORD", "GREETING", "X")]
        return planted
    if not isinstance(value, str) or key in ("Id", "ID", "ImageID", "Image"):
        return value
    if key == "Env":
        return f"{value.partition('=')[0]}={aviary.plain(place)}"
    if key not in _OPEN:
        return aviary.plain(place)
    return f"{value} {aviary.shaped(place)}" if aviary.dice.random() < chance else value


def _plant_map(value: dict[str, Any], place: str, aviary: Aviary, chance: float) -> dict[str, Any]:
    found = {
        name: f"{each} {aviary.shaped(place)}" if isinstance(each, str) and aviary.dice.random() < chance else each
        for name, each in value.items()
    }
    for name in ("registry.password", "vpn.psk", "driver_pass", "o.auth"):
        found[name] = aviary.plain(f"{place}.{name}")
    return found


def _history(aviary: Aviary) -> Iterator[dict[str, Any]]:
    """A step for every command, in one of the forms that builders write, and for every instruction that declares."""
    forms = (
        "/bin/sh -c {}",
        "RUN /bin/sh -c {} # buildkit",
        "{}",
        "|1 A=b /bin/sh -c {}",
        "RUN |1 A=b /bin/sh -c {} # buildkit",
    )
    texts = [aviary.dice.choice(forms).format(aviary.command("history", name)) for name in COMMANDS]
    texts += [f"/bin/sh -c echo {aviary.shaped('history', name)}" for name in SHAPES]
    texts += list(_declared(aviary, "history", "/bin/sh -c #(nop) "))
    texts += [f"|2 A=b TOKEN={aviary.plain('history build argument')} /bin/sh -c make"]
    for at, text in enumerate(texts):
        yield {
            "CreatedBy": text,
            "Size": at,
            "Created": 1795380888,
            "Id": "",
            "Comment": aviary.plain("history Comment"),
        }


def _declared(aviary: Aviary, place: str, before: str) -> Iterator[str]:
    yield f"{before}ENV DB_PASSWORD={aviary.plain(f'{place} ENV')}"
    yield f"{before}ENV API_TOKEN hunter2 {aviary.plain(f'{place} ENV with a blank')}"
    yield f'{before}ENV A=b MYSQL_PASS="two {aviary.plain(f"{place} ENV quoted")} words"'
    yield f"{before}ARG GITHUB_TOKEN={aviary.plain(f'{place} ARG')}"
    yield f"{before}LABEL com.example.secret={aviary.plain(f'{place} LABEL')}"
    yield f"{before}HEALTHCHECK CMD {aviary.command(f'{place} HEALTHCHECK')}"
    yield f'{before}CMD ["serve" "--password={aviary.plain(f"{place} CMD")}"]'
    yield f'{before}ENTRYPOINT ["serve", "--token", "{aviary.plain(f"{place} ENTRYPOINT")}"]'
    yield f"{before}ADD https://me:{aviary.plain(f'{place} ADD').replace('/', '')}@host.example.com/x /x"


def plant_health_checks(world: World, aviary: Aviary) -> None:
    """A command with a secret as every health check, by shell and by words."""
    for path, each in world.items():
        if path.endswith("/json") and isinstance(each, dict) and isinstance(each.get("Config"), dict):
            command = aviary.command(f"{shape_of(path)} health check")
            by_words = ["CMD", *command.split(" ")]
            each["Config"]["Healthcheck"] = {"Test": aviary.dice.choice((["CMD-SHELL", command], by_words))}


def enrich(world: World, aviary: Aviary) -> None:
    """What engines say about secrets outright."""
    world["/info"] |= {
        "HttpProxy": f"http://me:{aviary.plain('/info HttpProxy')}@proxy:3128",
        "HttpsProxy": f"http://me:{aviary.plain('/info HttpsProxy')}@proxy:3128",
    }
    registries = world["/info"]["RegistryConfig"]
    registries["Mirrors"] = [f"https://me:{aviary.plain('/info Mirrors').replace('/', '')}@mirror.example.com"]
    world["/info"]["Swarm"] |= {"Cluster": {"TLSInfo": {"TrustRoot": aviary.shaped("/info TrustRoot", "PEM")}}}
    if "/swarm" in world:
        world["/swarm"] |= {
            "JoinTokens": {each: aviary.shaped(f"/swarm {each}", "swarm join token") for each in ("Worker", "Manager")},
            "TLSInfo": {"TrustRoot": aviary.shaped("/swarm TrustRoot", "PEM")},
            "UnlockKey": aviary.shaped("/swarm UnlockKey", "swarm unlock key"),
        }
        for each in world["/services"]:
            each["Spec"]["TaskTemplate"]["ContainerSpec"] |= {
                "Env": [f"DB_PASSWORD={aviary.plain('/services Env')}"],
                "Args": ["--password", aviary.plain("/services Args")],
                "Command": [aviary.command("/services Command")],
                "Labels": {"token": aviary.plain("/services Labels")},
            }
        for each in world["/secrets"]:
            each["Spec"] |= {"Data": base64.b64encode(aviary.plain("/secrets Data").encode()).decode()}
    world["/volumes"]["Volumes"] += [
        {
            "Name": "cifs",
            "Driver": "local",
            "Mountpoint": "/x",
            "Options": {
                "type": "cifs",
                "o": f"username=me,password={aviary.plain('/volumes cifs')}",
                "device": "//host/share",
            },
        }
    ]


def plant_files(top: Path, aviary: Aviary) -> None:
    """The files of a host that hold secrets, and a canary at the end of every other text."""
    for path in sorted(each for each in top.rglob("*") if each.is_file() and not each.is_symlink()):
        place = str(path.relative_to(top))
        if path.suffix in (".pem", ".key", ".crt"):
            path.write_text(aviary.shaped(place, "PEM"))
        elif path.name == "daemon.json" and path.stat().st_size:
            _plant_daemon_json(path, aviary)
        elif path.name == "cmdline":
            words = path.read_bytes().decode().removesuffix("\0").split("\0")
            path.write_text("\0".join([*words, *_flags(words[0], aviary, place), ""]))
        elif path.name == "environ":
            path.write_text(f"{path.read_text()}DB_PASSWORD={aviary.plain(place)}\0")
        elif path.suffix in (".service", ".socket", ".conf"):
            path.write_text(
                f"{path.read_text()}\n[Service]\nEnvironment=DB_PASSWORD={aviary.plain(place)}\n# {aviary.plain(place)}\n"
            )
        elif path.suffix == ".rules":
            path.write_text(f"{path.read_text()}-w /srv/x -p wa -k {aviary.shaped(place, 'GitHub token')}\n")
        elif place.startswith("etc/") and path.suffix in ("", ".sh"):
            path.write_text(f"{path.read_text()}# export DB_PASSWORD={aviary.plain(place)}\n")
    for name, text in _secret_files(aviary):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _flags(program: str, aviary: Aviary, place: str) -> list[str]:
    if not program.endswith("dockerd"):
        return ["--password", aviary.plain(place), aviary.plain(place)]
    return [
        f"--log-opt=splunk-token={aviary.plain(f'{place} splunk-token')}",
        "--log-opt",
        f"gelf-address=udp://me:{aviary.plain(f'{place} gelf-address').replace('/', '')}@192.0.2.4:12201",
        f"--registry-mirror=https://me:{aviary.plain(f'{place} mirror').replace('/', '')}@mirror.example.com",
        f"--label=secret={aviary.plain(f'{place} label')}",
        f"--http-proxy=http://me:{aviary.plain(f'{place} http-proxy').replace('/', '')}@proxy:3128",
    ]


def _plant_daemon_json(path: Path, aviary: Aviary) -> None:
    document = json.loads(path.read_text())
    document["proxies"] = {"http-proxy": f"http://me:{aviary.plain('daemon.json proxies').replace('/', '')}@proxy:3128"}
    document["registry-mirrors"] = [
        f"https://me:{aviary.plain('daemon.json mirror').replace('/', '')}@mirror.example.com"
    ]
    document["labels"] = [f"secret={aviary.plain('daemon.json labels')}"]
    document["cluster-store-opts"] = {"kv.password": aviary.plain("daemon.json cluster-store-opts")}
    document[f"unknown-{aviary.shaped('daemon.json key', 'GitHub token')}"] = aviary.plain("daemon.json unknown key")
    if "log-opts" in document or "log-driver" not in document:
        document["log-opts"] = {
            **(document.get("log-opts") or {}),
            "splunk-token": aviary.plain("daemon.json splunk-token"),
            "awslogs-credentials-endpoint": f"/creds?token={aviary.plain('daemon.json awslogs')}",
            "syslog-address": f"tcp://me:{aviary.plain('daemon.json syslog-address').replace('/', '')}@192.0.2.4:514",
            "env": aviary.shaped("daemon.json log-opts env"),
        }
    path.write_text(json.dumps(document))


def _secret_files(aviary: Aviary) -> Iterator[tuple[str, str]]:
    auth = base64.b64encode(f"me:{aviary.plain('config.json auths')}".encode()).decode()
    for home in ("root", "home/alice"):
        yield (
            f"{home}/.docker/config.json",
            json.dumps(
                {"auths": {"registry.example.com": {"auth": auth, "identitytoken": aviary.plain("config.json")}}}
            ),
        )
        yield f"{home}/.docker/key.pem", aviary.shaped("client key", "PEM")
        yield f"{home}/.docker/contexts/tls/x/docker/key.pem", aviary.shaped("context key", "PEM")
    yield "etc/docker/key.json", json.dumps({"d": aviary.plain("key.json"), "kty": "EC"})
    yield "etc/docker/certs.d/registry.example.com/client.key", aviary.shaped("client.key", "PEM")
    yield "var/lib/docker/swarm/certificates/swarm-node.key", aviary.shaped("swarm-node.key", "PEM")
    yield f"etc/docker/certs.d/{aviary.shaped('file name', 'GitHub token')}/ca.crt", "x"
    yield "etc/shadow", f"root:$6${aviary.plain('shadow')}:1::::::\n"


def plant_documents(directory: Path, aviary: Aviary) -> None:
    """Build files and scanners' reports."""
    for path in sorted(directory.iterdir()):
        if path.suffix == ".json":
            document = _plant(json.loads(path.read_text()), "report", aviary, 0.0)
            path.write_text(json.dumps(document))
            continue
        lines = [f"RUN {aviary.command('Dockerfile', name)}" for name in COMMANDS]
        lines += [f"RUN echo {aviary.shaped('Dockerfile', name)}" for name in SHAPES if not name.startswith("PEM")]
        lines += list(_declared(aviary, "Dockerfile", ""))
        path.write_text("\n".join([path.read_text(), *lines, f"# {aviary.plain('Dockerfile comment')}", ""]))


def plant_archive(data: bytes, aviary: Aviary) -> bytes:
    """An image archive with secrets in its layer: the layer's own bytes are kept apart by an entry beside them."""
    dice: random.Random = aviary.dice
    outside = BytesIO()
    with tarfile.open(fileobj=BytesIO(data)) as old, tarfile.open(fileobj=outside, mode="w") as new:
        for member in old:
            content = old.extractfile(member)
            new.addfile(member, content)
        for name in (".env", "root/.docker/config.json", f"{dice.randint(0, 9)}.key"):
            text = f"TOKEN={aviary.plain(f'archive {name}')}\n{aviary.shaped(f'archive {name}', 'PEM')}\n".encode()
            info = tarfile.TarInfo(name)
            info.size = len(text)
            new.addfile(info, BytesIO(text))
    return outside.getvalue()
