// `numberbox node-red`: Node-RED with this package's nodes. The box starts it as a child, or systemd as a service of its own user.

import { join } from "node:path";
import type { Command } from "commander";
import { AppError } from "../../base/index.ts";
import { systemClock } from "../../base/system-clock.ts";
import { startNodeRed } from "../../node-red/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";

interface Options {
  readonly folder?: string;
  readonly socket?: string;
  readonly access?: string;
  readonly root: string;
  readonly safe?: boolean;
  readonly child?: boolean;
}

/** A child's socket is for the box's user alone; a service's for its group, which the box belongs to. */
const MODE = { child: 0o600, service: 0o660 };

function needed(value: string | undefined, folder: string | undefined, name: string, option: string): string {
  if (value !== undefined) return value;
  if (folder !== undefined) return join(folder, name);
  throw new AppError("bin.usage", `${option} is missing`, {
    hint: "Under systemd StateDirectory, RuntimeDirectory and LoadCredential say it; else give the option.",
  });
}

/** Resolves when this process is to end: by a signal, or as a child because the box is gone. */
function ended(io: CliIo, child: boolean): Promise<void> {
  return new Promise((resolve) => {
    io.signal.addEventListener("abort", () => resolve(), { once: true });
    if (!child) return;
    process.stdin.on("error", () => {});
    process.stdin.once("close", () => resolve());
    process.stdin.once("end", () => resolve());
    process.stdin.resume();
  });
}

async function run(io: CliIo, options: Options): Promise<void> {
  const { child = false, safe = false, root } = options;
  process.umask(child ? 0o077 : 0o007);
  const red = await startNodeRed({
    folder: needed(options.folder, io.env.STATE_DIRECTORY, "flows", "--folder"),
    socket: needed(options.socket, io.env.RUNTIME_DIRECTORY, "editor.sock", "--socket"),
    access: needed(options.access, io.env.CREDENTIALS_DIRECTORY, "box", "--access"),
    socketMode: child ? MODE.child : MODE.service,
    ...{ root, safe, clock: systemClock },
    say: (line) => {
      if (line !== "") io.err(`node-red: ${line}\n`);
    },
  });
  await ended(io, child);
  await red.stop();
  // A flow may hold timers and sockets that nobody closes.
  process.exit(0);
}

export function registerNodeRed(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  program
    .command("node-red")
    .description("run Node-RED with the box's nodes (the box starts it by itself where node_red.run is child)")
    .option("--folder <folder>", "flows, credentials and settings (default: flows in STATE_DIRECTORY)")
    .option("--socket <file>", "Unix socket of the editor (default: editor.sock in RUNTIME_DIRECTORY)")
    .option("--access <file>", "the box's access file (default: box in CREDENTIALS_DIRECTORY)")
    .option("--root <path>", "path of the editor", "/flows/")
    .option("--safe", "open the editor without starting any flow")
    .option("--child", "end when standard input ends")
    .action(async (options: Options) => await run(io, options));
}
