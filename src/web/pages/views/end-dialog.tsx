// Asks before a rental is ended: it cannot be taken back.

import { useState } from "preact/hooks";
import type { RentalView } from "../../../protocol/index.ts";
import { useApp } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Fault, faultOf } from "../parts/fault.tsx";

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
    <Dialog title={words.t("end.title")} onClose={onClose}>
      <div class="dialog-body">
        <p class="dialog-subject">{rental.number}</p>
        <p>{words.t("end.text", { number: rental.number })}</p>
        <p>{words.t("end.rest")}</p>
        {rental.waiting > 0 && <p>{words.count("end.waiting", rental.waiting)}</p>}
        <Fault fault={problem} />
      </div>
      <footer class="dialog-foot">
        <button type="button" onClick={onClose}>
          {words.t("dialog.cancel")}
        </button>
        <button type="button" class="danger" disabled={busy} onClick={() => void end()}>
          {words.t("end.submit")}
        </button>
      </footer>
    </Dialog>
  );
}
