// Takes the wallet's passphrase. It goes to the box and is not kept in the page.

import { useState } from "preact/hooks";
import { DialogForm, Field } from "../../../page-parts/index.ts";
import { unlockWallet } from "../api-chain.ts";
import { useApp } from "../app-context.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { PasswordInput } from "../parts/password-input.tsx";
import { useTask } from "../parts/use-task.ts";

/** Minutes by choice; null until the box stops. */
const KEEP = { stop: null, hour: 60, day: 1440 } as const;
const CHOICES = ["stop", "hour", "day"] as const;
type Choice = (typeof CHOICES)[number];

export interface UnlockDialogProps {
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function UnlockDialog({ onDone, onClose }: UnlockDialogProps) {
  const { controller, words } = useApp();
  const [passphrase, setPassphrase] = useState("");
  const [keep, setKeep] = useState<Choice>("stop");
  const { busy, problem, run } = useTask();
  const submit = async (): Promise<void> => {
    if (passphrase === "" || !(await run(async () => void (await unlockWallet(passphrase, KEEP[keep]))))) return;
    controller.tell({ kind: "done", text: words.t("unlock.done") });
    onDone();
    onClose();
  };
  return (
    <Dialog title={words.t("unlock.title")} onClose={onClose}>
      <DialogForm onSubmit={() => void submit()}>
        <div class="dialog-body">
          <p>{words.t("unlock.text")}</p>
          <Field
            id="wallet-passphrase"
            label={words.t("unlock.passphrase")}
            control={(ids) => <PasswordInput ids={ids} value={passphrase} use="off" onValue={setPassphrase} />}
          />
          <Field
            id="wallet-keep"
            label={words.t("unlock.keep")}
            control={(ids) => (
              <select
                {...ids}
                value={keep}
                onChange={(event) => setKeep(CHOICES.find((each) => each === event.currentTarget.value) ?? "stop")}
              >
                {CHOICES.map((each) => (
                  <option key={each} value={each}>
                    {words.t(`unlock.keep.${each}`)}
                  </option>
                ))}
              </select>
            )}
          />
          <Fault fault={problem} />
        </div>
        <DialogFoot onClose={onClose} submit={words.t("chain.unlock")} disabled={busy || passphrase === ""} />
      </DialogForm>
    </Dialog>
  );
}
