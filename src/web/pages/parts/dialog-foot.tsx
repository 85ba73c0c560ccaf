// The end of a dialog: a way out, and what it is for.

import { useWords } from "../app-context.ts";

export interface DialogFootProps {
  readonly onClose: () => void;
  readonly submit: string;
  readonly disabled: boolean;
  readonly kind?: "primary" | "danger";
  /** Without it the button submits the form that it is in. */
  readonly onSubmit?: () => void;
}

export function DialogFoot({ onClose, submit, disabled, kind = "primary", onSubmit }: DialogFootProps) {
  const words = useWords();
  return (
    <footer class="dialog-foot">
      <button type="button" onClick={onClose}>
        {words.t("dialog.cancel")}
      </button>
      <button type={onSubmit === undefined ? "submit" : "button"} class={kind} disabled={disabled} onClick={onSubmit}>
        {submit}
      </button>
    </footer>
  );
}
