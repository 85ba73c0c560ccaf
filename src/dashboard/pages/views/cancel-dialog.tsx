// Asks before a rental is ended: nothing brings its number back.

import { type AccountRental, visibleLine } from "../../../renter/index.ts";
import { useApp, useTask } from "../app-context.ts";
import { Dialog, Fault } from "../parts/frame.tsx";

export function CancelDialog({ rental, onClose }: { readonly rental: AccountRental; readonly onClose: () => void }) {
  const { controller, words } = useApp();
  const task = useTask();
  return (
    <Dialog title={words.t("rentals.cancel.title")} onClose={onClose}>
      <div class="dialog-body">
        <p class="dialog-subject">{visibleLine(rental.number ?? words.t("rentals.unreadable"))}</p>
        <p>{words.t("rentals.cancel.text")}</p>
        <Fault fault={task.problem} />
      </div>
      <footer class="dialog-foot">
        <button type="button" onClick={onClose}>
          {words.t("rentals.cancel.keep")}
        </button>
        <button
          type="button"
          class="danger"
          disabled={task.busy}
          onClick={() => void task.run(() => controller.cancel(rental)).then((isDone) => isDone && onClose())}
        >
          {words.t(task.busy ? "rentals.cancel.busy" : "rentals.cancel.go")}
        </button>
      </footer>
    </Dialog>
  );
}
