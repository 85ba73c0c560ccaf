// The settings of the box's Node-RED: nothing is fetched from outside, nothing is installed, nothing of a flow's messages reaches a log.

import { z } from "zod";

export interface RuntimeSettings {
  readonly folder: string;
  readonly access: string;
  readonly root: string;
  readonly safe: boolean;
  /** The folder of `@numberbox/node-red`. */
  readonly nodes: string;
  readonly say: (line: string) => void;
}

/** A function node that computes for longer is ended with an error: the other flows go on. In seconds. */
const FUNCTION_SECONDS = 10;
/** Node-RED's own levels (`@node-red/util`): 20 error, 30 warning, 40 information. */
const INFO = 40;

const entry = z.object({
  level: z.number(),
  msg: z.unknown(),
  id: z.unknown().optional(),
  type: z.unknown().optional(),
});

/** Only what the runtime itself says; what a node says may hold a message. */
export function sayRuntime(say: (line: string) => void) {
  return (value: unknown): void => {
    const parsed = entry.safeParse(value);
    if (!parsed.success || parsed.data.id !== undefined || parsed.data.level > INFO) return;
    const { msg } = parsed.data;
    // Node's permission model knows no fsync; Node-RED tells it of each file, and keeps the copy before.
    if (typeof msg === "string" && msg.includes("fsync API is disabled")) return;
    // An error that nobody caught: its text may be of a flow.
    if (typeof msg === "string") say(msg.split("\n")[0]?.slice(0, 200) ?? "");
    else if (msg instanceof Error) say(`error ${msg.name}`);
  };
}

export function runtimeSettings({ folder, access, root, safe, nodes, say }: RuntimeSettings): object {
  return {
    userDir: folder,
    nodesDir: nodes,
    flowFile: "flows.json",
    flowFilePretty: true,
    safeMode: safe,
    httpAdminRoot: root,
    // `http in` would answer strangers, or run a flow's pages beside the console.
    httpNodeRoot: false,
    // The console in front has signed the owner in; nobody else reaches the socket.
    adminAuth: null,
    numberbox: { access },
    telemetry: { enabled: false, updateNotification: false },
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false, allowUpload: false, allowUpdate: false },
      modules: { allowInstall: false },
    },
    functionExternalModules: false,
    functionTimeout: 0,
    globalFunctionTimeout: FUNCTION_SECONDS,
    // `exec` and reading any file are not for flows of this box.
    nodesExcludes: ["90-exec.js"],
    diagnostics: { enabled: false, ui: false },
    runtimeState: { enabled: false, ui: false },
    apiMaxLength: "5mb",
    debugMaxLength: 1000,
    nodeMessageBufferMaxLength: 1000,
    mqttReconnectTime: 5000,
    editorTheme: {
      page: { title: "Numberbox flows" },
      header: { title: "Numberbox flows" },
      tours: false,
      projects: { enabled: false },
      palette: { catalogues: [] },
    },
    logging: {
      numberbox: { level: "info", metrics: false, audit: false, handler: () => sayRuntime(say) },
    },
  };
}
