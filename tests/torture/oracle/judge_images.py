"""Section 4 of CIS Docker: images and build files. Each function is one recommendation, the same in every version."""

from __future__ import annotations

from collections.abc import Callable

from tests.torture.oracle.files_of import Verdicts
from tests.torture.oracle.host import Build, Host, Image, Step

_UPDATES = {
    "apt-get": ("update",),
    "apt": ("update",),
    "apk": ("update",),
    "yum": ("makecache", "update"),
    "dnf": ("makecache", "update"),
    "zypper": ("refresh",),
}
_INSTALLS = ("install", "add")
_UNVERIFIED = ("--allow-unauthenticated", "--nogpgcheck", "--allow-untrusted", "--trusted-host", "--no-gpg-checks")
_SECRET_WORDS = ("PASSWORD", "TOKEN", "SECRET", "PGPASSWORD")
_SAMPLE_KEY = "/etc/ssl/private/ssl-cert-snakeoil.key"  # protects nothing; approved as a preset


def _images(judge: Callable[[Host, Image], str]) -> Callable[[Host], Verdicts]:
    return lambda host: {each.id: judge(host, each) for each in host.images}


def _builds(judge: Callable[[Host, Build], str]) -> Callable[[Host], Verdicts]:
    return lambda host: {each.name: judge(host, each) for each in host.builds}


def is_root(user: str | None) -> bool:
    """The part before the colon is empty, root or a number that is 0."""
    name = (user or "").split(":")[0]
    return name in ("", "root") or (name.lstrip("+-").isdigit() and int(name) == 0)


image_runs_as_non_root = _images(lambda _, image: "fail" if is_root(image.user) else "pass")  # 4.1
dockerfile_user_not_root = _builds(lambda _, build: "fail" if is_root(build.user) else "pass")  # 4.1


def _repository(reference: str) -> str:
    """The full name without tag and digest: docker.io/library/nginx for nginx."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    name = head + slash + last.split(":")[0]
    first = name.partition("/")[0]
    if "/" not in name:
        return f"docker.io/library/{name}"
    return name if "." in first or ":" in first or first == "localhost" else f"docker.io/{name}"


def _is_approved(name: str, registries: list[str]) -> bool:
    return any(name == each or name.startswith(each + "/") for each in registries)


def _registry(host: Host, image: Image) -> str:
    """4.2: every name lies in what the site approves. Undecided (*), or an image without any name: a person."""
    names = [_repository(each) for each in [*image.tags, *image.digests]]
    if not names or host.policy.registries == ["*"]:
        return "notchecked"
    return "pass" if all(_is_approved(each, host.policy.registries) for each in names) else "fail"


def _base(host: Host, build: Build) -> str:
    """4.2 for build files."""
    if host.policy.registries == ["*"]:
        return "notchecked"
    return "pass" if _is_approved(_repository(build.base), host.policy.registries) else "fail"


def _pinned(_: Host, build: Build) -> str:
    """4.2: the base is named by digest, or by a tag other than latest."""
    if "@sha256:" in build.base:
        return "pass"
    tag = build.base.rpartition("/")[2].partition(":")[2]
    return "pass" if tag not in ("", "latest") else "fail"


image_registry_approved = _images(_registry)
dockerfile_bases_approved = _builds(_base)
dockerfile_bases_pinned = _builds(_pinned)


def image_packages_needed(host: Host) -> Verdicts:
    """4.3: a person says."""
    return {each.id: "notchecked" for each in host.images}


def _vulnerable(_: Host, image: Image) -> str:
    """4.4: a scanner's report without critical or high findings; without a report a person."""
    if image.scan is None:
        return "notchecked"
    return "fail" if {"CRITICAL", "HIGH"} & set(image.scan) else "pass"


image_vulnerabilities_acceptable = _images(_vulnerable)


def content_trust_enforced(_: Host) -> Verdicts:
    """4.5: a setting of clients, which no host shows: a person says."""
    return {"": "notchecked"}


def _checks(_: Host, image: Image) -> str:
    """4.6: a probe that is not NONE."""
    test = image.health or []
    return "pass" if len(test) > 1 and test[0] in ("CMD", "CMD-SHELL") else "fail"


image_has_health_check = _images(_checks)
dockerfile_has_health_check = _builds(lambda _, build: "pass" if build.health not in (None, "NONE") else "fail")


def _updates_alone(step: Step) -> bool:
    """An index is updated, and nothing is installed from it in the same instruction."""
    updated, installed = set(), set()
    for command in step.commands:
        program, words = command[0].rpartition("/")[2], command[1:]
        verb = next((each for each in words if not each.startswith("-")), "")
        if verb in _UPDATES.get(program, ()):
            updated.add(program)
        if program in _UPDATES and verb in _INSTALLS:
            installed.add(program)
    return bool(updated - installed)


def _no_lone_update(_: Host, made: Image | Build) -> str:
    """4.7."""
    return "fail" if any(_updates_alone(each) for each in made.steps) else "pass"


image_package_updates_not_alone = _images(_no_lone_update)
dockerfile_package_updates_not_alone = _builds(_no_lone_update)


def _setuid(host: Host, image: Image) -> str:
    """4.8: no setuid files beyond the approved ones, of which there are none; a person where content was not read."""
    if not host.deep:
        return "notchecked"
    return "fail" if image.setuid else "pass"


image_setuid_files_approved = _images(_setuid)


def _copies(_: Host, made: Image | Build) -> str:
    """4.9: no ADD, but for the base's own root file system."""
    return "fail" if any(each.word == "ADD" and not each.base for each in made.steps) else "pass"


image_uses_copy = _images(_copies)
dockerfile_uses_copy = _builds(_copies)


def _is_secret(assignment: str) -> bool:
    """A value under the name of a secret; not the path of a file that holds one."""
    name, _, value = assignment.partition("=")
    words = name.split("_")
    named = words[-1] in _SECRET_WORDS or words[-2:] == ["ACCESS", "KEY"]
    return bool(value) and named


def _secrets(_: Host, made: Image | Build) -> str:
    """4.10."""
    said = [each.text for each in made.steps if each.word == "ENV"] + (made.env if isinstance(made, Image) else [])
    return "fail" if any(map(_is_secret, said)) else "pass"


def _keys(host: Host, image: Image) -> str:
    """4.10: no private keys inside; a person where content was not read."""
    if not host.deep:
        return "notchecked"
    return "fail" if set(image.keys) - {_SAMPLE_KEY} else "pass"


image_holds_no_secrets = _images(_secrets)
dockerfile_holds_no_secrets = _builds(_secrets)
image_no_private_keys = _images(_keys)


def _verified(_: Host, made: Image | Build) -> str:
    """4.11: nothing switches verification off; whether all was verified, a person says."""
    words = [word.partition("=")[0] for each in made.steps for command in each.commands for word in command]
    return "fail" if set(words) & set(_UNVERIFIED) else "notchecked"


image_packages_verified = _images(_verified)
dockerfile_packages_verified = _builds(_verified)


def image_signatures_verified(host: Host) -> Verdicts:
    """4.12: a person says."""
    return {each.id: "notchecked" for each in host.images}
