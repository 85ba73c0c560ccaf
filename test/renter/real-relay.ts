// The real relay node in this process, with one provider, for tests of the renter's side.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, silentLogger, toBase64url } from "../../src/base/index.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { MailboxMessage, RelayVoice, RentalGrant } from "../../src/protocol/index.ts";
import { type RelayLimits, startRelay } from "../../src/relay/index.ts";
import { provider, suite } from "./fixtures.ts";

export interface RealRelay {
  readonly url: string;
  grant(grant: RentalGrant): Promise<void>;
  /** `delivered`, `queued` or `duplicate`. */
  forward(message: MailboxMessage): Promise<string>;
  /** The seed's short form. */
  forwardShort(message: MailboxMessage): Promise<string>;
  stop(): Promise<void>;
}

async function send(method: string, url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const reply: unknown = await response.json();
  if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(reply)}`);
  return reply;
}

export async function startRealRelay(
  clock: Clock,
  limits: Partial<RelayLimits> = {},
  voice: RelayVoice | null = null,
): Promise<RealRelay> {
  const dataFolder = mkdtempSync(join(tmpdir(), "renter-relay-"));
  const relay = await startRelay({
    listen: { host: "127.0.0.1", port: 0 },
    dataFolder,
    providers: [{ verify: toBase64url(provider.verify), name: "provider123" }],
    version: "test",
    limits,
    voice: () => voice,
    clock,
    random: systemRandom,
    crypto: suite,
    log: silentLogger,
  });
  const status = (reply: unknown): string => (reply as { status: string }).status;
  return {
    url: relay.url,
    grant: async (grant) => {
      await send("PUT", `${relay.url}/rentals/${grant.rental_id}`, grant);
    },
    forward: async ({ v, id, listing_id, rental_id, seq, ts, envelope, signature }) =>
      status(
        await send("POST", `${relay.url}/forward`, { v, id, listing_id, rental_id, seq, ts, envelope, signature }),
      ),
    forwardShort: async ({ listing_id, envelope, signature }) =>
      status(await send("POST", `${relay.url}/forward`, { listing_id, envelope, signature })),
    stop: async () => {
      await relay.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
