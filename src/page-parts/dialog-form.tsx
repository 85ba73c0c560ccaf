// The form inside a dialog: the box judges what was typed, in its own words, so the browser's own checks are off.

import type { ComponentChildren } from "preact";

export interface DialogFormProps {
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
}

export function DialogForm({ onSubmit, children }: DialogFormProps) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
