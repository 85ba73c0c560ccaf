// A password field that can show what is typed.

import type { InputHTMLAttributes } from "preact";
import { useState } from "preact/hooks";
import type { FieldIds } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";

export interface PasswordInputProps {
  readonly ids: FieldIds;
  readonly value: string;
  readonly use: "new-password" | "current-password" | "off";
  /** Brings up the keys for digits where there is no keyboard. */
  readonly digits?: boolean;
  readonly onValue: (value: string) => void;
}

export function PasswordInput({ ids, value, use, digits = false, onValue }: PasswordInputProps) {
  const words = useWords();
  const [shown, setShown] = useState(false);
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
        {words.t(shown ? "password.hide" : "password.show")}
      </button>
    </div>
  );
}

/** Tells password managers under which name to keep the password; nobody sees it. */
export function OwnerName() {
  return (
    <input
      class="hidden"
      type="text"
      name="username"
      autocomplete="username"
      value="owner"
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}
