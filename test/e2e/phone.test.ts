// An Android phone at a real box: wrong signatures, replays, SMS told twice, a burst on both SIMs while the disk is full and the box is
// killed. In the end everything has been read exactly once, and nothing of it lies about.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { seconds, toBase64, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { phoneInvitation, phonesReply } from "../../src/protocol/index.ts";
import { type SimPhoneHandle, startSimPhone } from "../sim/android/index.ts";
import type { Field } from "./field.ts";
import { eventsOf, numbered, overviewOf, slotOf, startAll, until, withField } from "./field-watch.ts";
import { SmallDisk } from "./small-disk.ts";

const canMount = SmallDisk.available();
const SENDER = "+15550173942";
const SECRET = "zebra-quagmire-4471";

async function startPhone(): Promise<SimPhoneHandle> {
  const numbers = ["+12025560101", "+12025560102"];
  return await startSimPhone({ clock: systemClock, random: systemRandom, retryBase: seconds(0.2), numbers });
}

/** Registers the phone over REST; the box sets it up by its server, and it reports after a restart of the app. */
async function register(field: Field, handle: SimPhoneHandle) {
  const body = JSON.stringify({ name: "pixel", api: handle.access });
  const made = phoneInvitation.parse(await field.api("phones", { method: "POST", body }));
  handle.phone.restart();
  await until("the phone", async () => (await slotOf(field, "p1")).state === "ready" && (await phoneOf(field)).paired);
  return made;
}

async function phoneOf(field: Field) {
  const [phone] = phonesReply.parse(await field.api("phones")).phones;
  if (phone === undefined) throw new Error("no phone is registered");
  return phone;
}

function send(handle: SimPhoneHandle, sim: number, bodies: readonly string[]): void {
  for (const body of bodies) handle.phone.receive(sim, { from: SENDER, body: `${body} ${SECRET}` });
}

async function drained(field: Field, handle: SimPhoneHandle): Promise<void> {
  await until("an empty queue of the phone", () => handle.phone.sender.pending === 0, 1200);
  await until("an empty outbox", async () => (await overviewOf(field)).outbox.depth === 0, 600);
}

/** What the renter has of one SIM, in the order of the texts. */
async function expectRead(field: Field, sent: ReadonlyMap<number, readonly string[]>): Promise<void> {
  const read = await field.inbox();
  for (const [sim, bodies] of sent) {
    const arrived = read.filter(({ to }) => to === field.phoneNumberOf(sim));
    expect(arrived.map(({ body }) => body).sort()).toEqual(bodies.map((body) => `${body} ${SECRET}`).sort());
    expect(new Set(arrived.map(({ type, from }) => `${type} ${from}`))).toEqual(new Set([`sms ${SENDER}`]));
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Texts, senders and keys in the clear or in base64, in any file of the box and in everything that was said. */
function found(field: Field, needles: readonly string[]): readonly string[] {
  const places = [
    ...filesBelow(field.boxData).map((file) => ({ name: file, bytes: readFileSync(file) })),
    ...[...field.outputs, field.box?.out ?? "", field.box?.err ?? ""].map((text, at) => ({
      name: `output ${at}`,
      bytes: Buffer.from(text),
    })),
  ];
  const forms = needles.flatMap((text) => [
    text,
    ...[0, 1, 2].map((shift) => toBase64(utf8(`${"x".repeat(shift)}${text}`)).slice(4, -4)),
  ]);
  return places.flatMap(({ name, bytes }) =>
    forms.flatMap((form) => (bytes.includes(form) ? [`${name} holds ${form}`] : [])),
  );
}

describe("a phone", () => {
  it("with a wrong signature, replayed requests and SMS told twice: each SMS is read once", async () => {
    await withField({ slots: 1, seed: "phone", phoneSims: 2, logLevel: "debug" }, async (field) => {
      const handle = await startPhone();
      try {
        await startAll(field);
        const { signing_key, webhook_url } = await register(field, handle);
        const secret = webhook_url.split("/").at(-1) ?? "";
        expect(await slotOf(field, "p2")).toMatchObject({
          ...{ kind: "phone", battery: { percent: 87, charging: true }, iccid: "8900101000000000002" },
          ...{ manufacturer: "Google", model: "oriole", firmware: "1.68.0", operator: "Testnet", signal_dbm: null },
        });
        const { sender } = handle.phone;
        sender.addFault("wrong_signature", 5);
        send(handle, 1, numbered("wrong", 3));
        await drained(field, handle);
        expect(sender.statuses.get(401)).toBe(5);
        sender.addFault("replay", 10);
        send(handle, 2, numbered("replayed", 10));
        await drained(field, handle);
        sender.addFault("duplicate", 10);
        sender.addFault("lost_answer", 4);
        send(handle, 1, [...numbered("twice", 10), "equal", "equal"]);
        await drained(field, handle);
        // The phone's clock runs away; what came meanwhile arrives when it is right again.
        sender.skew = seconds(-3600);
        send(handle, 2, numbered("late", 2));
        await until("a refusal for the time", () => sender.statuses.get(403));
        expect((await phoneOf(field)).warnings[0]).toMatchObject({ code: "phone.stale" });
        sender.skew = seconds(0);
        await drained(field, handle);

        await expectRead(
          field,
          new Map([
            [1, [...numbered("wrong", 3), ...numbered("twice", 10), "equal", "equal"]],
            [2, [...numbered("replayed", 10), ...numbered("late", 2)]],
          ]),
        );
        expect(await phoneOf(field)).toMatchObject({ received: 27, state: "ready", problem: null, warnings: [] });
        expect((await eventsOf(field)).map(({ code }) => code)).toContain("phone.refused");
        expect(sender.givenUp).toBe(0);
        // Told to the owner at the registration: that answer is no finding.
        field.outputs.splice(0, field.outputs.length, ...field.outputs.filter((text) => !text.includes("join_url")));
        await field.killBox();
        expect(found(field, [SECRET, SENDER, signing_key, secret, handle.access.password])).toEqual([]);
      } finally {
        await handle.stop();
      }
    });
  });

  it.skipIf(!canMount)(
    "in a burst while the disk is full and the box is killed: nothing lost, nothing doubled",
    async () => {
      await withField({ slots: 1, seed: "phone burst", phoneSims: 2 }, async (field) => {
        const disk = SmallDisk.mount(field.boxData, 8);
        const handle = await startPhone();
        const { sender } = handle.phone;
        try {
          await startAll(field);
          await register(field, handle);
          const sent = new Map([1, 2].map((sim) => [sim, numbered(`burst ${sim}`, 100)]));
          for (let at = 0; at < 100; at += 20) {
            for (const sim of [1, 2]) send(handle, sim, sent.get(sim)?.slice(at, at + 20) ?? []);
            if (at === 20) disk?.fill();
          }
          await until("a paused intake", async () => (await overviewOf(field)).intake.state === "paused");
          await until("a refusal", () => sender.statuses.get(503));
          expect(handle.phone.sender.pending).toBeGreaterThan(0);
          disk?.free();
          await until("an intake that runs", async () => (await overviewOf(field)).intake.state === "running");
          sender.addFault("lost_answer", 10);
          sender.addFault("duplicate", 20);
          const more = numbered("killed", 60);
          for (const sim of [1, 2]) send(handle, sim, more);
          await until("some of it", async () => (await overviewOf(field)).counts.received > 60);
          await field.killBox();
          await until("a box that is away", () => sender.statuses.get(0));
          await field.startBox();
          await drained(field, handle);
          await expectRead(field, new Map([...sent].map(([sim, bodies]) => [sim, [...bodies, ...more]])));
          expect((await overviewOf(field)).counts).toMatchObject({ undecodable: 0, unrented: 0 });
          expect(sender.givenUp).toBe(0);
        } finally {
          await handle.stop();
          await field.killBox();
          disk?.unmount();
        }
      });
    },
  );

  it("that was away for longer than it tries has its SMS fetched from its inbox", async () => {
    await withField({ slots: 1, seed: "phone inbox", phoneSims: 2 }, async (field) => {
      const handle = await startPhone();
      try {
        await startAll(field);
        await register(field, handle);
        send(handle, 1, ["before"]);
        await drained(field, handle);
        await field.killBox();
        // No webhook is ever sent again: as if all retries were over.
        handle.phone.webhooks = [];
        send(handle, 1, ["while it was away"]);
        send(handle, 2, ["this too"]);
        await field.startBox();
        await until("both", async () => (await field.inbox()).length === 3);
        await expectRead(
          field,
          new Map([
            [1, ["before", "while it was away"]],
            [2, ["this too"]],
          ]),
        );
        // And the box has put its webhooks back.
        await until("the webhooks", () => handle.phone.webhooks.length === 6);
      } finally {
        await handle.stop();
      }
    });
  });
});
