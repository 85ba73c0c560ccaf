// Root file systems as tar archives, made by mmdebstrap: as root, or in a user namespace, or with fakechroot; it never mounts a device.

import { rename } from "node:fs/promises";
import { arch } from "node:process";
import { AppError } from "../../src/base/index.ts";
import { command } from "./command.ts";
import type { Architecture } from "./settings.ts";

export interface RootOptions {
  readonly architecture: Architecture;
  readonly suite: string;
  /** Line of apt's sources; null where nothing is installed. */
  readonly source: string | null;
  /** Names to install, with `name=version` where it matters. */
  readonly include: readonly string[];
  /** mmdebstrap's hooks, in order: `["customize", "script \"$1\""]`. */
  readonly hooks: readonly (readonly ["setup" | "essential" | "customize", string])[];
  readonly epoch: number;
  /** Others are made from it: without devices, which only root may unpack. */
  readonly isBase?: boolean;
  /** Null where the root is only worked in. */
  readonly tar: string | null;
  /** What mmdebstrap says is kept here. */
  readonly log: string;
}

/** Files of packages that no box needs. Copyrights stay: they are the licences. */
const NEEDLESS = [
  "path-exclude=/usr/share/man/*",
  "path-exclude=/usr/share/doc/*",
  "path-include=/usr/share/doc/*/copyright",
  "path-exclude=/usr/share/info/*",
  "path-exclude=/usr/share/locale/*",
  "path-exclude=/usr/share/lintian/*",
  "path-exclude=/usr/share/bash-completion/*",
  "path-exclude=/usr/share/zsh/*",
  "path-exclude=/usr/include/node/openssl/archs/*",
  "force-unsafe-io",
  // Files of ours that a package has too stay ours.
  "force-confdef",
  "force-confold",
];

/** qemu-user is ten times faster with a processor that has no pointer authentication. */
const EMULATED = { QEMU_CPU: "cortex-a72" };

/** Whether programs of `architecture` run here without emulation. */
export function runsHere(architecture: Architecture): boolean {
  return { x64: "amd64", arm64: "arm64" }[arch as string] === architecture;
}

/** Fails with `image.no_emulation` unless programs of `architecture` run here, with emulation if need be: before an hour of work, not amid it. */
export async function needRuns(architecture: Architecture): Promise<void> {
  if (runsHere(architecture)) return;
  await command("arch-test", [architecture]).catch((cause: unknown) => {
    throw new AppError("image.no_emulation", `this machine does not run programs for ${architecture}`, {
      cause,
      hint: "sudo apt-get install qemu-user-static binfmt-support; then, in a container: sudo mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && sudo update-binfmts --enable qemu-aarch64",
    });
  });
}

function argsOf(options: RootOptions, target: string | null): string[] {
  const { architecture, suite, source, include, hooks } = options;
  const base = source === null ? "custom" : "essential";
  return [
    ...[
      "--verbose",
      `--variant=${base}`,
      `--architectures=${architecture}`,
      `--format=${target === null ? "null" : "tar"}`,
    ],
    // Where nothing is installed apt has no configuration of its own by the end: to clean up, it would empty the lists of this machine.
    ...(source === null ? ["--skip=update", "--skip=cleanup/apt"] : []),
    ...(options.isBase === true ? ["--skip=output/dev"] : []),
    ...['--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"'],
    ...NEEDLESS.map((each) => `--dpkgopt=${each}`),
    ...(include.length === 0 ? [] : [`--include=${include.join(",")}`]),
    ...hooks.map(([when, what]) => `--${when}-hook=${what}`),
    ...[suite, target ?? "/dev/null", "-"],
  ];
}

/** Makes one archive; it appears whole or not at all. Errors: `image.command` with mmdebstrap's own words. */
export async function makeRootTar(options: RootOptions): Promise<void> {
  const fresh = options.tar === null ? null : `${options.tar}.new.tar`;
  await command("mmdebstrap", argsOf(options, fresh), {
    // Never asked, yet mmdebstrap wants one.
    input: `${options.source ?? `deb [trusted=yes] copy:///nowhere ${options.suite} main`}\n`,
    env: {
      SOURCE_DATE_EPOCH: String(options.epoch),
      DEBIAN_FRONTEND: "noninteractive",
      // The small file system for the start is made once, at the end.
      INITRD: "No",
      ...(runsHere(options.architecture) ? {} : EMULATED),
    },
    minutes: 60,
    log: options.log,
  });
  if (fresh !== null && options.tar !== null) await rename(fresh, options.tar);
}
