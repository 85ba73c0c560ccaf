// Before `npm run install-service`: the set-up of this folder, as the user whose folder it is, so that none of it comes to belong to root.
// Plain JavaScript that any Node since 18 reads.

import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { uid, gid } = statSync(root);
const isRoot = process.getuid?.() === 0;
const other = isRoot && uid !== 0;

/** What sqlite3 is built with where no ready-made binary fits: only root can bring it. */
const BUILD_TOOLS = ["g++", "make", "python3"];
const missing = BUILD_TOOLS.filter((name) => !existsSync(`/usr/bin/${name}`));
if (other && missing.length > 0 && !existsSync(`${root}node_modules/.numberbox/packages`)) {
  process.stdout.write(`setup: installing from Debian: ${missing.join(", ")}\n`);
  const install = ["-q", "install", "-y", "--no-install-recommends", ...missing];
  const apt = (args) => spawnSync("apt-get", args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
  if (!apt(install)) {
    apt(["-q", "update"]);
    apt(install);
  }
}

/** npm keeps its cache in the home of the user. */
function homeOf(id) {
  if (!other) return userInfo().homedir;
  const line = spawnSync("getent", ["passwd", String(id)], { encoding: "utf8" }).stdout ?? "";
  return line.split(":")[5] || root;
}

// The npm that runs this hands on where root's cache and settings are.
const { npm_config_cache: _cache, npm_config_userconfig: _settings, ...env } = process.env;
const { status } = spawnSync(process.execPath, ["test/tooling/setup.mjs", "--for", "start"], {
  cwd: root,
  stdio: "inherit",
  env: { ...(other ? env : process.env), HOME: homeOf(uid) },
  ...(other ? { uid, gid } : {}),
});
process.exit(status ?? 1);
