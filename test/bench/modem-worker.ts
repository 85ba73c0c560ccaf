// The modems of the bench, in a process of their own: simulated at the byte level behind TCP, without pacing. A freed place on a SIM
// is filled at once from the network's queue.

import { silentLogger, unixMs } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { encodeDeliver } from "../../src/sms/index.ts";
import type { FaultInput } from "../sim/modem/faults.ts";
import { SimCard, SimModem } from "../sim/modem/index.ts";
import { TcpSlot } from "../sim/modem/tcp-slot.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { machineTime, pause } from "./measure.ts";
import { serve } from "./worker.ts";

/** Places on a SIM, as in the measurements of other gateways. */
const CAPACITY = 50;
const WORDS = "your code is 482913 do not share it with anyone we will never ask you for this number today";

interface Slot {
  readonly modem: SimModem;
  readonly tcp: TcpSlot;
  /** When each message was first listed, in order. */
  readonly listed: number[];
  readonly known: Set<string>;
  /** When each message that is not yet deleted came from the network. */
  readonly waiting: Map<string, number>;
  /** Milliseconds from the network to the deletion, which follows the commit. */
  readonly delays: number[];
  prepared: Uint8Array[];
}

const slots: Slot[] = [];
let made = 0;
let streaming = false;

function makeSlot(slot: number): Slot {
  const card = new SimCard({ number: `+1202555${String(100 + slot).padStart(4, "0")}`, capacity: CAPACITY });
  const modem = new SimModem({ slot, clock: systemClock, seed: `bench/${slot}`, log: silentLogger, card });
  const lists = { listed: [], known: new Set<string>(), waiting: new Map<string, number>(), delays: [], prepared: [] };
  const made: Slot = { modem, tcp: new TcpSlot(modem, silentLogger), ...lists };
  modem.journal.watch(({ event, id }) => {
    if (event === "deleted" && id !== undefined) noteDeletion(made, id);
    if (event !== "read" || id === undefined || made.known.has(id)) return;
    made.known.add(id);
    made.listed.push(machineTime());
  });
  return made;
}

function noteDeletion({ waiting, delays, known }: Slot, id: string): void {
  const since = waiting.get(id);
  if (since === undefined) return;
  waiting.delete(id);
  known.delete(id);
  delays.push(machineTime() - since);
}

/** About 90 characters of GSM 7-bit text, none like another. */
function nextPdu(): Uint8Array {
  const body = `${String(++made).padStart(6, "0")} ${WORDS}`.slice(0, 90);
  const [pdu] = encodeDeliver({
    smsc: "+15550100900",
    from: `+1555010${String(made % 10_000).padStart(4, "0")}`,
    body,
    sentAt: { unixMs: unixMs(Math.floor(Date.now() / 1000) * 1000), offsetMinutes: 0 },
  });
  if (pdu === undefined) throw new Error("no PDU was made");
  return pdu;
}

export const modemOperations = {
  /** Makes that many slots; returns their ports. */
  async open(count: number): Promise<readonly string[]> {
    for (let slot = 1; slot <= count; slot++) slots.push(makeSlot(slot));
    const ports: string[] = [];
    for (const { tcp } of slots) ports.push(`tcp://127.0.0.1:${await tcp.start(0)}`);
    return ports;
  },
  /** Makes that many messages for each slot, ready to be sent. */
  prepare(perSlot: number): void {
    for (const slot of slots) slot.prepared = Array.from({ length: perSlot }, nextPdu);
  },
  /** Hands all prepared messages to the network at once; returns when. */
  flood(): number {
    const at = machineTime();
    for (const { modem, prepared } of slots) {
      modem.sms.submit(prepared.splice(0).map((pdu) => ({ id: modem.factory.nextId(), part: 1, pdu })));
    }
    return at;
  },
  /** Brings `count` messages at random moments (Poisson), `perSecond` in all, to random slots. */
  async trickle(order: { readonly count: number; readonly perSecond: number }): Promise<void> {
    const random = new SeededRandom("arrivals");
    let next = machineTime();
    for (let i = 0; i < order.count; i++) {
      next += (-Math.log(1 - random.next() / 0x100000000) * 1000) / order.perSecond;
      const wait = next - machineTime();
      if (wait > 0) await pause(wait);
      random.pick(slots).modem.deliver(nextPdu());
    }
  },
  /** As `trickle`, without an end until `stopStream`; delays are kept. */
  stream(perSecond: number): void {
    streaming = true;
    const random = new SeededRandom("stream");
    const bring = (): void => {
      if (!streaming) return;
      const slot = random.pick(slots);
      slot.waiting.set(slot.modem.deliver(nextPdu()), machineTime());
      slot.listed.length = 0;
      setTimeout(bring, (-Math.log(1 - random.next() / 0x100000000) * 1000) / perSecond);
    };
    bring();
  },
  stopStream(): void {
    streaming = false;
  },
  /** Replaces the faults of a slot, counted from 1. */
  fault(order: { readonly slot: number; readonly faults: readonly FaultInput[] }): void {
    const modem = slots[order.slot - 1]?.modem;
    modem?.faults.clear();
    for (const fault of order.faults) modem?.faults.add(fault);
  },
  /** By slot: delays since the last call, and messages of the stream that still wait. */
  delays(): readonly { readonly ms: readonly number[]; readonly waiting: number }[] {
    return slots.map(({ delays, waiting }) => ({ ms: delays.splice(0), waiting: waiting.size }));
  },
  /** When each message was listed to the box, by slot, since the last call. */
  listed(): readonly (readonly number[])[] {
    return slots.map(({ listed }) => listed.splice(0));
  },
  /** Resolves with the time at which a message is next deleted from a SIM. */
  nextDeletion(): Promise<number> {
    return new Promise((resolve) => {
      const disposers = slots.map(({ modem }) =>
        modem.journal.watch(({ event }) => {
          if (event !== "deleted") return;
          for (const dispose of disposers) dispose();
          resolve(machineTime());
        }),
      );
    });
  },
  /** Resolves when no SIM holds a message. */
  async emptied(): Promise<void> {
    while (slots.some(({ modem }) => modem.sms.queue.length + (modem.card?.store.used ?? 0) > 0)) await pause(10);
  },
  /** CPU milliseconds used so far. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

export type ModemOperations = typeof modemOperations;

if (process.send !== undefined) serve(modemOperations);
