// A labelled field of one line: plain text, or a secret that can be shown.

import { Field } from "../../../page-parts/index.ts";
import { PasswordInput } from "./password-input.tsx";

export interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly help?: string;
  readonly fault?: string | null;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly mode?: "text" | "url" | "decimal" | "numeric" | "tel";
  readonly placeholder?: string;
  readonly maxLength?: number;
}

export function TextField({ id, label, help, fault, value, onValue, mode = "text", ...rest }: TextFieldProps) {
  return (
    <Field
      {...{ id, label, help }}
      fault={fault ?? null}
      control={(ids) => (
        <input
          {...ids}
          type="text"
          inputMode={mode}
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          value={value}
          {...rest}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    />
  );
}

export function SecretField({
  id,
  label,
  help,
  fault,
  value,
  onValue,
}: Omit<TextFieldProps, "mode" | "placeholder" | "maxLength">) {
  return (
    <Field
      {...{ id, label, help }}
      fault={fault ?? null}
      control={(ids) => <PasswordInput ids={ids} value={value} use="off" onValue={onValue} />}
    />
  );
}
