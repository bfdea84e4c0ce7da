"""Secrets are replaced visibly, everything else stays."""

from __future__ import annotations

import time

import pytest

from benchmark.collect.redaction import redact, redact_option, redact_words

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
        ("curl https://me:p@ss@host/x", "curl https://[redacted:url]@host/x"),
        ("/data/https:/me:pw@host/x", "/data/https:/[redacted:url]@host/x"),
        ("git clone https://0123456789abcdef0123@host/x", "git clone https://[redacted:url]@host/x"),
        ("curl -u me:hunter2 https://x", "curl -u me:[redacted:password] https://x"),
        ("curl -sSfu me:hunter2 https://x", "curl -sSfu me:[redacted:password] https://x"),
        ("curl --user='me:hunter2' x", "curl --user='me:[redacted:password]' x"),
        ("curl -H 'X-Api-Key: hunter2' x", "curl -H 'X-Api-Key: [redacted:password]' x"),
        ("curl -H 'Authorization: token hunter2' x", "curl -H 'Authorization: token [redacted:password]' x"),
        ("mysql -uroot -phunter2 -e x", "mysql -uroot -p[redacted:password] -e x"),
        ("sshpass -p hunter2 ssh x", "sshpass -p [redacted:password] ssh x"),
        ("docker login -u me -p hunter2 x", "docker login -u me -p [redacted:password] x"),
        ("echo hunter2 | docker login --password-stdin", "echo [redacted:password] | docker login --password-stdin"),
        ("htpasswd -bc /x alice hunter2", "htpasswd -bc /x alice [redacted:password]"),
        (
            "aws configure set aws_secret_access_key hunter2",
            "aws configure set aws_secret_access_key [redacted:password]",
        ),
        ("openssl rsa -passin pass:hunter2", "openssl rsa -passin pass:[redacted:password]"),
        ("wget 'https://x/?a=1&key=hunter2'", "wget 'https://x/?a=1&key=[redacted:password]'"),
        ("key sk-0123456789abcdef0123456789abcdef01", "key [redacted:api_key]"),
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
        "curl -u $USER:$PASS https://x",
        "docker run -u 1000:1000 image",
        "chown -R root:root /x && id -u app",
        "mkdir -p /var/lib/mysql && cp -p a b",
        "mysql -p -e x",
        "git clone ssh://git@github.com/x && git clone https://git@host/x",
        "token: $TOKEN",
        "set -ex; apt-get install -y zip unzip",
        "echo done | tee /x",
    ],
)
def test_harmless(text: str) -> None:
    assert redact(text) == text


def test_a_command_given_word_by_word() -> None:
    assert redact_words(["CMD", "curl", "-u", "me:hunter2", "x"]) == [
        "CMD",
        "curl",
        "-u",
        "me:[redacted:password]",
        "x",
    ]
    assert redact_words(["CMD", "tool", "--password", "hunter2"]) == [
        "CMD",
        "tool",
        "--password",
        "[redacted:password]",
    ]
    assert redact_words(["CMD", "mysql", "-phunter2"]) == ["CMD", "mysql", "-p[redacted:password]"]
    assert redact_words(["NONE"]) == ["NONE"]
    assert redact_words(["CMD-SHELL", "test -p /x || exit 1"]) == ["CMD-SHELL", "test -p /x || exit 1"]


def test_options_are_judged_by_their_name() -> None:
    assert redact_option("splunk-token", "abc") == "[redacted:token]"
    assert redact_option("splunk-token", "") == ""
    assert redact_option("max-size", "10m") == "10m"
    assert redact_option("splunk-url", "https://a:b@c") == "https://[redacted:url]@c"


@pytest.mark.parametrize(
    "piece",
    [
        "password",
        "a.",
        "--",
        "eyJ",
        "://a:",
        "-----BEGIN PRIVATE KEY-----",
        'secret="\\',
        "--a-token",
        "gh",
        "mysql -u",
        "sshpass ",
        "docker login ",
        "-u a:",
        "token: ",
        "echo a |",
        "?key=",
        "set a_token",
        "pass:",
        "htpasswd -b a ",
    ],
)
def test_time_is_linear(piece: str) -> None:
    started = time.process_time()
    redact("= : -- " + piece * (320_000 // len(piece)))
    assert time.process_time() - started < 2


def test_the_name_of_an_image_is_no_header_and_its_tag_no_password():
    for name in (
        "env-secret:latest",
        "registry.example/team/vault-token:1.10.3",
        "pass:latest",
        "image my-password:v2.0",
    ):
        assert redact(name) == name
