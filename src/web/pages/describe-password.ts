// Words for what is wrong with a new password.

import { PASSWORD_MAX, PASSWORD_MIN, passwordFault } from "../shared/password-rules.ts";
import type { Translator } from "./i18n.ts";

/** What is wrong with a password, in words; null when it will do. */
export function passwordFaultText(words: Translator, password: string): string | null {
  const fault = passwordFault(password);
  switch (fault) {
    case null:
      return null;
    case "too_short":
      return words.t("password.too_short", { n: PASSWORD_MIN });
    case "too_long":
      return words.t("password.too_long", { n: PASSWORD_MAX });
    case "too_simple":
    case "too_common":
      return words.t(`password.${fault}`);
  }
}
