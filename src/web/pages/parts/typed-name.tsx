// A name that has to be typed before something that cannot be taken back.

import { Field } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";

export interface TypedNameProps {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** As the box itself compares them. */
export const isTyped = (typed: string, name: string): boolean => typed.trim().toLowerCase() === name;

export function TypedName({ id, name, value, onValue }: TypedNameProps) {
  const words = useWords();
  return (
    <Field
      id={id}
      label={words.t("machine.confirm", { name })}
      control={(ids) => (
        <input
          {...ids}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    />
  );
}
