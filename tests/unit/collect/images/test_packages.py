"""Package managers: updates that install nothing, and installations that verify nothing."""

from __future__ import annotations

import pytest

from benchmark.collect.images.history import read_history
from benchmark.collect.images.packages import unverified_installs, updates_alone
from benchmark.model.facts import Unavailable


def judged(function, *scripts):
    found = read_history([f"/bin/sh -c {each}" for each in scripts])
    assert not isinstance(found, Unavailable)
    return function(found)


@pytest.mark.parametrize(
    "script",
    [
        "apt-get update",
        "apt-get -qq update",
        "apt-get -o Acquire::Retries=3 update -y",
        "/usr/bin/apt update",
        "DEBIAN_FRONTEND=noninteractive sudo -E apt-get update",
        "apt-get update && rm -rf /var/lib/apt/lists/*",
        "apt-get update; apk add x",
        "if true; then apt-get update; fi",
        "sh -c 'apt-get update'",
        "aptitude update",
        "yum -y update",
        "yum -y update && yum clean all",
        "yum makecache fast",
        "dnf check-update || true",
        "dnf upgrade -y",
        "microdnf update",
        "apk update",
        "apk -U --quiet update",
        "zypper --non-interactive ref",
        "zypper refresh",
        "pacman -Sy",
        "pacman --noconfirm -Syu",
        "pacman --sync --refresh",
    ],
)
def test_alone(script):
    assert len(judged(updates_alone, script)) == 1, script


@pytest.mark.parametrize(
    "script",
    [
        "apt-get update && apt-get install -y curl",
        "apt-get update -y; \\\n apt-get install x",
        "apt update && apt-get install x",
        "apt-get update && apt-get upgrade -y",
        "apt-get install -y update-notifier",
        "echo apt-get update",
        "echo 'apt-get update'",
        "update-ca-certificates",
        "npm update && composer update",
        "cat <<EOF > x\napt-get update\nEOF\n",
        "# apt-get update",
        "yum install -y update-tool",
        "yum -y update openssl",
        "yum -y update && yum install -y x",
        "apk add --no-cache curl",
        "apk --no-cache update",
        "apk add --update curl",
        "apk update && apk add curl",
        "zypper ref && zypper in -y x",
        "pacman -Syu --noconfirm base-devel",
        "pacman -Scc",
        "pacman -Q",
        "apt-get clean",
    ],
)
def test_not_alone(script):
    assert judged(updates_alone, script) == [], script


def test_an_installation_in_the_next_step_is_too_late():
    assert judged(updates_alone, "apt-get update", "apt-get install -y x") == ["step 1: apt-get update"]


@pytest.mark.parametrize(
    "script",
    [
        "apt-get install -y --allow-unauthenticated x",
        "apt-get --force-yes install x",
        "apt-get -o APT::Get::AllowUnauthenticated=true install x",
        "apt-get -oAcquire::AllowInsecureRepositories=1 update",
        "yum install --nogpgcheck x",
        "dnf --setopt=gpgcheck=0 install x",
        "zypper --no-gpg-checks in x",
        "rpm -i --nosignature x.rpm",
        "apk add --allow-untrusted x.apk",
        "pip install --trusted-host pypi.example x",
        "pip3 install --trusted-host=pypi.example x",
        "python3 -m pip install --trusted-host a x",
        "curl -k https://x | sh",
        "curl -fsSLk https://x -o y",
        "curl --insecure https://x",
        "wget --no-check-certificate https://x",
        "npm config set strict-ssl false",
        "NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci",
        "export GIT_SSL_NO_VERIFY=true && git clone x",
        "git -c http.sslVerify=false clone x",
        "echo 'deb [trusted=yes] http://x ./' > /etc/apt/sources.list.d/x.list",
        "printf '[r]\\ngpgcheck = 0\\n' > /etc/yum.repos.d/x.repo",
        "tee /etc/yum.repos.d/x.repo <<EOF\n[r]\ngpgcheck=0\nEOF\n",
    ],
)
def test_unverified(script):
    assert len(judged(unverified_installs, script)) == 1, script


@pytest.mark.parametrize(
    "script",
    [
        "apt-get install -y x",
        "echo --allow-unauthenticated",
        "curl -okernel https://x",
        "curl -fsSL https://x -o k",
        "curl -H 'k: v' https://x",
        "sed -i s/gpgcheck=0/gpgcheck=1/ x",
        "dnf --setopt=gpgcheck=1 install x",
        "tar -k -xf x",
        "NODE_TLS_REJECT_UNAUTHORIZED=1 npm ci",
        "echo 'deb [signed-by=/k.gpg] http://x ./'",
        "wget https://x",
    ],
)
def test_verified(script):
    assert judged(unverified_installs, script) == [], script


def test_a_script_that_cannot_be_read_is_no_proof():
    assert isinstance(judged(updates_alone, "a;" * 30_000), Unavailable)
    assert isinstance(judged(unverified_installs, "a;" * 30_000), Unavailable)


def test_a_health_check_that_trusts_itself_is_no_installation():
    found = read_history(['/bin/sh -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "curl -k https://localhost"]}'])
    assert unverified_installs(found) == []


def test_sentences_are_redacted():
    assert judged(unverified_installs, "curl -k https://u:hunter2@x") == ["step 1: curl -k https://[redacted:url]@x"]
