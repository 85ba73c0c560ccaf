// All twins by name.

import { HUAWEI_TWINS } from "./huawei.ts";
import { OTHER_TWINS } from "./others.ts";
import { QUECTEL_TWINS } from "./quectel.ts";
import { SIMCOM_TWINS } from "./simcom.ts";
import type { Twin } from "./twin.ts";

export type { Twin } from "./twin.ts";

const NAMED = {
  /** The standard's own. */
  generic: { identity: {}, usbId: null, layers: () => [] },
  ...QUECTEL_TWINS,
  ...SIMCOM_TWINS,
  ...HUAWEI_TWINS,
  ...OTHER_TWINS,
} as const satisfies Record<string, Twin>;

export type TwinName = keyof typeof NAMED;
export const TWINS: Readonly<Record<TwinName, Twin>> = NAMED;

export function isTwinName(name: string): name is TwinName {
  return Object.hasOwn(NAMED, name);
}

export const TWIN_NAMES: readonly TwinName[] = Object.keys(NAMED).filter(isTwinName);
