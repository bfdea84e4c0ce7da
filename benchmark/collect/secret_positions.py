"""Secrets that have no shape and no name, known by where they stand: ``curl -u me:hunter2``, ``X-Api-Key: hunter2``.

What is replaced here never decides a verdict: it only keeps the free text that is captured (histories, build files, health
checks) from carrying a value along. Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_COVERED: Final = "[redacted:password]"
_VALUE: Final = r"""(?!["']?(?:\$|\[redacted))(?:"(?:[^"\\]|\\.)*+"|'[^']*+'|[^\s"';&|,\]]++)"""
_WORDS: Final = r"(?:[^\s;&|]{1,256}[ \t]{1,16}){0,8}?"  # further words of the same command
# The option of these programs that takes a password as its value; the value may be glued to a short one.
_TAKES: Final = (
    (r"sshpass", r"-p[ \t]{0,8}"),
    (r"(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|mariadb-admin|mongo|mongosh|mongodump|mongorestore)", r"-p"),
    (r"(?:mongo|mongosh|mongodump|mongorestore)", r"-p[ \t]{1,8}"),
    (
        r"(?:docker|podman|buildah|skopeo|crane|oras|helm|nerdctl|az|oc|registry)[ \t][^;&|\n]{0,32}?login",
        r"-p[ \t=]{0,8}",
    ),
    (r"redis-cli", r"-a[ \t]{1,8}"),
    (r"(?:ldapsearch|ldapadd|ldapmodify|ldapdelete|ldappasswd)", r"-w[ \t]{0,8}"),
    (r"(?:useradd|usermod|7z|7za)", r"-p[ \t]{0,8}"),
    (r"(?:zip|unzip)", r"-P[ \t]{0,8}"),
)
_AFTER_OPTION: Final = tuple(
    re.compile(rf"(?P<head>(?<![\w.-]){program}(?![\w.-])[ \t]{{0,16}}{_WORDS}(?<![^\s]){option})(?P<value>{_VALUE})")
    for program, option in _TAKES
)
_HTPASSWD: Final = re.compile(
    r"(?P<head>(?<![\w.-])htpasswd[ \t]+-[A-Za-z]*b[A-Za-z]*(?:[ \t]+-[A-Za-z0-9]+){0,8}(?:[ \t]+[^\s;&|]{1,256}){2}[ \t]{1,8})"
    rf"(?P<value>{_VALUE})"
)
_HINTS: Final = re.compile(
    r"sshpass|mysql|mariadb|mongo|login|redis-cli|ldap|useradd|usermod|7z|zip|htpasswd", re.IGNORECASE
)
_USER: Final = re.compile(
    r"(?P<head>(?<![\w-])(?:-[A-Za-z]{0,8}u[ \t]{0,8}|-U[ \t]{0,8}|--(?:proxy-)?user(?:name)?[ \t=]{1,8})"
    r"[\"']?[^\s:%/\"'$]{1,256}[:%])"
    r"(?P<value>(?![0-9]{1,10}(?![^\s\"'])|\$|\[redacted)[^\s\"']{1,1024})"
)
# A header has a blank behind its colon, or stands where a header is given: arg-secret:latest is an image.
_HEADER: Final = re.compile(
    r"(?P<head>(?:(?<![\w-])(?:-H[ \t]{0,8}|--header[ \t=]{1,8})[\"']?[\w-]{0,40}?"
    r"(?:authorization|api-?key|token|secret|cookie|passwo?r?d)[ \t]{0,3}:[ \t]{0,3}"
    r"|(?<![\w-])[\w-]{0,40}?(?:authorization|api-?key|token|secret|cookie|passwo?r?d)[ \t]{0,3}:[ \t]{1,3})"
    r"(?:(?:bearer|basic|token|digest|key)[ \t]{1,3})?+)(?P<value>(?!\$|\[redacted|//)[^\s\"';,&|]{4,})",
    re.IGNORECASE,
)
_PIPED: Final = re.compile(
    r"(?P<head>(?<![\w-])(?:echo|printf)[ \t]{1,8}(?:-[en]{1,2}[ \t]{1,8})?)(?P<value>" + _VALUE + r")"
    r"(?=[ \t]{0,8}\|[^|;&\n]{0,256}(?:--password-stdin|--stdin|-passin|pass(?:wd|word)))"
)
_QUERY: Final = re.compile(
    r"(?P<head>[?&](?:key|sig|signature|auth|code|pwd|pass|x-[a-z-]{1,24}-signature)=)(?P<value>[^\s&\"'#]{4,})",
    re.IGNORECASE,
)
_PASS: Final = re.compile(
    r"(?P<head>(?<![\w-])-(?:pass|passin|passout|k)[ \t=]{1,8}[\"']?pass:)(?P<value>(?!\$)[^\s\"';&|]{1,256})"
)
_SET: Final = re.compile(
    r"(?P<head>(?<![\w-])set[ \t]{1,8}[^\s=]{0,200}(?:password|passwd|secret|token|_auth|api_?key|access_key)"
    r"[\w.-]{0,64}[ \t]{1,8})"
    rf"(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_LONE_USER: Final = re.compile(r"(?<=https:/)(/?)[^\s/@:\"'$\[]{16,256}(?=@)")
_TAKING_OPTION: Final = re.compile(
    r"-p|-P|-a|-w|--?(?:[\w-]{0,64}(?:password|passwd|passphrase|passcode|secret|token|api-?key|auth|pass))",
    re.IGNORECASE,
)
_USER_OPTION: Final = re.compile(r"-[A-Za-z]{0,8}u|-U|--(?:proxy-)?user(?:name)?")


def cover_positions(text: str) -> str:
    """``text`` with values covered that stand where a password stands; the names and words around them stay."""
    if ":" in text or "%" in text:
        text = _PASS.sub(_cover, _HEADER.sub(_cover, _USER.sub(_cover, text)))
        text = _LONE_USER.sub(r"\1[redacted:url]", text)
    if _HINTS.search(text):
        for each in (*_AFTER_OPTION, _HTPASSWD):
            text = each.sub(_cover, text)
    if "|" in text:
        text = _PIPED.sub(_cover, text)
    if "=" in text:
        text = _QUERY.sub(_cover, text)
    return _SET.sub(_cover, text) if "set" in text or "SET" in text else text


def cover_words(words: Sequence[str]) -> list[str]:
    """The same for a command that is given word by word: also what follows an option that takes a password."""
    covered: list[str] = []
    before = ""
    for each in words:
        word = each
        if _TAKING_OPTION.fullmatch(before) and each and not each.startswith(("-", "$", "[redacted")):
            word = _COVERED
        elif _USER_OPTION.fullmatch(before) and ":" in each and not each.startswith("$"):
            word = f"{each.partition(':')[0]}:{_COVERED}"
        covered.append(word)
        before = each
    return covered


def _cover(found: re.Match[str]) -> str:
    return found["head"] + _COVERED
