// The configuration as its text, for those who know it; the box judges it as it does the form.

import { useEffect, useState } from "preact/hooks";
import { millis } from "../../../base/index.ts";
import type { SettingsPlanView, SettingsView } from "../../../protocol/index.ts";
import { settingsApi } from "../api-settings-page.ts";
import { useApp, useWords } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { Fault, faultOf } from "../parts/fault.tsx";
import { pathLabel } from "./settings-diff.tsx";
import { SettingsReview } from "./settings-review.tsx";

const ASK_AFTER = millis(600);

interface SettingsTextProps {
  readonly view: SettingsView;
  readonly onApplied: () => void;
}

interface Judged {
  readonly plan: SettingsPlanView | null;
  readonly fault: ProblemText | null;
}

/** What the box says of a text, a moment after the last key. */
function useJudgement(text: string, revision: string): Judged {
  const { controller, words } = useApp();
  const [judged, setJudged] = useState<Judged>({ plan: null, fault: null });
  useEffect(
    () =>
      controller.after(ASK_AFTER, () => {
        settingsApi.plan({ text }).then(
          (plan) => setJudged({ plan, fault: null }),
          (caught: unknown) => setJudged({ plan: null, fault: faultOf(words, caught) }),
        );
      }),
    [text, revision],
  );
  return judged;
}

interface EditorProps {
  readonly text: string;
  readonly problems: SettingsPlanView["problems"];
  readonly onText: (text: string) => void;
}

function Editor({ text, problems, onText }: EditorProps) {
  const words = useWords();
  return (
    <div class={problems.length > 0 ? "field field-bad" : "field"}>
      <label for="settings-yaml">{words.t("settings.text.label")}</label>
      <textarea
        id="settings-yaml"
        aria-describedby="settings-yaml-note"
        rows={Math.min(40, Math.max(14, text.split("\n").length + 1))}
        autoComplete="off"
        spellcheck={false}
        wrap="off"
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <ul class="field-note" id="settings-yaml-note" aria-live="polite">
        {problems.length === 0 && <li>{words.t("settings.text.help")}</li>}
        {problems.map(({ path, message }) => (
          <li key={`${path.join(".")} ${message}`}>
            {path.length > 0 && <b>{pathLabel(path)} </b>}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function SettingsText({ view, onApplied }: SettingsTextProps) {
  const words = useWords();
  const [text, setText] = useState(view.text);
  const [isReviewed, setReviewed] = useState(false);
  useEffect(() => setText(view.text), [view.revision]);
  const { plan, fault } = useJudgement(text, view.revision);
  const problems = plan?.problems ?? view.problems;
  const isChanged = text !== view.text;
  const isGood = isChanged && problems.length === 0;
  return (
    <div class="settings-text">
      <Editor text={text} problems={problems} onText={setText} />
      <Fault fault={fault} />
      <div class="settings-text-tools">
        <button type="button" disabled={!isChanged} onClick={() => setText(view.text)}>
          {words.t("settings.text.reset")}
        </button>
        <button type="button" class="primary" disabled={!isGood} onClick={() => setReviewed(true)}>
          {words.t("settings.review")}
        </button>
      </div>
      {isReviewed && (
        <SettingsReview
          change={{ text }}
          revision={view.revision}
          onClose={() => setReviewed(false)}
          onApplied={() => {
            setReviewed(false);
            onApplied();
          }}
        />
      )}
    </div>
  );
}
