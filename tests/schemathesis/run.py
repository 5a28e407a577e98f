"""Schemathesis over the server's own OpenAPI document, against a served instance with real data.

    PIPEWRIGHT_BIN=target/debug/pipewright python tests/schemathesis/run.py [ARGS…]

ARGS go on to `schemathesis run`: `--max-examples 200` for longer, `--seed N` for other examples,
`--include-path /projects/{id}/jobs` for one route. No answer may be a 5xx, have a status or content type
that the document does not name, or differ from its schema.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

TOKEN = "glpat-schemathesis-root-token"
# Seconds; longer than anything takes on a busy machine: only a hang gets here.
PATIENCE = 120
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]

# A real pipeline: a log, an archive with a few files, a report, a manual job, a failure, a bridge.
PIPELINE = """
build:
  script: ["mkdir -p out/deep", "echo one > out/a.txt", "echo two > out/deep/b.html", "echo built"]
  artifacts: { paths: [out] }
broken:
  script: ["false"]
  allow_failure: true
by-hand:
  when: manual
  script: ["true"]
child:
  trigger: { include: child.yml }
"""
CHILD = "job:\n  script: ['true']\n"


class Server:
    """The real binary with throwaway data and its built-in runner."""

    def __enter__(self):
        command = [os.environ["PIPEWRIGHT_BIN"], "serve", "--ephemeral", "--listen", "127.0.0.1:0"]
        command += ["--root-token", TOKEN, "--runner", "shell", "--concurrency", "2", "--log", "error"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PIPEWRIGHT_")}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on (http://\S+)\n", line)
        assert found, f"the server said {line!r}"
        self.url = found[1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            assert self.process.wait(timeout=PATIENCE) == 0, "the server did not end well"
        finally:
            self.process.kill()

    def call(self, method, path, fields=None):
        """Calls the API as the administrator; answers the JSON."""
        request = urllib.request.Request(f"{self.url}/api/v4{path}", method=method)
        request.add_header("PRIVATE-TOKEN", TOKEN)
        if fields is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(fields).encode()
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def furnish(self):
        """Makes what the routes are about; answers the ids by which they find it."""
        user = self.call("POST", "/users", {"username": "ana", "name": "Ana", "email": "ana@example.com"})
        token = self.call("POST", f"/users/{user['id']}/personal_access_tokens", {"name": "t", "scopes": ["api"]})
        group = self.call("POST", "/groups", {"name": "crew", "path": "crew", "visibility": "public"})
        project = self.call("POST", "/projects", {"name": "app", "namespace_id": group["id"], "visibility": "public"})
        spare = self.call("POST", "/projects", {"name": "spare"})
        spare_group = self.call("POST", "/groups", {"name": "spare", "path": "spare-group"})
        here = f"/projects/{project['id']}"
        self.call("POST", f"{here}/variables", {"key": "ONE", "value": "1"})
        files = {".gitlab-ci.yml": PIPELINE, "child.yml": CHILD, "src/main.c": "int main(void) { return 0; }\n"}
        actions = [
            {"action": "create", "file_path": name, "encoding": "base64", "content": base64.b64encode(text.encode()).decode()}
            for name, text in files.items()
        ]
        self.call("POST", f"{here}/repository/commits", {"branch": "main", "commit_message": "Begin", "actions": actions})
        self.call("POST", f"{here}/repository/tags", {"tag_name": "v1", "ref": "main"})
        pipeline = self.wait(lambda: self.call("GET", f"{here}/pipelines?ref=main"))[0]
        done = lambda: [job for job in self.call("GET", f"{here}/pipelines/{pipeline['id']}/jobs") if job["artifacts"]]
        jobs = self.wait(lambda: [job for job in done() if job["name"] == "build" and job["status"] == "success"])
        runner = self.call("POST", "/user/runners", {"runner_type": "instance_type"})
        return {
            "project": project["id"], "spare": spare["id"], "spare group": spare_group["id"], "group": group["id"], "pipeline": pipeline["id"],
            "job": jobs[0]["id"], "user": user["id"], "token": token["id"], "runner": runner["id"],
        }

    @staticmethod
    def wait(ask):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if answer := ask():
                return answer
            time.sleep(0.1)
        raise AssertionError("waited in vain")


def config(ids):
    """Where the routes look: what is there for most calls, a spare one for those that spoil it."""
    rules = [
        ("name-regex", r"^(PUT|DELETE) /projects/\{id\}$|^POST /projects/\{id\}/(un)?archive$|^DELETE /projects/\{id\}/(artifacts|pipelines/.*)$",
         {"path.id": ids["spare"]}),
        ("name-regex", r"^(PUT|DELETE) /groups/\{id\}$", {"path.id": ids["spare group"]}),
        ("path-regex", "^/projects/", {"path.id": ids["project"], "path.job_id": ids["job"],
         "path.pipeline_id": ids["pipeline"], "path.user_id": ids["user"], "path.branch": "main",
         "path.tag_name": "v1", "path.file_path": "src/main.c", "path.variable_key": "ONE",
         "path.runner_id": ids["runner"], "path.ref_name": "main", "path.sha": "main"}),
        ("path-regex", "^/groups/", {"path.id": ids["group"], "path.user_id": ids["user"]}),
        ("path-regex", "^/users/", {"path.user_id": ids["user"]}),
        ("path-regex", "^/runners/", {"path.id": ids["runner"]}),
        ("path-regex", "^/personal_access_tokens/", {"path.token_id": ids["token"]}),
    ]
    lines = []
    for kind, pattern, values in rules:
        inner = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in values.items())
        lines.append(f"[[operations]]\ninclude-{kind} = {json.dumps(pattern)}\nparameters = {{ {inner} }}\n")
    return "\n".join(lines)


def main(arguments):
    with Server() as server, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "schemathesis.toml"
        ids = server.furnish()
        file.write_text(config(ids))
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(file), "run"]
        command += [f"{server.url}/api/v4/openapi.json", "--header", f"PRIVATE-TOKEN: {TOKEN}"]
        command += ["--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--continue-on-failure"]
        # Always 501, by intent; and the administrator's own token, which the other calls need.
        command += ["--exclude-path", "/runners/router/discovery"]
        command += ["--exclude-path-regex", "^/personal_access_tokens/self"]
        command += ["--seed", "1", "--max-examples", "10", "--workers", "2", "--no-color", "--warnings", "off"]
        # How fast a busy machine makes examples and answers is not what is asked here.
        command += ["--request-timeout", str(PATIENCE), "--suppress-health-check", "too_slow"]
        code = subprocess.run(command + arguments, cwd=folder).returncode
        # Otherwise most calls would have met nothing but 404.
        job = server.call("GET", f"/projects/{ids['project']}/jobs/{ids['job']}")
        assert job["name"] == "build", "what the calls were about is gone"
        return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
