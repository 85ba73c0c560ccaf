// Asks before a phone is forgotten: to come back it must be added anew.

import { useState } from "preact/hooks";
import type { PhoneView } from "../../../protocol/index.ts";
import { useApp } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { faultOf } from "../parts/fault.tsx";

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
    <ConfirmDialog
      title={words.t("phones.remove.title")}
      subject={name}
      submit={words.t("phones.remove.submit")}
      busy={busy}
      problem={problem}
      onConfirm={() => void remove()}
      onClose={onClose}
    >
      <p>{words.t("phones.remove.text")}</p>
    </ConfirmDialog>
  );
}
