// The box's verify key, by which its relay knows it, with a button to copy it and the word whom to give it to.

import { useApp, useBox } from "../app-context.ts";

/** False where the browser withholds the clipboard: on plain HTTP from another machine, or when its owner said no. */
async function copied(text: string): Promise<boolean> {
  // Typed as always there, but absent outside a secure context.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) return false;
  try {
    await clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function ProviderKey() {
  const { controller, words } = useApp();
  const key = useBox((box) => box.overview.provider, "");
  const copy = async (): Promise<void> => {
    const isCopied = await copied(key);
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
