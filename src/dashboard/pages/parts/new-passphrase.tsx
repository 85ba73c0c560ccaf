// A passphrase that somebody chooses, typed twice.

import { Field } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";
import { passphraseFault } from "../passphrase.ts";
import { PasswordInput } from "./frame.tsx";

export type NewFault = "short" | "weak" | "differ";

/** Null when two passphrases will do; else what is wrong. */
export function newPassphraseFault(first: string, second: string): NewFault | null {
  return passphraseFault(first) ?? (first === second ? null : "differ");
}

export interface NewPassphraseProps {
  readonly first: string;
  readonly second: string;
  readonly fault: NewFault | null;
  readonly label: string;
  readonly help?: string;
  /** How many were suggested: nobody has typed those, and who does not see one cannot keep it. */
  readonly suggested?: number;
  /** Of the two inputs. */
  readonly ids: readonly [first: string, second: string];
  readonly onFirst: (text: string) => void;
  readonly onSecond: (text: string) => void;
}

/** A new one, typed twice: what is mistyped once locks its owner out for good. */
export function NewPassphrase(props: NewPassphraseProps) {
  const { first, second, fault, label, help, suggested = 0, ids, onFirst, onSecond } = props;
  const words = useWords();
  // Another key with each, so that fields that were hidden are open again.
  const [key, isOpen] = [String(suggested), suggested > 0];
  return (
    <>
      <Field
        id={ids[0]}
        label={label}
        help={suggested > 0 ? words.t("create.suggested") : help}
        fault={fault === "short" || fault === "weak" ? words.t(`create.${fault}`) : null}
        control={(of) => (
          <PasswordInput key={key} ids={of} use="new-password" value={first} isOpen={isOpen} onValue={onFirst} />
        )}
      />
      <Field
        id={ids[1]}
        label={words.t("create.repeat")}
        fault={fault === "differ" ? words.t("create.differ") : null}
        control={(of) => (
          <PasswordInput key={key} ids={of} use="new-password" value={second} isOpen={isOpen} onValue={onSecond} />
        )}
      />
    </>
  );
}
