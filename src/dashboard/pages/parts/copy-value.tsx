// A value that is carried to a wallet or to another person, with its name and a button to copy it.

import { useWords } from "../app-context.ts";
import { CopyButton } from "./frame.tsx";

export function CopyValue({
  name,
  value,
  children,
}: {
  readonly name: string;
  readonly value: string;
  readonly children?: preact.ComponentChildren;
}) {
  const words = useWords();
  return (
    <div class="pay-value">
      <span class="soft">{name}</span>
      <code>{children ?? value}</code>
      <CopyButton class="small" value={value} said={words.t("app.copied")}>
        {words.t("app.copy")}
        <span class="hidden"> {name}</span>
      </CopyButton>
    </div>
  );
}
