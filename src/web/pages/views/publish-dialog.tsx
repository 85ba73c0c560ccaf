// Before anything is written to the chain: what would stand there and what it costs, by a dry run of the box.

import { useEffect, useState } from "preact/hooks";
import type { Write, WritePlan } from "../api-chain.ts";
import { useApp } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Emc } from "../parts/emc.tsx";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";

/** What is about to be written. */
export interface Asked {
  readonly write: Write;
  /** What is done to what, in words. */
  readonly subject: string;
}

export interface PublishDialogProps extends Asked {
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function Plan({ plan }: { readonly plan: WritePlan }) {
  const { words } = useApp();
  return (
    <div class="publish-plan">
      <p class="publish-name">{plan.name}</p>
      <p class="publish-cost">
        <span>{words.t("publish.cost")}</span>
        <strong>{plan.cost === null ? words.t("publish.free") : <Emc amount={plan.cost} />}</strong>
      </p>
      <p>{words.t(plan.value === null ? "publish.delete" : "publish.value")}</p>
      {plan.value !== null && <pre class="publish-value">{plan.value}</pre>}
    </div>
  );
}

export function PublishDialog({ write, subject, onDone, onClose }: PublishDialogProps) {
  const { controller, words } = useApp();
  const [plan, setPlan] = useState<WritePlan | null>(null);
  const { busy, problem, run } = useTask();
  useEffect(() => {
    void run(async () => setPlan(await write(true)));
  }, []);
  const submit = async (): Promise<void> => {
    if (plan === null || !(await run(async () => void (await write(false))))) return;
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
