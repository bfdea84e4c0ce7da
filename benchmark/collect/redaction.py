"""The second net: whatever looks like a secret is replaced, visibly and with its kind, before it gets into a snapshot.

The first net is that only declared facts are captured at all. What is caught here: assignments to names like PASSWORD or
API_KEY, long options of that kind, and the shapes of well-known credentials. Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from benchmark.collect.secret_positions import cover_positions, cover_words

_NAMES: Final = r"password|passwd|secret|token|api[_-]?key|private[_-]?key|credential"
_SUSPICIOUS: Final = re.compile(_NAMES, re.IGNORECASE)
_SECRET_OPTION: Final = re.compile(rf"{_NAMES}|(?:\A|[-_.])(?:pass|passphrase|pwd|psk|auth)(?:\Z|[-_.])", re.IGNORECASE)
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
# Shapes that are too common to be called a finding, and still no business of a snapshot.
_SUSPECTS: Final[Mapping[str, re.Pattern[str]]] = {
    "api_key": re.compile(
        r"(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9]{32,}+|sk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{16,}+|hf_[A-Za-z0-9]{24,}+"
        r"|SG\.[A-Za-z0-9_-]{16,}+\.[A-Za-z0-9_-]{16,}+|pypi-AgE[A-Za-z0-9_-]{16,}+|do[opr]_v1_[a-f0-9]{32,}+|shp(?:at|ss)_[a-fA-F0-9]{24,}+)"
    ),
    "vault_token": re.compile(r"(?<![A-Za-z0-9_.-])hv[sbr]\.[A-Za-z0-9_-]{16,}+"),
}
_CHANGED_PASSWORD: Final = re.compile(r"(?<=:)[^\s:|\"'$]{1,256}(?=[\"']?\s{0,64}\|\s{0,64}(?:\S{0,64}/)?chpasswd)")
# One slash is enough: a URL that was cleaned like a path has lost the other.
_USERINFO: Final = re.compile(r"(?<=:/)(/?)[^\s/@:\"']{0,256}:[^\s/\"']{1,1024}@")
# Without one of these, in small letters, no pattern here can match; most strings of a host hold none.
_HINTS: Final = (
    *(
        "password",
        "passwd",
        "secret",
        "token",
        "api",
        "private",
        "credential",
        ":/",
        "chpasswd",
        "cookie",
        "authorization",
    ),
    *(
        "pass:",
        "set ",
        "set\t",
        "akia",
        "asia",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat",
        "glpat-",
        "xox",
        "swm",
    ),
    *(
        "npm_",
        "dckr_",
        "aiza",
        "_live_",
        "eyj",
        "bearer",
        "basic",
        "sk-",
        "hf_",
        "sg.",
        "pypi-",
        "_v1_",
        "shpat_",
        "shpss_",
    ),
    *(
        "hvs.",
        "hvb.",
        "hvr.",
        "-u",
        "--",
        "?",
        "&",
        "sshpass",
        "mysql",
        "mariadb",
        "mongo",
        "login",
        "redis-cli",
        "ldap",
    ),
    *("user", "7z", "zip", "htpasswd", "echo", "printf"),
)


def redact(text: str) -> str:
    """``text`` with every value that looks like a secret replaced by ``[redacted:kind]``; names stay readable."""
    lowered = text.lower()
    if not any(each in lowered for each in _HINTS):
        return text
    if "=" in text or ":" in text or "--" in text:
        text = _USERINFO.sub(r"\1[redacted:url]@", text)
        if _SUSPICIOUS.search(text):
            text = _OPTION.sub(_without_option_value, _ASSIGNMENT.sub(_without_value, text))
    if "chpasswd" in text:
        text = _CHANGED_PASSWORD.sub("[redacted:password]", text)
    for kind, shape in (*_SHAPES.items(), *_SUSPECTS.items()):
        text = shape.sub(f"[redacted:{kind}]", text)
    return cover_positions(text)


def redact_words(words: Sequence[str]) -> list[str]:
    """A command given word by word, with secrets replaced; divided at blanks where only the whole of it showed one."""
    covered = cover_words([redact(each) for each in words])
    whole = " ".join(covered)
    seen = redact(whole)
    return covered if seen == whole else seen.split(" ")


def credential_shapes(text: str) -> tuple[str, ...]:
    """The kinds of well-known credentials whose shape stands in ``text``, sorted; never the credential."""
    return tuple(sorted(kind for kind, shape in _SHAPES.items() if shape.search(text)))


def redact_option(name: str, value: str) -> str:
    """The value of option ``name``: replaced as a whole when the name says that it is a secret, else ``redact(value)``."""
    named = _SECRET_OPTION.search(name)
    return f"[redacted:{_kind(named[0].strip('-_.'))}]" if named and value else redact(value)


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
