// A box that is started anew in this process: its runner, its configuration file, and REST as its owner uses it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { BoxRunner, readLocalAccess } from "../../src/app/index.ts";
import type { SettingsView } from "../../src/protocol/index.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { type SimBoard, simLinkOpener } from "../sim/modem/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { parts } from "./box-rig.ts";

export interface RunnerRig {
  readonly runner: BoxRunner;
  readonly folder: string;
  readonly file: string;
  readonly log: RecordingLogger;
  readonly levels: string[];
  text(): string;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; json: Record<string, unknown> }>;
  settings(): Promise<SettingsView>;
}

function emptyPages(): string {
  const pages = join(tempFolder(), "pages");
  mkdirSync(pages);
  writeFileSync(join(pages, "index.html"), "<!doctype html>");
  return pages;
}

export interface RunnerOptions {
  readonly folder?: string;
  readonly board?: SimBoard;
  /** Built pages; empty ones unless given. */
  readonly pages?: string;
}

/** `text` null: no configuration file yet. */
export function openRunner(text: string | null, options: RunnerOptions = {}): RunnerRig {
  const { folder = tempFolder(), board, pages = emptyPages() } = options;
  const file = join(folder, "box.yaml");
  if (text !== null) writeFileSync(file, text);
  const log = new RecordingLogger();
  const levels: string[] = [];
  const runner = new BoxRunner({
    ...{ ...parts, log, dataFolder: folder, configFile: file, pages },
    ...(board === undefined ? {} : { openSimLink: simLinkOpener(board) }),
    onLogLevel: (level) => levels.push(level),
  });
  onTestFinished(() => runner.stop());
  const call: RunnerRig["call"] = async (method, path, body) => {
    const { url, token } = await readLocalAccess(folder);
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json().catch(() => ({}))) as Record<string, unknown> };
  };
  const settings = async (): Promise<SettingsView> => (await call("GET", "/settings")).json as unknown as SettingsView;
  return { runner, folder, file, log, levels, text: () => readFileSync(file, "utf8"), call, settings };
}

/** A TCP port that nobody has just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
