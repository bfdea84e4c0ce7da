"""Random images and build files: users, health checks, histories, content, scanner reports."""

from __future__ import annotations

from typing import Final

from tests.torture.oracle.host import Build, Host, Image, Step
from tests.torture.oracle.roll import AIMS, Roll

_CLEAN_RUNS: Final = [
    [["apt-get", "update"], ["apt-get", "install", "-y", "curl"]],
    [["apt-get", "-qq", "update"], ["apt-get", "-y", "install", "nginx"], ["rm", "-rf", "/var/lib/apt/lists"]],
    [["apk", "add", "curl"]],
    [["apk", "update"], ["apk", "add", "git"]],
    [["yum", "makecache"], ["yum", "-y", "install", "httpd"]],
    [["dnf", "install", "-y", "httpd"]],
    [["zypper", "refresh"], ["zypper", "install", "-y", "vim"]],
    [["echo", "apt-get update"]],
    [["make", "update"]],
    [["pip", "install", "flask"]],
    [["touch", "/etc/apt-get", "update"]],
]
_LONE_UPDATES: Final = [
    [["apt-get", "update"]],
    [["apt-get", "-qq", "update"], ["rm", "-rf", "/tmp/x"]],
    [["/usr/bin/apt-get", "update"]],
    [["apt", "update"]],
    [["apk", "update"]],
    [["yum", "makecache"]],
    [["dnf", "-y", "makecache"]],
    [["zypper", "refresh"]],
    [["apt-get", "update"], ["pip", "install", "flask"]],
    [["true"], ["apt-get", "update"], ["echo", "apt-get install"]],
]
_UNVERIFIED_RUNS: Final = [
    [["apt-get", "install", "--allow-unauthenticated", "-y", "x"]],
    [["yum", "install", "--nogpgcheck", "-y", "x"]],
    [["dnf", "--nogpgcheck", "install", "x"]],
    [["apk", "add", "--allow-untrusted", "x"]],
    [["pip", "install", "--trusted-host", "pypi.example.com", "x"]],
    [["pip3", "install", "--trusted-host=pypi.example.com", "x"]],
    [["zypper", "--no-gpg-checks", "install", "x"]],
]
_APPROVED: Final = 4  # what a host is made for, by its number
_EVIL: Final = "registry.example.com.evil.test"
_QUIET_ENV: Final = [
    "LANG=C.UTF-8",
    "DB_PASSWORD_FILE=/run/secrets/db",
    "TOKENIZERS_PARALLELISM=true",
    "DB_PASSWORD=",
    "SECRETARY=alice",
    "PASSWORDLESS=yes",
    "KEYBOARD=us",
]
_LOUD_ENV: Final = [
    "DB_PASSWORD=hunter2",
    "API_TOKEN=abc123xyz",
    "AWS_SECRET_ACCESS_KEY=wJalrXUtn",
    "PGPASSWORD=x1y2z3",
]
_USERS: Final = (
    ["1000", "app", "1000:0", "app:root", "01", "nobody", "+1000", "1000:"],
    [None, "", "0", "root", "00", "0:0", "root:root", "+0", "0:1000", "000:x", ":1000"],
)
_CHECKS: Final = (
    [["CMD", "true"], ["CMD-SHELL", "curl localhost"]],
    [None, ["NONE"], [], ["", "x"]],
)
_NAMES: Final = (
    *("busybox", "ghcr.io/team/app", "ghcr.io/teamwork/app", "registry.example.com/base", "localhost:5000/x", "nginx"),
    *("registry.example.com.evil.test/base", "docker.io/library/redis"),
)
REGISTRIES: Final = (
    ["*"],
    ["docker.io"],
    ["ghcr.io/team", "registry.example.com"],
    ["docker.io/library", "ghcr.io", "localhost:5000", "registry.example.com"],
    ["nothing.example.com"],
)


def roll_images(roll: Roll, host: Host) -> None:
    """Up to four images and three build files, and what the site says of registries."""
    host.policy.registries = list(roll.any(REGISTRIES))
    if host.number % AIMS == _APPROVED:
        host.policy.registries = ["docker.io", "ghcr.io", "localhost:5000", "registry.example.com", _EVIL]
    host.policy.most_unused = roll.any([0, 0, 1, 3])
    host.policy.most_stopped = roll.any([0, 0, 1, 3])
    for at in range(roll.any([1, 1, 2] if host.number % AIMS == _APPROVED else [0, 1, 1, 2, 3, 4])):
        host.images.append(_image(roll, host, at))
    for at in range(roll.any([0, 1, 1, 2])):
        host.builds.append(_build(roll, at))


def _image(roll: Roll, host: Host, at: int) -> Image:
    named = host.number % AIMS == _APPROVED
    made = Image("sha256:" + roll.hex(), user=roll.of(*_USERS), health=roll.of(*_CHECKS))
    for name in roll.some(_NAMES, 2):
        if roll.chance(0.8):
            made.tags.append(f"{name}:{at}.{roll.dice.randint(0, 9)}")
        if roll.chance(0.3):
            made.digests.append(f"{name}@sha256:{roll.hex()}")
    if named and not made.tags:
        made.tags.append(f"busybox:{at}")
    made.env = ["PATH=/bin", *roll.some(_QUIET_ENV, 2), *roll.of([[]], [[each] for each in _LOUD_ENV])]
    form = roll.any(["classic", "buildkit"])
    made.steps = [Step("ADD", "file:0123abcd in /", base=True, form="classic"), Step("CMD", '["sh"]', form="classic")]
    made.steps += _steps(roll, form)
    if roll.chance(0.7):
        made.scan = roll.of([[], ["LOW"], ["MEDIUM", "LOW"]], [["HIGH"], ["CRITICAL", "LOW"], ["HIGH", "CRITICAL"]])
    made.setuid = roll.of([[]], [["/usr/bin/passwd"], ["/bin/su", "/opt/x"]])
    made.keys = roll.of([[], ["/etc/ssl/private/ssl-cert-snakeoil.key"]], [["/root/.ssh/id_rsa"], ["/app/key.pem"]])
    return made


def _steps(roll: Roll, form: str) -> list[Step]:
    made = [Step("RUN", commands=commands) for commands in roll.some(_CLEAN_RUNS, 3)]
    made.append(Step("COPY", "file:11aa in /app" if form == "classic" else "app /app"))
    made.append(Step("LABEL", roll.any(["note=ADD x /y", "do=apt-get", "maintainer=x"])))
    made.append(Step("ENV", roll.any(["LANG=C", "ADD=1", "MODE=update"])))
    made += [Step("RUN", commands=roll.any(odd)) for odd in (_LONE_UPDATES, _UNVERIFIED_RUNS) if roll.slip()]
    if roll.slip():
        made.append(Step("ADD", "file:22bb in /opt" if form == "classic" else "x.txt /opt/"))
    if roll.slip() and roll.chance(0.5):
        made.append(Step("ENV", roll.any(_LOUD_ENV)))
    roll.dice.shuffle(made)
    for each in made:
        each.form = form
    return made


def _build(roll: Roll, at: int) -> Build:
    fine = ["registry.example.com/base:1.2", "debian:12", "ghcr.io/team/app@sha256:" + "b" * 64, "localhost:5000/x:1"]
    made = Build(f"Dockerfile.{at}", roll.of(fine, ["debian", "debian:latest", "ghcr.io/team/app"]))
    made.steps = [each for each in _steps(roll, "dockerfile") if each.word != "LABEL"]
    made.user = roll.of(["app", "1000", "1000:0"], [None, "root", "0", "0:0", "root:app"])
    made.health = roll.of(["CMD true", 'CMD ["curl", "localhost"]'], [None, "NONE"])
    return made
