// Takes the renter's public keys by paste, drop or file. A text with a private key is wiped from the field at once.

import { useRef, useState } from "preact/hooks";
import { Field, type FieldIds, Icon } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";
import { KEY_FILE_MAX, type KeysVerdict, keyFingerprint, readRenterKeys } from "../renter-keys.ts";

export interface KeyFieldProps {
  readonly verdict: KeysVerdict;
  readonly onVerdict: (verdict: KeysVerdict) => void;
}

function isPrivate(verdict: KeysVerdict): boolean {
  return verdict.kind === "refused" && verdict.reason === "private";
}

function useKeyText(onVerdict: KeyFieldProps["onVerdict"]) {
  const words = useWords();
  const [text, setText] = useState("");
  const [tooLarge, setTooLarge] = useState(false);
  const wiped = useRef(false);
  const take = (next: string): void => {
    const verdict = readRenterKeys(next);
    // A text of several lines may come as several inputs: those after the wipe find the field empty, and the warning must stay.
    if (verdict.kind === "empty" && wiped.current) return;
    wiped.current = isPrivate(verdict);
    setText(wiped.current ? "" : next);
    setTooLarge(false);
    onVerdict(verdict);
  };
  const takeFile = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > KEY_FILE_MAX) {
      wiped.current = false;
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
        placeholder={words.t("grant.keys.example")}
        value={text}
        onInput={(event) => {
          const next = event.currentTarget.value;
          // At once, not with the next drawing: the state may stay the same, and then nothing is drawn.
          if (isPrivate(readRenterKeys(next))) event.currentTarget.value = "";
          onText(next);
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
