// The last versions of the settings, and the way back to each.

import { useState } from "preact/hooks";
import { settingsHistoryView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { SettingsReview } from "./settings-review.tsx";

interface SettingsHistoryProps {
  readonly revision: string;
  readonly onApplied: () => void;
}

export function SettingsHistory({ revision, onApplied }: SettingsHistoryProps) {
  const words = useWords();
  const { value, fault, reload } = useResource(settingsHistoryView, "/api/v1/settings/history");
  const [chosen, setChosen] = useState<number | null>(null);
  const versions = value?.versions ?? [];
  return (
    <div class="settings-history">
      <Fault fault={fault} />
      {value !== null && versions.length === 0 && <p>{words.t("settings.history.none")}</p>}
      <ol class="versions">
        {versions.map((version) => (
          <li key={version.id} class={version.current ? "version version-current" : "version"}>
            <span class="version-what">{version.summary}</span>
            <span class="version-who">
              {words.date(version.at)}{" "}
              {version.by === "file"
                ? words.t("settings.history.file")
                : words.t("settings.history.by", { name: version.by })}
            </span>
            {version.current ? (
              <span class="tag tag-rented">{words.t("settings.history.current")}</span>
            ) : (
              <button type="button" class="small" onClick={() => setChosen(version.id)}>
                {words.t("settings.history.back")}
              </button>
            )}
          </li>
        ))}
      </ol>
      {chosen !== null && (
        <SettingsReview
          change={{ restore: chosen }}
          revision={revision}
          onClose={() => setChosen(null)}
          onApplied={() => {
            setChosen(null);
            reload();
            onApplied();
          }}
        />
      )}
    </div>
  );
}
