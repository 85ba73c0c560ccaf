// Renters with an open WebSocket each: they sign in with their keys as every renter does, and write down when a message came.

import { WebSocket } from "ws";
import { fromBase64url, toBase64url, utf8 } from "../../src/base/index.ts";
import { createSystemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom as random } from "../../src/base/system-random.ts";
import { authReply, challengeReply, wsServerFrame } from "../../src/protocol/index.ts";
import { machineTime } from "./measure.ts";
import { serve } from "./worker.ts";

const suite = createSystemCrypto();
/** Sign-ins at the same time. */
const AT_ONCE = 32;

const sockets: WebSocket[] = [];
/** By the id of a message: when its frame was here, in milliseconds of the machine's clock. */
const arrived = new Map<string, number>();
let lost = 0;

async function post(port: number, path: string, body: unknown): Promise<unknown> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

export async function signIn(
  port: number,
  seed: Uint8Array,
): Promise<{ readonly token: string; readonly pubkey: string }> {
  const pubkey = toBase64url(suite.ed25519Public(seed));
  const { challenge } = challengeReply.parse(await post(port, "/auth/challenge", { pubkey }));
  const signature = toBase64url(suite.ed25519Sign(seed, utf8(challenge)));
  const { token } = authReply.parse(await post(port, "/auth", { pubkey, challenge, signature }));
  return { token, pubkey };
}

async function open(port: number, token: string): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", (code) => {
      lost++;
      reject(new Error(`the socket was closed with ${code}`));
    });
    socket.on("open", () => socket.send(JSON.stringify({ type: "auth", token })));
    socket.on("message", (data) => {
      const at = machineTime();
      const frame = wsServerFrame.parse(JSON.parse(String(data)));
      if (frame.type === "ready") resolve();
      else if (frame.type === "sms") arrived.set(frame.id, at);
      else if (frame.type === "error") reject(new Error(`${frame.code}: ${frame.error}`));
    });
  });
  sockets.push(socket);
}

export const socketOperations = {
  /** Opens a socket for each seed, and for `more` renters who have no rental. Returns the milliseconds it took. */
  async open(order: {
    readonly port: number;
    readonly seeds: readonly string[];
    readonly more: number;
  }): Promise<number> {
    const strangers = Array.from({ length: order.more }, () => random.bytes(32));
    const seeds = [...order.seeds.map((seed) => fromBase64url(seed)), ...strangers];
    const begun = machineTime();
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let seed = seeds[next++]; seed !== undefined; seed = seeds[next++])
        await open(order.port, (await signIn(order.port, seed)).token);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return machineTime() - begun;
  },
  /** When each message came. */
  arrivals(): readonly (readonly [id: string, at: number])[] {
    return [...arrived];
  },
  /** Sockets that the relay closed. */
  lost(): number {
    return lost;
  },
  close(): void {
    for (const socket of sockets) socket.terminate();
  },
};

export type SocketOperations = typeof socketOperations;

if (process.send !== undefined) serve(socketOperations);
