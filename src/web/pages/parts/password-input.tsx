// A password field in the console's words, and the name that password managers are told.

import { SecretInput, type SecretInputProps } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";

export type PasswordInputProps = Omit<SecretInputProps, "showText" | "hideText">;

export function PasswordInput(props: PasswordInputProps) {
  const words = useWords();
  return <SecretInput {...props} showText={words.t("password.show")} hideText={words.t("password.hide")} />;
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
