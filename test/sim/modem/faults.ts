// The faults a modem can be given while it runs. One schema serves tests and the control port.
// Each fault strikes with `probability`, at most `times` times, and only where `match` fits; the seeded randomness makes runs repeat.

import { z } from "zod";
import type { Disposer } from "../../../src/base/index.ts";
import { parseWith } from "../../../src/protocol/index.ts";
import type { SeededRandom } from "../seeded-random.ts";

/** `reset`: a reset or a new plug-in ends the fault, as it ends a hung firmware. */
const until = z.literal("reset").optional();
const common = {
  /** Chance to strike at each occasion. */
  probability: z.number().min(0).max(1).default(1),
  /** How often it strikes before it is spent; without it, for ever. */
  times: z.int().min(1).optional(),
  until,
};
/** The start of a command (`+CMGL`) or of an unsolicited line (`+CMTI`). */
const match = z.string().min(1).max(64).optional();
const milliseconds = z.number().min(0).max(86_400_000);

export const faultSchema = z.discriminatedUnion("kind", [
  /** Output leaves in pieces of 1 to `max` bytes, `ms` apart (0: separate writes at once). */
  z.strictObject({
    kind: z.literal("split"),
    max: z.int().min(1).max(4096).default(7),
    ms: milliseconds.default(0),
    ...common,
  }),
  /** Output is held for `ms`, so that many lines come in one piece. */
  z.strictObject({ kind: z.literal("merge"), ms: milliseconds.default(50), ...common }),
  /** Echo stays on whatever ATE0 said. */
  z.strictObject({ kind: z.literal("echo"), until }),
  /** `bytes` of noise before a piece of output, or at a place inside it. Never CR or LF. */
  z.strictObject({
    kind: z.literal("garbage"),
    where: z.enum(["between", "inside"]).default("between"),
    bytes: z.int().min(1).max(4096).default(8),
    ...common,
  }),
  /** `bytes` NULs at places inside a piece of output. */
  z.strictObject({ kind: z.literal("nul"), bytes: z.int().min(1).max(4096).default(1), ...common }),
  /** A line of `bytes` characters before the answer. */
  z.strictObject({
    kind: z.literal("overlong"),
    match,
    bytes: z.int().min(1).max(4_000_000).default(8192),
    ...common,
  }),
  /** Output leaves at `rate` bytes a second: 11520 is 115200 baud. */
  z.strictObject({ kind: z.literal("slow"), rate: z.int().min(1).max(10_000_000).default(11_520), ...common }),
  /** The answer takes `ms` during which nothing is read; without `ms` it never comes. `executed` false: nor is the command done. */
  z.strictObject({
    kind: z.literal("stall"),
    match,
    ms: milliseconds.optional(),
    executed: z.boolean().default(true),
    ...common,
  }),
  /** The modem reads on, and the answer comes after `ms`; without `ms`, right before the next answer. */
  z.strictObject({ kind: z.literal("late"), match, ms: milliseconds.optional(), ...common }),
  /** The modem restarts after a part of the answer. */
  z.strictObject({ kind: z.literal("reset"), match, executed: z.boolean().default(true), ...common }),
  /** The modem leaves the bus after a part of the answer and comes back after `ms`, or never. */
  z.strictObject({ kind: z.literal("unplug"), match, ms: milliseconds.optional(), ...common }),
  /** `reply` instead of the command being done. */
  z.strictObject({
    kind: z.literal("error"),
    match,
    reply: z
      .string()
      .regex(/^[ -~]{1,128}$/)
      .default("+CME ERROR: 14"),
    ...common,
  }),
  /** The first PDU of a +CMGL or +CMGR answer breaks off in the middle and `reply` follows. */
  z.strictObject({
    kind: z.literal("half-pdu"),
    reply: z
      .string()
      .regex(/^[ -~]{1,128}$/)
      .default("ERROR"),
    ...common,
  }),
  /** Every memory reports that it is full and takes nothing. */
  z.strictObject({ kind: z.literal("full"), until }),
  /** An unsolicited line comes twice. */
  z.strictObject({ kind: z.literal("urc-duplicate"), match, ...common }),
  /** An unsolicited line never comes. */
  z.strictObject({ kind: z.literal("urc-lost"), match, ...common }),
  /** An unsolicited line waits for the next answer and comes in the middle of it. */
  z.strictObject({ kind: z.literal("urc-misplaced"), match, ...common }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKind = Fault["kind"];
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;
/** Conditions that hold as long as they are on. */
export type LastingKind = "echo" | "full";
export type StrikingKind = Exclude<FaultKind, LastingKind>;

interface ActiveFault {
  readonly fault: Fault;
  readonly probability: number;
  left: number;
}

/** The faults of one modem. */
export class FaultBox {
  readonly #random: SeededRandom;
  readonly #active = new Set<ActiveFault>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** False on the fast path: nothing is rolled, nothing is shaped. */
  get any(): boolean {
    return this.#active.size > 0;
  }

  /** Adds a fault and returns what takes it away again. Throws `sim.bad_request` for a fault outside of the schema. */
  add(input: FaultInput): Disposer {
    const fault = parseWith(faultSchema, input, "sim.bad_request", "the fault");
    const lasting = fault.kind === "echo" || fault.kind === "full";
    const active: ActiveFault = {
      fault,
      probability: lasting ? 1 : fault.probability,
      left: (lasting ? undefined : fault.times) ?? Number.POSITIVE_INFINITY,
    };
    this.#active.add(active);
    return () => {
      this.#active.delete(active);
    };
  }

  clear(): void {
    this.#active.clear();
  }

  /** Ends the faults that a restart cures. */
  afterReset(): void {
    for (const active of this.#active) if (active.fault.until === "reset") this.#active.delete(active);
  }

  list(): readonly Fault[] {
    return [...this.#active].map((active) => active.fault);
  }

  /** The first fault of this kind that fits `names` and strikes now; a strike is counted. */
  strike<K extends StrikingKind>(kind: K, names: readonly string[] = []): FaultOf<K> | undefined {
    for (const active of this.#active) {
      const { fault } = active;
      if (!isKind(fault, kind) || !fits(fault, names) || !this.#random.chance(active.probability)) continue;
      if (--active.left <= 0) this.#active.delete(active);
      return fault;
    }
    return undefined;
  }

  /** Whether a lasting condition is on: nothing is rolled or counted. */
  isOn(kind: LastingKind): boolean {
    for (const active of this.#active) if (active.fault.kind === kind) return true;
    return false;
  }
}

function isKind<K extends StrikingKind>(fault: Fault, kind: K): fault is FaultOf<K> {
  return fault.kind === kind;
}

function fits(fault: Fault, names: readonly string[]): boolean {
  if (!("match" in fault) || fault.match === undefined) return true;
  const wanted = fault.match.toUpperCase();
  return names.some((name) => name.startsWith(wanted));
}
