"""The facts of an image, as its inspection and its history show them, under Docker's own names."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

_NIL_LIST: Final[list[object]] = []

IMAGE_FACTS: Final = {
    "Id": Fact(Type.STRING, "image id"),
    "RepoTags": Fact(Type.STRINGS, "tags", null_is=_NIL_LIST),
    "RepoDigests": Fact(Type.STRINGS, "digests", null_is=_NIL_LIST),
    "Created": Fact(Type.STRING, "when it was built, RFC 3339"),
    "Architecture": Fact(Type.STRING, "CPU architecture"),
    "Os": Fact(Type.STRING, "operating system"),
    "Size": Fact(Type.INT, "bytes"),
    "Config.User": Fact(Type.STRING, "user[:group]; empty is root"),
    "Config.Healthcheck.Test": Fact(
        Type.STRINGS, "health check command; first word NONE switches it off", null_is=_NIL_LIST
    ),
    "environment_names": Fact(Type.STRINGS, "names of environment variables; values are never collected", derived=True),
    "history": Fact(
        Type.RECORDS,
        "layers, newest first, commands untruncated with values that look like secrets redacted",
        fields={
            "CreatedBy": Fact(Type.STRING, "instruction that made the layer"),
            "Size": Fact(Type.INT, "bytes"),
            "Created": Fact(Type.INT, "seconds since 1970"),
        },
    ),
    "instructions": Fact(
        Type.RECORDS,
        "the instructions that the history tells of, oldest first; values that look like secrets are redacted",
        fields={
            "Layer": Fact(Type.INT, "step of the history, the oldest is 1"),
            "Instruction": Fact(
                Type.STRING, "its word in capitals, e.g. RUN; UNKNOWN where no builder we know writes such a text"
            ),
            "Arguments": Fact(Type.STRING, "what follows the word, on one line, cut to 1024 characters"),
            "FromBase": Fact(Type.BOOL, "the ADD that unpacks the root filesystem which the image begins with"),
        },
        derived=True,
    ),
    "runs_as_root": Fact(
        Type.BOOL,
        "whether the user part of Config.User is user id 0: empty, root, 0, 00, +0; any other name is resolved through the"
        " image's own /etc/passwd where that was read (--deep), and taken at its word otherwise",
        derived=True,
    ),
    "health_check_defined": Fact(
        Type.BOOL, "whether Config.Healthcheck has a command that the engine would run", derived=True
    ),
    "package_updates_alone": Fact(
        Type.STRINGS, "commands that update a package index in an instruction that installs nothing", derived=True
    ),
    "add_instructions": Fact(
        Type.STRINGS, "ADD instructions, without the one that unpacks the root filesystem of the base", derived=True
    ),
    "unverified_installs": Fact(
        Type.STRINGS, "commands that take packages or files without verifying their origin", derived=True
    ),
    "secret_names": Fact(
        Type.STRINGS,
        "names and shapes of secrets in history, environment, labels and start commands, and where; never a value",
        derived=True,
    ),
    "registries": Fact(
        Type.RECORDS,
        "the repositories that RepoTags and RepoDigests name; empty for an image without a name",
        fields={
            "Name": Fact(Type.STRING, "registry and repository in full, docker.io/library/nginx"),
            "Within": Fact(Type.STRINGS, "everything that Name lies in: ghcr.io, ghcr.io/team, ghcr.io/team/app"),
            "Anywhere": Fact(Type.STRINGS, "always *, which stands for every registry"),
        },
        derived=True,
    ),
    "age_days": Fact(
        Type.INT,
        "days since Created; not known where a builder left the date out or set one before Docker existed",
        derived=True,
    ),
    "base_age_days": Fact(
        Type.INT,
        "days since the oldest step of the history that has content was made: the root filesystem of the base. Later steps of the"
        " base cannot be told from the image's own, so the base may be younger. Absent where no step has content",
        derived=True,
    ),
}
