// Gives the SIM in a slot a number, and a name for the line.

import { useState } from "preact/hooks";
import { DialogForm } from "../../../page-parts/index.ts";
import type { LineView, SlotView } from "../../../protocol/index.ts";
import { useApp, useWords } from "../app-context.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { TextField } from "../parts/text-field.tsx";
import { useTask } from "../parts/use-task.ts";
import { isLineId, isNumber, newLineOf, suggestedLineId } from "../slot-lines.ts";

export interface NameNumberDialogProps {
  readonly slot: SlotView;
  readonly lines: readonly LineView[];
  readonly onClose: () => void;
}

function useNameNumber({ slot, lines, onClose }: NameNumberDialogProps) {
  const { controller, words } = useApp();
  const [number, setNumber] = useState(slot.own_number ?? "");
  const [id, setId] = useState(() => suggestedLineId(lines, slot.id));
  const { busy, problem, run } = useTask();
  const request = newLineOf({ id, number }, slot.id);
  const submit = async (): Promise<void> => {
    if (request === null || !(await run(() => controller.slots.addLine(request)))) return;
    controller.tell({ kind: "done", text: words.t("name.done", { number: request.number }) });
    onClose();
  };
  return { number, setNumber, id, setId, busy, problem, isReady: request !== null, submit };
}

export function NameNumberDialog(props: NameNumberDialogProps) {
  const words = useWords();
  const { number, setNumber, id, setId, busy, problem, isReady, submit } = useNameNumber(props);
  const { slot, onClose } = props;
  return (
    <Dialog title={words.t("number.name")} onClose={onClose}>
      <DialogForm onSubmit={() => void submit()}>
        <div class="dialog-body">
          <TextField
            id="line-number"
            label={words.t("name.number")}
            help={words.t(slot.own_number === null ? "name.number.help" : "name.number.found")}
            fault={number !== "" && !isNumber(number) ? words.t("name.number.bad") : null}
            mode="tel"
            value={number}
            onValue={setNumber}
          />
          <TextField
            id="line-id"
            label={words.t("name.id")}
            help={words.t("name.id.help")}
            fault={isLineId(id) ? null : words.t("name.id.bad")}
            mode="text"
            value={id}
            onValue={setId}
          />
          <Fault fault={problem} />
        </div>
        <DialogFoot
          onClose={onClose}
          submit={words.t(busy ? "name.busy" : "name.submit")}
          disabled={!isReady || busy}
        />
      </DialogForm>
    </Dialog>
  );
}
