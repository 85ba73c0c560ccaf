// A modal dialog in the console's words.

import { PlainDialog, type PlainDialogProps } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";

export type DialogProps = Omit<PlainDialogProps, "closeText">;

export function Dialog(props: DialogProps) {
  const words = useWords();
  return <PlainDialog {...props} closeText={words.t("dialog.close")} />;
}
