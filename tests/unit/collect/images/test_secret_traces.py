"""Names and shapes of secrets: seen, placed, and never repeated."""

from __future__ import annotations

import pytest

from benchmark.collect.images.history import read_history
from benchmark.collect.images.secret_traces import is_secret_name, secret_findings

AWS = "AKIA" + "ABCDEFGHIJKLMNOP"
GITHUB = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0" + ".abc-_def"
PEM = "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "PASSWORD",
        "PGPASSWORD",
        "MYSQL_PWD",
        "DB_PASS",
        "API_KEY",
        "apiKey",
        "APIKEY",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "NPM_TOKEN",
        "githubToken",
        "CLIENT_SECRET",
        "PRIVATE_KEY",
        "SECRET_KEY_BASE",
        "ssh-key",
        "PASSPHRASE",
        "GOOGLE_CREDENTIALS",
        "SIGNING_KEY",
        "PASSWORD_HASH",
        "VAULT_SECRET_ID",
        "DB_PASSWORD2",
        "TOKEN_1",
    ],
)
def test_secret_names(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "PWD",
        "OLDPWD",
        "GPG_KEY",
        "KEY",
        "DB_PASSWORD_FILE",
        "TOKEN_URL",
        "TOKENIZERS_PARALLELISM",
        "SECRET_NAME",
        "BYPASS",
        "COMPASS",
        "PASSENGER_VERSION",
        "KEYBOARD",
        "PASSWORD_MIN_LENGTH",
        "TOKEN_TTL",
        "PASSWORD_FILE2",
        "TOKENIZER2",
        "",
        "_",
        "PUBLIC_KEY",
    ],
)
def test_other_names(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/bin/sh -c #(nop)  ENV DB_PASSWORD=hunter2", "variable DB_PASSWORD in step 1"),
        ("ENV A=b DB_PASSWORD=hunter2", "variable DB_PASSWORD in step 1"),
        ("ARG NPM_TOKEN", "build argument NPM_TOKEN in step 1"),
        ("/bin/sh -c #(nop)  ARG NPM_TOKEN=hunter2", "build argument NPM_TOKEN in step 1"),
        ("RUN |1 NPM_TOKEN=hunter2 /bin/sh -c npm ci # buildkit", "build argument NPM_TOKEN in step 1"),
        ("LABEL com.example.api-key=hunter2", "label com.example.api-key in step 1"),
        ("/bin/sh -c API_KEY=hunter2 make", "variable API_KEY in step 1"),
        ("/bin/sh -c export API_KEY='hunter2'; make", "variable API_KEY in step 1"),
        ("/bin/sh -c tool --password hunter2", "option --password in step 1"),
        ("/bin/sh -c tool --api-key=hunter2", "option --api-key in step 1"),
        ("/bin/sh -c echo root:hunter2 | chpasswd", "password piped to chpasswd in step 1"),
        ('/bin/sh -c #(nop)  CMD ["tool" "--password=hunter2"]', "option --password in step 1"),
        (f"/bin/sh -c aws configure set x {AWS}", "shape: aws key in step 1"),
        (f"/bin/sh -c git clone x {GITHUB}", "shape: github token in step 1"),
        (f"/bin/sh -c echo '{PEM}' > k", "shape: private key in step 1"),
        (f"ENV X={JWT}", "shape: jwt in step 1"),
        ("/bin/sh -c git clone https://me:hunter2@example.com/x", "shape: password in a URL in step 1"),
        ("/bin/sh -c curl -H 'Authorization: Bearer hunter2hunter2' x", "shape: authorization header in step 1"),
    ],
)
def test_seen(text, expected):
    found = secret_findings(read_history([text]))
    assert found == [expected]
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "ENV DB_PASSWORD=",
        "ENV ALLOW_EMPTY_PASSWORD=yes",
        "ENV DB_PASSWORD_FILE=/run/secrets/db",
        "ENV GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568",
        "/bin/sh -c TOKEN=$(cat /run/secrets/token) npm ci",
        "/bin/sh -c TOKEN=$NPM_TOKEN npm ci",
        "/bin/sh -c adduser --disabled-password me",
        "/bin/sh -c docker login --password-stdin x",
        "/bin/sh -c tool --password $PASSWORD",
        "/bin/sh -c tool --password --verbose",
        '/bin/sh -c echo "root:$PASSWORD" | chpasswd',
        "/bin/sh -c git clone https://me:$TOKEN@example.com/x",
        "/bin/sh -c git clone https://example.com/x",
        "/bin/sh -c echo the password is not here",
        "LABEL description=Basic authentication and Bearer documentation",
        "COPY secret.txt /run # buildkit",
        "/bin/sh -c pip install tokenizers==1.0",
    ],
)
def test_nothing_to_see(text):
    assert secret_findings(read_history([text])) == []


def test_environment_and_labels_without_an_instruction():
    found = secret_findings(
        (),
        ["DB_PASSWORD=hunter2", "PATH=/bin", f"X={AWS}"],
        [("token", "hunter2"), ("a", "b")],
        [(GITHUB, "Config.Cmd")],
    )
    assert found == [
        "variable DB_PASSWORD in the environment",
        "shape: aws key in the environment",
        "label token",
        "shape: github token in Config.Cmd",
    ]


def test_a_variable_is_told_once():
    history = read_history(["ENV DB_PASSWORD=hunter2"])
    assert secret_findings(history, ["DB_PASSWORD=hunter2"]) == ["variable DB_PASSWORD in step 1"]


def test_a_secret_as_a_name_is_redacted():
    assert AWS not in str(secret_findings((), [f"{AWS}_TOKEN=x", f"TOKEN_{GITHUB}_SECRET=x"]))
