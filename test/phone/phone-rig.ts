// Phones over an intake that only remembers, on a clock that stands still, and requests as the app signs them.

import { createHmac } from "node:crypto";
import { onTestFinished } from "vitest";
import { type AppError, lineId, slotId, type UnixMs, unixMs } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import {
  decodeReceivedText,
  EventLog,
  type IncomingPdu,
  type IntakePort,
  type IntakeVerdict,
  type NewPhone,
  type PhoneWebhook,
  type ReceivedText,
  type SecretBox,
} from "../../src/core/index.ts";
import { type PhoneBinding, Phones } from "../../src/phone/index.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

export const START = unixMs(Date.UTC(2026, 5, 1, 12));

/** Tells duplicates as the intake does: by line and bytes. */
export class FakeIntake implements Pick<IntakePort, "accept"> {
  readonly accepted: IncomingPdu[] = [];
  failure: AppError | null = null;
  readonly #seen = new Set<string>();

  async accept(incoming: IncomingPdu): Promise<IntakeVerdict> {
    if (this.failure !== null) throw this.failure;
    const hash = `${incoming.lineId}/${Buffer.from(incoming.pdu).toString("hex")}`;
    const kind = this.#seen.has(hash) ? "duplicate" : "stored";
    this.#seen.add(hash);
    if (kind === "stored") this.accepted.push(incoming);
    return { kind, ticket: { hash, occurrence: 0 } };
  }

  get texts(): readonly ReceivedText[] {
    return this.accepted.map(({ pdu }) => decodeReceivedText(pdu));
  }
}

/** Turns every byte over: enough to see that nothing is kept in the clear. */
export const fakeSecrets: SecretBox = {
  seal: (plaintext) => plaintext.map((byte) => byte ^ 0x5a),
  open: (sealed) => sealed.map((byte) => byte ^ 0x5a),
};

export interface RigOptions {
  readonly bindings?: readonly PhoneBinding[];
  readonly settings?: MemorySettings;
  readonly lines?: Readonly<Record<string, string>>;
}

export const binding = (slot: string, phone: string, sim: number): PhoneBinding => ({ slot: slotId(slot), phone, sim });

export const TWO_SIMS = [binding("p1", "pixel", 1), binding("p2", "pixel", 2)];

export async function openPhones(options: RigOptions = {}) {
  const { bindings = TWO_SIMS, settings = new MemorySettings(), lines = { p1: "line-1", p2: "line-2" } } = options;
  const clock = new VirtualClock(START);
  const intake = new FakeIntake();
  const log = new RecordingLogger();
  const events = new EventLog(clock, log);
  const time = { now: (): UnixMs => clock.now(), confidence: "trusted" as "trusted" | "suspect" };
  const changed: string[] = [];
  const phones = new Phones({
    ...{ clock, intake, log, events, time, settings, bindings, suite: systemCrypto, secrets: fakeSecrets },
    random: new SeededRandom("phones"),
    lineFor: (slot) => {
      const line = lines[slot];
      return line === undefined ? null : lineId(line);
    },
    onChange: (slot) => changed.push(slot),
  });
  await phones.load();
  onTestFinished(() => phones.stop());
  const codes = (): readonly string[] => events.list({ after: 0, limit: 500 }).map(({ code }) => code);
  return { phones, clock, intake, log, events, time, settings, changed, codes };
}

export type PhonesRig = Awaited<ReturnType<typeof openPhones>>;

export const addPixel = (rig: PhonesRig): Promise<NewPhone> =>
  rig.phones.add({ name: "pixel", box_url: "https://box.example" });

/** As the app signs: HMAC-SHA256 over body and seconds, in hex. */
export function signed(body: string | Uint8Array, key: string, at: number = START): PhoneWebhook {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac("sha256", key).update(body).update(timestamp).digest("hex");
  return { body: typeof body === "string" ? new TextEncoder().encode(body) : body, signature, timestamp };
}

const made = { events: 0 };

export function event(name: string, payload: unknown, id = `event-${++made.events}`): string {
  return JSON.stringify({ id, webhookId: "w", deviceId: "d", event: name, payload });
}

export function sms(more: Readonly<Record<string, unknown>> = {}, id?: string): string {
  const payload = {
    messageId: "m",
    message: "hello",
    sender: "+15550100",
    recipient: "+15550101",
    simNumber: 1,
    receivedAt: "2026-06-01T14:00:00.000+02:00",
  };
  return event("sms:received", { ...payload, ...more }, id);
}
