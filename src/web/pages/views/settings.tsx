// The settings: a form made of the box's own schema, the text behind it, and the versions that came before.

import { useState } from "preact/hooks";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { type Path, valueAt } from "../settings-form.ts";
import { Setting } from "./setting.tsx";
import { SettingsBanner } from "./settings-banner.tsx";
import { SettingsFormContext } from "./settings-context.ts";
import { SettingsHistory } from "./settings-history.tsx";
import { SettingsReview } from "./settings-review.tsx";
import { SettingsSecret } from "./settings-secret.tsx";
import { SettingsSections } from "./settings-sections.tsx";
import { SettingsText } from "./settings-text.tsx";
import { type Settings as Loaded, useSettings } from "./use-settings.ts";

const MODES = ["form", "text", "history"] as const;
type Mode = (typeof MODES)[number];

function ChangeBar({ settings, onReview }: { readonly settings: Loaded; readonly onReview: () => void }) {
  const words = useWords();
  const { changes, plan, discard } = settings;
  const problems = plan?.problems.length ?? 0;
  if (changes.length === 0) return null;
  return (
    <div class="change-bar" role="status">
      <span>
        <b>{words.count("settings.bar", changes.length)}</b>
        {problems > 0 && <span class="change-bar-bad"> {words.count("settings.problems", problems)}</span>}
      </span>
      <button type="button" onClick={discard}>
        {words.t("settings.discard")}
      </button>
      <button type="button" class="primary" onClick={onReview}>
        {words.t("settings.review")}
      </button>
    </div>
  );
}

function FormMode({ settings }: { readonly settings: Loaded }) {
  const [query, setQuery] = useState("");
  const [secret, setSecret] = useState<Path | null>(null);
  const [isReviewed, setReviewed] = useState(false);
  const { view, schema, draft, changes, plan, set, reload } = settings;
  if (view === null || schema === null) return null;
  const file = secret === null ? "" : valueAt(draft, secret);
  const form = {
    ...{ draft, set, query, Setting, keepSecret: setSecret },
    ...{ saved: view.values ?? {}, problems: plan?.problems ?? view.problems, live: view.live, secrets: view.secrets },
  };
  return (
    <SettingsFormContext.Provider value={form}>
      <SettingsSections schema={schema} query={query} onQuery={setQuery} />
      <ChangeBar settings={settings} onReview={() => setReviewed(true)} />
      {secret !== null && (
        <SettingsSecret
          path={secret}
          file={typeof file === "string" ? file : ""}
          onClose={() => setSecret(null)}
          onKept={(kept) => {
            set(secret, kept);
            setSecret(null);
            void reload(false);
          }}
        />
      )}
      {isReviewed && (
        <SettingsReview
          change={{ patch: [...changes] }}
          revision={view.revision}
          onClose={() => setReviewed(false)}
          onApplied={() => {
            setReviewed(false);
            void reload(true);
          }}
        />
      )}
    </SettingsFormContext.Provider>
  );
}

export function Settings() {
  const words = useWords();
  const settings = useSettings();
  const [mode, setMode] = useState<Mode>("form");
  const { view, fault, reload } = settings;
  return (
    <div class="settings">
      <header class="view-head">
        <h1>{words.t("settings.title")}</h1>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
        <div class="chips" role="group" aria-label={words.t("settings.mode")}>
          {MODES.map((each) => (
            <button key={each} type="button" class="chip" aria-pressed={mode === each} onClick={() => setMode(each)}>
              {words.t(`settings.mode.${each}`)}
            </button>
          ))}
        </div>
      </header>
      <Fault fault={fault} />
      {view === null ? (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      ) : (
        <>
          <SettingsBanner view={view} />
          {mode === "form" && <FormMode settings={settings} />}
          {mode === "text" && <SettingsText view={view} onApplied={() => void reload(true)} />}
          {mode === "history" && <SettingsHistory revision={view.revision} onApplied={() => void reload(true)} />}
        </>
      )}
    </div>
  );
}
