// @gitbeaker/rest through a project's life: a pipeline, its jobs, logs, artifacts, variables and runners, and
// lists by page and by keyset. Run by `cargo xtask clients`, with the server's program in PIPEWRIGHT_BIN.

import { Gitlab } from "@gitbeaker/rest";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

const TOKEN = "glpat-clients-suite-token";
// Milliseconds; longer than anything takes on a busy machine: only a hang gets here.
const PATIENCE = 120_000;
const CI = `
stages: [build, test]
build:
  stage: build
  script:
    - mkdir out
    - echo "made by $CI_JOB_NAME for $WHO" > out/made.txt
  artifacts:
    paths: [out/]
    expire_in: 1 day
unit:
  stage: test
  script: cat out/made.txt
deploy:
  stage: test
  when: manual
  script: echo "deployed with $LEVEL"
child:
  stage: test
  trigger: { include: child.yml }
`;
const CHILD = "inner: { script: [echo inside] }\n";

let server, api, project, pipeline;

async function until(what, ask) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer) return answer;
    await pause(100);
  }
  assert.fail(`waited in vain for ${what}`);
}

const jobNamed = async (name) => {
  const jobs = await api.Jobs.all(project.id, { pipelineId: pipeline.id });
  return jobs.find((job) => job.name === name);
};
const status = (job) => job && api.Jobs.show(project.id, job.id).then((shown) => shown.status);
// What failed, by its status and GitLab's sentence.
const refused = (code, words) => (error) => {
  assert.equal(error.cause.response.status, code);
  assert.match(error.cause.description, words);
  return true;
};

before(async () => {
  const options = ["--ephemeral", "--listen", "127.0.0.1:0", "--root-token", TOKEN, "--log", "warn"];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PIPEWRIGHT_")));
  server = spawn(process.env.PIPEWRIGHT_BIN, ["serve", ...options, "--runner", "shell", "--concurrency", "2"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: server.stdout }), "line");
  const host = line.match(/^listening on (http:\/\/\S+)$/)?.[1];
  assert.ok(host, `the server said ${line}`);
  api = new Gitlab({ host, token: TOKEN });
  project = await api.Projects.create({ name: "beaker" });
  await api.ProjectVariables.create(project.id, "WHO", "beakers");
  await api.Commits.create(project.id, "main", "Begin", [
    { action: "create", filePath: ".gitlab-ci.yml", content: CI },
    { action: "create", filePath: "child.yml", content: CHILD },
  ]);
  pipeline = await until("a pipeline", async () => (await api.Pipelines.all(project.id))[0]);
  await until("its end", async () => (await api.Pipelines.show(project.id, pipeline.id)).status === "success");
});

after(async () => {
  server.kill("SIGTERM");
  const [code] = await once(server, "exit");
  assert.equal(code, 0);
});

test("pipelines", async () => {
  assert.equal((await api.Pipelines.showLatest(project.id)).id, pipeline.id);
  const made = await api.Pipelines.create(project.id, "main", { variables: [{ key: "WHO", value: "me" }] });
  assert.deepEqual((await api.Pipelines.allVariables(project.id, made.id)).map(({ key, value }) => [key, value]), [["WHO", "me"]]);
  await api.Pipelines.cancel(project.id, made.id);
  await until("a canceled pipeline", async () => (await api.Pipelines.show(project.id, made.id)).status === "canceled");
  assert.equal((await api.Pipelines.all(project.id, { status: "canceled" })).length, 1);
  await api.Pipelines.retry(project.id, made.id);
  await until("its end", async () => (await api.Pipelines.show(project.id, made.id)).status === "success");
  await api.Pipelines.remove(project.id, made.id);
  await assert.rejects(api.Pipelines.show(project.id, made.id), refused(404, /404/));
});

test("jobs and their lists", async () => {
  const names = (jobs) => jobs.map((job) => job.name).sort();
  assert.deepEqual(names(await api.Jobs.all(project.id, { pipelineId: pipeline.id })), ["build", "deploy", "unit"]);
  assert.deepEqual(names(await api.Jobs.all(project.id, { pipelineId: pipeline.id, scope: "manual" })), ["deploy"]);
  const bridges = await api.Jobs.allPipelineBridges(project.id, pipeline.id);
  assert.equal(bridges[0].downstream_pipeline.source, "parent_pipeline");
  const inner = await api.Jobs.all(project.id, { pipelineId: bridges[0].downstream_pipeline.id });
  assert.deepEqual(names(inner), ["inner"]);
  const build = await jobNamed("build");
  assert.equal(build.status, "success");
  assert.equal(build.artifacts_file.filename, "artifacts.zip");
  await assert.rejects(api.Jobs.show(project.id, 999_999), refused(404, /404 Not found/));
  await assert.rejects(api.Jobs.all(project.id, { scope: "nonsense" }), refused(400, /scope does not have a valid value/));
});

test("lists by page and by keyset hold the same rows", async () => {
  const ids = (jobs) => jobs.map((job) => job.id);
  const whole = ids(await api.Jobs.all(project.id));
  assert.ok(whole.length >= 4);
  assert.deepEqual(ids(await api.Jobs.all(project.id, { perPage: 1 })), whole);
  const keyset = { pagination: "keyset", orderBy: "id", sort: "desc" };
  assert.deepEqual(ids(await api.Jobs.all(project.id, { ...keyset, perPage: 1 })), whole);
  assert.deepEqual(ids(await api.Jobs.all(project.id, { ...keyset, perPage: 3 })), whole);
  const page = await api.Jobs.all(project.id, { pipelineId: pipeline.id, perPage: 2, page: 2, showExpanded: true });
  assert.deepEqual([page.data.length, page.paginationInfo.total, page.paginationInfo.previous], [1, 3, 1]);
});

test("logs", async () => {
  const log = await api.Jobs.showLog(project.id, (await jobNamed("unit")).id);
  assert.equal(typeof log, "string");
  assert.match(log, /made by build for beakers/);
});

test("artifacts", async () => {
  const build = await jobNamed("build");
  const zip = async (blob) => Buffer.from(await blob.arrayBuffer()).subarray(0, 2).toString();
  assert.equal(await zip(await api.JobArtifacts.downloadArchive(project.id, { jobId: build.id })), "PK");
  assert.equal(await zip(await api.JobArtifacts.downloadArchive(project.id, { ref: "main", job: "build" })), "PK");
  const file = { artifactPath: "out/made.txt" };
  const text = async (found) => (typeof found === "string" ? found : found.text());
  const made = "made by build for beakers\n";
  assert.equal(await text(await api.JobArtifacts.downloadArchive(project.id, { jobId: build.id, ...file })), made);
  assert.equal(await text(await api.JobArtifacts.downloadArchive(project.id, { ref: "main", job: "build", ...file })), made);
  assert.equal((await api.JobArtifacts.keep(project.id, build.id)).artifacts_expire_at, null);
  await api.JobArtifacts.remove(project.id, { jobId: build.id });
  await assert.rejects(api.JobArtifacts.downloadArchive(project.id, { jobId: build.id }), refused(404, /404 Not Found/));
});

test("play, retry, cancel, erase", async () => {
  const deploy = await jobNamed("deploy");
  const given = { jobVariablesAttributes: [{ key: "LEVEL", value: "care" }] };
  assert.equal((await api.Jobs.play(project.id, deploy.id, given)).id, deploy.id);
  await until("a deployment", async () => (await status(deploy)) === "success");
  assert.match(await api.Jobs.showLog(project.id, deploy.id), /deployed with care/);
  const again = await api.Jobs.retry(project.id, deploy.id);
  assert.notEqual(again.id, deploy.id);
  await until("a second one", async () => (await status(again)) === "success");
  assert.equal((await api.Jobs.cancel(project.id, again.id)).status, "success");
  assert.ok((await api.Jobs.erase(project.id, again.id)).erased_at);
  assert.equal(await api.Jobs.showLog(project.id, again.id), "");
  await assert.rejects(api.Jobs.erase(project.id, again.id), refused(403, /Job is not erasable!/));
  const unit = await jobNamed("unit");
  await assert.rejects(api.Jobs.play(project.id, unit.id), refused(400, /Unplayable Job/));
});

test("variables", async () => {
  await api.ProjectVariables.create(project.id, "KEY", "one", { masked: false });
  assert.equal((await api.ProjectVariables.edit(project.id, "KEY", "two")).value, "two");
  assert.equal((await api.ProjectVariables.show(project.id, "KEY")).value, "two");
  assert.deepEqual((await api.ProjectVariables.all(project.id)).map((found) => found.key).sort(), ["KEY", "WHO"]);
  await api.ProjectVariables.remove(project.id, "KEY");
  await assert.rejects(api.ProjectVariables.show(project.id, "KEY"), refused(404, /Not Found/));
});

test("runners", async () => {
  const made = await api.Users.createCIRunner("project_type", { projectId: project.id, description: "own" });
  assert.match(made.token, /^glrt-/);
  await api.Runners.verify({ token: made.token });
  assert.equal((await api.Runners.show(made.id)).description, "own");
  assert.equal((await api.Runners.edit(made.id, { description: "other", paused: true })).paused, true);
  assert.ok((await api.Runners.all({ projectId: project.id })).some((runner) => runner.id === made.id));
  const other = await api.Projects.create({ name: "second" });
  await api.Runners.edit(made.id, { locked: false });
  assert.equal((await api.Runners.enable(other.id, made.id)).id, made.id);
  await api.Runners.disable(other.id, made.id);
  const busy = (await jobNamed("unit")).runner;
  assert.ok((await api.Runners.allJobs(busy.id)).length >= 3);
  await api.Runners.remove({ runnerId: made.id });
  await assert.rejects(api.Runners.show(made.id), refused(404, /404 Not found|404 Runner Not Found/i));
});
