// The box's verify key, by which its relay knows it, with a button to copy it and the word whom to give it to.

import { copyText } from "../../../page-parts/index.ts";
import { useApp, useBox } from "../app-context.ts";

export function ProviderKey() {
  const { controller, words } = useApp();
  const key = useBox((box) => box.overview.provider, "");
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(key);
    controller.tell({
      kind: isCopied ? "done" : "failed",
      text: words.t(isCopied ? "provider.copied" : "provider.not_copied"),
    });
  };
  return (
    <span class="provider-key">
      <code>{key}</code>
      <button type="button" class="small" aria-label={words.t("provider.copy.of")} onClick={() => void copy()}>
        {words.t("provider.copy")}
      </button>
      <span>{words.t("provider.text")}</span>
    </span>
  );
}
