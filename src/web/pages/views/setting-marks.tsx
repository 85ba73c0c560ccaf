// What stands beside a setting's name: whether it was changed here, and whether that needs a restart.

import { useWords } from "../app-context.ts";
import { isLive, isSame, type Path, valueAt } from "../settings-form.ts";
import { useSettingsForm } from "./settings-context.ts";

export function SettingMarks({ path }: { readonly path: Path }) {
  const words = useWords();
  const { saved, draft, live } = useSettingsForm();
  if (isSame(valueAt(saved, path), valueAt(draft, path))) return null;
  return (
    <span class="setting-marks">
      <span class="tag tag-changed">{words.t("settings.changed")}</span>
      {!isLive(live, path) && <span class="tag">{words.t("settings.restart_needed")}</span>}
    </span>
  );
}
