// What the simulator's HTTP control port can do, apart from HTTP itself: a request in, a status and a JSON value out.
// Text and senders of messages never come back out of it.

import { z } from "zod";
import { AppError, type UnixMs, unixMs } from "../../../src/base/index.ts";
import { parseWith } from "../../../src/protocol/index.ts";
import { CALL_ACTIONS } from "./control-calls.ts";
import { faultSchema } from "./faults.ts";
import { parsePduText } from "./pdu-face.ts";
import type { MemoryName, Registration } from "./settings.ts";
import type { SimBoard } from "./sim-board.ts";
import type { SimModem } from "./sim-modem.ts";

export interface ControlRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

export interface ControlResponse {
  readonly status: number;
  readonly body: unknown;
}

/** Largest TPDU with its service centre address, with room for absurd ones (TS 23.040 9.2.2.1: 12 + 164 octets). */
const MAX_PDU_OCTETS = 255;
/** 255 parts of 153 characters. */
const MAX_BODY = 39_015;
/** In the order of their numbers (TS 27.007 7.2). */
const REGISTRATIONS = ["none", "home", "searching", "denied", "unknown", "roaming"] as const;
const repeat = z.int().min(1).max(1000).default(1);

const textSchema = z.strictObject({
  from: z.string().min(1).max(21),
  body: z.string().max(MAX_BODY),
  /** That many messages, stamped one second apart so that they are not copies of one message. */
  repeat,
});
const pduSchema = z.strictObject({
  pdu: z
    .string()
    .max(2 * MAX_PDU_OCTETS)
    .transform((text, context) => {
      const pdu = parsePduText(text);
      if (pdu === undefined) context.addIssue({ code: "custom", message: "must be an even number of hex digits" });
      return pdu ?? new Uint8Array(0);
    }),
  /** That many true copies. */
  repeat,
});
const signalSchema = z.strictObject({
  /** 0-31, or 99 for unknown (TS 27.007 8.5). */
  rssi: z.union([z.int().min(0).max(31), z.literal(99)]).optional(),
  registration: z
    .enum(REGISTRATIONS)
    .transform((name) => REGISTRATIONS.indexOf(name) as Registration)
    .optional(),
});
const MEMORIES: readonly MemoryName[] = ["SM", "ME"];

type SlotAction = (modem: SimModem, request: ControlRequest) => ControlResponse;

const ACTIONS: Readonly<Record<string, SlotAction>> = {
  ...CALL_ACTIONS,
  "POST sms": sendSms,
  "GET journal": (modem, { query }) => {
    const after = parseWith(z.coerce.number().int().min(0), query.get("after") ?? 0, "sim.bad_request", "`after`");
    return { status: 200, body: { slot: modem.slot, entries: modem.journal.entries(after) } };
  },
  "GET faults": (modem) => ({ status: 200, body: { faults: modem.faults.list() } }),
  "POST faults": (modem, { body }) => {
    modem.faults.add(parseWith(faultSchema, body, "sim.bad_request", "the fault"));
    return { status: 201, body: { faults: modem.faults.list() } };
  },
  "DELETE faults": (modem) => {
    modem.faults.clear();
    modem.sms.pump();
    return { status: 200, body: { faults: [] } };
  },
  "POST reset": (modem) => {
    modem.reset();
    return { status: 202, body: { state: modem.power } };
  },
  "POST unplug": (modem) => {
    modem.unplug();
    return { status: 200, body: { state: modem.power } };
  },
  "POST plug": (modem) => {
    modem.plug();
    return { status: 202, body: { state: modem.power } };
  },
  "POST signal": (modem, { body }) => {
    const { rssi, registration } = parseWith(signalSchema, body, "sim.bad_request", "the signal");
    if (rssi !== undefined) modem.radio.setSignal(rssi);
    if (registration !== undefined) modem.radio.grant(registration);
    return { status: 200, body: describeSlot(modem) };
  },
};

/** Answers one request. Throws an `AppError` that the server turns into a status. */
export function control(board: SimBoard, request: ControlRequest): ControlResponse {
  if (request.path === "/slots") {
    if (request.method === "GET") return { status: 200, body: { slots: board.modems.map(describeSlot) } };
    throw methodError(request);
  }
  const [, name = "", action = ""] = /^\/slots\/([^/]+)\/([a-z]+)$/.exec(request.path) ?? [];
  if (!Object.keys(ACTIONS).some((key) => key.endsWith(` ${action}`))) {
    throw new AppError("sim.not_found", "there is nothing at this address", {
      hint: "GET /slots lists the slots; each has sms, calls, dialling, sound, journal, faults, signal, reset, unplug and plug.",
    });
  }
  const modem = board.modem(slotNumber(name));
  const run = ACTIONS[`${request.method} ${action}`];
  if (run === undefined) throw methodError(request);
  return run(modem, request);
}

/** `1`, `slot1` and `slot-01` all name the first slot. */
function slotNumber(name: string): number {
  const digits = /^[a-z-]*?(\d{1,3})$/.exec(name)?.[1];
  return digits === undefined ? 0 : Number(digits);
}

function methodError(request: ControlRequest): AppError {
  return new AppError("sim.method", `${request.method} is not possible here`, { hint: "Use another method." });
}

function sendSms(modem: SimModem, { body }: ControlRequest): ControlResponse {
  if (typeof body === "object" && body !== null && "pdu" in body) {
    const { pdu, repeat: count } = parseWith(pduSchema, body, "sim.bad_request", "the message");
    return accepted(
      Array.from({ length: count }, () => modem.deliver(pdu)),
      1,
    );
  }
  const { from, body: text, repeat: count } = parseWith(textSchema, body, "sim.bad_request", "the message");
  const now = modem.clock.now();
  const sentAt = (copy: number): UnixMs => unixMs(now + copy * 1000);
  const sent = Array.from({ length: count }, (_, copy) => modem.sendSms({ from, body: text, sentAt: sentAt(copy) }));
  return accepted(
    sent.map(({ id }) => id),
    sent[0]?.parts ?? 0,
  );
}

/** `parts` of each message. */
function accepted(ids: readonly string[], parts: number): ControlResponse {
  return { status: 202, body: { id: ids[0], ids, parts } };
}

function describeSlot(modem: SimModem): unknown {
  const count = (...events: readonly Parameters<typeof modem.journal.count>[0][]): number =>
    events.reduce((sum, event) => sum + modem.journal.count(event), 0);
  const storage = MEMORIES.map((name) => {
    const memory = modem.memories.get(name);
    return [name, memory === undefined ? null : { used: memory.used, total: memory.capacity }] as const;
  });
  return {
    slot: modem.slot,
    twin: modem.twin,
    number: modem.card?.identity.number ?? null,
    state: modem.power,
    attached: modem.attached,
    registration: REGISTRATIONS[modem.radio.registration],
    rssi: modem.radio.rssi,
    storage: Object.fromEntries(storage),
    queued: modem.sms.queue.length,
    counters: {
      commands: modem.commandCount,
      received: count("queued"),
      stored: count("stored"),
      routed: count("routed"),
      read: count("read"),
      deleted: count("deleted"),
      sent: count("sent"),
      resets: count("reset"),
    },
    faults: modem.faults.list(),
  };
}
