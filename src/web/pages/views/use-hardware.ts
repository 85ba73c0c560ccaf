// New hardware, asked for again and again while somebody looks or the window is open: the live feed tells slots, not what is plugged in.

import { useEffect } from "preact/hooks";
import type { JoinView } from "../../../protocol/index.ts";
import { useApp, useSelect } from "../app-context.ts";

const ASK_EVERY_MS = 2000;

/** Null until the box has answered once. */
export function useHardware(): JoinView | null {
  const { controller } = useApp();
  const turn = useSelect((state) => Math.floor(state.now / ASK_EVERY_MS));
  useEffect(() => void controller.slots.loadHardware(), [turn]);
  return useSelect((state) => state.hardware);
}
