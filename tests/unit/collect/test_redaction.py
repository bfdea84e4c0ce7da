"""Secrets are replaced visibly, everything else stays."""

from __future__ import annotations

import time

import pytest

from benchmark.collect.redaction import redact, redact_option

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV DB_PASSWORD=hunter2 MODE=fast", "ENV DB_PASSWORD=[redacted:password] MODE=fast"),
        ("|1 API_KEY=abc /bin/sh -c make", "|1 API_KEY=[redacted:api_key] /bin/sh -c make"),
        ("--build-arg TOKEN_X='a b' .", "--build-arg TOKEN_X=[redacted:token] ."),
        ('export secret="a \\" b"; run', "export secret=[redacted:secret]; run"),
        ("Private-Key=x&y", "Private-Key=[redacted:private_key]&y"),
        (
            "apikey=1 passwd=2 credentials=3",
            "apikey=[redacted:api_key] passwd=[redacted:password] credentials=[redacted:credential]",
        ),
        ('{"password": "x", "user": "y"}', '{"password": [redacted:password], "user": "y"}'),
        ("mysql --password hunter2 --user me", "mysql --password [redacted:password] --user me"),
        ("curl https://me:pw@host/x", "curl https://[redacted:url]@host/x"),
        ("aws AKIAIOSFODNN7EXAMPLE!", "aws [redacted:aws_key]!"),
        ("git ghp_0123456789abcdefghij0123456789abcdef", "git [redacted:github_token]"),
        (f"jwt {JWT} end", "jwt [redacted:jwt] end"),
        ("Authorization: Bearer abcdefghijkl", "Authorization: Bearer [redacted:bearer]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx", "[redacted:private_key]\nx"),
        ("join SWMTKN-1-49nj1cmql0-8vxv8", "join [redacted:swarm_token]"),
    ],
)
def test_secrets(text: str, expected: str) -> None:
    assert redact(text) == expected
    assert redact(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/bin/sh -c #(nop) ADD file:abc in / ",
        "ENV PASSWORD=$PASSWORD",
        'run --token "${TOKEN}"',
        "RUN --mount=type=secret,id=aws make",
        "EXPOSE 80/tcp 443:443",
        "apt-get update && apt-get install -y passwd",
        "http://host:80/path@x",
        "COPY --chown=1:1 token.txt /x",
    ],
)
def test_harmless(text: str) -> None:
    assert redact(text) == text


def test_options_are_judged_by_their_name() -> None:
    assert redact_option("splunk-token", "abc") == "[redacted:token]"
    assert redact_option("splunk-token", "") == ""
    assert redact_option("max-size", "10m") == "10m"
    assert redact_option("splunk-url", "https://a:b@c") == "https://[redacted:url]@c"


@pytest.mark.parametrize(
    "piece", ["password", "a.", "--", "eyJ", "://a:", "-----BEGIN PRIVATE KEY-----", 'secret="\\', "--a-token", "gh"]
)
def test_time_is_linear(piece: str) -> None:
    started = time.perf_counter()
    redact("= : -- " + piece * 40_000)
    assert time.perf_counter() - started < 2
