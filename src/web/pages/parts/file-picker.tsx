// Takes a small text file from the visitor's machine.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";

const MAX_BYTES = 32_000;

export interface FilePickerProps {
  readonly label: string;
  /** Null when what was picked is too large to be one. */
  readonly onText: (text: string | null) => void;
}

export function FilePicker({ label, onText }: FilePickerProps) {
  const words = useWords();
  const [name, setName] = useState<string | null>(null);
  const [isTooLarge, setTooLarge] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setName(file.name);
    setTooLarge(file.size > MAX_BYTES);
    onText(file.size > MAX_BYTES ? null : await file.text());
  };
  return (
    <div class="file-picker">
      <label class="file">
        <Icon name="file" />
        {label}
        <input
          type="file"
          accept=".json,.key,.txt,application/json,text/plain"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </label>
      <span class="file-name" role="status">
        {isTooLarge ? words.t("keys.too_large") : name}
      </span>
    </div>
  );
}
