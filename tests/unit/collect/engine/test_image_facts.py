"""The facts of an image, from replies as engines write them."""

from __future__ import annotations

import time

import pytest

from benchmark.collect.engine.client import Reply
from benchmark.collect.engine.image_facts import image_facts, image_notes, with_accounts
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable
from benchmark.model.facts_image import IMAGE_FACTS

DAY = 86_400
LAYERS = {"RootFS": {"Layers": ["sha256:1"]}}


def read(config=None, history=(), **document):
    entries = [
        {"CreatedBy": each, "Size": 1, "Created": 1_700_000_000} if isinstance(each, str) else each for each in history
    ]
    made = {
        "Id": "sha256:1",
        "Os": "linux",
        "RepoTags": [],
        "RepoDigests": [],
        "Created": "2024-01-02T03:04:05.6Z",
        **LAYERS,
        **document,
    }
    if config is not None:
        made["Config"] = config
    found = image_facts(made, Reply("/images/x/history", entries, None))
    assert found.keys() == IMAGE_FACTS.keys()
    for name, value in found.items():
        if value is not ABSENT and not isinstance(value, Unavailable):
            assert conform(IMAGE_FACTS[name], name, value) == value
    return found


def reason(value):
    return value.reason if isinstance(value, Unavailable) else None


@pytest.mark.parametrize(
    ("config", "root"),
    [
        ({"User": ""}, True),
        ({"User": "0:0"}, True),
        ({"User": "00"}, True),
        ({"User": "app"}, False),
        ({"User": "1000"}, False),
        ({}, True),
        (None, True),
    ],
)
def test_the_user(config, root):
    assert read(config)["runs_as_root"] is root


def test_users_that_nobody_can_tell():
    assert reason(read({"User": 5})["runs_as_root"]) is Reason.WRONG_TYPE
    assert reason(read("x")["runs_as_root"]) is Reason.WRONG_TYPE
    assert reason(read({"User": ""}, Os="windows")["runs_as_root"]) is Reason.UNKNOWN_VALUE
    assert read({"User": "ContainerUser"}, Os="windows")["runs_as_root"] is False


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"Healthcheck": {"Test": ["CMD-SHELL", "true"]}}, True),
        ({"Healthcheck": {"Test": ["CMD", "true", "NONE"]}}, True),
        ({"Healthcheck": {"Test": ["NONE"]}}, False),
        ({"Healthcheck": {"Test": ["NONE", "CMD"]}}, False),
        ({"Healthcheck": {"Test": [""]}}, False),
        ({"Healthcheck": {"Test": []}}, False),
        ({"Healthcheck": {"Test": None}}, False),
        ({"Healthcheck": {"Interval": 5}}, False),
        ({"Healthcheck": None}, False),
        ({}, False),
    ],
)
def test_the_health_check(config, expected):
    assert read(config)["health_check_defined"] is expected


def test_the_health_check_of_a_wrong_type():
    assert reason(read({"Healthcheck": {"Test": "CMD"}})["health_check_defined"]) is Reason.WRONG_TYPE


def test_the_history_comes_newest_first_and_is_read_oldest_first():
    found = read(
        {}, ["CMD", "RUN /bin/sh -c apt-get update # buildkit", "/bin/sh -c #(nop) ADD file:0123456789ab in / "]
    )
    assert [(each["Layer"], each["Instruction"], each["FromBase"]) for each in found["instructions"]] == [
        (1, "ADD", True),
        (2, "RUN", False),
        (3, "CMD", False),
    ]
    assert found["add_instructions"] == []
    assert found["package_updates_alone"] == ["step 2: apt-get update"]


@pytest.mark.parametrize(
    "text",
    [
        "ENV DB_PASSWORD=hunter2",
        "/bin/sh -c #(nop)  ENV MYSQL_PWD=hunter2 hunter2",
        "ENV A=b MYSQL_PWD=hunter2 hunter2 C=d",
        "LABEL a=b db-pass=hunter2",
        "ARG NPM_TOKEN=hunter2",
        "RUN |2 A=1 MYSQL_PWD=hunter2 hunter2 /bin/sh -c make # buildkit",
        "|1 MYSQL_PWD=hunter2 /bin/sh -c make",
        "/bin/sh -c MYSQL_PWD=hunter2 mysql",
        "/bin/sh -c tool --db-pass hunter2",
        "/bin/sh -c tool --client-secret=hunter2",
        "/bin/sh -c echo root:hunter2 | chpasswd",
        "/bin/sh -c curl https://me:hunter2@x",
        '/bin/sh -c #(nop)  CMD ["tool" "--password=hunter2"]',
        '/bin/sh -c #(nop)  CMD ["tool" "--db-pass" "hunter2"]',
        'ENTRYPOINT ["tool","--db-pass","hunter2"]',
        "/bin/sh -c PASSWORD=hunter2 apt-get update",
        "/bin/sh -c export MYSQL_PWD='hunter2 hunter2' && curl -k https://x?PASSWORD=hunter2",
    ],
)
def test_no_value_of_a_secret_is_kept(text):
    found = read(
        {"Env": ["DB_PASSWORD=hunter2"], "Labels": {"token": "hunter2"}, "Cmd": ["x", "--password", "hunter2"]}, [text]
    )
    assert "hunter2" not in str(found)
    assert found["secret_names"]


def test_secrets_without_an_instruction():
    found = read(
        {"Env": ["API_KEY=x1", "PATH=/bin"], "Labels": {"token": "x2"}, "Cmd": ["git", "clone", "https://a:x3@b"]}, [""]
    )
    assert found["secret_names"] == [
        "variable API_KEY in the environment",
        "label token",
        "shape: password in a URL in Config.Cmd",
    ]
    assert read({"Env": None, "Labels": None}, [""])["secret_names"] == []
    assert reason(read({"Env": "x"}, [""])["secret_names"]) is Reason.WRONG_TYPE
    assert reason(read({"Labels": {"a": 1}}, [""])["secret_names"]) is Reason.WRONG_TYPE


def test_what_the_history_does_not_tell_is_no_pass():
    derived = ("instructions", "package_updates_alone", "add_instructions", "unverified_installs", "secret_names")
    assert {reason(read({}, [])[name]) for name in derived} == {Reason.INCOMPLETE}
    assert read({}, [], RootFS={"Layers": []})["add_instructions"] == []
    for value, why in (
        (Unavailable(Reason.TIMEOUT, "x"), Reason.TIMEOUT),
        ({}, Reason.WRONG_TYPE),
        ([5], Reason.WRONG_TYPE),
        ([{"CreatedBy": 5}], Reason.WRONG_TYPE),
        ([{"CreatedBy": "a" * 5_000_000}], Reason.OVERSIZE),
    ):
        found = image_facts({"Id": "x", **LAYERS}, Reply("/x", value, None))
        assert {reason(found[name]) for name in derived} == {why}


def test_registries():
    found = read({}, RepoTags=["nginx:1", "<none>:<none>"], RepoDigests=["ghcr.io/a/b@sha256:" + "0" * 64])[
        "registries"
    ]
    assert [each["Name"] for each in found] == ["docker.io/library/nginx", "ghcr.io/a/b"]
    assert read({}, RepoTags=None, RepoDigests=None)["registries"] == []
    assert reason(read({}, RepoTags="x")["registries"]) is Reason.WRONG_TYPE
    assert (
        reason(image_facts({"Id": "x", "RepoDigests": []}, Reply("/x", [], None))["registries"]) is Reason.UNSUPPORTED
    )


def test_ages():
    now = time.time()

    def written(seconds):
        return time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", time.gmtime(seconds))

    assert read(Created=written(now))["age_days"] == 0
    assert read(Created=written(now - 90 * DAY))["age_days"] in (90, 91)
    for odd in (
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1980-01-01T00:00:01Z",
        written(now + 30 * DAY),
        "yesterday",
        "",
    ):
        assert reason(read(Created=odd)["age_days"]) is Reason.UNKNOWN_VALUE, odd
    old, new = int(now) - 400 * DAY, int(now) - 3 * DAY
    layers = [
        {"CreatedBy": "RUN x", "Size": 5, "Created": new},
        {"CreatedBy": "ADD x", "Size": 7, "Created": old},
        {"CreatedBy": "ARG x", "Size": 0, "Created": 5},
    ]
    assert read({}, layers)["base_age_days"] == 400
    assert read({}, layers[2:])["base_age_days"] is ABSENT
    assert reason(read({}, [{**layers[0], "Created": 0}])["base_age_days"]) is Reason.UNKNOWN_VALUE


def image(user, **more):
    facts = read({"User": user})
    return Subject("image", "x", "sha256:1", {**facts, **more}, Source("GET /x"), notes=image_notes(facts))


@pytest.mark.parametrize(
    ("user", "ids", "root"),
    [
        ("app", {"app": "0"}, True),
        ("app:app", {"app": "1000"}, False),
        ("app", {}, False),
        ("1000", {"1000": "0"}, True),
        ("0", {"app": "5"}, True),
        ("", {"app": "5"}, True),
        ("app", ABSENT, False),
        ("app", Unavailable(Reason.TRUNCATED), Reason.TRUNCATED),
        ("1000", Unavailable(Reason.TRUNCATED), False),
        ("root", Unavailable(Reason.TRUNCATED), True),
        ("app", Unavailable(Reason.NOT_COLLECTED), False),
    ],
)
def test_names_are_looked_up_where_the_content_was_read(user, ids, root):
    found = with_accounts(image(user, **{"content.user_ids": ids})).facts["runs_as_root"]
    assert (reason(found) or found) == root


def test_the_verdict_says_what_it_rests_on():
    assert image("app").notes == {"runs_as_root": "the image names the user app, taken at its word"}
    assert image("5").notes == {"runs_as_root": "the image names the user 5"}
    assert image("").notes == {"runs_as_root": "the image names no user"}
    found = with_accounts(image("app", **{"content.user_ids": {"app": "0"}}))
    assert found.notes == {"runs_as_root": "its /etc/passwd gives app the number 0"}
    assert with_accounts(image("app")) == image("app")  # not asked to go deep


def test_what_the_engine_leaves_out_holds_no_proof():
    unsaid = read(None, [{"Size": 1}, {"CreatedBy": "RUN true"}])
    assert reason(unsaid["add_instructions"]) is Reason.UNSUPPORTED
    assert reason(read(None, [""])["secret_names"]) is Reason.UNSUPPORTED
    assert reason(read(None, [""], Config=None)["secret_names"]) is Reason.UNSUPPORTED
