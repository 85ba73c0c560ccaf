// The keys that the box is known by: the fresh ones with a backup that was read back, or those of a key file.

import { useState } from "preact/hooks";
import { saveFile } from "../../../../page-parts/index.ts";
import { type OwnIdentityView, ownIdentityView } from "../../../../protocol/index.ts";
import { wizardApi } from "../../api-wizard.ts";
import { useApp } from "../../app-context.ts";
import { FilePicker } from "../../parts/file-picker.tsx";
import { SecretField } from "../../parts/text-field.tsx";
import { useResource } from "../../parts/use-resource.ts";
import { type Task, useTask } from "../../parts/use-task.ts";
import { ViewLink } from "../../parts/view-link.tsx";
import { PASSPHRASE_MIN, passphraseFault } from "../../wizard-forms.ts";
import { StepFrame, type StepProps } from "./step.tsx";

interface PartProps {
  readonly identity: OwnIdentityView;
  readonly task: Task;
  readonly onChange: () => void;
}

function MakeBackup({ identity, task }: PartProps) {
  const { words } = useApp();
  const [passphrase, setPassphrase] = useState("");
  const [repeat, setRepeat] = useState("");
  const fault = passphraseFault(passphrase, repeat);
  const download = (): void =>
    void task.run(async () => {
      const text = await wizardApi.backup(passphrase);
      saveFile(`${identity.name}-${identity.verify.slice(0, 8)}.key.json`, text);
    });
  return (
    <fieldset class="step-part">
      <legend>{words.t("wizard.backup.make")}</legend>
      <SecretField
        id="backup-passphrase"
        label={words.t("wizard.backup.passphrase")}
        help={words.t("wizard.backup.passphrase.help", { n: PASSPHRASE_MIN })}
        value={passphrase}
        onValue={setPassphrase}
      />
      <SecretField
        id="backup-repeat"
        label={words.t("setup.repeat")}
        fault={repeat !== "" && fault === "differ" ? words.t("wizard.backup.differ") : null}
        value={repeat}
        onValue={setRepeat}
      />
      <button type="button" disabled={fault !== null || task.busy} onClick={download}>
        {words.t("wizard.backup.download")}
      </button>
    </fieldset>
  );
}

function ConfirmBackup({ task, onChange }: PartProps) {
  const { words } = useApp();
  const [text, setText] = useState<string | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const confirm = (): void =>
    void task.run(async () => {
      if (text === null) return;
      await wizardApi.confirm(text, passphrase);
      onChange();
    });
  return (
    <fieldset class="step-part">
      <legend>{words.t("wizard.backup.confirm")}</legend>
      <p class="step-note">{words.t("wizard.backup.confirm.text")}</p>
      <FilePicker label={words.t("wizard.backup.pick")} onText={setText} />
      <SecretField
        id="confirm-passphrase"
        label={words.t("wizard.backup.passphrase")}
        value={passphrase}
        onValue={setPassphrase}
      />
      <button type="button" disabled={text === null || passphrase === "" || task.busy} onClick={confirm}>
        {words.t("wizard.backup.check")}
      </button>
    </fieldset>
  );
}

function Import({ task, onChange }: PartProps) {
  const { controller, words } = useApp();
  const [text, setText] = useState<string | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const take = (): void =>
    void task.run(async () => {
      if (text === null) return;
      const taken = await wizardApi.importIdentity(text, passphrase);
      controller.tell({ kind: "done", text: words.t("wizard.import.done", { name: taken.name }) });
      onChange();
    });
  return (
    <fieldset class="step-part">
      <legend>{words.t("wizard.import")}</legend>
      <p class="step-note">{words.t("wizard.import.text")}</p>
      <FilePicker label={words.t("wizard.import.pick")} onText={setText} />
      <SecretField
        id="import-passphrase"
        label={words.t("wizard.import.passphrase")}
        help={words.t("wizard.import.passphrase.help")}
        value={passphrase}
        onValue={setPassphrase}
      />
      <button type="button" disabled={text === null || task.busy} onClick={take}>
        {words.t("wizard.import.submit")}
      </button>
    </fieldset>
  );
}

function Parts(props: PartProps) {
  const { words } = useApp();
  const [isImport, setImport] = useState(false);
  const { identity } = props;
  if (identity.backed_up_at !== null) {
    return <p class="step-good">{words.t("wizard.backup.done", { date: words.date(identity.backed_up_at) })}</p>;
  }
  return (
    <>
      {identity.replaceable && (
        <div class="chips">
          {[false, true].map((each) => (
            <button
              key={String(each)}
              type="button"
              class="chip"
              aria-pressed={isImport === each}
              onClick={() => setImport(each)}
            >
              {words.t(each ? "wizard.identity.import" : "wizard.identity.keep")}
            </button>
          ))}
        </div>
      )}
      {isImport ? (
        <>
          <Import {...props} />
          <p class="step-note">
            <ViewLink view="backup">{words.t("wizard.identity.restore")}</ViewLink>
          </p>
        </>
      ) : (
        <>
          <MakeBackup {...props} />
          <ConfirmBackup {...props} />
        </>
      )}
    </>
  );
}

export function IdentityStep({ onDone, onSkip }: StepProps) {
  const { words } = useApp();
  const { value: identity, fault, reload } = useResource(ownIdentityView, "/api/v1/wizard/identity");
  const [isImported, setImported] = useState(false);
  const task = useTask();
  const changed = (): void => {
    setImported(true);
    reload();
  };
  return (
    <StepFrame
      title={words.t("wizard.identity.title")}
      text={words.t("wizard.identity.text")}
      problem={task.problem ?? fault}
      busy={task.busy}
      ready={identity !== null && (identity.backed_up_at !== null || isImported)}
      onSubmit={() => void onDone()}
      onSkip={() => void onSkip()}
    >
      {identity !== null && (
        <>
          <p class="step-key">
            <span>{words.t("provider.title")}</span>
            <code>{identity.verify}</code>
          </p>
          <Parts identity={identity} task={task} onChange={changed} />
        </>
      )}
    </StepFrame>
  );
}
