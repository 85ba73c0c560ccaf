// What the app shows under "Local Server": address, user and password.

import { Field } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";
import { PasswordInput } from "../parts/password-input.tsx";

export interface PhoneAccess {
  readonly address: string;
  readonly user: string;
  readonly password: string;
}

export interface PhoneAccessFieldsProps {
  readonly value: PhoneAccess;
  /** False in the phone's own browser, whose address the box sees. */
  readonly withAddress: boolean;
  readonly onChange: (change: Partial<PhoneAccess>) => void;
}

export function PhoneAccessFields({ value, withAddress, onChange }: PhoneAccessFieldsProps) {
  const words = useWords();
  const text = (name: "address" | "user") => (
    <Field
      id={`phone-${name}`}
      label={words.t(`phone_access.${name}`)}
      help={words.t(`phone_access.${name}.help`)}
      control={(ids) => (
        <input
          {...ids}
          type="text"
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          value={value[name]}
          onInput={(event) => onChange({ [name]: event.currentTarget.value })}
        />
      )}
    />
  );
  return (
    <>
      {withAddress && text("address")}
      {text("user")}
      <Field
        id="phone-password"
        label={words.t("phone_access.password")}
        control={(ids) => (
          <PasswordInput ids={ids} use="off" value={value.password} onValue={(password) => onChange({ password })} />
        )}
      />
    </>
  );
}
