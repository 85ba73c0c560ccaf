// Node-RED itself, in a process of its own: embedded, so that its settings are values of this program and no file of code; served at a
// Unix socket that only the box can reach.

import { chmod, mkdir, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { AppError, type Clock, isAppError, seconds, systemCodeOf, withDeadline, wrapError } from "../base/index.ts";
import { runtimeSettings } from "./runtime-settings.ts";
import { trustBox } from "./trust.ts";

export interface NodeRedOptions {
  /** Flows, credentials and settings of the editor. */
  readonly folder: string;
  /** Where the editor is served. */
  readonly socket: string;
  /** Mode of the socket: whose box may reach the editor. */
  readonly socketMode: number;
  /** The box's access file, read anew for each connection. */
  readonly access: string;
  /** Path of the editor, with a slash at both ends. */
  readonly root: string;
  /** No flow is started. */
  readonly safe: boolean;
  readonly clock: Clock;
  /** A line for the operator; holds nothing of a flow's messages. */
  readonly say: (line: string) => void;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What is used of the package `node-red`, which is JavaScript. */
interface NodeRedPackage {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpAdmin: Handler;
}

export interface RunningNodeRed {
  stop(): Promise<void>;
}

const STOPPING = seconds(5);

/** Errors: `node_red.no_package`, `node_red.not_started`. */
export async function startNodeRed(options: NodeRedOptions): Promise<RunningNodeRed> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  // Without the box's file there is nobody to trust; the nodes say so themselves when they want to reach it.
  await trustBox(options.access, (file) => readFile(file, "utf8")).catch(() => false);
  const red = await load();
  const server = createServer((request, response) => serve(red, options.root, { request, response }));
  red.init(server, runtimeSettings({ ...options, nodes: fileURLToPath(new URL(".", import.meta.url)) }));
  try {
    await red.start();
    await listen(server, options);
  } catch (cause) {
    throw isAppError(cause) ? cause : wrapError(cause, "node_red.not_started", "Node-RED could not start");
  }
  options.say("listens");
  return { stop: () => stop(red, server, options.clock) };
}

async function load(): Promise<NodeRedPackage> {
  try {
    const { default: red } = (await import("node-red")) as unknown as { readonly default: NodeRedPackage };
    return red;
  } catch (cause) {
    throw new AppError("node_red.no_package", "the package node-red is not installed", {
      hint: "Run `npm run setup` in the program's folder.",
      cause,
    });
  }
}

/** Express's way of mounting, without Express: the application sees paths below its root. */
function serve(
  red: NodeRedPackage,
  root: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): void {
  const url = request.url ?? "/";
  if (!url.startsWith(root)) {
    response.writeHead(404).end();
    return;
  }
  Object.assign(request, { originalUrl: url, baseUrl: root.slice(0, -1) });
  request.url = url.slice(root.length - 1);
  red.httpAdmin(request, response);
}

async function listen(server: Server, { socket, socketMode }: NodeRedOptions): Promise<void> {
  // What a killed process has left.
  await rm(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new AppError("node_red.socket", `Node-RED cannot listen on ${socket} (${systemCodeOf(cause) ?? "?"})`, {
          hint: "A socket's path has at most 107 bytes; set node_red.socket to a shorter one.",
          cause,
        }),
      );
    });
    server.listen(socket, () => resolve());
  });
  await chmod(socket, socketMode);
}

async function stop(red: NodeRedPackage, server: Server, clock: Clock): Promise<void> {
  server.close();
  server.closeAllConnections();
  await withDeadline(red.stop(), { clock, timeout: STOPPING, what: "Node-RED stopping" }).catch(() => {});
}
