// What can go wrong between client and node, each for so many requests, of one method or of any.

import { z } from "zod";

export const FAULT_KINDS = ["queue_full", "lost_request", "lost_answer", "slow", "hang"] as const;
/**
 * `queue_full`: the plain text of an overloaded node. `lost_request`: the connection is cut before the node acts. `lost_answer`: it acts,
 * then the connection is cut. `slow`: the answer takes `ms`. `hang`: no answer until faults are cleared; the port stays open.
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  /** Requests that it hits. */
  count: z.int().min(1).max(1_000_000).default(1),
  /** Only requests of this method; batches count as each of their methods. */
  method: z.string().min(1).max(64).optional(),
  /** Requests of the method that pass before the first is hit. */
  after: z.int().min(0).max(1_000_000).default(0),
  /** For `slow`. */
  ms: z.int().min(0).max(3_600_000).default(1000),
});

export type Fault = z.input<typeof faultSchema>;

interface Armed {
  readonly kind: FaultKind;
  readonly method: string | undefined;
  readonly ms: number;
  left: number;
  pass: number;
}

export class Faults {
  #armed: Armed[] = [];
  readonly #released = new Set<() => void>();

  /** Throws `ZodError` for a fault that does not exist. */
  add(fault: Fault): void {
    const { kind, count, method, after, ms } = faultSchema.parse(fault);
    this.#armed.push({ kind, method, ms, left: count, pass: after });
  }

  /** No more faults; requests that hang go on. */
  clear(): void {
    this.#armed = [];
    for (const release of this.#released) release();
    this.#released.clear();
  }

  get armed(): readonly { readonly kind: FaultKind; readonly method: string | null; readonly left: number }[] {
    return this.#armed.map(({ kind, method = null, left }) => ({ kind, method, left }));
  }

  /** The first fault that hits a request with these methods; it is used up by it. */
  take(methods: readonly string[]): { readonly kind: FaultKind; readonly ms: number } | null {
    for (const fault of this.#armed) {
      if (fault.method !== undefined && !methods.includes(fault.method)) continue;
      if (fault.pass > 0) {
        fault.pass--;
        continue;
      }
      fault.left--;
      this.#armed = this.#armed.filter(({ left }) => left > 0);
      return fault;
    }
    return null;
  }

  /** Resolves when faults are cleared. */
  released(): Promise<void> {
    return new Promise((resolve) => this.#released.add(resolve));
  }
}
