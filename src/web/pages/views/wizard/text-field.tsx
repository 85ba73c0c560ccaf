// A field of one line in a step.

import { Field } from "../../parts/field.tsx";
import { PasswordInput } from "../../parts/password-input.tsx";

export interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly help?: string;
  readonly fault?: string | null;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly mode?: "text" | "url" | "decimal";
  readonly placeholder?: string;
}

export function TextField({ id, label, help, fault, value, onValue, mode = "text", placeholder }: TextFieldProps) {
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
          placeholder={placeholder}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    />
  );
}

export function SecretField({ id, label, help, fault, value, onValue }: Omit<TextFieldProps, "mode" | "placeholder">) {
  return (
    <Field
      {...{ id, label, help }}
      fault={fault ?? null}
      control={(ids) => <PasswordInput ids={ids} value={value} use="off" onValue={onValue} />}
    />
  );
}
