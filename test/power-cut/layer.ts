// Builds the layer that writes down what a process does to its files, and tells how to start a process on it.

import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("disk-log.c", import.meta.url));
const COMPILERS = ["cc", "gcc", "clang"];

/** Why there can be no layer here; null when there can. */
export function whyNoLayer(): string | null {
  if (process.platform !== "linux") return "LD_PRELOAD and /proc are needed";
  return compiler() === undefined ? `no C compiler (${COMPILERS.join(", ")})` : null;
}

function compiler(): string | undefined {
  return COMPILERS.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
}

export interface LayerOptions {
  /** The watched folder, and what is below it. */
  readonly root: string;
  readonly log: string;
  /** For files whose names end so, fsync does nothing and says that all is well. */
  readonly lie?: string;
}

/** Compiles the layer into a folder. Returns its file. */
export function buildLayer(folder: string): string {
  const file = join(folder, "disk-log.so");
  const flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-U_FORTIFY_SOURCE"];
  const { status, stderr, error } = spawnSync(compiler() ?? "cc", [...flags, "-o", file, SOURCE, "-ldl", "-lpthread"]);
  if (status !== 0) throw new Error(`the layer cannot be built: ${error?.message ?? String(stderr)}`);
  return file;
}

/** The environment of a process on the layer. */
export function layerEnvironment(layer: string, { root, log, lie = "" }: LayerOptions): Record<string, string> {
  return {
    LD_PRELOAD: layer,
    DISK_LOG_ROOT: realpathSync(root),
    DISK_LOG_FILE: log,
    DISK_LOG_LIE: lie,
    // The layer sees calls of libc only.
    UV_USE_IO_URING: "0",
  };
}
