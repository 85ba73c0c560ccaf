// A whole box in this process: simulated modems on lines inside the process, a real relay, real files, the real clock.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type BoxDeps, type BoxHandle, startBox, startRelayRole } from "../../src/app/index.ts";
import { deferred, toBase64url } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig, parseRelayConfig } from "../../src/config/index.ts";
import type { LiveFrame } from "../../src/protocol/index.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { SimBoard, simLinkOpener } from "../sim/modem/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

export const parts = { version: "test", clock: systemClock, random: systemRandom, suite: systemCrypto };

export interface BoxRigOptions {
  readonly folder?: string;
  readonly relayUrl?: string;
  readonly slots?: number;
  readonly listen?: string;
  readonly board?: SimBoard;
  /** More sections of the configuration. */
  readonly sections?: object;
  readonly machine?: BoxDeps["machine"];
  readonly version?: string;
}

export function newBoard(slots = 2): SimBoard {
  const board = new SimBoard({ slots, seed: "app", clock: systemClock, log: new RecordingLogger() });
  onTestFinished(() => board.stop());
  return board;
}

/** Empty pages, so that the console's build is not needed. */
function pagesFolder(): string {
  const pages = join(tempFolder(), "pages");
  mkdirSync(pages);
  writeFileSync(join(pages, "index.html"), "<!doctype html>");
  return pages;
}

export async function openBox(
  options: BoxRigOptions = {},
): Promise<{ box: BoxHandle; log: RecordingLogger; folder: string }> {
  const { folder = tempFolder(), slots = 2, board = newBoard(slots), listen = "127.0.0.1:0" } = options;
  // Nothing listens on the discard port.
  const { relayUrl = "http://127.0.0.1:9" } = options;
  const numbers = Array.from({ length: slots }, (_, at) => String(at + 1));
  const config = parseBoxConfig(
    JSON.stringify({
      slots: numbers.map((id) => ({ id, port: `sim://slot/${id}` })),
      lines: numbers.map((id) => ({ id: `line-${id}`, number: `+1555010${id}`, slot: id })),
      relay: { url: relayUrl },
      web: { listen },
      ...options.sections,
    }),
    "the test's configuration",
  );
  const log = new RecordingLogger();
  const openSimLink = simLinkOpener(board);
  const { machine, version = parts.version } = options;
  const more = machine === undefined ? { version } : { version, machine };
  const box = await startBox({ ...parts, ...more, config, dataFolder: folder, log, pages: pagesFolder(), openSimLink });
  onTestFinished(() => box.stop());
  return { box, log, folder };
}

export async function openRelay(
  provider: Uint8Array,
  folder = tempFolder(),
): Promise<{ url: string; stop(): Promise<void> }> {
  const config = parseRelayConfig(
    JSON.stringify({ listen: "127.0.0.1:0", providers: [{ name: "box", verify: toBase64url(provider) }] }),
    "the test's relay",
  );
  const relay = await startRelayRole({ ...parts, config, dataFolder: folder, log: new RecordingLogger() });
  onTestFinished(() => relay.stop());
  return relay;
}

/** Resolves with the first frame that `wanted` accepts; tell it of the present state by `now`. */
export function frameOf(box: BoxHandle, wanted: (frame: LiveFrame) => boolean): Promise<LiveFrame> {
  const found = deferred<LiveFrame>();
  const leave = box.console.onChange((frame) => {
    if (!wanted(frame)) return;
    leave();
    found.resolve(frame);
  });
  return found.promise;
}

export async function ready(box: BoxHandle): Promise<void> {
  const waiting = box.slots().filter((slot) => slot.state !== "ready");
  await Promise.all(
    waiting.map(({ id }) =>
      frameOf(box, (frame) => frame.type === "slot" && frame.slot.id === id && frame.slot.state === "ready"),
    ),
  );
}
