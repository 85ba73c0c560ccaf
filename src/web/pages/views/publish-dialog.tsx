// Before anything is written to the chain: what would stand there and what it costs, by a dry run of the box.

import { useEffect, useState } from "preact/hooks";
import { type Publishing, publish } from "../api-chain.ts";
import { useApp } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";

export interface PublishDialogProps {
  /** Such as `listings/line-1/publish`. */
  readonly path: string;
  /** What is done to what, in words. */
  readonly subject: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** `0.004600` as `0.0046`. */
export function shortAmount(text: string): string {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

function Plan({ plan }: { readonly plan: Publishing }) {
  const { words } = useApp();
  return (
    <div class="publish-plan">
      <p class="publish-name">{plan.name}</p>
      <p class="publish-cost">
        <span>{words.t("publish.cost")}</span>
        <strong>{words.t("chain.emc", { amount: shortAmount(plan.cost) })}</strong>
      </p>
      <p>{words.t(plan.value === null ? "publish.delete" : "publish.value")}</p>
      {plan.value !== null && <pre class="publish-value">{plan.value}</pre>}
    </div>
  );
}

export function PublishDialog({ path, subject, onDone, onClose }: PublishDialogProps) {
  const { controller, words } = useApp();
  const [plan, setPlan] = useState<Publishing | null>(null);
  const { busy, problem, run } = useTask();
  useEffect(() => {
    void run(async () => setPlan(await publish(path, true)));
  }, [path]);
  const submit = async (): Promise<void> => {
    if (plan === null || !(await run(async () => void (await publish(path, false))))) return;
    controller.tell({ kind: "done", text: words.t("publish.done") });
    onDone();
    onClose();
  };
  const obstacle = plan?.problem == null ? null : describeProblem(words, plan.problem);
  return (
    <Dialog title={words.t("publish.title")} onClose={onClose}>
      <div class="dialog-body">
        <p class="dialog-subject">{subject}</p>
        {plan === null ? problem === null && <p role="status">{words.t("publish.asking")}</p> : <Plan plan={plan} />}
        <Fault fault={problem ?? obstacle} />
      </div>
      <DialogFoot
        onClose={onClose}
        submit={words.t("publish.submit")}
        disabled={busy || plan === null}
        onSubmit={() => void submit()}
      />
    </Dialog>
  );
}
