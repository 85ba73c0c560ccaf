// A password field that can show what is typed.

import type { InputHTMLAttributes } from "preact";
import { useState } from "preact/hooks";
import type { FieldIds } from "./field.tsx";

export interface SecretInputProps {
  /** What the button says that shows what is typed, and the one that hides it. */
  readonly showText: string;
  readonly hideText: string;
  readonly ids: FieldIds;
  readonly value: string;
  readonly use: "new-password" | "current-password" | "off";
  /** Brings up the keys for digits where there is no keyboard. */
  readonly digits?: boolean;
  /** What is in it is shown from the beginning. */
  readonly isOpen?: boolean;
  readonly onValue: (value: string) => void;
}

export function SecretInput(props: SecretInputProps) {
  const { ids, value, use, digits = false, isOpen = false, onValue, showText, hideText } = props;
  const [shown, setShown] = useState(isOpen);
  const common: Omit<InputHTMLAttributes, "type" | "list" | "role"> = {
    ...ids,
    autocomplete: use,
    autocapitalize: "none",
    ...(digits ? { inputMode: "numeric" } : {}),
    spellcheck: false,
    value,
    onInput: (event) => onValue(event.currentTarget.value),
  };
  return (
    <div class="password">
      {shown ? <input type="text" {...common} /> : <input type="password" {...common} />}
      <button type="button" class="quiet" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? hideText : showText}
      </button>
    </div>
  );
}
