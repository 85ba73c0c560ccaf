// The settings that a command changes: those of the running box over REST, or the file of one that does not run.

import { join, resolve } from "node:path";
import { diskFiles, openDataFolder, SettingsService } from "../../app/index.ts";
import { hasCode } from "../../base/index.ts";
import { createSystemCrypto } from "../../base/system-crypto.ts";
import type { SettingsConsole } from "../../core/index.ts";
import {
  restartView,
  settingsAppliedView,
  settingsHistoryView,
  settingsPlanView,
  settingsView,
} from "../../protocol/index.ts";
import type { CliIo } from "../cli-io.ts";
import { type BoxApi, openBoxApi } from "./box-api.ts";
import { DEFAULT_CONFIG, dataFolder } from "./data-option.ts";

export interface SettingsTarget
  extends Pick<SettingsConsole, "view" | "plan" | "apply" | "history" | "undo" | "restart"> {
  readonly isRunning: boolean;
}

export interface TargetOptions {
  readonly data?: string;
  readonly config?: string;
}

function overRest(api: BoxApi): SettingsTarget {
  return {
    isRunning: true,
    view: () => api.call({ method: "GET", path: "settings", reply: settingsView }),
    plan: (change) => api.call({ method: "POST", path: "settings/plan", body: { change }, reply: settingsPlanView }),
    apply: ({ change, revision }) => {
      const body = { change, ...(revision === null ? {} : { revision }) };
      return api.call({ method: "PATCH", path: "settings", body, reply: settingsAppliedView });
    },
    history: () => api.call({ method: "GET", path: "settings/history", reply: settingsHistoryView }),
    undo: () => api.call({ method: "POST", path: "settings/undo", body: {}, reply: settingsAppliedView }),
    restart: async () => {
      await api.call({ method: "POST", path: "box/restart", reply: restartView });
    },
  };
}

/** Writes take the data folder, so that no box starts amid them. */
function ofFile(io: CliIo, folder: string, config: string | undefined): SettingsTarget {
  const file = resolve(config ?? join(folder, DEFAULT_CONFIG));
  const deps = { clock: io.clock, suite: createSystemCrypto(), files: diskFiles, file, dataFolder: folder };
  const settings = new SettingsService(deps);
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    const held = await openDataFolder(folder);
    try {
      return await work();
    } finally {
      await held.release();
    }
  };
  return {
    isRunning: false,
    view: () => settings.view(),
    plan: (change) => settings.plan(change),
    apply: (request) => alone(() => settings.apply(request)),
    history: () => settings.history(),
    undo: (request) => alone(() => settings.undo(request)),
    restart: (by) => settings.restart(by),
  };
}

/** Errors: those of `openBoxApi`, but for a box that does not run. */
export async function openSettings(io: CliIo, options: TargetOptions): Promise<SettingsTarget> {
  const folder = dataFolder(io, options.data);
  try {
    const api = await openBoxApi(io, folder);
    const target = overRest(api);
    await target.view();
    return target;
  } catch (error) {
    // Of a box that was killed the access file is still there.
    if (!hasCode(error, "app.not_running") && !hasCode(error, "app.unreachable")) throw error;
    return ofFile(io, folder, options.config);
  }
}
