"""The second net: whatever looks like a secret is replaced, visibly and with its kind, before it gets into a snapshot.

The first net is that only declared facts are captured at all. What is caught here: assignments to names like PASSWORD or
API_KEY, long options of that kind, and the shapes of well-known credentials. Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NAMES: Final = r"password|passwd|secret|token|api[_-]?key|private[_-]?key|credential"
_SUSPICIOUS: Final = re.compile(_NAMES, re.IGNORECASE)
_VALUE: Final = r"""(?:"(?:[^"\\]|\\.)*+"|'[^']*+'|[^\s"';&|,]++)"""
_REFERENCE: Final = re.compile(r"[\"']?\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})[\"']?")

_ASSIGNMENT: Final = re.compile(
    rf"""(?P<name>{_NAMES})(?P<rest>[\w.-]{{0,64}}["']?=|["']\s?:\s?)(?P<value>{_VALUE})""", re.IGNORECASE
)
_OPTION: Final = re.compile(
    rf"(?P<rest>(?<![\w-])--[\w-]{{0,64}}?)(?P<name>password|passwd|token|api-?key)(?P<end>[\w-]{{0,64}}\s)(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "private_key": re.compile(
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,50}-----|\Z)", re.DOTALL
    ),
    "aws_key": re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])"),
    "github_token": re.compile(r"(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{20,}+|github_pat_[A-Za-z0-9_]{20,}+)"),
    "gitlab_token": re.compile(r"(?<![A-Za-z0-9_-])glpat-[A-Za-z0-9_-]{16,}+"),
    "slack_token": re.compile(r"(?<![A-Za-z0-9-])xox[abprs]-[A-Za-z0-9-]{10,}+"),
    "swarm_token": re.compile(r"(?<![A-Za-z0-9-])SWM(?:TKN|KEY)-[A-Za-z0-9+/-]{10,}+"),
    "npm_token": re.compile(r"(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    "docker_token": re.compile(r"(?<![A-Za-z0-9_])dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}+"),
    "google_key": re.compile(r"(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    "stripe_key": re.compile(r"(?<![A-Za-z0-9_])[rs]k_live_[A-Za-z0-9]{16,}+"),
    "jwt": re.compile(r"(?<![\w-])eyJ[\w-]{5,}+\.[\w-]{2,}+(?:\.[\w-]*+)?"),
    "bearer": re.compile(r"(?<=[Bb]earer )[\w.~+/=-]{8,}+"),
    "basic": re.compile(r"(?<=Basic )[A-Za-z0-9+/]{8,}+={0,2}"),
}
_CHANGED_PASSWORD: Final = re.compile(r"(?<=:)[^\s:|\"'$]{1,256}(?=[\"']?\s{0,64}\|\s{0,64}(?:\S{0,64}/)?chpasswd)")
_USERINFO: Final = re.compile(r"(?<=://)[^\s/@:\"']{0,256}:[^\s/@\"']{1,1024}@")


def redact(text: str) -> str:
    """``text`` with every value that looks like a secret replaced by ``[redacted:kind]``; names stay readable."""
    if "=" in text or ":" in text or "--" in text:
        text = _USERINFO.sub("[redacted:url]@", text)
        if _SUSPICIOUS.search(text):
            text = _OPTION.sub(_without_option_value, _ASSIGNMENT.sub(_without_value, text))
    if "chpasswd" in text:
        text = _CHANGED_PASSWORD.sub("[redacted:password]", text)
    for kind, shape in _SHAPES.items():
        text = shape.sub(f"[redacted:{kind}]", text)
    return text


def credential_shapes(text: str) -> tuple[str, ...]:
    """The kinds of well-known credentials whose shape stands in ``text``, sorted; never the credential."""
    return tuple(sorted(kind for kind, shape in _SHAPES.items() if shape.search(text)))


def redact_option(name: str, value: str) -> str:
    """The value of option ``name``: replaced as a whole when the name says that it is a secret, else ``redact(value)``."""
    named = _SUSPICIOUS.search(name)
    return f"[redacted:{_kind(named[0])}]" if named and value else redact(value)


def _without_value(match: re.Match[str]) -> str:
    if _is_harmless(match["value"]):
        return match[0]
    return f"{match['name']}{match['rest']}[redacted:{_kind(match['name'])}]"


def _without_option_value(match: re.Match[str]) -> str:
    if _is_harmless(match["value"]):
        return match[0]
    return f"{match['rest']}{match['name']}{match['end']}[redacted:{_kind(match['name'])}]"


def _is_harmless(value: str) -> bool:
    """True for a reference to a variable, and for what has been replaced already."""
    return value.startswith("[redacted:") or _REFERENCE.fullmatch(value) is not None


def _kind(name: str) -> str:
    word = name.lower().replace("-", "_")
    return {"passwd": "password", "apikey": "api_key", "privatekey": "private_key"}.get(word, word)
