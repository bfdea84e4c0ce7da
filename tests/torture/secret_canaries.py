"""Canaries: secrets with a body that occurs once in the world, so that a leak tells where it came from."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

_PREFIX: Final = "C0FFEEBA"  # every body begins with it: one search finds all of them
_BODY: Final = 16
_FILLER: Final = "qwertyuiopasdfghjklzxcvbnm"
_ANSI: Final = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")
_SPACE: Final = re.compile(rb"[\s\0]+")


def _pem(body: str, kind: str = "RSA PRIVATE KEY") -> str:
    lines = "\n".join([body, base64.b64encode(body.encode()).decode(), body[::-1]])
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


# What a stranger recognises as a credential wherever it stands.
SHAPES: Final[Mapping[str, Callable[[str], str]]] = {
    "AWS access key": lambda body: f"AKIA{body}",
    "GitHub token": lambda body: f"ghp_{body}{_FILLER[:20]}",
    "GitHub server token": lambda body: f"ghs_{body}{_FILLER[:20]}",
    "GitHub fine-grained token": lambda body: f"github_pat_{body}_{_FILLER}",
    "GitLab token": lambda body: f"glpat-{body}abcd",
    "Slack token": lambda body: f"xoxb-12345-{body}",
    "swarm join token": lambda body: f"SWMTKN-1-{body}{_FILLER}-{_FILLER}",
    "swarm unlock key": lambda body: f"SWMKEY-1-{body}{_FILLER}",
    "npm token": lambda body: f"npm_{body}{_FILLER[:20]}",
    "Docker token": lambda body: f"dckr_pat_{body}{_FILLER[:8]}",
    "Google key": lambda body: f"AIza{body}{_FILLER[:19]}",
    "Stripe key": lambda body: f"sk_live_{body}{_FILLER[:8]}",
    "API key": lambda body: f"sk-{body}{_FILLER}",
    "JWT": lambda body: f"eyJhbGciOiJIUzI1NiJ9.eyJ{body}.{body}",
    "URL with a password": lambda body: f"https://me:{body}@host.example.com/x",
    "URL with a token": lambda body: f"https://{body}@host.example.com/x",
    "PEM": _pem,
    "PEM of OpenSSH": lambda body: _pem(body, "OPENSSH PRIVATE KEY"),
    "assignment": lambda body: f"password=hunter2-{body}",
    "assignment in capitals": lambda body: f'DB_PASSWORD="hunter2 {body}"',
    "option": lambda body: f"--password hunter2-{body}",
    "header": lambda body: f"Authorization: Bearer {body}",
}

# What only its place in a command or an instruction makes a secret.
COMMANDS: Final[Mapping[str, Callable[[str], str]]] = {
    "curl -u": lambda body: f"curl -u me:{body} https://host.example.com",
    "curl -sSfu": lambda body: f"curl -sSfu me:{body} https://host.example.com",
    "curl --user": lambda body: f"curl --user me:{body} https://host.example.com",
    "curl --user=": lambda body: f"curl --user='me:{body}' https://host.example.com",
    "curl header": lambda body: f"curl -H 'Authorization: token {body}' https://host.example.com",
    "curl key header": lambda body: f'curl -H "X-Api-Key: {body}" https://host.example.com',
    "curl private token": lambda body: f"curl --header 'PRIVATE-TOKEN: {body}' https://host.example.com",
    "curl cookie": lambda body: f"curl -H 'Cookie: {body}' https://host.example.com",
    "query": lambda body: f"curl https://host.example.com/?token={body}&x=1",
    "query key": lambda body: f"wget 'https://host.example.com/?a=1&key={body}'",
    "wget": lambda body: f"wget --http-password={body} https://host.example.com",
    "mysql -p": lambda body: f"mysql -uroot -p{body} -e 'select 1'",
    "PGPASSWORD": lambda body: f"PGPASSWORD={body} psql -c 'select 1'",
    "sshpass": lambda body: f"sshpass -p {body} ssh host",
    "sshpass glued": lambda body: f"sshpass -p{body} ssh host",
    "docker login": lambda body: f"docker login -u me -p {body} registry.example.com",
    "helm login": lambda body: f"helm registry login -u me --password {body} registry.example.com",
    "stdin": lambda body: f"echo {body} | docker login -u me --password-stdin registry.example.com",
    "passwd": lambda body: f"echo {body} | passwd --stdin root",
    "chpasswd": lambda body: f"echo root:{body} | chpasswd",
    "useradd": lambda body: f"useradd -m -p {body} alice",
    "htpasswd": lambda body: f"htpasswd -bc /etc/htpasswd alice {body}",
    "redis": lambda body: f"redis-cli -h cache -a {body} ping",
    "ldap": lambda body: f"ldapsearch -x -D cn=admin -w {body}",
    "openssl": lambda body: f"openssl rsa -passin pass:{body} -in key.pem",
    "smbclient": lambda body: f"smbclient -U me%{body} //host/share",
    "npm": lambda body: f"npm config set //registry.example.com/:_authToken={body}",
    "npm by word": lambda body: f"npm config set _authToken {body}",
    "aws": lambda body: f"aws configure set aws_secret_access_key {body}",
    "pip": lambda body: f"pip install --extra-index-url https://me:{body}@host.example.com/simple x",
    "git": lambda body: f"git clone https://{body}@git.example.com/x",
    "kubectl": lambda body: f"kubectl create secret generic x --from-literal=password={body}",
    "mount": lambda body: f"mount -t cifs -o username=me,password={body} //host/share /mnt",
    "zip": lambda body: f"unzip -P {body} x.zip",
    "export": lambda body: f"export API_TOKEN={body} && make",
    "password with an at sign": lambda body: f"curl https://me:p@{body}@host.example.com/x",
    "api key option": lambda body: f"tool --api-key {body} run",
    "quoted": lambda body: f"tool --token '{body} two words' run",
}


@dataclass(frozen=True)
class Canary:
    """``text`` was planted at ``place``; ``body`` is what no output may hold."""

    place: str
    body: str
    text: str


@dataclass
class Aviary:
    """Makes canaries and finds them again."""

    dice: random.Random
    canaries: dict[str, Canary] = field(default_factory=dict)

    def plain(self, place: str) -> str:
        """A password without any shape."""
        body = self._body()
        return self._keep(
            place, body, self.dice.choice((f"hunter2-{body}", body, f"{body}{body[8:].lower()}", f"x/{body}+="))
        )

    def shaped(self, place: str, shape: str = "") -> str:
        """A credential that is known by its shape."""
        name, body = shape or self.dice.choice(list(SHAPES)), self._body()
        return self._keep(f"{place} ({name})", body, SHAPES[name](body))

    def command(self, place: str, name: str = "") -> str:
        """A command with a secret in it that only its place gives away."""
        chosen, body = name or self.dice.choice(list(COMMANDS)), self._body()
        return self._keep(f"{place} ({chosen})", body, COMMANDS[chosen](body))

    def leaks(self, outputs: Mapping[str, bytes]) -> list[str]:
        """``canary: output`` for every canary that stands in an output: as it is, encoded, or cut by line breaks and colours."""
        return sorted({f"{each} in {name}" for name, data in outputs.items() for each in self._in(data)})

    def _body(self) -> str:
        return _PREFIX + "".join(self.dice.choice("0123456789ABCDEF") for _ in range(_BODY - len(_PREFIX)))

    def _keep(self, place: str, body: str, text: str) -> str:
        self.canaries[body] = Canary(place, body, text)
        return text

    def _in(self, data: bytes) -> Iterable[str]:
        bare = _SPACE.sub(b"", _ANSI.sub(b"", data))
        for at in re.finditer(_PREFIX.encode(), bare, re.IGNORECASE):
            body = bare[at.start() : at.start() + _BODY].decode("latin-1").upper()
            canary = self.canaries.get(body)
            around = bare[max(0, at.start() - 60) : at.end() + 30]
            yield f"{canary.place if canary else 'a part of some canary'}: {around!r}"
        for name, marker in _ENCODED.items():
            for at in re.finditer(marker, bare):
                yield f"some canary as {name}: {bare[max(0, at.start() - 40) : at.end() + 40]!r}"


def _base64_marker(before: int) -> bytes:
    """What the prefix looks like in base64 when that many bytes of a group come before it."""
    whole = base64.b64encode(b"\0" * before + _PREFIX.encode())
    start = 0 if before == 0 else 4
    return re.escape(whole[start : (before + len(_PREFIX)) // 3 * 4])


_ENCODED: Final[Mapping[str, bytes]] = {
    **{f"base64 ({at})": _base64_marker(at) for at in range(3)},
    "hex": b"(?i)" + _PREFIX.encode().hex().encode(),
    "reversed": _PREFIX[::-1].encode(),
    "percent": "".join(f"%{ord(each):02X}" for each in _PREFIX).encode(),
}
