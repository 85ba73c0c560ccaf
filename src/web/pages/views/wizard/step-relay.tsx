// The relay that keeps sealed messages for the renters.

import { useState } from "preact/hooks";
import type { FindingsReply } from "../../../../protocol/index.ts";
import { saveSettings } from "../../api-settings.ts";
import { wizardApi } from "../../api-wizard.ts";
import { useApp } from "../../app-context.ts";
import { TextField } from "../../parts/text-field.tsx";
import { useTask } from "../../parts/use-task.ts";
import { isWebUrl } from "../../wizard-forms.ts";
import { ProviderKey } from "../provider-key.tsx";
import { Findings } from "./findings.tsx";
import { StepFrame, type StepProps } from "./step.tsx";

export function RelayStep({ onDone, onSkip }: StepProps) {
  const { words } = useApp();
  const [url, setUrl] = useState("");
  const [found, setFound] = useState<FindingsReply | null>(null);
  const { busy, problem, run } = useTask();
  const isReady = isWebUrl(url);
  const test = (): void => void run(async () => setFound(await wizardApi.testRelay(url.trim())));
  const save = (): void =>
    void run(async () => {
      await saveSettings([{ path: ["relay"], value: { url: url.trim() } }]);
      await onDone();
    });
  return (
    <StepFrame
      title={words.t("wizard.relay.title")}
      text={words.t("wizard.relay.text")}
      {...{ problem, busy, ready: isReady }}
      onSubmit={save}
      onSkip={() => void onSkip()}
    >
      <TextField
        id="relay-url"
        label={words.t("wizard.relay.url")}
        mode="url"
        placeholder="https://relay.example"
        fault={url !== "" && !isReady ? words.t("wizard.url.bad") : null}
        value={url}
        onValue={(value) => {
          setUrl(value);
          setFound(null);
        }}
      />
      <button type="button" class="small step-again" disabled={!isReady || busy} onClick={test}>
        {words.t("wizard.test")}
      </button>
      {found !== null && <Findings findings={found.findings} />}
      <div class="step-part">
        <p class="step-note">{words.t("provider.text")}</p>
        <ProviderKey />
      </div>
    </StepFrame>
  );
}
