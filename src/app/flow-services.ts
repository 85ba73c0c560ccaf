// Node-RED beside the box: its token, its process or the watch over its service, and what the console sees of it.

import { mkdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, type Logger, messageOf, type Random, type UnixMs } from "../base/index.ts";
import type { NodeRedSection } from "../config/index.ts";
import { type EventLog, type FlowsConsole, NodeRedSupervisor, NodeRedWatch, type SettingStore } from "../core/index.ts";
import { flowHost, probe } from "../host/index.ts";
import { createApiToken } from "../web/index.ts";
import { replaceFile } from "./data-folder.ts";

export interface FlowServicesDeps {
  readonly section: NodeRedSection;
  readonly dataFolder: string;
  readonly settings: SettingStore;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
  /** The box's own authority in PEM, which the flows are to believe; null where it has none. */
  readonly authority: () => string | null;
}

export interface FlowServices {
  readonly console: FlowsConsole;
  /** Where the console's proxy finds the editor. */
  readonly socket: string;
  /** Path of the editor at the console, with a slash at both ends. */
  readonly root: string;
  /** `url`: of the console, for Node-RED's own requests. Never rejects: a box without flows takes SMS all the same. */
  start(url: string): Promise<void>;
  stop(): Promise<void>;
}

/** Below the data folder. A backup takes `flows` along; the rest is made anew. */
const FOLDER = "node-red";
export const FLOWS_FOLDER = join(FOLDER, "flows");
const ROOT = "/flows/";
const SERVICE_SOCKET = "/run/numberbox-node-red/editor.sock";
/** Flows read and act; what is for the owner himself (`manage`, `content`) he gives them by a token of his own making. */
const SCOPES = ["read", "operate"] as const;

const program = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What the process may read of the program; a link's other end counts by itself. */
async function programPaths(): Promise<readonly string[]> {
  const named = ["node_modules", "src", "flows", "package.json"].map(program);
  const real = await Promise.all(named.map((path) => realpath(path).catch(() => path)));
  return [...new Set([...named, ...real])];
}

/** Null where the owner wants no flows. */
export async function createFlows(deps: FlowServicesDeps): Promise<FlowServices | null> {
  const { section, dataFolder } = deps;
  if (!section.enabled) return null;
  const own = join(dataFolder, FOLDER);
  const access = join(own, "access.json");
  const isChild = section.run === "child";
  const socket = section.socket ?? (isChild ? join(own, "editor.sock") : SERVICE_SOCKET);
  const at = { socket, root: ROOT };
  const host = flowHost({
    ...{ ...at, access, log: deps.log, program: await programPaths(), launcher: program("src/bin/launch.mjs") },
    ...{ folder: join(dataFolder, FLOWS_FOLDER), memoryMb: section.memory_mb, nice: section.nice },
  });
  const common = { ...deps, editor: ROOT };
  const watch = isChild
    ? new NodeRedSupervisor({ ...common, host })
    : new NodeRedWatch({ ...common, host: { probe: (signal) => probe(at, signal) } });
  return {
    console: watch,
    ...at,
    start: async (url) => {
      try {
        await mkdir(join(dataFolder, FLOWS_FOLDER), { recursive: true, mode: 0o700 });
        const token = await createApiToken({ ...deps, name: "node-red", scopes: [...SCOPES], internal: true });
        const ca = deps.authority();
        await replaceFile(access, `${JSON.stringify({ url, token, ...(ca === null ? {} : { ca }) })}\n`);
        watch.start();
      } catch (error) {
        deps.log.error("node_red_not_started", { reason: messageOf(error) });
        deps.events.record({ level: "error", code: "flows.not_started" });
      }
    },
    stop: async () => {
      await watch.stop();
      // A service keeps what systemd gave it; a child is gone.
      if (isChild) await rm(access, { force: true });
    },
  };
}
