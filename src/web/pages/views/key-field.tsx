// Takes the renter's public keys by paste, drop or file. A text with a private key is wiped from the field at once.

import { useState } from "preact/hooks";
import { useWords } from "../app-context.ts";
import { Field, type FieldIds } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { KEY_FILE_MAX, type KeysVerdict, keyFingerprint, readRenterKeys } from "../renter-keys.ts";

export interface KeyFieldProps {
  readonly verdict: KeysVerdict;
  readonly onVerdict: (verdict: KeysVerdict) => void;
}

function useKeyText(onVerdict: KeyFieldProps["onVerdict"]) {
  const words = useWords();
  const [text, setText] = useState("");
  const [tooLarge, setTooLarge] = useState(false);
  const take = (next: string): void => {
    const verdict = readRenterKeys(next);
    const isPrivate = verdict.kind === "refused" && verdict.reason === "private";
    setText(isPrivate ? "" : next);
    setTooLarge(false);
    onVerdict(verdict);
  };
  const takeFile = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > KEY_FILE_MAX) {
      setText("");
      onVerdict({ kind: "empty" });
      setTooLarge(true);
    } else take(await file.text());
  };
  return { text, take, takeFile, tooLarge: tooLarge ? words.t("keys.too_large") : null };
}

interface EntryProps {
  readonly ids: FieldIds;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onFile: (file: File | undefined) => void;
}

function Entry({ ids, text, onText, onFile }: EntryProps) {
  const words = useWords();
  const [over, setOver] = useState(false);
  return (
    <fieldset
      class={`drop${over ? " drop-over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer?.files[0]);
      }}
    >
      <textarea
        {...ids}
        rows={3}
        spellcheck={false}
        autocomplete="off"
        placeholder={'{"verify":"…","encrypt":"…"}'}
        value={text}
        onInput={(event) => {
          onText(event.currentTarget.value);
          // A refused text leaves the state as it was, so the field itself must be emptied.
          if (readRenterKeys(event.currentTarget.value).kind === "refused") event.currentTarget.value = text;
        }}
      />
      <label class="file">
        <Icon name="file" />
        {words.t("grant.keys.pick")}
        <input
          type="file"
          accept=".json,.key,.pub,.txt,application/json,text/plain"
          onChange={(event) => {
            onFile(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </label>
    </fieldset>
  );
}

export function KeyField({ verdict, onVerdict }: KeyFieldProps) {
  const words = useWords();
  const { text, take, takeFile, tooLarge } = useKeyText(onVerdict);
  const fault = verdict.kind === "refused" ? words.t(`keys.${verdict.reason}`) : tooLarge;
  return (
    <>
      <Field
        id="grant-keys"
        label={words.t("grant.keys")}
        help={words.t("grant.keys.help")}
        fault={fault}
        control={(ids) => <Entry ids={ids} text={text} onText={take} onFile={(file) => void takeFile(file)} />}
      />
      {verdict.kind === "good" && (
        <p class="keys-good">
          <Icon name="ready" />
          {words.t("grant.keys.good")}: {words.t("grant.keys.verify")}{" "}
          <code>{keyFingerprint(verdict.keys.verify)}</code>, {words.t("grant.keys.encrypt")}{" "}
          <code>{keyFingerprint(verdict.keys.encrypt)}</code>
        </p>
      )}
    </>
  );
}
