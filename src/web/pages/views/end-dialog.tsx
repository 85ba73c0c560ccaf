// Asks before a rental is ended: it cannot be taken back.

import { useState } from "preact/hooks";
import type { RentalView } from "../../../protocol/index.ts";
import { useApp } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { faultOf } from "../parts/fault.tsx";

export interface EndDialogProps {
  readonly rental: RentalView;
  readonly onClose: () => void;
}

export function EndDialog({ rental, onClose }: EndDialogProps) {
  const { controller, words } = useApp();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const end = async (): Promise<void> => {
    setBusy(true);
    try {
      await controller.endRental(rental.id);
      controller.tell({ kind: "done", text: words.t("end.done", { number: rental.number }) });
      onClose();
    } catch (caught) {
      setProblem(faultOf(words, caught));
      setBusy(false);
    }
  };
  return (
    <ConfirmDialog
      title={words.t("end.title")}
      subject={rental.number}
      submit={words.t("end.submit")}
      busy={busy}
      problem={problem}
      onConfirm={() => void end()}
      onClose={onClose}
    >
      <p>{words.t("end.text", { number: rental.number })}</p>
      <p>{words.t("end.rest")}</p>
      {rental.waiting > 0 && <p>{words.count("end.waiting", rental.waiting)}</p>}
    </ConfirmDialog>
  );
}
