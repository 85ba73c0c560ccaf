// A number that names a SIM or a modem: masked until somebody wants to see it, and copied without being shown.

import { useState } from "preact/hooks";
import { copyText, Icon } from "../../../page-parts/index.ts";
import { useApp } from "../app-context.ts";
import { masked } from "../mask.ts";

export interface IdentityProps {
  /** What it is, such as `IMEI`. */
  readonly name: string;
  readonly value: string;
}

export function IdentityValue({ name, value }: IdentityProps) {
  const { controller, words } = useApp();
  const [shown, setShown] = useState(false);
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(value);
    controller.tell({
      kind: isCopied ? "done" : "failed",
      text: words.t(isCopied ? "identity.copied" : "identity.not_copied", { name }),
    });
  };
  return (
    <span class="identity">
      <code>{shown ? value : masked(value)}</code>
      <button
        type="button"
        class="text-button"
        aria-pressed={shown}
        aria-label={words.t("identity.show.of", { name })}
        onClick={() => setShown(!shown)}
      >
        {words.t(shown ? "password.hide" : "password.show")}
      </button>
      <button
        type="button"
        class="text-button"
        title={words.t("identity.copy.of", { name })}
        onClick={() => void copy()}
      >
        <Icon name="copy" />
        <span class="hidden">{words.t("identity.copy.of", { name })}</span>
      </button>
    </span>
  );
}
