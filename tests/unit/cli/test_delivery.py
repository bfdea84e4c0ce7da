"""Documents that are handed to a webhook or a program."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmark.cli.delivery import hand_to_program, post_document
from benchmark.cli.exit_code import ExitCode, Refusal


@pytest.fixture
def server():
    """A webhook on loopback: ``received`` holds what came, ``answer`` is what it answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(
                (self.path, self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"])))
            )
            self.send_response(found.answer)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    received = []
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.received, found.answer = received, 204
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def address(server, path="/hook?token=s3cr3t"):
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def test_a_document_is_posted_as_json(server):
    post_document(address(server), b'{"a": 1}', 10)
    assert server.received == [("/hook?token=s3cr3t", "application/json", b'{"a": 1}')]


@pytest.mark.parametrize("answer", [400, 404, 500, 301, 307])
def test_what_is_not_taken_is_told_without_the_token_and_goes_nowhere_else(server, answer):
    server.answer = answer
    with pytest.raises(Refusal, match=f"answered {answer}") as refused:
        post_document(address(server), b"{}", 10)
    assert refused.value.code is ExitCode.UNREACHABLE
    assert "s3cr3t" not in str(refused.value)
    assert [path for path, *_ in server.received] == ["/hook?token=s3cr3t"]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://host/x", "hook", "", "http://", "https://host:port/s3cr3t", "http://[::1/s3cr3t"],
)
def test_what_is_no_webhook_is_refused_without_being_repeated(url):
    with pytest.raises(Refusal) as refused:
        post_document(url, b"{}", 10)
    assert "s3cr3t" not in str(refused.value)


def test_nobody_there_is_told():
    with pytest.raises(Refusal, match="could not be reached: ConnectionRefusedError"):
        post_document("http://127.0.0.1:9/s3cr3t", b"{}", 10)


def test_a_webhook_that_never_answers_is_given_up():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Refusal, match="could not be reached"):
        post_document(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"{}", 0.5)


def test_a_program_gets_the_document_on_its_input(tmp_path):
    target = tmp_path / "got"
    hand_to_program(
        (sys.executable, "-c", f"import sys; open({str(target)!r}, 'wb').write(sys.stdin.buffer.read())"), b"{}\n", 20
    )
    assert target.read_bytes() == b"{}\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((sys.executable, "-c", "raise SystemExit(3)"), "left with 3"),
        (("/no/such/program",), "No such file"),
        ((sys.executable, "-c", "import time; time.sleep(60)"), "did not end within"),
        (("a\0b",), "cannot run"),
    ],
)
def test_a_program_that_does_not_take_it_is_told(argv, message):
    with pytest.raises(Refusal, match=message) as refused:
        hand_to_program(argv, b"{}", 0.5)
    assert refused.value.code is ExitCode.UNREACHABLE
