// Webhooks: which there are and how they do. Whoever may changes them here; the file of the configuration follows, and can be taken back.

import { useState } from "preact/hooks";
import { Empty } from "../../../page-parts/index.ts";
import { settingsAppliedView, type WebhookChanged, webhooksReply } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { call } from "../call.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";
import { OnceShown } from "./access/once-shown.tsx";
import { Diff } from "./settings-diff.tsx";
import { DeleteWebhook, EditWebhook, NewKey, NewWebhook } from "./webhook-dialogs.tsx";
import { type HookStep, WebhookPanel } from "./webhook-panel.tsx";

const EVERY = 3000;

/** What is asked for or shown on top of the page. */
type Open =
  | { readonly kind: "create" }
  | { readonly kind: HookStep; readonly id: string }
  | { readonly kind: "secret"; readonly id: string; readonly secret: string };

interface SavedProps {
  readonly change: WebhookChanged;
  readonly onUndone: () => void;
}

function Saved({ change, onUndone }: SavedProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const undo = () =>
    void run(async () => {
      await call(settingsAppliedView, "POST", "/api/v1/settings/undo", { body: { revision: change.revision } });
      onUndone();
    });
  return (
    <section class="panel webhook-saved" aria-live="polite">
      <div class="panel-head">
        <p>{words.t("webhooks.saved")}</p>
        <button type="button" class="small" disabled={busy} onClick={undo}>
          {words.t("webhooks.undo")}
        </button>
      </div>
      <Fault fault={problem} />
      {change.diff !== "" && (
        <details>
          <summary>{words.t("webhooks.diff")}</summary>
          <Diff text={change.diff} />
        </details>
      )}
    </section>
  );
}

interface OpenedProps {
  readonly open: Open;
  readonly onOpen: (open: Open | null) => void;
  readonly onChanged: (change: WebhookChanged) => void;
}

function Opened({ open, onOpen, onChanged }: OpenedProps) {
  const words = useWords();
  const onClose = () => onOpen(null);
  const done = (change: WebhookChanged): void => {
    onOpen(null);
    onChanged(change);
  };
  switch (open.kind) {
    case "create":
      return (
        <NewWebhook
          onClose={onClose}
          onMade={(id, { secret, ...change }) => {
            onChanged(change);
            onOpen({ kind: "secret", id, secret });
          }}
        />
      );
    case "edit":
      return <EditWebhook id={open.id} onChanged={done} onClose={onClose} />;
    case "delete":
      return <DeleteWebhook id={open.id} onChanged={done} onClose={onClose} />;
    case "key":
      return (
        <NewKey id={open.id} onClose={onClose} onKey={(secret) => onOpen({ kind: "secret", id: open.id, secret })} />
      );
    case "secret":
      return (
        <OnceShown
          title={words.t("webhooks.secret.title", { name: open.id })}
          text={words.t("webhooks.secret.text")}
          secret={open.secret}
          onClose={onClose}
        />
      );
  }
}

/** Null: nothing was changed here yet; `undone`: it was, and taken back. */
type Last = WebhookChanged | "undone" | null;

function LastChange({ last, onUndone }: { readonly last: Last; readonly onUndone: () => void }) {
  const words = useWords();
  if (last === null) return null;
  if (last !== "undone") return <Saved change={last} onUndone={onUndone} />;
  return (
    <p class="soft" role="status">
      {words.t("webhooks.undone")}
    </p>
  );
}

export function Webhooks() {
  const words = useWords();
  const { value, fault, reload } = useResource(webhooksReply, "/api/v1/webhooks", EVERY);
  const [open, setOpen] = useState<Open | null>(null);
  const [last, setLast] = useState<Last>(null);
  const mayManage = useSelect((state) => state.user?.scopes.includes("manage") ?? false);
  const mayEdit = mayManage && value?.editable === true;
  const changed = (change: Last): void => {
    setLast(change);
    reload();
  };
  return (
    <div class="webhooks">
      <header class="view-head">
        <h1>{words.t("webhooks.title")}</h1>
        {mayEdit && (
          <button type="button" class="primary" onClick={() => setOpen({ kind: "create" })}>
            {words.t("webhooks.add")}
          </button>
        )}
      </header>
      <p class="soft">{words.t("webhooks.text")}</p>
      <Fault fault={fault} />
      <LastChange last={last} onUndone={() => changed("undone")} />
      {value === null && fault === null && (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      )}
      {value?.editable === false && <p class="soft">{words.t("webhooks.fixed")}</p>}
      {value?.webhooks.length === 0 && (
        <Empty icon="forwarded" title={words.t("webhooks.none")} text={words.t("webhooks.none.text")} />
      )}
      {value?.webhooks.map((hook) => (
        <WebhookPanel
          key={hook.id}
          hook={hook}
          onDone={reload}
          onStep={mayEdit ? (step) => setOpen({ kind: step, id: hook.id }) : null}
        />
      ))}
      {open !== null && <Opened open={open} onOpen={setOpen} onChanged={changed} />}
    </div>
  );
}
