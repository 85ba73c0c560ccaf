// What alerts see of the power of USB ports: a hub that cuts a port off for too much current takes its modem off the air.

import { type Clock, type Millis, minutes } from "../../base/index.ts";
import type { HubPort } from "../health/ports-health.ts";
import type { AlertSource } from "./alert-model.ts";

/** After so long without another cut the port is taken to be well. */
const QUIET: Millis = minutes(30);

interface Seen {
  readonly count: number;
  /** Monotonic, of the last cut that was seen; null for none. */
  readonly cutAt: Millis | null;
}

/** Counts that were there before the first look are no news: the doctor tells of them. Ports that were never cut off are not mentioned. */
export function usbPowerSource(ports: () => Promise<readonly HubPort[]>, clock: Pick<Clock, "monotonic">): AlertSource {
  const seen = new Map<string, Seen>();
  return {
    rules: ["usb_over_current"],
    observe: async () => {
      const now = clock.monotonic();
      for (const { name, overCurrents: count } of await ports()) {
        const before = seen.get(name);
        // A hub that was plugged in anew counts from nothing.
        const isCut = before !== undefined && count > before.count;
        seen.set(name, { count, cutAt: isCut ? now : (before?.cutAt ?? null) });
      }
      return [...seen].flatMap(([name, { count, cutAt }]) =>
        cutAt === null
          ? []
          : [{ rule: "usb_over_current" as const, subject: name, value: now - cutAt < QUIET, details: { count } }],
      );
    },
  };
}
