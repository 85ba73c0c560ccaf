// Calls over the simulator's control port: who rings, how dialled numbers answer, what is heard and what was heard. Who calls does not come
// back out of it.

import { z } from "zod";
import { AppError } from "../../../src/base/index.ts";
import { parseWith } from "../../../src/protocol/index.ts";
import type { SimCall } from "./calls/call-faces.ts";
import type { ControlRequest, ControlResponse } from "./control-api.ts";
import type { SimModem } from "./sim-modem.ts";

const callSchema = z.union([
  /** Somebody calls; null: with the number withheld. */
  z.strictObject({
    from: z
      .string()
      .regex(/^\+?\d{1,20}$/)
      .nullable(),
  }),
  /** What the other side of the call does. */
  z.strictObject({ action: z.enum(["alert", "answer", "hang_up", "busy", "no_answer", "unreachable"]) }),
  z.strictObject({ key: z.string().regex(/^[0-9*#A-D]$/) }),
]);
const milliseconds = z.int().min(0).max(600_000);
const planSchema = z.strictObject({
  outcome: z.enum(["answer", "busy", "no_answer", "unreachable", "manual", "refuse"]),
  /** From dialling to the ringing; null: it does not ring. */
  alert_ms: milliseconds.nullable().default(500),
  ms: milliseconds.default(1_500),
});
const soundSchema = z.strictObject({
  says: z
    .union([
      z.enum(["silence", "echo"]),
      z.strictObject({ hz: z.number().min(50).max(3_900), dbfs: z.number().min(-60).max(0).default(-12) }),
    ])
    .optional(),
  /** Of the modem's clock: 0.01 is 1 % fast. */
  drift: z.number().min(-0.05).max(0.05).optional(),
  burst: z.int().min(1).max(50).optional(),
  pieces: z.int().min(0).max(4096).optional(),
  stall_ms: milliseconds.optional(),
});

export const CALL_ACTIONS: Readonly<Record<string, (modem: SimModem, request: ControlRequest) => ControlResponse>> = {
  "GET calls": (modem) => ({ status: 200, body: describe(modem) }),
  "POST calls": (modem, { body }) => {
    const asked = parseWith(callSchema, body, "sim.bad_request", "the call");
    if ("from" in asked) {
      const call = modem.calls.incoming(asked.from);
      return { status: 202, body: { ...describe(modem), rings: call !== null } };
    }
    if ("key" in asked) modem.pressKey(asked.key);
    else act(modem, asked.action);
    return { status: 200, body: describe(modem) };
  },
  "POST dialling": (modem, { body }) => {
    const { outcome, alert_ms, ms } = parseWith(planSchema, body, "sim.bad_request", "the plan");
    modem.calls.plan = { outcome, alertMs: alert_ms, ms };
    return { status: 200, body: describe(modem) };
  },
  "POST sound": (modem, { body }) => {
    const { stall_ms, says, drift, burst, pieces } = parseWith(soundSchema, body, "sim.bad_request", "the sound");
    const { audio } = modem;
    if (says !== undefined) audio.habits.says = says;
    if (drift !== undefined) audio.habits.drift = drift;
    if (burst !== undefined) audio.habits.burst = burst;
    if (pieces !== undefined) audio.habits.pieces = pieces;
    if (stall_ms !== undefined) audio.stall(stall_ms);
    return { status: 200, body: describe(modem) };
  },
};

const ENDS = { hang_up: "hung_up", busy: "busy", no_answer: "no_answer", unreachable: "no_carrier" } as const;

function act(modem: SimModem, action: "alert" | "answer" | "hang_up" | "busy" | "no_answer" | "unreachable"): void {
  const { calls } = modem;
  const [call] = calls.list;
  if (call === undefined) throw new AppError("sim.no_call", "the modem has no call", { hint: "Begin one first." });
  if (action === "alert") calls.alert(call);
  else if (action === "answer") calls.pickUp(call);
  else calls.end(call, ENDS[action]);
}

function describe({ slot, calls, audio }: SimModem): object {
  const { heard } = audio;
  return {
    slot,
    calls: calls.list.map(({ id, direction, state, tones }: SimCall) => ({
      id,
      direction,
      state,
      keys: tones.join(""),
    })),
    dialled: calls.dialled.length,
    ended: calls.ended,
    turned_away: calls.turnedAway,
    keys: calls.tones.join(""),
    sound: {
      attached: audio.attached,
      flowing: audio.flowing,
      said: audio.said,
      heard: heard.frames,
      gaps: heard.gaps,
      longest_gap_ms: Math.round(heard.longestGap),
      level_dbfs: Math.round(heard.level() * 10) / 10,
    },
  };
}
