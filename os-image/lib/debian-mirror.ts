// Asks a Debian mirror which packages a list of names comes to, by the machine's apt in a folder of its own: nothing is installed, and
// the machine's own lists stay as they are.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../src/base/index.ts";
import { debianSource } from "../../test/tooling/asterisk-cache.mjs";
import { command } from "./command.ts";
import type { PackageUse } from "./package-list.ts";
import type { LockedPackage } from "./package-lock.ts";
import type { Architecture } from "./settings.ts";

export interface Mirror {
  /** `http://…/debian`. */
  readonly uri: string;
  /** Key ring of Debian's archive. */
  readonly key: string;
}

const KEY = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The mirror that was named, or the machine's own. Errors: `image.no_mirror`. */
export function findMirror(named: string | undefined): Mirror {
  const own = debianSource();
  const uri = named ?? own?.uri;
  if (uri === undefined)
    throw new AppError("image.no_mirror", "this machine has no Debian mirror in its apt sources", {
      hint: "Name one: npm run image -- --mirror http://deb.debian.org/debian",
    });
  return { uri: uri.replace(/\/+$/, ""), key: own?.key ?? KEY };
}

/** apt's answer to `--print-uris`: the address, the file, its size. */
const PRINTED = /^'([^']+)' (\S+) (\d+)/;

/** A folder in which apt knows one suite of one mirror, for one architecture, and nothing installed. */
export class AptFolder {
  readonly #folder: string;
  readonly #mirror: Mirror;

  constructor(folder: string, mirror: Mirror) {
    this.#folder = folder;
    this.#mirror = mirror;
  }

  static async open(scratch: string, mirror: Mirror, suite: string, architecture: Architecture): Promise<AptFolder> {
    await mkdir(scratch, { recursive: true });
    const folder = await mkdtemp(join(scratch, "apt-"));
    for (const name of [
      "lists/partial",
      "archives/partial",
      "etc/preferences.d",
      "etc/apt.conf.d",
      "etc/trusted.gpg.d",
    ])
      await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, "status"), "");
    const line = `deb [signed-by=${mirror.key}] ${mirror.uri} ${suite} main non-free-firmware\n`;
    await writeFile(join(folder, "etc/sources.list"), line);
    await writeFile(join(folder, "apt.conf"), aptConfiguration(folder, architecture));
    const apt = new AptFolder(folder, mirror);
    await apt.#apt(["apt-get", "update"]);
    return apt;
  }

  /** What `names` come to with their dependencies, and the essential packages beside them where `whole`. */
  async resolve(names: readonly string[], use: PackageUse, whole: boolean): Promise<LockedPackage[]> {
    const wanted = [...(whole ? ["?essential"] : []), ...names];
    const action = use === "extract" ? ["download"] : ["install", "-y", "--no-install-recommends"];
    const printed = (await this.#apt(["apt-get", ...action, "--print-uris", ...wanted])).toString();
    const found = printed.split("\n").flatMap((line) => {
      const [, uri, , size] = PRINTED.exec(line) ?? [];
      return uri === undefined || size === undefined ? [] : [{ path: this.#below(uri), size: Number(size) }];
    });
    const records = await this.#records();
    return found.map(({ path, size }) => {
      const record = records.get(path);
      if (record === undefined || record.size !== size)
        throw new AppError("image.mirror", `${path} is not in the mirror's index with ${size} bytes`);
      return { ...record, path, uses: [use] };
    });
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #below(uri: string): string {
    const path = decodeURIComponent(uri.slice(this.#mirror.uri.length + 1));
    if (!uri.startsWith(`${this.#mirror.uri}/`)) throw new AppError("image.mirror", "apt names a file of elsewhere");
    return path;
  }

  /** Every package of the mirror's indexes by its path. */
  async #records(): Promise<Map<string, Omit<LockedPackage, "path" | "uses">>> {
    const listed = (
      await this.#apt(["apt-get", "indextargets", "--format", "$(FILENAME)", "Created-By: Packages"])
    ).toString();
    const records = new Map<string, Omit<LockedPackage, "path" | "uses">>();
    for (const file of listed.split("\n").filter((name) => name !== "")) {
      // Indexes may lie compressed.
      const text = (await command("/usr/lib/apt/apt-helper", ["cat-file", file])).toString();
      for (const stanza of text.split("\n\n")) {
        const record = recordOf(stanza);
        if (record !== null) records.set(record.path, record.rest);
      }
    }
    return records;
  }

  async #apt([name = "", ...args]: readonly string[]): Promise<Buffer> {
    return await command(name, args, { env: { APT_CONFIG: join(this.#folder, "apt.conf") }, minutes: 20 });
  }
}

function aptConfiguration(folder: string, architecture: Architecture): string {
  return [
    `Dir::State "${folder}";`,
    `Dir::State::Lists "${folder}/lists";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}";`,
    `Dir::Etc "${folder}/etc";`,
    `Dir::Etc::trustedparts "${folder}/etc/trusted.gpg.d";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures "${architecture}";`,
    `APT::Install-Recommends "false";`,
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Languages "none";',
    'APT::Sandbox::User "root";',
    "",
  ].join("\n");
}

function recordOf(stanza: string): { path: string; rest: Omit<LockedPackage, "path" | "uses"> } | null {
  const field = (name: string) => new RegExp(`^${name}: (.+)$`, "m").exec(stanza)?.[1] ?? "";
  const architecture = field("Architecture");
  if (architecture !== "all" && architecture !== "amd64" && architecture !== "arm64") return null;
  const [name, version, path, sha256] = [field("Package"), field("Version"), field("Filename"), field("SHA256")];
  return { path, rest: { name, version, architecture, sha256, size: Number(field("Size")) } };
}

/** Puts the answers for each use together: a package that several need stands once. */
export function mergeUses(lists: readonly (readonly LockedPackage[])[]): LockedPackage[] {
  const merged = new Map<string, LockedPackage>();
  for (const each of lists.flat()) {
    const known = merged.get(each.path);
    merged.set(each.path, known === undefined ? each : { ...known, uses: [...new Set([...known.uses, ...each.uses])] });
  }
  return [...merged.values()];
}

/** The date of the mirror's release file as snapshot.debian.org writes it. */
export async function releaseTime(mirror: Mirror, suite: string): Promise<string> {
  const answer = await fetch(`${mirror.uri}/dists/${suite}/InRelease`, { signal: AbortSignal.timeout(60_000) });
  const date = /^Date: (.+)$/m.exec(await answer.text())?.[1];
  const time = new Date(date ?? Number.NaN);
  if (Number.isNaN(time.getTime())) throw new AppError("image.mirror", `the mirror has no suite ${suite}`);
  return time.toISOString().replaceAll(/[-:]|\.\d+/g, "");
}
