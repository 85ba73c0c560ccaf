// Gives a known number to the SIM that is in a slot now: its line and its rental go on with this SIM.

import { useState } from "preact/hooks";
import type { LineView, SlotView } from "../../../protocol/index.ts";
import { useApp, useBox } from "../app-context.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";
import { activeRental } from "../slot-lines.ts";

export interface AdoptDialogProps {
  readonly slot: SlotView;
  /** At least one. */
  readonly lines: readonly LineView[];
  readonly onClose: () => void;
}

export function AdoptDialog({ slot, lines, onClose }: AdoptDialogProps) {
  const { controller, words } = useApp();
  const [id, setId] = useState(lines[0]?.id ?? "");
  const { busy, problem, run } = useTask();
  const isRented = useBox((box) => activeRental(box.rentals, id) !== null, false);
  const number = lines.find((line) => line.id === id)?.number;
  const adopt = async (): Promise<void> => {
    if (number === undefined || !(await run(() => controller.slots.adoptSim(id, slot.id)))) return;
    controller.tell({ kind: "done", text: words.t("adopt.done", { number, id: slot.id }) });
    onClose();
  };
  return (
    <Dialog title={words.t("adopt.title")} onClose={onClose}>
      <div class="dialog-body">
        <p>{words.t("adopt.text", { id: slot.id })}</p>
        <div class="field">
          <label for="adopt-line">{words.t("adopt.line")}</label>
          <select id="adopt-line" value={id} onChange={(event) => setId(event.currentTarget.value)}>
            {lines.map((line) => (
              <option key={line.id} value={line.id}>
                {line.number} · {line.id}
              </option>
            ))}
          </select>
        </div>
        {isRented && <p class="dialog-text">{words.t("adopt.rented")}</p>}
        <Fault fault={problem} />
      </div>
      <DialogFoot onClose={onClose} submit={words.t("adopt.submit")} disabled={busy} onSubmit={() => void adopt()} />
    </Dialog>
  );
}
