// Set-up of a fresh clone: packages, console pages and, for the tests, what Debian has to add. Plain JavaScript that any Node since 18
// reads, because it runs before Node 24 is there. Says what it installs; does nothing the second time.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once as settled } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bringAsterisk } from "./asterisk-cache.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const stamps = join(root, "node_modules", ".numberbox");
const purpose = process.argv.includes("--for") ? process.argv[process.argv.indexOf("--for") + 1] : "test";

/** Commands that sqlite3 needs where no ready-made binary fits. */
const BUILD_TOOLS = [
  { command: "g++", package: "g++" },
  { command: "make", package: "make" },
  { command: "python3", package: "python3" },
];
const TEST_TOOLS = [
  { command: "socat", package: "socat", why: "real pseudo-terminals under serialport" },
  { command: "chromium", package: "chromium", why: "the console in a browser" },
  { command: "udevadm", package: "udev", why: "the udev rules of the boards" },
  { command: "mosquitto", package: "mosquitto", why: "MQTT at a real broker, with the image's configuration" },
  { command: "mosquitto_sub", package: "mosquitto-clients", why: "what stands at the broker, seen from outside" },
  { command: "nats-server", package: "nats-server", why: "relays over a cluster of JetStream" },
  { command: "caddy", package: "caddy", why: "the proxy before the relays of the example cluster" },
  { command: "nginx", package: "nginx", why: "the other proxy before a relay" },
  { command: "promtool", package: "prometheus", why: "the alert rules and metrics as Prometheus reads them" },
  { command: "shellcheck", package: "shellcheck", why: "the scripts of the image" },
  { command: "mksquashfs", package: "squashfs-tools", why: "the system of the image" },
  { command: "veritysetup", package: "cryptsetup-bin", why: "the hash tree of the image's system" },
  { command: "mcopy", package: "mtools", why: "the boot partitions of the image" },
  { command: "mkfs.vfat", package: "dosfstools", why: "the boot partitions of the image" },
  { command: "mke2fs", package: "e2fsprogs", why: "the data partition of the image" },
  { command: "zstd", package: "zstd", why: "the image, compressed" },
  { command: "openssl", package: "openssl", why: "the signature of an update" },
  { command: "rauc", package: "rauc", why: "an update as a bundle" },
  { command: "qemu-system-x86_64", package: "qemu-system-x86", why: "the image, started" },
  { command: "qemu-img", package: "qemu-utils", why: "the image, started" },
  { file: "/usr/share/ovmf/OVMF.fd", package: "ovmf", why: "the image, started" },
  { command: "nft", package: "nftables", why: "the firewall of the image" },
  { command: "sfdisk", package: "fdisk", why: "the partition table of the image" },
  { command: "dtc", package: "device-tree-compiler", why: "the device trees of the image" },
  { command: "mmdebstrap", package: "mmdebstrap", why: "Asterisk 22, unpacked from Debian's testing" },
  { command: "linphonec", package: "linphone-cli", why: "a real phone" },
  { command: "baresip", package: "baresip-core", why: "a real phone" },
  { command: "rtpengine", package: "rtpengine-daemon", why: "the sound of calls through a real rtpengine" },
  { command: "sipp", package: "sip-tester", why: "SIP as no phone sends it" },
  { command: "python3", package: "python3", why: "the independent renter" },
  { command: "python3", module: "cryptography", package: "python3-cryptography", why: "the independent renter" },
];

function say(text) {
  process.stdout.write(`setup: ${text}\n`);
}

/** Headers of the running Node, where it brought them: then sqlite3 is built without fetching them from nodejs.org. */
function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  const here = [prefix, "/usr"].find((folder) => existsSync(join(folder, "include", "node", "node_api.h")));
  return here === undefined || process.env.npm_config_nodedir !== undefined ? {} : { npm_config_nodedir: here };
}

function run(command, args) {
  const env = { ...process.env, ...nodeHeaders() };
  const result = spawnSync(command, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  return result.status === 0;
}

function has(tool) {
  if (tool.file !== undefined) return existsSync(tool.file);
  const found = `${process.env.PATH ?? ""}:/usr/sbin`
    .split(":")
    .some((folder) => folder !== "" && existsSync(join(folder, tool.command)));
  if (!found || tool.module === undefined) return found;
  // Debian's own Python has Debian's modules; another one in front of it may not.
  const pythons = ["/usr/bin/python3", tool.command];
  return pythons.some((python) => spawnSync(python, ["-c", `import ${tool.module}`], { stdio: "ignore" }).status === 0);
}

function installDebian(tools, needed) {
  const missing = [...new Set(tools.filter((tool) => !has(tool)).map((tool) => tool.package))];
  if (missing.length === 0) return;
  const root = process.getuid?.() === 0;
  const sudo = !root && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
  if (!existsSync("/usr/bin/apt-get") || (!root && !sudo)) {
    say(
      `not here: ${missing.join(", ")}${needed ? "" : "; what needs them is skipped"}. Install with: sudo apt-get install ${missing.join(" ")}`,
    );
    return;
  }
  say(`installing from Debian: ${missing.join(", ")}`);
  const prefix = root ? [] : ["sudo", "-n"];
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...args];
    return run(command, rest);
  };
  if (!apt("install", "-y", "--no-install-recommends", ...missing)) {
    apt("update");
    if (!apt("install", "-y", "--no-install-recommends", ...missing))
      say("Debian's packages could not be installed; see above");
  }
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

/** Does `work` unless it was done for the same inputs before, and what it made is still there. */
function once(name, inputs, work, made = stamps) {
  const stamp = join(stamps, name);
  const now = hashOf(inputs);
  if (existsSync(made) && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, now);
}

function filesBelow(folder) {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}

function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  process.exit(1);
}

// Debian's part of the tests' set-up, beside npm's: started below.
if (purpose === "debian") {
  installDebian(TEST_TOOLS, false);
  bringAsterisk(say);
  process.exit();
}

let debian = null;
function startDebian() {
  if (purpose !== "test" || debian !== null) return;
  debian = spawn(process.execPath, [fileURLToPath(import.meta.url), "--for", "debian"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
}

const manifest = join(root, "package.json");
const lock = join(root, "package-lock.json");
const nodeBinary = join(root, "node_modules", "node", "bin", "node");

once("packages", [manifest, lock], () => {
  // npm would empty the folder behind the link, which other work uses.
  if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink())
    fail(
      "node_modules is a link, and npm ci would empty what it leads to. Remove the link, or run this where it leads to.",
    );
  installDebian(BUILD_TOOLS, true);
  // apt works for one at a time: not before what npm needs is there.
  startDebian();
  say(
    "installing npm packages (Node 24 among them; sqlite3 is built where no ready-made binary fits, which takes a minute or two)",
  );
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-fund", "--no-audit", "--loglevel=error"];
  const done = npm === undefined ? run("npm", args) : run(process.execPath, [npm, ...args]);
  if (!done)
    fail(
      "npm ci failed; see above. If sqlite3 could not be built: install g++, make, python3 and the headers of your Node (Debian: libnode-dev), or let this machine reach nodejs.org.",
    );
  if (!existsSync(nodeBinary)) fail("Node 24 was not installed: the package `node` could not run its install script");
});

startDebian();

const link = join(root, "node_modules", ".bin", "numberbox");
if (!existsSync(link)) symlinkSync(join("..", "..", "src", "bin", "launch.mjs"), link);

const vite = join(root, "node_modules", "vite", "bin", "vite.js");
const below = (...names) => names.flatMap((name) => filesBelow(join(root, "src", name)));

function buildPages(name, folder, sources) {
  const page = join(root, "src", folder, "dist", "index.html");
  const build = () => {
    say(`building the pages of ${folder}`);
    const config = join(root, "src", folder, "pages", "vite.config.ts");
    if (!run(nodeBinary, [vite, "build", "--config", config, "--logLevel", "warn"]))
      fail("the pages could not be built");
  };
  once(name, [lock, ...sources], build, page);
  if (!existsSync(page)) fail(`the pages of ${folder} were built, yet there is no ${page}`);
}

const shared = below("page-parts", "protocol");
buildPages("pages", "web", [...below("web/pages"), ...shared]);
const sdk = ["base", "envelope", "emercoin", "registry", "core/market", "renter"];
buildPages("dashboard", "dashboard", [...below("dashboard/pages", ...sdk), ...shared]);

if (debian !== null) {
  if (debian.exitCode === null && debian.signalCode === null) await settled(debian, "exit");
  if (debian.exitCode !== 0) fail("the set-up of Debian's part failed; see above");
}
