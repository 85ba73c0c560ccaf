// REST of the settings, as their page uses it.

import { z } from "zod";
import {
  restartView,
  type SecretView,
  type SettingsAppliedView,
  type SettingsChange,
  type SettingsHistoryView,
  type SettingsPlanView,
  type SettingsView,
  secretView,
  settingsAppliedView,
  settingsHistoryView,
  settingsPlanView,
  settingsView,
} from "../../protocol/index.ts";
import { call } from "./call.ts";
import type { Schema } from "./settings-form.ts";

const BASE = "/api/v1/settings";
const anySchema: z.ZodType<Schema> = z.custom<Schema>((value) => typeof value === "object" && value !== null);

export const settingsApi = {
  view: (): Promise<SettingsView> => call(settingsView, "GET", BASE),
  schema: (): Promise<Schema> => call(anySchema, "GET", `${BASE}/schema`),
  plan: (change: SettingsChange): Promise<SettingsPlanView> =>
    call(settingsPlanView, "POST", `${BASE}/plan`, { body: { change } }),
  apply: (change: SettingsChange, revision: string): Promise<SettingsAppliedView> =>
    call(settingsAppliedView, "PATCH", BASE, { body: { change, revision } }),
  history: (): Promise<SettingsHistoryView> => call(settingsHistoryView, "GET", `${BASE}/history`),
  keepSecret: (name: string, value: string): Promise<SecretView> =>
    call(secretView, "PUT", `${BASE}/secrets/${encodeURIComponent(name)}`, { body: { value } }),
  restart: async (): Promise<void> => {
    await call(restartView, "POST", "/api/v1/box/restart");
  },
};
