// `npm run container:test -- [options of podman build]`: builds the container image and runs a relay and a box in it. With
// `--build-arg BASE=…` the base comes from elsewhere. Says so and ends well where podman is not installed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const IMAGE = "localhost/numberbox-test";
const NODE = "/usr/lib/numberbox/bin/node";
const names = { relay: `numberbox-test-relay-${process.pid}`, box: `numberbox-test-box-${process.pid}` };
const volumes = { relay: `${names.relay}-data`, box: `${names.box}-data` };
let failed = 0;

function podman(...args: readonly string[]): { readonly code: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync("podman", args, { encoding: "utf8", timeout: 120_000 });
  return { code: status, out: `${stdout}${stderr}`.trim() };
}

function check(name: string, passed: boolean, said = ""): void {
  console.log(`${passed ? "ok" : "FAILED"}: ${name}${passed || said === "" ? "" : `: ${said.slice(-1500)}`}`);
  if (!passed) failed++;
}

/** What a page inside the container's own network answers, tried until it does or a minute is over. */
async function ask(name: string, url: string): Promise<string> {
  const script = `fetch(${JSON.stringify(url)}).then(async (r) => console.log(r.status, await r.text()), () => process.exit(1))`;
  for (let turn = 0; turn < 60; turn++) {
    const { code, out } = podman("exec", name, NODE, "-e", script);
    if (code === 0) return out;
    await sleep(1000);
  }
  return podman("logs", name).out;
}

const HARDENED = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "all", "--security-opt", "no-new-privileges"];

function runRelay(config: string): void {
  const mounts = ["-v", `${config}:/etc/numberbox/relay.yaml:ro`, "-v", `${volumes.relay}:/data`];
  const command = ["relay", "--config", "/etc/numberbox/relay.yaml"];
  const { code, out } = podman(
    "run",
    "-d",
    "--name",
    names.relay,
    "--network",
    "none",
    ...HARDENED,
    ...mounts,
    IMAGE,
    ...command,
  );
  check("a relay starts with a read-only system and no capability", code === 0, out);
}

const proofKey = (info: string): string => /"(?:verify|relay_key|key)":"([^"]+)"/.exec(info)?.[1] ?? "none";

async function relay(folder: string): Promise<void> {
  const config = join(folder, "relay.yaml");
  const providers = [{ name: "box-1", verify: "A".repeat(43) }];
  writeFileSync(config, JSON.stringify({ listen: "127.0.0.1:8090", trust_local_proxy: true, providers }), {
    mode: 0o644,
  });
  runRelay(config);
  const health = await ask(names.relay, "http://127.0.0.1:8090/v1/health");
  check("the relay answers /v1/health", health.startsWith("200 "), health);
  const pages = await ask(names.relay, "http://127.0.0.1:8090/dashboard/");
  check("the relay has the renters' pages", pages.startsWith("200 ") && pages.includes("<html"), pages);
  const metrics = await ask(names.relay, "http://127.0.0.1:8090/metrics");
  check("the relay has metrics for Prometheus", /^numberbox_relay_/m.test(metrics), metrics);
  check("its health check is content", podman("healthcheck", "run", names.relay).code === 0);
  check("nothing runs as root", podman("exec", names.relay, "id", "-u").out === "10001");
  const before = proofKey(await ask(names.relay, "http://127.0.0.1:8090/info"));
  stop(names.relay);
  podman("rm", "-f", names.relay);
  runRelay(config);
  const after = proofKey(await ask(names.relay, "http://127.0.0.1:8090/info"));
  check(
    "another container over the same volume is the same relay",
    before !== "none" && before === after,
    `${before} ${after}`,
  );
}

/** In order: by itself and soon, not by the kill that follows. */
function stop(name: string): void {
  podman("stop", "-t", "20", name);
  const { out } = podman("inspect", "--format", "{{.State.ExitCode}}", name);
  check(`${name.replace(/-\d+$/, "")} stops in order`, out === "0", `${out} ${podman("logs", name).out}`);
}

async function box(): Promise<void> {
  const { code, out } = podman(
    "run",
    "-d",
    "--name",
    names.box,
    "--network",
    "none",
    ...HARDENED,
    "-v",
    `${volumes.box}:/data`,
    IMAGE,
  );
  check("a box starts with nothing but a fresh volume", code === 0, out);
  const page = await ask(names.box, "http://127.0.0.1:8080/health");
  check("its health is asked by http, which leads to https", podman("healthcheck", "run", names.box).code === 0, page);
  const log = podman("logs", names.box).out;
  check("its log shows the code for the first visitor", /asks for this code: [A-Z2-9]{4}-[A-Z2-9]{4}/.test(log), log);
  const doctor = podman("exec", names.box, "numberbox", "identity", "show");
  check("its commands run in it", doctor.code === 0, doctor.out);
  stop(names.box);
}

async function main(): Promise<void> {
  if (podman("--version").code !== 0) {
    console.log("skipped: podman is not installed (sudo apt-get install podman)");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "numberbox-container-"));
  const more = process.argv.slice(2);
  const build = ["build", "--format", "docker", "-f", "systemd/container/Containerfile", "-t", IMAGE, ...more, "."];
  try {
    const { status } = spawnSync("podman", build, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      timeout: 3_600_000,
    });
    check("the image is built", status === 0);
    if (status !== 0) return;
    await relay(folder);
    await box();
  } finally {
    podman("rm", "-f", names.relay, names.box);
    podman("volume", "rm", "-f", volumes.relay, volumes.box);
    rmSync(folder, { recursive: true, force: true });
    if (failed > 0) process.exitCode = 1;
  }
}

await main();
