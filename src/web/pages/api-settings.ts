// REST of the settings as single steps use it; the page of settings has more.

import { z } from "zod";
import { secretView, settingsView } from "../../protocol/index.ts";
import { call } from "./call.ts";

/** What other pages need to know of the settings. */
export const settingsState = settingsView.pick({ revision: true, pending: true, restarting: true });

export type Change = { readonly path: readonly (string | number)[] } & (
  | { readonly value: unknown }
  | { readonly delete: true }
);

const path = (rest: string): string => `/api/v1/settings${rest}`;
const anything = z.unknown();

/** Stores all of the changes, or none. Errors: `settings.invalid`, `settings.conflict`. */
export async function saveSettings(changes: readonly Change[]): Promise<void> {
  const { revision } = await call(settingsState, "GET", path(""));
  await call(anything, "PATCH", path(""), { body: { revision, change: { patch: changes } } });
}

/** The relay's address in the settings; null without one. */
export async function knownRelay(): Promise<string | null> {
  const { values } = await call(settingsView.pick({ values: true }), "GET", path(""));
  const known = z.object({ relay: z.object({ url: z.string() }) }).safeParse(values);
  return known.success ? known.data.relay.url : null;
}

/** Writes a secret into a file of its own; returns what the settings call it. It cannot be read back. */
export async function saveSecret(name: string, value: string): Promise<string> {
  return (await call(secretView, "PUT", path(`/secrets/${encodeURIComponent(name)}`), { body: { value } })).file;
}

/** The box stops in order and starts with what is stored. */
export async function restartBox(): Promise<void> {
  await call(anything, "POST", "/api/v1/box/restart", { body: {} });
}
