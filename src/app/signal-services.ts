// Keeps the signal of the slots while the box runs.

import type { Clock, UnixMs } from "../base/index.ts";
import { SignalHistory } from "../core/index.ts";
import { type Operation, signalOperations } from "../web/index.ts";
import type { Parts } from "./parts.ts";
import type { SlotFleet } from "./slot-fleet.ts";

export interface SignalServiceDeps {
  readonly clock: Clock;
  readonly fleet: SlotFleet;
  readonly now: () => UnixMs;
}

export function startSignal({ clock, fleet, now }: SignalServiceDeps, parts: Parts): readonly Operation[] {
  const history = new SignalHistory({ clock, now, slots: () => fleet.list().map((driver) => driver.status()) });
  history.start();
  parts.started("signal history", () => history.stop());
  return signalOperations(history);
}
