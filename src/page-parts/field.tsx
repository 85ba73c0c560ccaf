// A labelled form field with its help and its fault, tied together for screen readers.

import type { ComponentChildren } from "preact";

export interface FieldIds {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
}

export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
  readonly fault?: string | null;
  /** Draws the control with the attributes that tie it to label, help and fault. */
  readonly control: (ids: FieldIds) => ComponentChildren;
}

export function Field({ id, label, help, fault = null, control }: FieldProps) {
  return (
    <div class={`field${fault === null ? "" : " field-bad"}`}>
      <label for={id}>{label}</label>
      {control({ id, "aria-describedby": `${id}-note`, "aria-invalid": fault !== null })}
      <p class="field-note" id={`${id}-note`} aria-live="polite">
        {fault ?? help}
      </p>
    </div>
  );
}
