// Asks before something that cannot be taken back: what it hits, what it means, and the word that does it.

import type { ComponentChildren } from "preact";
import type { ProblemText } from "../describe.ts";
import { Dialog } from "./dialog.tsx";
import { DialogFoot } from "./dialog-foot.tsx";
import { Fault } from "./fault.tsx";

export interface ConfirmDialogProps {
  readonly title: string;
  readonly subject: string;
  readonly submit: string;
  readonly busy?: boolean;
  readonly problem?: ProblemText | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, subject, submit, busy = false, problem = null, onConfirm, onClose, children } = props;
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-body">
        <p class="dialog-subject">{subject}</p>
        {children}
        <Fault fault={problem} />
      </div>
      <DialogFoot onClose={onClose} submit={submit} disabled={busy} kind="danger" onSubmit={onConfirm} />
    </Dialog>
  );
}
