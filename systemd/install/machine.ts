// Whether Numberbox can be installed on this machine at all: asked before anything is touched.

import { existsSync } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import { AppError } from "../../src/base/index.ts";

export interface MachineFacts {
  readonly root: boolean;
  readonly systemd: boolean;
  /** The text of /etc/os-release; empty where there is none. */
  readonly osRelease: string;
  /** As Node calls it: x64, arm64. */
  readonly processor: string;
  /** Of the file system that the program comes to lie on. */
  readonly freeBytes: number;
}

const OLDEST_DEBIAN = 13;
const MIB = 1024 * 1024;
/** The program has some 300 MiB, and lies there twice while a new version replaces it. */
export const NEEDED_BYTES = 700 * MIB;
export const ARCHITECTURES: Readonly<Record<string, "amd64" | "arm64">> = { x64: "amd64", arm64: "arm64" };

/** Values of an os-release file, without their quotes. */
function osValue(text: string, key: string): string {
  const [, value = ""] = new RegExp(`^${key}=(.*)$`, "m").exec(text) ?? [];
  return value.replace(/^(["'])(.*)\1$/, "$2").trim();
}

function checkSystem(text: string): void {
  const [id, version] = [osValue(text, "ID"), osValue(text, "VERSION_ID")];
  const name = osValue(text, "PRETTY_NAME") || "a system without /etc/os-release";
  if (id !== "debian" && id !== "raspbian")
    throw new AppError("install.distribution", `this is ${name}, and neither Debian nor Raspberry Pi OS`, {
      hint: "Run it in a container there: systemd/README.md.",
    });
  // Testing and unstable have no number.
  if (version !== "" && !(Number.parseInt(version, 10) >= OLDEST_DEBIAN))
    throw new AppError(
      "install.old_debian",
      `this is ${name}; Debian ${OLDEST_DEBIAN} is the oldest whose systemd takes the units`,
      {
        hint: `Upgrade to Debian ${OLDEST_DEBIAN}, or run it in a container: systemd/README.md.`,
      },
    );
}

/**
 * Errors: `install.not_root`, `install.distribution`, `install.old_debian`, `install.no_systemd`, `install.architecture`,
 * `install.no_space`.
 */
export function checkMachine(facts: MachineFacts): void {
  if (!facts.root)
    throw new AppError("install.not_root", "a service is installed by root", { hint: "sudo npm run install-service" });
  checkSystem(facts.osRelease);
  if (!facts.systemd)
    throw new AppError("install.no_systemd", "systemd does not run on this machine", {
      hint: "In a container nothing has to be installed: systemd/README.md.",
    });
  if (ARCHITECTURES[facts.processor] === undefined)
    throw new AppError("install.architecture", `there is no Node 24 for ${facts.processor}`, {
      hint: "Take the 64-bit version of Raspberry Pi OS or Debian.",
    });
  if (facts.freeBytes < NEEDED_BYTES)
    throw new AppError(
      "install.no_space",
      `${Math.floor(facts.freeBytes / MIB)} MiB are free below /usr/lib, ${NEEDED_BYTES / MIB} MiB are needed`,
      { hint: "Make room and try again; `sudo apt-get clean` may be enough." },
    );
}

export async function readMachine(): Promise<MachineFacts> {
  const { bavail, bsize } = await statfs("/usr/lib");
  return {
    root: process.getuid?.() === 0,
    // What sd_booted(3) looks at.
    systemd: existsSync("/run/systemd/system"),
    osRelease: await readFile("/etc/os-release", "utf8").catch(() => ""),
    processor: process.arch,
    freeBytes: bavail * bsize,
  };
}
