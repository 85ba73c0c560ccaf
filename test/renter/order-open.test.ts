// An order that changes a rental and is not finished: asking again must not pay again.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { toBase64url } from "../../src/base/index.ts";
import { publicKeysToText } from "../../src/envelope/index.ts";
import type { OrderFile } from "../../src/renter/index.ts";
import { CommandRun } from "./command-run.ts";
import { provider, RENTAL, renter } from "./fixtures.ts";

const ORDER = "ab".repeat(16);
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "renter-order-open-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function keep(kind: "renew" | "upgrade", done?: string): void {
  const folder = join(root, ".local/state/numberbox/renter/orders");
  mkdirSync(folder, { recursive: true });
  const order: OrderFile = {
    ...{ v: 1, relay: "http://127.0.0.1:9", keyfile: join(root, "none.key.json"), ticket: null },
    ...{ provider: toBase64url(provider.verify), rental: 50_000, per_sms: 0, ...(done === undefined ? {} : { done }) },
    request: {
      ...{ order_id: ORDER, listing_id: "a1b2c3d4e5f64a7b", tier: "sms_only", duration: "daily", sms: 0 },
      ...{ renter: publicKeysToText(renter), payment: { method: "emc" }, envelope_version: 1 },
      change: { kind, rental_id: RENTAL },
    },
  };
  writeFileSync(join(folder, `${ORDER}.json`), JSON.stringify(order));
}

async function renew(...more: readonly string[]): Promise<string> {
  const command = new CommandRun(root, ["renew", RENTAL, ...more]);
  expect(await command.done).toBe(1);
  return command.stderr;
}

it("is named, with the way to go on, before anything is asked or paid", async () => {
  keep("renew");
  const said = await renew();
  expect(said).toMatch(/^market\.order_open: /);
  expect(said).toContain(`renter rent --resume ${ORDER}`);
});

it.each([
  ["when it is done", "renew", "granted", []],
  ["when it is another change", "upgrade", undefined, []],
  ["when the renter says so", "renew", undefined, ["--anew"]],
] as const)("stands in nobody's way %s", async (_when, kind, done, more) => {
  keep(kind, done);
  // The key is not there any more, which is found out later.
  expect(await renew(...more)).not.toContain("market.order_open");
});
