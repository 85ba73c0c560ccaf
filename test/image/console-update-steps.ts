// An update as an owner does it: a bundle of a higher version is handed in over the REST API, installed and started on trial, and the box
// itself says in the end that it is kept. Only a bundle whose program reports the higher version shows that: it is built for this.

import { open } from "node:fs/promises";
import { request } from "node:https";
import { z } from "zod";
import { updateUploaded, updateView } from "../../src/protocol/index.ts";
import { type Machine, pause } from "./machine.ts";
import type { Figures } from "./steps.ts";
import { until } from "./usb-disk.ts";
import type { World } from "./world.ts";

const ACCESS = "/var/lib/numberbox/local-access.json";
const PIECE = 8 * 1024 * 1024;
/** Of one piece, in milliseconds: an emulated machine takes its time over TLS. */
const PIECE_LIMIT = 180_000;
/** Minutes of an emulated machine: to write half a card, and from the restart to the end of the trial. */
const WRITING = 45;
const TRIAL = 60;

export interface ConsoleUpdateTools {
  readonly world: World;
  /** Makes or finds the bundle that comes after `version`; resolves with its file and the version in it. */
  readonly bundleAfter: (version: string) => Promise<{ readonly file: string; readonly version: string }>;
}

const access = z.object({ token: z.string() });
const slotStatus = z.object({ current: z.string(), default: z.string(), trying: z.boolean() });

async function view(world: World) {
  return updateView.parse(JSON.parse(await world.api("GET", "/update")));
}

async function slots(world: World) {
  const text = await world.running.run("/usr/lib/numberbox-image/boot-slot status");
  return slotStatus.parse(JSON.parse(text.slice(text.indexOf("{"))));
}

/** One piece, from outside of the machine as a browser sends it. Returns how much of the bundle is there. */
function sendPiece({ options }: Machine, token: string, offset: number, piece: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: "127.0.0.1", port: options.httpsPort, method: "POST", rejectUnauthorized: false },
        ...{ path: `/api/v1/update/upload?offset=${offset}`, timeout: PIECE_LIMIT },
        headers: {
          ...{ host: "numberbox.local", authorization: `Bearer ${token}` },
          ...{ "content-type": "application/octet-stream", "content-length": piece.length },
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode !== 200) return reject(new Error(`a piece at ${offset}: ${answer.statusCode} ${text}`));
          return resolve(updateUploaded.parse(JSON.parse(text)).size);
        });
      },
    );
    asked.on("timeout", () => asked.destroy(new Error(`a piece at ${offset}: no answer`)));
    asked.on("error", reject);
    asked.end(piece);
  });
}

async function handIn(world: World, file: string): Promise<void> {
  const { token } = access.parse(JSON.parse(await world.running.run(`cat ${ACCESS}`)));
  const bundle = await open(file);
  try {
    const { size } = await bundle.stat();
    for (let at = 0; at < size; ) {
      const piece = Buffer.alloc(Math.min(PIECE, size - at));
      await bundle.read(piece, 0, piece.length, at);
      const there = await sendPiece(world.running, token, at, piece);
      if (there !== at + piece.length) throw new Error(`${there} bytes are there, ${at + piece.length} were sent`);
      at = there;
    }
  } finally {
    await bundle.close();
  }
}

/** Installs what was handed in; ends when the box says that it can be started. */
async function install(world: World, version: string): Promise<void> {
  await world.api("POST", "/update/install", { source: "upload" });
  const end = await until(
    "the bundle is installed, or refused",
    async () => {
      const now = await view(world);
      return now.phase === "installed" || now.problem !== null ? now : null;
    },
    WRITING,
  );
  if (end.phase !== "installed" || end.target !== version) throw new Error(`${end.phase}, ${end.problem}`);
  if (end.handed_in !== 0) throw new Error("the bundle is still on the card");
}

/** One answer that does not come in time is no restart. */
async function isDown(machine: Machine): Promise<true | null> {
  for (let looks = 0; looks < 2; looks++) {
    if ((await machine.get("/health")).status === 200) return null;
    await pause(3000);
  }
  return true;
}

/** Starts the new system; ends when the box says how the trial ended. Returns whether the trial itself was seen. */
async function tryIt(world: World, from: string, version: string): Promise<boolean> {
  const machine = world.running;
  const before = (await view(world)).history.length;
  await world.api("POST", "/update/restart");
  await until("the restart", () => isDown(machine), 10);
  let seen = false;
  const end = await until(
    "the end of the trial",
    async () => {
      // The shell of before a restart answers nothing: the machine may have gone back meanwhile.
      await machine.ready();
      const now = await view(world);
      if (now.phase === "trying" && now.version === version) seen = true;
      return now.history.length > before && now.phase === "idle" ? now : null;
    },
    TRIAL,
  );
  const [last] = end.history;
  const isKept = last?.result === "confirmed" && last.version === version && last.from === from;
  if (!isKept || end.version !== version) throw new Error(`told as ${JSON.stringify(last)} by ${end.version}`);
  return seen;
}

export async function consoleUpdate({ world, bundleAfter }: ConsoleUpdateTools): Promise<Figures> {
  await world.setUp();
  // Slots and relay are at work before it: they are what the trial waits for.
  await world.read(world.send(), 10);
  const [{ version: from }, before] = [await view(world), await slots(world)];
  const { file, version } = await bundleAfter(from);
  const begun = performance.now();
  const seconds = () => Math.round((performance.now() - begun) / 1000);
  await handIn(world, file);
  const handedIn = seconds();
  await install(world, version);
  const installed = seconds();
  const seen = await tryIt(world, from, version);
  if (!seen) throw new Error("the trial was never told");
  // The machine does what the box decided a moment later.
  await until("the new slot is the one that starts", async () => {
    const now = await slots(world);
    return now.current !== before.current && now.default === now.current && !now.trying ? true : null;
  });
  const said = (await world.running.run("numberbox --version")).trim();
  if (said !== version) throw new Error(`the program says ${said}`);
  await world.read(world.send(), 10);
  return {
    ...{ from, to: version, "seconds to hand in": handedIn, "to installed": installed },
    "to kept": seconds(),
  };
}
