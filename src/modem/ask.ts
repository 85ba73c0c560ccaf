// Questions that a modem need not be able to answer.

import type { AtCommand } from "../at/index.ts";
import { type Clock, hasCode, type Logger, type SlotId } from "../base/index.ts";
import type { SimAtLock, SimKeeper } from "../core/index.ts";
import type { AtChannel } from "./at-channel.ts";
import { SIM_PAUSE } from "./timeouts.ts";

export interface Asking {
  readonly channel: AtChannel;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What the steps of the start-up work with. */
export interface BringUp extends Asking {
  readonly slotId: SlotId;
  readonly sims: SimKeeper;
  readonly log: Logger;
  /** The SIM asks for its PIN. */
  readonly onLock: (sim: SimAtLock) => void;
  /** `refuse`: a SIM that roams is taken off the network. */
  readonly roaming: "allow" | "refuse";
  /** Whether the slot has calls. */
  readonly calls: boolean;
}

const BUSY_ATTEMPTS = 4;

/** The reply's lines, or null when the modem answers with an error: for questions it need not know. "Busy" is no such answer. */
export async function ask({ channel, clock, signal }: Asking, request: AtCommand): Promise<readonly string[] | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await channel.send(request)).lines;
    } catch (error) {
      if (!hasCode(error, "modem.error")) throw error;
      if (error.context.transient !== true) return null;
      if (attempt >= BUSY_ATTEMPTS) throw error;
      await clock.sleep(SIM_PAUSE, "modem busy", signal);
    }
  }
}

/** As `tell`, for what a slot can do without: of a modem that stays busy no answer is expected any more. */
export async function tellIfAble<T>(
  asking: Asking,
  request: AtCommand,
  parse: (lines: readonly string[]) => T,
): Promise<T | null> {
  try {
    return await tell(asking, request, parse);
  } catch (error) {
    if (hasCode(error, "modem.error")) return null;
    throw error;
  }
}

/** `parse` of the reply, or null for an error or a reply that cannot be read. */
export async function tell<T>(
  asking: Asking,
  request: AtCommand,
  parse: (lines: readonly string[]) => T,
): Promise<T | null> {
  const lines = await ask(asking, request);
  if (lines === null) return null;
  try {
    return parse(lines);
  } catch (error) {
    if (hasCode(error, "at.bad_response")) return null;
    throw error;
  }
}
