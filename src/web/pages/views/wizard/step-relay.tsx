// The relay that keeps sealed messages for the renters.

import { useState } from "preact/hooks";
import type { FindingsReply } from "../../../../protocol/index.ts";
import { knownRelay, saveSettings } from "../../api-settings.ts";
import { wizardApi } from "../../api-wizard.ts";
import { useApp } from "../../app-context.ts";
import { TextField } from "../../parts/text-field.tsx";
import { useTask } from "../../parts/use-task.ts";
import { isRelayReady, isSocksUrl, isWebUrl, type RelayForm, relayChangesOf, relayTestOf } from "../../wizard-forms.ts";
import { ProviderKey } from "../provider-key.tsx";
import { Findings } from "./findings.tsx";
import { StepFrame, type StepProps } from "./step.tsx";

export function RelayStep({ onDone, onSkip }: StepProps) {
  const { words } = useApp();
  const [form, setForm] = useState<RelayForm>({ url: "", socks5: "" });
  const [found, setFound] = useState<FindingsReply | null>(null);
  const { busy, problem, run } = useTask();
  const isReady = isRelayReady(form);
  const set = (change: Partial<RelayForm>): void => {
    setForm({ ...form, ...change });
    setFound(null);
  };
  const test = (): void => void run(async () => setFound(await wizardApi.testRelay(relayTestOf(form))));
  const save = (): void =>
    void run(async () => {
      await saveSettings(relayChangesOf(form, await knownRelay()));
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
        fault={form.url !== "" && !isWebUrl(form.url) ? words.t("wizard.url.bad") : null}
        value={form.url}
        onValue={(url) => set({ url })}
      />
      <TextField
        id="relay-socks"
        label={words.t("wizard.node.socks")}
        help={words.t("wizard.node.socks.help")}
        placeholder="socks5h://127.0.0.1:1080"
        fault={form.socks5 !== "" && !isSocksUrl(form.socks5) ? words.t("wizard.node.socks.bad") : null}
        value={form.socks5}
        onValue={(socks5) => set({ socks5 })}
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
