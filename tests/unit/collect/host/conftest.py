"""A target of real files, and a child process that is nobody."""

import os
import pickle

import pytest

NOBODY = 65534


@pytest.fixture
def target(tmp_path):
    """An empty directory that everybody may enter, to be used as a host root."""
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    place = tmp_path / "host"
    place.mkdir(mode=0o755)
    return place


@pytest.fixture
def write(target):
    """Writes a file below the target, with its parents."""

    def write_file(path, content=b"", mode=0o644):
        place = target / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        place.chmod(mode)
        return place

    return write_file


@pytest.fixture
def as_nobody():
    """Calls a function in a child process that has no rights, and returns what it returned."""
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody")

    def call(function):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
                os.write(writer, pickle.dumps(function()))
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as answer:
            data = answer.read()
        os.waitpid(child, 0)
        assert data, "the child raised"
        return pickle.loads(data)  # noqa: S301  (our own child's)

    return call
