"""A served instance for the suite: the real binary, its built-in runner, throwaway data."""

import os
import re
import subprocess
import time

import gitlab
import pytest

TOKEN = "glpat-clients-suite-token"
# Seconds; longer than anything takes on a busy machine: only a hang gets here.
PATIENCE = 120


@pytest.fixture(scope="session")
def server():
    """The address of a running server."""
    command = [os.environ["PIPEWRIGHT_BIN"], "serve", "--ephemeral", "--listen", "127.0.0.1:0"]
    command += ["--root-token", TOKEN, "--runner", "shell", "--concurrency", "2", "--log", "warn"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIPEWRIGHT_")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        line = process.stdout.readline()
        found = re.fullmatch(r"listening on (http://\S+)\n", line)
        assert found, f"the server said {line!r}"
        yield found[1]
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def gl(server):
    """python-gitlab, signed in as the administrator."""
    client = gitlab.Gitlab(server, private_token=TOKEN)
    client.auth()
    return client


@pytest.fixture
def project(gl, request):
    """A project of the test's own."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    return gl.projects.create({"name": name})


@pytest.fixture
def wait():
    """Asks until the answer is true; the answer is returned."""

    def until(ask):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = ask()
            if answer:
                return answer
            time.sleep(0.1)
        raise AssertionError("waited in vain")

    return until
