// The demo as a newcomer uses it: start, send, read, Ctrl-C, start again.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { DemoFacts } from "../../src/app/index.ts";
import { Numberbox, numberbox } from "./processes.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-demo-test-"));
const data = join(folder, "data");

async function startDemo(): Promise<{ demo: Numberbox; facts: DemoFacts }> {
  const demo = Numberbox.start(["demo"], { NUMBERBOX_DATA: data });
  await demo.firstLine();
  while (!demo.out.includes("Ctrl-C ends everything") && demo.alive)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return { demo, facts: JSON.parse(readFileSync(join(data, "demo.json"), "utf8")) as DemoFacts };
}

async function send(facts: DemoFacts, slot: number, body: string): Promise<void> {
  const response = await fetch(`${facts.simulator_url}/slots/${slot}/sms`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ from: "+15550100", body }),
  });
  expect(response.status).toBe(202);
}

/** Asks as a renter would, a few times: the message is on its way through the whole field. */
async function inboxWith(
  facts: DemoFacts,
  count: number,
): Promise<readonly { body: string; to: string; verified: boolean }[]> {
  const args = [
    "renter",
    "inbox",
    "--json",
    "--keyfile",
    facts.renter_keyfile,
    "--relay",
    facts.relay_url,
    "--state",
    join(folder, "renter"),
  ];
  for (let look = 0; look < 20; look++) {
    const { code, out, err } = await numberbox(args);
    expect(err).toBe("");
    expect(code).toBe(0);
    const lines = out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
    if (lines.length >= count) return lines;
  }
  throw new Error("the message did not arrive");
}

describe("npm start", () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("brings an SMS from each of the eight slots to the renter, ends on Ctrl-C, and goes on where it was", async () => {
    const first = await startDemo();
    expect(first.facts.slots).toHaveLength(8);
    for (const [at] of first.facts.slots.entries()) await send(first.facts, at + 1, `first run, slot ${at + 1}`);
    const read = await inboxWith(first.facts, 8);
    expect(read.map((line) => line.body).sort()).toEqual(
      Array.from({ length: 8 }, (_, i) => `first run, slot ${i + 1}`),
    );
    expect(read.every((line) => line.verified)).toBe(true);
    for (const [at, slot] of first.facts.slots.entries()) {
      expect(read.find((line) => line.body === `first run, slot ${at + 1}`)?.to).toBe(slot.line);
    }
    // Sent in the moment of Ctrl-C: it must be there after the next start.
    await send(first.facts, 2, "sent just before the end");
    expect(await first.demo.stop()).toBe(0);

    const second = await startDemo();
    expect(second.facts.admin_password).toBe(first.facts.admin_password);
    expect(second.facts.relay_url).toBe(first.facts.relay_url);
    await send(second.facts, 1, "second run");
    const all = await inboxWith(second.facts, 10);
    expect(all.map((line) => line.body)).toContain("sent just before the end");
    expect(all).toHaveLength(10);
    expect(await second.demo.stop()).toBe(0);
  });

  it("serves the console, and refuses a second demo on the same folder with a coded error", async () => {
    const { demo, facts } = await startDemo();
    const page = await fetch(facts.console_url);
    expect(page.headers.get("content-type")).toContain("text/html");
    const overview = await fetch(`${facts.console_url}/api/v1/overview`, {
      headers: { authorization: `Bearer ${facts.api_token}` },
    });
    expect(overview.status).toBe(200);
    const other = await numberbox(["demo"], { NUMBERBOX_DATA: data });
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/^app\.folder_in_use: /);
    expect(await demo.stop()).toBe(0);
  });
});
