// A dialog that asks for one's own password once more, before the way into an account changes.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { DialogForm, Field } from "../../../../page-parts/index.ts";
import { useWords } from "../../app-context.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Fault } from "../../parts/fault.tsx";
import { PasswordInput } from "../../parts/password-input.tsx";
import { useTask } from "../../parts/use-task.ts";

export interface PasswordAgainProps {
  readonly title: string;
  readonly work: (password: string) => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** Stays until `work` went well, which then shows what comes next. */
export function PasswordAgain({ title, work, onClose, children }: PasswordAgainProps) {
  const words = useWords();
  const [password, setPassword] = useState("");
  const task = useTask();
  const submit = async (): Promise<void> => {
    if (password !== "") await task.run(() => work(password));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <DialogForm onSubmit={() => void submit()}>
        <div class="dialog-body">
          {children}
          <Field
            id="again"
            label={words.t("account.again")}
            control={(ids) => <PasswordInput ids={ids} use="current-password" value={password} onValue={setPassword} />}
          />
          <Fault fault={task.problem} />
        </div>
        <DialogFoot
          onClose={onClose}
          submit={words.t("account.again.submit")}
          disabled={task.busy || password === ""}
        />
      </DialogForm>
    </Dialog>
  );
}
