// What stands above the settings: that some wait for a restart, that the box could not start with them, that the file is wrong.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import type { SettingsView } from "../../../protocol/index.ts";
import { settingsApi } from "../api-settings-page.ts";
import { useSelect, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";
import { pathLabel } from "./settings-diff.tsx";

export function SettingsBanner({ view }: { readonly view: SettingsView }) {
  const words = useWords();
  const task = useTask();
  const [put, setPut] = useState<string | null>(null);
  const isRestarting = useSelect((state) => state.restarting);
  const { pending, fallback, problems, revision } = view;
  const reason = fallback === null ? null : describeProblem(words, fallback.problem);
  const isWaiting = pending.length > 0 && put !== revision && fallback === null;
  return (
    <div class="settings-banners" role="status">
      {isRestarting && (
        <p class="settings-banner">
          <Icon name="starting" />
          <span>{words.t("settings.restarting")}</span>
        </p>
      )}
      {reason !== null && (
        <p class="settings-banner settings-banner-bad">
          <Icon name="down" />
          <span>
            {words.t("settings.fallback")} {reason.what} {words.t("settings.fallback.undo")}
          </span>
        </p>
      )}
      {fallback === null && problems.length > 0 && (
        <p class="settings-banner settings-banner-bad">
          <Icon name="down" />
          <span>{words.t("settings.invalid")}</span>
        </p>
      )}
      {isWaiting && !isRestarting && (
        <div class="settings-banner">
          <Icon name="info" />
          <span>
            {words.t("settings.pending")}{" "}
            <b>{[...new Set(pending.map((path) => pathLabel(path.slice(0, 2))))].slice(0, 6).join(", ")}</b>.{" "}
            {words.t("settings.restart.text")}
          </span>
          <span class="settings-banner-tools">
            <button type="button" class="small" onClick={() => setPut(revision)}>
              {words.t("settings.later")}
            </button>
            <button
              type="button"
              class="small primary"
              disabled={task.busy}
              onClick={() => void task.run(() => settingsApi.restart())}
            >
              {words.t("settings.restart")}
            </button>
          </span>
        </div>
      )}
      <Fault fault={task.problem} />
    </div>
  );
}
