// What was answered with 200 survives SIGKILL, exactly once, however often the box and the relay have to try.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hours, silentLogger, toBase64url, utf8 } from "../../src/base/index.ts";
import {
  authReply,
  challengeReply,
  mailboxPage,
  type RentalGrant,
  type WireMessage,
} from "../../src/protocol/index.ts";
import { createRelayClient, type RelayClient } from "../../src/relay/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { grantOf, messageOf, provider, renter, signWith, verifyOf } from "./fixtures.ts";

const SCRIPT = fileURLToPath(new URL("./relay-process.ts", import.meta.url));
const MESSAGES = 400;
// The process lives by the real clock: a rental of these tests never ends.
const grant: RentalGrant = grantOf({ expiresAt: 4_000_000_000 });

class KillableRelay {
  #child: ChildProcess | null = null;
  url = "";

  async start(folder: string): Promise<void> {
    const child = spawn(process.execPath, [SCRIPT, folder, "0"], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    this.url = line.toString().trim();
  }

  async kill(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    this.#child = null;
  }
}

async function post(url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

/** Everything that waits for the renter, in order. */
async function readAll(url: string): Promise<readonly (number | null)[]> {
  const pubkey = verifyOf(renter);
  const { challenge } = challengeReply.parse(await post(`${url}/auth/challenge`, { pubkey }));
  const signature = toBase64url(signWith(renter)(utf8(challenge)));
  const { token } = authReply.parse(await post(`${url}/auth`, { pubkey, challenge, signature }));
  const seqs: (number | null)[] = [];
  for (let after = 0, more = true; more; ) {
    const answer = await fetch(`${url}/sms?limit=100&after=${after}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const page = mailboxPage.parse(await answer.json());
    seqs.push(...page.messages.map((message) => message.seq));
    ({ next: after, more } = page);
  }
  return seqs;
}

describe("a relay that is killed", () => {
  const relay = new KillableRelay();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "numberbox-relay-kill-"));
    await relay.start(folder);
  });
  afterEach(async () => {
    await relay.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  function clientOf(url: string): RelayClient {
    const identity = { verify: verifyOf(provider), sign: signWith(provider) };
    return createRelayClient({
      url,
      random: new SeededRandom("doors"),
      identity,
      clock: new VirtualClock(),
      log: silentLogger,
      timeout: hours(1),
    });
  }

  /** Forwards `messages` eight at a time until all are tried; kills the relay after `fatal` were accepted. Returns what was accepted. */
  async function forwardUntilKilled(messages: readonly WireMessage[], fatal: number): Promise<ReadonlySet<number>> {
    const client = clientOf(relay.url);
    const { signal } = new AbortController();
    const accepted = new Set<number>();
    const left = [...messages];
    let killed: Promise<void> | undefined;
    const work = async (): Promise<void> => {
      for (let message = left.shift(); message !== undefined; message = left.shift()) {
        const outcome = await client.forward(message, signal);
        if (outcome.kind !== "accepted") return;
        accepted.add(message.seq);
        if (accepted.size === fatal) killed = relay.kill("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    await killed;
    client.stop();
    return accepted;
  }

  it("has lost nothing it answered for, and doubles nothing that is sent again", async () => {
    const client = clientOf(relay.url);
    expect(await client.register(grant, new AbortController().signal)).toEqual({ kind: "registered" });
    client.stop();
    const messages = Array.from({ length: MESSAGES }, (_, index) => messageOf({ seq: index + 1, ts: 1_700_000_000 }));
    const safe = new Set<number>();
    for (const fatal of [1, 37, 120]) {
      const left = messages.filter((message) => !safe.has(message.seq));
      const accepted = await forwardUntilKilled(left, fatal);
      expect(accepted.size).toBeGreaterThanOrEqual(fatal);
      for (const seq of accepted) safe.add(seq);
      await relay.start(folder);
      expect(await readAll(relay.url)).toEqual(expect.arrayContaining([...safe]));
    }
    // The box sends everything once more, as after a restore.
    await forwardUntilKilled(messages, MESSAGES + 1);
    const seqs = await readAll(relay.url);
    expect(seqs.toSorted((a, b) => Number(a) - Number(b))).toEqual(messages.map((message) => message.seq));
  });

  it("ends by itself when it is asked to", async () => {
    await relay.kill("SIGTERM");
    await expect(fetch(`${relay.url}/info`)).rejects.toThrow();
  });
});
