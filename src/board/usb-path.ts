// USB topology paths as the kernel names them in sysfs: bus, `-`, then port numbers from the root hub down, such as `1-1.4.2`.

import { AppError } from "../base/index.ts";

/** Relative to a board's upstream port: `.` for what is plugged into that port itself, else port numbers such as `4.2`. */
export const RELATIVE_PATH = /^(?:\.|[1-9]\d?(?:\.[1-9]\d?){0,5})$/;
const UPSTREAM = /^[1-9]\d{0,2}-[1-9]\d?(?:\.[1-9]\d?){0,5}$/;

/** USB 2.0 (4.1.1) ends at seven tiers: root hub, at most five hubs in a row, and the device. */
const MAX_PORTS = 6;

/** `1-1` and `4.2` make `1-1.4.2`; `1-1` and `.` make `1-1`. */
export function joinUsbPath(upstream: string, relative: string): string {
  return relative === "." ? upstream : `${upstream}.${relative}`;
}

/** Path of the hub that a relative path hangs on, and the port there; null for `.`, whose hub is not the board's. */
export function parentOf(relative: string): { readonly hub: string; readonly port: number } | null {
  if (relative === ".") return null;
  const cut = relative.lastIndexOf(".");
  return { hub: cut < 0 ? "." : relative.slice(0, cut), port: Number(relative.slice(cut + 1)) };
}

/** Numbers of ports between the board's upstream port and a relative path: 0 for `.`, 2 for `4.2`. */
export function depthOf(relative: string): number {
  return relative === "." ? 0 : relative.split(".").length;
}

function badUpstream(message: string, upstream: string): AppError {
  return new AppError("board.bad_upstream", message, {
    hint: "Give the sysfs name of the port that the board is plugged into, such as 1-1.4; hardware/README.md says how to find it.",
    context: { upstream: upstream.slice(0, 64) },
  });
}

/**
 * The sysfs paths of a board's `count` upstream ports, in the board's order: `1-1`, or `1-1,3-1` (or a list) for a board with two.
 * `depth` is the longest relative path below them. Throws `board.bad_upstream`.
 */
export function parseUpstreams(upstream: string | readonly string[], count: number, depth: number): readonly string[] {
  const paths = typeof upstream === "string" ? upstream.split(",").map((part) => part.trim()) : upstream;
  const shown = paths.join(",");
  if (paths.length !== count)
    throw badUpstream(`the board has ${count} upstream port(s), but ${paths.length} path(s) are given`, shown);
  for (const path of paths) {
    if (!UPSTREAM.test(path)) throw badUpstream(`"${path.slice(0, 64)}" is not the sysfs name of a USB port`, shown);
    if (path.split(".").length + depth > MAX_PORTS)
      throw badUpstream(`${path} is too deep: USB allows five hubs in a row, and the board brings its own`, shown);
  }
  // A path that lies below another one would give two positions the same device.
  const inside = paths.some((path, at) =>
    paths.some((other, from) => at !== from && `${path}.`.startsWith(`${other}.`)),
  );
  if (inside) throw badUpstream("two upstream ports are the same, or one lies behind the other", shown);
  return paths;
}
