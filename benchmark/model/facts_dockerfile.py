"""The facts of a build file (Dockerfile), each with the line that it was read from."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

DOCKERFILE_FACTS: Final = {
    "instructions": Fact(
        Type.RECORDS,
        "every instruction in order; values that look like secrets are redacted",
        fields={
            "line": Fact(Type.INT, "line on which it begins, counted from 1"),
            "Instruction": Fact(Type.STRING, "its word in capitals, e.g. RUN"),
            "Arguments": Fact(Type.STRING, "what follows the word, on one line, cut to 1024 characters"),
            "FromBase": Fact(Type.BOOL, "the ADD that unpacks the root filesystem of a stage built from scratch"),
        },
        derived=True,
    ),
    "stages": Fact(
        Type.RECORDS,
        "every FROM in order",
        fields={
            "line": Fact(Type.INT, "line on which it begins"),
            "Name": Fact(Type.STRING, "name given with AS, in small letters; empty without"),
            "Base": Fact(Type.STRING, "what it is built from, as it is written"),
        },
        derived=True,
    ),
    "bases": Fact(
        Type.RECORDS,
        "every image from outside that the build takes files from: FROM, COPY --from and RUN --mount=…,from=; neither"
        " scratch nor another stage",
        fields={
            "line": Fact(Type.INT, "line on which it is named"),
            "Instruction": Fact(Type.STRING, "FROM, COPY or RUN"),
            "Name": Fact(
                Type.STRING, "registry and repository in full, docker.io/library/nginx; as written when unknown"
            ),
            "Version": Fact(Type.STRING, "tag; empty when none is named or a variable in it has no value"),
            "Digest": Fact(Type.STRING, "digest; empty when none is named"),
            "Within": Fact(Type.STRINGS, "everything that Name lies in: ghcr.io, ghcr.io/team, ghcr.io/team/app"),
            "Anywhere": Fact(Type.STRINGS, "always *, which stands for every registry"),
        },
        derived=True,
    ),
    "unpinned_bases": Fact(
        Type.STRINGS,
        "those of them without a digest and without a version other than latest; a version from a variable without a value counts"
        " as none",
        derived=True,
    ),
    "user": Fact(
        Type.STRING, "USER of the last stage as it is written; absent when that is left to the base", derived=True
    ),
    "runs_as_root": Fact(
        Type.BOOL,
        "whether USER of the last stage is user id 0 (a name other than root is taken at its word); absent when that is left"
        " to a base from outside",
        derived=True,
    ),
    "health_check_defined": Fact(
        Type.BOOL, "whether the last stage has a HEALTHCHECK, and its last one is not NONE", derived=True
    ),
    "package_updates_alone": Fact(
        Type.STRINGS, "commands that update a package index in an instruction that installs nothing", derived=True
    ),
    "add_instructions": Fact(
        Type.STRINGS, "ADD instructions, without the one that unpacks a root filesystem onto scratch", derived=True
    ),
    "unverified_installs": Fact(
        Type.STRINGS, "commands that take packages or files without verifying their origin", derived=True
    ),
    "secret_names": Fact(Type.STRINGS, "names and shapes of secrets, and the line; never a value", derived=True),
}
