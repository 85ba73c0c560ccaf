// Asterisk 22 for the tests, and chrony, which an installation would put in the place of the machine's own clock: unpacked from Debian's testing into a cache outside of the repository, never installed. Plain JavaScript that
// any Node since 18 reads, as set-up needs it.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** Where Asterisk 22 is; Debian's stable releases have none. */
const SUITE = "forky";
const PACKAGES = ["asterisk", "asterisk-modules", "chrony"];
/** Not needed to run, and a tenth of the whole. */
const NEEDLESS = ["doc", "man", "locale", "info", "i18n"];
/** The number counts what is unpacked. */
const COMPLETE = ".complete-2";
const MINUTES = 60_000;

function cacheFolder() {
  const given = process.env.XDG_CACHE_HOME;
  const home = homedir();
  const base = given?.startsWith("/") ? given : existsSync(home) ? join(home, ".cache") : tmpdir();
  return join(base, "numberbox", `asterisk-${process.arch}`);
}

/** The parts of an unpacked tree, or null when it is none. */
function partsOf(tree) {
  const libraries = join(tree, "usr", "lib");
  if (!existsSync(libraries)) return null;
  for (const triplet of readdirSync(libraries)) {
    const folder = join(libraries, triplet);
    const loader = /-linux-gnu/.test(triplet)
      ? readdirSync(folder).find((name) => /^ld-linux.*\.so\.\d+$/.test(name))
      : undefined;
    const modules = join(folder, "asterisk", "modules");
    if (loader === undefined || !existsSync(modules)) continue;
    const program = join(tree, "usr", "sbin", "asterisk");
    return {
      loader: join(folder, loader),
      libraries: folder,
      modules,
      program,
      data: join(tree, "usr", "share", "asterisk"),
      chronyd: join(tree, "usr", "sbin", "chronyd"),
    };
  }
  return null;
}

/** The newest Asterisk in the cache, or null. */
export function findAsterisk() {
  const folder = cacheFolder();
  const versions = existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, COMPLETE)))
    : [];
  const version = versions.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  const parts = version === undefined ? null : partsOf(join(folder, version));
  return parts === null ? null : { version, ...parts };
}

/** The machine's own mirror of Debian with its key, as apt has it; null when this is no Debian. */
export function debianSource() {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(release)?.[1];
  if (codename === undefined || !/^ID=debian$/m.test(release)) return null;
  const lists = "/etc/apt/sources.list.d";
  const files = existsSync(lists)
    ? readdirSync(lists)
        .sort()
        .map((name) => join(lists, name))
    : [];
  for (const file of ["/etc/apt/sources.list", ...files]) {
    if (!existsSync(file)) continue;
    const text = readFileSync(file, "utf8");
    const found = file.endsWith(".sources") ? fromStanzas(text, codename) : fromLines(text, codename);
    if (found !== null) return found;
  }
  return null;
}

function fromStanzas(text, codename) {
  for (const stanza of text.split(/\n\s*\n/)) {
    const field = (name) => new RegExp(`^${name}:[ \\t]*(.+)$`, "mi").exec(stanza)?.[1]?.trim();
    const suites = field("Suites")?.split(/\s+/) ?? [];
    const uri = field("URIs")?.split(/\s+/)[0];
    const key = field("Signed-By");
    if (/^no$/i.test(field("Enabled") ?? "") || uri === undefined || !suites.includes(codename)) continue;
    if (/\bmain\b/.test(field("Components") ?? "")) return { uri, key: key?.startsWith("/") ? key : undefined };
  }
  return null;
}

function fromLines(text, codename) {
  for (const line of text.split("\n")) {
    const [, options = "", uri, suite, components] =
      /^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (uri === undefined || suite !== codename || !/\bmain\b/.test(components ?? "")) continue;
    return { uri, key: /signed-by=(\/\S+)/.exec(options)?.[1] };
  }
  return null;
}

/**
 * Brings Asterisk into the cache unless it is there. `say`: one line for people. Returns whether it is there; never throws.
 */
export function bringAsterisk(say) {
  if (findAsterisk() !== null) return true;
  try {
    return unpack(say);
  } catch (error) {
    say(
      `Asterisk could not be unpacked (${error instanceof Error ? error.message : error}); tests with it are skipped`,
    );
    return false;
  }
}

function unpack(say) {
  const source = debianSource();
  if (!existsSync("/usr/bin/mmdebstrap") || source === null) {
    say("no mmdebstrap or no Debian: tests with Asterisk are skipped");
    return false;
  }
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const fresh = mkdtempSync(join(folder, "new-"));
  say(`unpacking Asterisk from Debian ${SUITE} into ${folder} (about 270 MB; nothing is installed)`);
  const key = source.key ?? "/usr/share/keyrings/debian-archive-keyring.gpg";
  const stanza = [`Types: deb`, `URIs: ${source.uri}`, `Suites: ${SUITE}`, `Components: main`, `Signed-By: ${key}`, ""];
  const mode = process.getuid?.() === 0 ? [] : ["--mode=chrootless"];
  const options = ["--quiet", "--variant=extract", `--include=${PACKAGES.join(",")}`];
  const apt = '--aptopt=Acquire::Check-Valid-Until "false"';
  const done = spawnSync("mmdebstrap", [...mode, ...options, apt, SUITE, fresh, "-"], {
    input: stanza.join("\n"),
    stdio: ["pipe", "inherit", "inherit"],
    timeout: 15 * MINUTES,
  });
  try {
    const version = done.status === 0 ? versionOf(fresh) : null;
    if (version === null) {
      say("Asterisk could not be unpacked; see above. Tests with it are skipped");
      return false;
    }
    for (const name of NEEDLESS) rmSync(join(fresh, "usr", "share", name), { recursive: true, force: true });
    writeFileSync(join(fresh, COMPLETE), `${version}\n`);
    // One with less in it may lie there.
    rmSync(join(folder, version), { recursive: true, force: true });
    renameSync(fresh, join(folder, version));
    say(`Asterisk ${version} is there`);
    return true;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** As the program says it; it runs by its own loader, as its C library is newer than the machine's. */
function versionOf(tree) {
  const parts = partsOf(tree);
  if (parts === null) return null;
  const told = spawnSync(parts.loader, ["--library-path", parts.libraries, parts.program, "-V"], { encoding: "utf8" });
  return /^Asterisk (22[\w.~+-]*)/.exec(told.stdout ?? "")?.[1] ?? null;
}
