// The Emercoin node that the box publishes and is paid through: on this machine, elsewhere, or none for now.

import { useState } from "preact/hooks";
import { Field } from "../../../../page-parts/index.ts";
import type { FindingsReply } from "../../../../protocol/index.ts";
import { saveSecret, saveSettings } from "../../api-settings.ts";
import { wizardApi } from "../../api-wizard.ts";
import { useApp } from "../../app-context.ts";
import { SecretField, TextField } from "../../parts/text-field.tsx";
import { useTask } from "../../parts/use-task.ts";
import {
  emptyNode,
  isNodeReady,
  isOpenWire,
  isSocksUrl,
  isWebUrl,
  type NodeForm,
  nodeTestOf,
} from "../../wizard-forms.ts";
import { Findings } from "./findings.tsx";
import { StepFrame, type StepProps } from "./step.tsx";

interface FormProps {
  readonly form: NodeForm;
  readonly set: (change: Partial<NodeForm>) => void;
}

function Account({ form, set }: FormProps) {
  const { words } = useApp();
  return (
    <>
      <TextField
        id="node-url"
        label={words.t("wizard.node.url")}
        help={words.t("wizard.node.url.help")}
        mode="url"
        fault={isWebUrl(form.url) ? null : words.t("wizard.url.bad")}
        value={form.url}
        onValue={(url) => set({ url })}
      />
      <div class="pair">
        <TextField
          id="node-user"
          label={words.t("wizard.node.user")}
          help={words.t("wizard.node.user.help")}
          value={form.user}
          onValue={(user) => set({ user })}
        />
        <SecretField
          id="node-password"
          label={words.t("wizard.node.password")}
          value={form.password}
          onValue={(password) => set({ password })}
        />
      </div>
      <TextField
        id="node-wallet"
        label={words.t("wizard.node.wallet")}
        help={words.t("wizard.node.wallet.help")}
        value={form.wallet}
        onValue={(wallet) => set({ wallet })}
      />
    </>
  );
}

function Remote({ form, set }: FormProps) {
  const { words } = useApp();
  return (
    <>
      <TextField
        id="node-socks"
        label={words.t("wizard.node.socks")}
        help={words.t("wizard.node.socks.help")}
        placeholder="socks5h://127.0.0.1:1080"
        fault={form.socks5 !== "" && !isSocksUrl(form.socks5) ? words.t("wizard.node.socks.bad") : null}
        value={form.socks5}
        onValue={(socks5) => set({ socks5 })}
      />
      <Field
        id="node-ca"
        label={words.t("wizard.node.ca")}
        help={words.t("wizard.node.ca.help")}
        control={(ids) => (
          <textarea
            {...ids}
            rows={3}
            spellcheck={false}
            autocomplete="off"
            value={form.ca}
            onInput={(event) => set({ ca: event.currentTarget.value })}
          />
        )}
      />
      {isOpenWire(form) && <p class="step-warn">{words.t("wizard.node.open")}</p>}
    </>
  );
}

/** The configuration's section `emercoin`; the password goes into a file of its own. */
async function save(form: NodeForm): Promise<void> {
  const { password, ca: _, ...rest } = nodeTestOf(form);
  const password_file = await saveSecret("emercoin-rpc-password", password);
  const ca_file = form.ca.trim() === "" ? {} : { ca_file: await saveSecret("emercoin-ca.pem", form.ca) };
  await saveSettings([{ path: ["emercoin"], value: { ...rest, password_file, ...ca_file } }]);
}

export function NodeStep({ onDone, onSkip }: StepProps) {
  const { words } = useApp();
  const [form, setForm] = useState<NodeForm>(emptyNode);
  const [found, setFound] = useState<FindingsReply | null>(null);
  const { busy, problem, run } = useTask();
  const set = (change: Partial<NodeForm>): void => {
    setForm({ ...form, ...change });
    setFound(null);
  };
  const test = (): void => void run(async () => setFound(await wizardApi.testNode(nodeTestOf(form))));
  const submit = (): void =>
    void run(async () => {
      await save(form);
      await onDone();
    });
  return (
    <StepFrame
      title={words.t("wizard.node.title")}
      text={words.t("wizard.node.text")}
      {...{ problem, busy, ready: isNodeReady(form) }}
      onSubmit={submit}
      onSkip={() => void onSkip()}
    >
      <Account form={form} set={set} />
      <details class="step-more">
        <summary>{words.t("wizard.node.remote")}</summary>
        <Remote form={form} set={set} />
      </details>
      <button type="button" class="small step-again" disabled={!isNodeReady(form) || busy} onClick={test}>
        {words.t("wizard.test")}
      </button>
      {found !== null && <Findings findings={found.findings} />}
    </StepFrame>
  );
}
