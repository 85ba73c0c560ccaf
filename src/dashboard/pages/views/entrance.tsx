// Before the account is open: make an identity, bring one back, unlock.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Field, Mark, type Task } from "../../../page-parts/index.ts";
import { isVault, MAX_BACKUP_BYTES } from "../../../renter/index.ts";
import { useApp, useTask, useWords } from "../app-context.ts";
import { Dialog, Fault, PasswordInput, ViewLink } from "../parts/frame.tsx";
import { LanguageChoice } from "../parts/language.tsx";
import { type NewFault, NewPassphrase, newPassphraseFault } from "../parts/new-passphrase.tsx";
import { QrScan } from "../parts/qr-scan.tsx";
import { passphraseFault, suggestPassphrase } from "../passphrase.ts";

interface CardProps {
  readonly title: string;
  readonly text: string;
  readonly onSubmit?: () => void;
  readonly children: ComponentChildren;
}

function Card({ title, text, onSubmit = () => {}, children }: CardProps) {
  const words = useWords();
  return (
    <main class="entrance">
      <form
        class="entrance-card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Mark />
        <h1>{title}</h1>
        <p class="entrance-text">{text}</p>
        {children}
        <p class="entrance-guide">
          <ViewLink view={{ name: "privacy" }}>{words.t("entrance.privacy")}</ViewLink>
        </p>
        <LanguageChoice />
      </form>
    </main>
  );
}

function Submit({ task, text, busy }: { readonly task: Task; readonly text: string; readonly busy: string }) {
  return (
    <>
      <Fault fault={task.problem} />
      <button type="submit" class="primary wide" disabled={task.busy}>
        {task.busy ? busy : text}
      </button>
    </>
  );
}

export function NewCard() {
  const { controller, words } = useApp();
  const [isCreating, setCreating] = useState(false);
  if (isCreating) return <CreateCard onBack={() => setCreating(false)} />;
  return (
    <Card title={words.t("new.title")} text={words.t("new.text")} onSubmit={() => setCreating(true)}>
      <button type="submit" class="primary wide">
        {words.t("new.create")}
      </button>
      <button type="button" class="wide" onClick={() => controller.go({ name: "account" })}>
        {words.t("new.import")}
      </button>
    </Card>
  );
}

function CreateCard({ onBack }: { readonly onBack: () => void }) {
  const { controller, words } = useApp();
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [isTried, setTried] = useState(false);
  const [suggested, setSuggested] = useState(0);
  const task = useTask();
  useEffect(() => document.getElementById("passphrase")?.focus(), []);
  const fault = isTried ? newPassphraseFault(first, second) : null;
  const submit = (): void => {
    setTried(true);
    if (newPassphraseFault(first, second) === null) void task.run(() => controller.create(first));
  };
  const suggest = (): void => {
    const text = suggestPassphrase(controller.random);
    setFirst(text);
    setSecond(text);
    setSuggested(suggested + 1);
  };
  return (
    <Card title={words.t("create.title")} text={words.t("create.text")} onSubmit={submit}>
      <NewPassphrase
        {...{ first, second, fault, suggested, onFirst: setFirst, onSecond: setSecond }}
        label={words.t("create.passphrase")}
        ids={["passphrase", "repeat"]}
      />
      <button type="button" class="text-button suggest" onClick={suggest}>
        {words.t("create.suggest")}
      </button>
      <Submit task={task} text={words.t("create.submit")} busy={words.t("create.busy")} />
      <button type="button" class="quiet wide" onClick={onBack}>
        {words.t("app.back")}
      </button>
    </Card>
  );
}

function BackupField({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const words = useWords();
  const [isTooLarge, setTooLarge] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setTooLarge(file.size > MAX_BACKUP_BYTES);
    if (file.size <= MAX_BACKUP_BYTES) onText(await file.text());
  };
  return (
    <>
      <label class="file import-file">
        {words.t("import.file")}
        <input
          type="file"
          accept=".json,.txt,application/json"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </label>
      <Field
        id="backup"
        label={words.t("import.paste")}
        fault={isTooLarge ? words.t("import.too_large") : null}
        control={(ids) => (
          <textarea
            {...ids}
            rows={3}
            spellcheck={false}
            value={text}
            onInput={(event) => onText(event.currentTarget.value)}
          />
        )}
      />
    </>
  );
}

/** A backup keeps the passphrase that it has, whatever these pages think of it; a key file may have none that would do. */
function keptFault(text: string, passphrase: string, own: string, again: string): NewFault | null {
  if (own !== "" || again !== "") return newPassphraseFault(own, again);
  return !isVault(text) && passphraseFault(passphrase) === "short" ? "short" : null;
}

export function ImportCard() {
  const { controller, words } = useApp();
  const [text, setText] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [own, setOwn] = useState("");
  const [again, setAgain] = useState("");
  const [fault, setFault] = useState<"empty" | NewFault | null>(null);
  const task = useTask();
  const isOwnAsked = (text.trim() !== "" && !isVault(text)) || own !== "" || again !== "";
  const submit = (): void => {
    const found = text.trim() === "" ? "empty" : keptFault(text, passphrase, own, again);
    setFault(found);
    if (found === null) void task.run(() => controller.restore(text, passphrase, own));
  };
  return (
    <Card title={words.t("import.title")} text={words.t("import.text")} onSubmit={submit}>
      <QrScan onText={setText} />
      <BackupField text={text} onText={setText} />
      {fault === "empty" && <Fault fault={{ what: words.t("import.empty"), hint: null }} />}
      <Field
        id="file-passphrase"
        label={words.t("import.passphrase")}
        help={words.t("import.passphrase.help")}
        control={(ids) => <PasswordInput ids={ids} use="current-password" value={passphrase} onValue={setPassphrase} />}
      />
      {isOwnAsked && (
        <NewPassphrase
          {...{
            first: own,
            second: again,
            fault: fault === "empty" ? null : fault,
            onFirst: setOwn,
            onSecond: setAgain,
          }}
          label={words.t("import.own")}
          help={words.t("import.own.help")}
          ids={["own-passphrase", "own-repeat"]}
        />
      )}
      <Submit task={task} text={words.t("import.submit")} busy={words.t("import.busy")} />
      <button type="button" class="quiet wide" onClick={() => controller.go({ name: "inbox" })}>
        {words.t("app.back")}
      </button>
    </Card>
  );
}

export function UnlockCard() {
  const { controller, words } = useApp();
  const [passphrase, setPassphrase] = useState("");
  const [isOther, setOther] = useState(false);
  const task = useTask();
  useEffect(() => document.getElementById("passphrase")?.focus(), []);
  return (
    <Card
      title={words.t("unlock.title")}
      text={words.t("unlock.text")}
      onSubmit={() => void (passphrase !== "" && task.run(() => controller.unlock(passphrase)))}
    >
      <Field
        id="passphrase"
        label={words.t("unlock.passphrase")}
        control={(ids) => <PasswordInput ids={ids} use="current-password" value={passphrase} onValue={setPassphrase} />}
      />
      <Submit task={task} text={words.t("unlock.submit")} busy={words.t("unlock.busy")} />
      <button type="button" class="quiet wide" onClick={() => setOther(true)}>
        {words.t("unlock.forgot")}
      </button>
      {isOther && <EraseDialog text={words.t("unlock.forgot.text")} onClose={() => setOther(false)} />}
    </Card>
  );
}

/** Asks before everything is forgotten. */
export function EraseDialog({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  const { controller, words } = useApp();
  const task = useTask();
  return (
    <Dialog title={words.t("device.confirm")} onClose={onClose}>
      <div class="dialog-body">
        <p>{text}</p>
        <p>{words.t("device.confirm.text")}</p>
        <Fault fault={task.problem} />
      </div>
      <footer class="dialog-foot">
        <button type="button" onClick={onClose}>
          {words.t("app.cancel")}
        </button>
        <button
          type="button"
          class="danger"
          disabled={task.busy}
          onClick={() => void task.run(() => controller.erase()).then((isDone) => isDone && onClose())}
        >
          {words.t("unlock.erase")}
        </button>
      </footer>
    </Dialog>
  );
}
