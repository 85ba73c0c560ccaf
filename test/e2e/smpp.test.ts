// A rack behind an SMPP account and a box process, a relay and a renter: sessions end in the middle of a window, the box is killed, its
// disk fills up. Every SMS reaches its renter exactly once.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { seconds } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { SimSmsc, type SmscMessage, SmscServer, textMessage, writtenMessage } from "../sim/smsc/index.ts";
import type { Field } from "./field.ts";
import { eventsOf, numbered, overviewOf, slotOf, startAll, until, withField } from "./field-watch.ts";
import { SmallDisk } from "./small-disk.ts";

const PASSWORD = "s3cret-w0rd";
const NUMBERS = ["+12025550201", "+12025550202"] as const;
const LINES = NUMBERS.map((number, at) => ({ id: `rack-${at + 1}`, number, slot: "rack" }));
const canMount = SmallDisk.available();

async function withRack(work: (field: Field, smsc: SimSmsc) => Promise<void>): Promise<void> {
  const smsc = new SimSmsc({ clock: systemClock, password: PASSWORD, window: 10, retryAfter: seconds(1) });
  const server = new SmscServer(smsc);
  const smpp = { url: await server.start(), system_id: "numberbox", password_file: "../smpp.password" };
  const others = { slots: [{ id: "rack", smpp }], lines: LINES };
  try {
    await withField({ slots: 1, seed: "smpp", others }, async (field) => {
      writeFileSync(join(field.folder, "smpp.password"), `${PASSWORD}\n`);
      await work(field, smsc);
      expect(field.outputs.join("\n")).not.toContain(PASSWORD);
    });
  } finally {
    await server.stop();
  }
}

const sendAll = (smsc: SimSmsc, to: string, bodies: readonly string[]): void =>
  smsc.send(...bodies.map((body) => textMessage(body, { to: to.slice(1) })));

/** One text as the parts that sar_ parameters make, out of order. */
function inParts(texts: readonly string[]): readonly SmscMessage[] {
  const parts = texts.map((text, at) => {
    const tlvs = [
      [0x020c, Buffer.of(1, 2)] as const,
      [0x020e, Buffer.of(texts.length)] as const,
      [0x020f, Buffer.of(at + 1)] as const,
    ];
    return textMessage(text, { to: NUMBERS[0].slice(1), tlvs });
  });
  return parts.reverse();
}

/** What the renter has of one line, sorted. */
async function readOf(field: Field, number: string): Promise<readonly string[]> {
  const read = await field.inbox();
  return read.flatMap((line) => (line.type === "sms" && line.to === number ? [line.body] : [])).sort();
}

async function expectAll(
  field: Field,
  smsc: SimSmsc,
  sent: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  await until("an empty message centre", () => smsc.idle, 900);
  await until("an empty outbox", async () => (await overviewOf(field)).outbox.depth === 0, 900);
  for (const [number, bodies] of Object.entries(sent)) expect(await readOf(field, number)).toEqual([...bodies].sort());
}

describe("an SMPP account", () => {
  it("whose gateway unbinds and hangs up in mid-window, while the box is killed, delivers every SMS once", async () => {
    await withRack(async (field, smsc) => {
      await startAll(field);
      const slot = await until("the account", async () => {
        const seen = await slotOf(field, "rack");
        return seen.state === "ready" && seen;
      });
      expect(slot).toMatchObject({
        kind: "smpp",
        manufacturer: "SMPP",
        model: "sim-smsc",
        firmware: "3.4",
        line: null,
      });
      smsc.faults.push(
        { kind: "unbind", after: 25 },
        { kind: "unbind", after: 14, deaf: true },
        { kind: "drop", after: 33 },
        { kind: "cut", after: 21 },
      );
      const [one, two] = [numbered("one", 150), numbered("two", 150)];
      one.forEach((body, at) => {
        sendAll(smsc, NUMBERS[0], [body]);
        sendAll(smsc, NUMBERS[1], two.slice(at, at + 1));
      });
      // The running session had no fault of its own.
      smsc.session?.unbind();
      for (const kill of [80, 200]) {
        await until(`${kill} acknowledged`, () => smsc.acknowledged.length >= kill, 900);
        await field.killBox();
        await field.startBox();
      }
      await expectAll(field, smsc, { [NUMBERS[0]]: one, [NUMBERS[1]]: two });
      expect(Math.max(...smsc.sent.values())).toBeGreaterThan(1);

      const same = Array.from({ length: 20 }, () => "the same text");
      sendAll(smsc, NUMBERS[0], same);
      const long = "long ".repeat(300).trim();
      smsc.send(writtenMessage({ from: "Shop", to: NUMBERS[0], body: long }), ...inParts(["in ", "three ", "parts"]));
      await expectAll(field, smsc, { [NUMBERS[0]]: [...one, ...same, long, "in three parts"] });
    });
  });

  it("whose password is wrong is told in the console, with the remedy", async () => {
    await withRack(async (field) => {
      writeFileSync(join(field.folder, "smpp.password"), "wrong\n");
      await field.startBox();
      const { problem } = await until("the refusal", async () => {
        const seen = await slotOf(field, "rack");
        return seen.state === "down" && seen;
      });
      expect(problem).toMatchObject({ code: "smpp.wrong_password" });
      expect(problem?.hint).toContain("password file");
    });
  });

  const name = canMount ? "" : " (skipped: needs root, to mount a small tmpfs)";
  it.skipIf(!canMount)(`keeps its SMS in the gateway while the box's disk is full${name}`, async () => {
    await withRack(async (field, smsc) => {
      const disk = SmallDisk.mount(field.boxData, 8);
      try {
        await startAll(field);
        sendAll(smsc, NUMBERS[0], ["early"]);
        await expectAll(field, smsc, { [NUMBERS[0]]: ["early"] });
        disk?.fill();
        const late = numbered("late", 40);
        sendAll(smsc, NUMBERS[0], late);
        await until("refusals", () => smsc.refused.length >= 40);
        expect(new Set(smsc.refused.map(({ status }) => status))).toEqual(new Set([0x64]));
        expect((await eventsOf(field)).map(({ code }) => code)).toContain("intake.paused");
        expect((await slotOf(field, "rack")).state).toBe("ready");
        disk?.free();
        await expectAll(field, smsc, { [NUMBERS[0]]: ["early", ...late] });
      } finally {
        await field.killBox();
        disk?.unmount();
      }
    });
  });
});
