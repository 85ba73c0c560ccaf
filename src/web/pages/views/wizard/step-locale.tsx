// Language and time zone.

import { useState } from "preact/hooks";
import { Field, LanguageSelect } from "../../../../page-parts/index.ts";
import { saveSettings } from "../../api-settings.ts";
import { useApp } from "../../app-context.ts";
import { useTask } from "../../parts/use-task.ts";
import { StepFrame, type StepProps } from "./step.tsx";

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Also this browser's own, which is not in every browser's list. */
function zones(): readonly string[] {
  const own = ownZone();
  const all = Intl.supportedValuesOf("timeZone");
  return all.includes(own) ? all : [own, ...all];
}

function ZoneField({ zone, onZone }: { readonly zone: string; readonly onZone: (zone: string) => void }) {
  const { words } = useApp();
  return (
    <Field
      id="time-zone"
      label={words.t("wizard.zone")}
      help={words.t("wizard.zone.help")}
      control={(ids) => (
        <select {...ids} value={zone} onChange={(event) => onZone(event.currentTarget.value)}>
          {zones().map((each) => (
            <option key={each} value={each}>
              {each.replaceAll("_", " ")}
            </option>
          ))}
        </select>
      )}
    />
  );
}

export function LocaleStep({ onDone }: StepProps) {
  const { controller, words } = useApp();
  const [zone, setZone] = useState(ownZone);
  const { busy, problem, run } = useTask();
  const submit = (): void =>
    void run(async () => {
      await saveSettings([{ path: ["locale"], value: { language: words.locale, time_zone: zone } }]);
      await onDone();
    });
  return (
    <StepFrame
      title={words.t("wizard.locale.title")}
      text={words.t("wizard.locale.text")}
      {...{ problem, busy }}
      onSubmit={submit}
      onSkip={null}
    >
      <Field
        id="language"
        label={words.t("wizard.language")}
        control={(ids) => (
          <LanguageSelect
            ids={ids}
            locale={words.locale}
            onLanguage={(id) => void run(() => controller.setLanguage(id))}
          />
        )}
      />
      <ZoneField zone={zone} onZone={setZone} />
    </StepFrame>
  );
}
