// Asks before a phone is forgotten: to come back it must be added anew.

import { useState } from "preact/hooks";
import type { PhoneView } from "../../../protocol/index.ts";
import { useApp } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Fault, faultOf } from "../parts/fault.tsx";

export interface RemovePhoneDialogProps {
  readonly phone: PhoneView;
  readonly onClose: () => void;
}

export function RemovePhoneDialog({ phone, onClose }: RemovePhoneDialogProps) {
  const { controller, words } = useApp();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const { name } = phone;
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await controller.removePhone(name);
      controller.tell({ kind: "done", text: words.t("phones.removed", { name }) });
      onClose();
    } catch (caught) {
      setProblem(faultOf(words, caught));
      setBusy(false);
    }
  };
  return (
    <Dialog title={words.t("phones.remove.title")} onClose={onClose}>
      <div class="dialog-body">
        <p class="dialog-subject">{name}</p>
        <p>{words.t("phones.remove.text")}</p>
        <Fault fault={problem} />
      </div>
      <footer class="dialog-foot">
        <button type="button" onClick={onClose}>
          {words.t("dialog.cancel")}
        </button>
        <button type="button" class="danger" disabled={busy} onClick={() => void remove()}>
          {words.t("phones.remove.submit")}
        </button>
      </footer>
    </Dialog>
  );
}
