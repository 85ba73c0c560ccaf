// Backup, receipts, keys, passphrase, language, this device.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { publicKeysToText } from "../../../envelope/index.ts";
import { Field, saveFile } from "../../../page-parts/index.ts";
import { useApp, useSelect, useTask, useWords } from "../app-context.ts";
import { LOCK_CHOICES } from "../auto-lock.ts";
import { Radios } from "../parts/choices.tsx";
import { CopyButton, Fault, PasswordInput, ViewTitle } from "../parts/frame.tsx";
import { LanguageChoice } from "../parts/language.tsx";
import { type NewFault, NewPassphrase, newPassphraseFault } from "../parts/new-passphrase.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { problemOf } from "../words.ts";
import { EraseDialog } from "./entrance.tsx";

function Panel({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="panel">
      <h2>{title}</h2>
      <p class="soft">{text}</p>
      {children}
    </section>
  );
}

function Backup() {
  const { controller, words } = useApp();
  const [shown, setShown] = useState<string | null>(null);
  const task = useTask();
  const save = async (): Promise<void> => {
    saveFile("numberbox-backup.json", await controller.backup());
    controller.backedUp(true);
    controller.tell({ kind: "done", text: words.t("backup.saved") });
  };
  const show = async (): Promise<void> => {
    setShown(shown === null ? await controller.sealedIdentity() : null);
    controller.backedUp(true);
  };
  return (
    <Panel title={words.t("backup.title")} text={words.t("backup.text")}>
      <div class="actions">
        <button type="button" class="primary" onClick={() => void task.run(save)}>
          {words.t("backup.save")}
        </button>
        <button type="button" aria-expanded={shown !== null} onClick={() => void task.run(show)}>
          {words.t(shown === null ? "backup.qr" : "backup.hide")}
        </button>
      </div>
      <Fault fault={task.problem} />
      {shown !== null && (
        <div class="backup-qr">
          <QrCode text={shown} label={words.t("backup.qr.label")} />
          <p class="soft small">{words.t("backup.qr.text")}</p>
        </div>
      )}
    </Panel>
  );
}

function Receipts() {
  const { controller, words } = useApp();
  const entries = useSelect((state) => state.entries);
  const taken = entries.filter(({ entry, key }) => key.state.inbox.outcomeOf(entry.key) === "accepted").length;
  const [texts, setTexts] = useState<"without" | "with">("without");
  const [unproven, setUnproven] = useState<number | null>(null);
  const task = useTask();
  const save = async (): Promise<void> => {
    const made = await controller.exportAll(texts === "with");
    saveFile("numberbox-receipts.json", made.text);
    setUnproven(made.unproven);
    controller.tell({ kind: "done", text: words.t("receipts.saved") });
    // The file is worth having without the relay's word; that it lacks it must not go unsaid.
    if (made.problem !== null) throw made.problem;
  };
  return (
    <Panel title={words.t("receipts.title")} text={words.t("receipts.text")}>
      <p>
        {words.count("receipts.count", entries.length)} · {words.t("receipts.taken", { n: taken })}
      </p>
      <Radios
        name="receipts-texts"
        legend={words.t("receipts.texts")}
        value={texts}
        onValue={setTexts}
        inRows
        options={[
          { value: "without", title: words.t("receipts.without"), text: words.t("receipts.without.text") },
          { value: "with", title: words.t("receipts.with"), text: words.t("receipts.with.text") },
        ]}
      />
      <div class="actions">
        <button type="button" disabled={task.busy} onClick={() => void task.run(save)}>
          {words.t(task.busy ? "receipts.busy" : "receipts.save")}
        </button>
      </div>
      <Fault fault={task.problem} />
      {unproven !== null && unproven > 0 && <p class="soft small">{words.t("receipts.unproven", { n: unproven })}</p>}
    </Panel>
  );
}

function PublicKeys() {
  const { controller, words } = useApp();
  const { master } = controller;
  if (master === null) return null;
  const { verify, encrypt } = publicKeysToText(master);
  const text = `${verify}:${encrypt}`;
  return (
    <Panel title={words.t("keys.title")} text={words.t("keys.text")}>
      <code class="key-text">{text}</code>
      <div class="actions">
        <CopyButton value={text} said={words.t("app.copied")}>
          {words.t("app.copy")}
        </CopyButton>
      </div>
    </Panel>
  );
}

function Passphrase() {
  const { controller, words } = useApp();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [fault, setFault] = useState<NewFault | null>(null);
  const task = useTask();
  const change = async (): Promise<void> => {
    await controller.changePassphrase(old, next);
    setOld("");
    setNext("");
    setAgain("");
    controller.tell({ kind: "done", text: words.t("passphrase.changed") });
  };
  return (
    <Panel title={words.t("passphrase.title")} text={words.t("passphrase.text")}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const found = newPassphraseFault(next, again);
          setFault(found);
          if (found === null) void task.run(change);
        }}
      >
        <Field
          id="old-passphrase"
          label={words.t("passphrase.old")}
          control={(ids) => <PasswordInput ids={ids} use="current-password" value={old} onValue={setOld} />}
        />
        <NewPassphrase
          {...{ first: next, second: again, fault, onFirst: setNext, onSecond: setAgain }}
          label={words.t("passphrase.new")}
          ids={["new-passphrase", "new-repeat"]}
        />
        <Fault fault={task.problem} />
        <div class="actions">
          <button type="submit" disabled={task.busy}>
            {words.t("passphrase.change")}
          </button>
        </div>
      </form>
    </Panel>
  );
}

function AutoLock() {
  const { controller, words } = useApp();
  const lockAfter = useSelect((state) => state.lockAfter);
  return (
    <Panel title={words.t("lock.title")} text={words.t("lock.text")}>
      <Field
        id="lock-after"
        label={words.t("lock.after")}
        control={(ids) => (
          <select
            {...ids}
            value={lockAfter}
            onChange={(event) => {
              const chosen = LOCK_CHOICES.find((each) => String(each) === event.currentTarget.value);
              if (chosen !== undefined) controller.setLockAfter(chosen);
            }}
          >
            {LOCK_CHOICES.map((minutes) => (
              <option key={minutes} value={minutes}>
                {minutes === 0 ? words.t("lock.never") : words.count("lock.minutes", minutes)}
              </option>
            ))}
          </select>
        )}
      />
    </Panel>
  );
}

function Find() {
  const { controller, words } = useApp();
  const isBusy = useSelect((state) => state.restoring !== null);
  const fault = useSelect((state) => state.restoreFault);
  return (
    <Panel title={words.t("find.title")} text={words.t("find.text")}>
      {fault !== null && <Fault fault={problemOf(words, fault)} />}
      <div class="actions">
        <button type="button" disabled={isBusy} onClick={() => void controller.findRentals()}>
          {words.t(isBusy ? "find.busy" : "find.run")}
        </button>
      </div>
    </Panel>
  );
}

function Language() {
  const words = useWords();
  return (
    <Panel title={words.t("language.title")} text={words.t("language.text")}>
      <LanguageChoice />
    </Panel>
  );
}

function Device() {
  const words = useWords();
  const [isAsked, setAsked] = useState(false);
  return (
    <Panel title={words.t("device.title")} text={words.t("device.text")}>
      <div class="actions">
        <button type="button" class="danger" onClick={() => setAsked(true)}>
          {words.t("device.erase")}
        </button>
      </div>
      {isAsked && <EraseDialog text={words.t("device.text")} onClose={() => setAsked(false)} />}
    </Panel>
  );
}

export function Account() {
  const words = useWords();
  return (
    <>
      <div class="view-head">
        <ViewTitle>{words.t("account.title")}</ViewTitle>
      </div>
      <div class="panels">
        <Backup />
        <Receipts />
        <PublicKeys />
        <Passphrase />
        <AutoLock />
        <Find />
        <Language />
        <Device />
      </div>
    </>
  );
}
