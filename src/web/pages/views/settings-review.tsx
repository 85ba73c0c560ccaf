// The last look before settings are changed: for a form, a text, or an earlier version.

import { useEffect, useState } from "preact/hooks";
import type { SettingsChange, SettingsPlanView } from "../../../protocol/index.ts";
import { settingsApi } from "../api-settings-page.ts";
import { useApp } from "../app-context.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";
import { valueAt } from "../settings-form.ts";
import { PlanText } from "./settings-diff.tsx";

export interface SettingsReviewProps {
  readonly change: SettingsChange;
  /** What the change was made for. */
  readonly revision: string;
  readonly onApplied: () => void;
  readonly onClose: () => void;
}

/** Where the console will be, if that changes. */
function movedTo(change: SettingsChange): string | null {
  const whole = change.patch?.find((each) => each.path.join(".") === "web.listen");
  const address = whole === undefined || "delete" in whole ? null : valueAt(whole, ["value"]);
  return typeof address === "string" ? address : null;
}

export function SettingsReview({ change, revision, onApplied, onClose }: SettingsReviewProps) {
  const { controller, words } = useApp();
  const [plan, setPlan] = useState<SettingsPlanView | null>(null);
  const task = useTask();
  useEffect(() => void task.run(async () => setPlan(await settingsApi.plan(change))), []);
  const apply = () =>
    task.run(async () => {
      const { restart } = await settingsApi.apply(change, revision);
      controller.tell({ kind: "done", text: words.t(restart ? "settings.applied.restart" : "settings.applied") });
      onApplied();
    });
  const isReady = plan !== null && plan.problems.length === 0 && plan.diff !== "";
  const moved = movedTo(change);
  return (
    <Dialog title={words.t("settings.review.title")} onClose={onClose}>
      <div class="dialog-body settings-review">
        {plan === null ? (
          <p class="loading" role="status">
            {words.t("app.loading")}
          </p>
        ) : (
          <PlanText plan={plan} />
        )}
        {moved !== null && <p class="field-note">{words.t("settings.review.moved", { address: moved })}</p>}
        <Fault fault={task.problem} />
      </div>
      <DialogFoot
        onClose={onClose}
        submit={words.t("settings.apply")}
        disabled={!isReady || task.busy}
        onSubmit={() => void apply()}
      />
    </Dialog>
  );
}
