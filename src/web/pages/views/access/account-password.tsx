// The change of one's own password.

import { useState } from "preact/hooks";
import { Field } from "../../../../page-parts/index.ts";
import { passwordFault } from "../../../shared/password-rules.ts";
import { accessApi } from "../../api-access.ts";
import { useApp } from "../../app-context.ts";
import { passwordFaultText } from "../../describe-password.ts";
import { Fault } from "../../parts/fault.tsx";
import { PasswordInput } from "../../parts/password-input.tsx";
import { useTask } from "../../parts/use-task.ts";
import { Panel } from "./panel.tsx";

export function AccountPassword({ onChanged }: { readonly onChanged: () => void }) {
  const { controller, words } = useApp();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const submit = async (): Promise<void> => {
    setTried(true);
    if (old === "" || passwordFault(next) !== null) return;
    if (!(await task.run(async () => void (await accessApi.changePassword(old, next))))) return;
    setOld("");
    setNext("");
    setTried(false);
    controller.tell({ kind: "done", text: words.t("account.password.done") });
    onChanged();
  };
  return (
    <Panel id="account-password" title={words.t("account.password")} text={words.t("account.password.text")}>
      <form
        class="access-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field
          id="old-password"
          label={words.t("account.password.old")}
          control={(ids) => <PasswordInput ids={ids} use="current-password" value={old} onValue={setOld} />}
        />
        <Field
          id="new-password"
          label={words.t("account.password.new")}
          fault={tried ? passwordFaultText(words, next) : null}
          control={(ids) => <PasswordInput ids={ids} use="new-password" value={next} onValue={setNext} />}
        />
        <Fault fault={task.problem} />
        <button type="submit" disabled={task.busy}>
          {words.t("account.password.change")}
        </button>
      </form>
    </Panel>
  );
}
