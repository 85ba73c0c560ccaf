// Asks before a modem is taken off the bus or its power is cut: a call, a USSD session or a reading under way ends with it.

import type { SlotView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import type { AskedRung } from "../ladder.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";

export interface ResetDialogProps {
  readonly slot: SlotView;
  readonly rung: AskedRung;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ResetDialog({ slot, rung, onConfirm, onClose }: ResetDialogProps) {
  const words = useWords();
  return (
    <ConfirmDialog
      title={words.t("reset.title", { rung: words.t(`rung.${rung}`) })}
      subject={words.t("slot.name", { id: slot.id })}
      submit={words.t(`rung.${rung}`)}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>{words.t("reset.text")}</p>
      {slot.state === "ready" && <p>{words.t("reset.ready")}</p>}
    </ConfirmDialog>
  );
}
