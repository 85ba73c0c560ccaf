// The phones, asked for again and again while somebody looks: the live feed tells slots, not phones.

import { useEffect } from "preact/hooks";
import type { PhoneView } from "../../../protocol/index.ts";
import { useApp, useSelect } from "../app-context.ts";

const ASK_EVERY_MS = 3000;

/** Null until the box has answered once. */
export function usePhones(): readonly PhoneView[] | null {
  const { controller } = useApp();
  const turn = useSelect((state) => Math.floor(state.now / ASK_EVERY_MS));
  useEffect(() => void controller.loadPhones(), [turn]);
  return useSelect((state) => state.phones);
}
