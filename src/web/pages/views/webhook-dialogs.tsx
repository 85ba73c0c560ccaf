// Adding, changing and deleting a webhook, and its new key.

import { useState } from "preact/hooks";
import type { z } from "zod";
import { DialogForm } from "../../../page-parts/index.ts";
import {
  type WebhookChanged,
  type WebhookMade,
  webhookChanged,
  webhookKeyReply,
  webhookMadeReply,
  webhookSettings,
} from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { call } from "../call.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { TextField } from "../parts/text-field.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";
import { EVENT_GROUPS, otherPatterns, patternOf, toggled } from "../webhook-events.ts";

export const hookPath = (id: string): string => `/api/v1/webhooks/${encodeURIComponent(id)}`;

interface EventsProps {
  readonly events: readonly string[];
  readonly onEvents: (events: readonly string[]) => void;
}

function EventChoice({ events, onEvents }: EventsProps) {
  const words = useWords();
  const isAll = events.includes("*");
  const box = (pattern: string, label: string) => (
    <label key={pattern} class="pick">
      <input
        type="checkbox"
        checked={isAll || events.includes(pattern)}
        disabled={isAll && pattern !== "*"}
        onChange={() => onEvents(toggled(events, pattern))}
      />
      {label}
    </label>
  );
  return (
    <fieldset class="picks webhook-events">
      <legend>{words.t("webhooks.events")}</legend>
      {box("*", words.t("webhooks.event.all"))}
      {EVENT_GROUPS.map((group) => box(patternOf(group), words.t(`webhooks.event.${group}`)))}
      {otherPatterns(events).map((pattern) => box(pattern, pattern))}
    </fieldset>
  );
}

export interface NewWebhookProps {
  readonly onMade: (id: string, made: WebhookMade) => void;
  readonly onClose: () => void;
}

export function NewWebhook({ onMade, onClose }: NewWebhookProps) {
  const words = useWords();
  const [id, setId] = useState("");
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<readonly string[]>(["sms.received"]);
  const task = useTask();
  const isReady = id !== "" && url !== "" && events.length > 0;
  const submit = () =>
    void (
      isReady &&
      task.run(async () => {
        const body = { id, url, events };
        onMade(id, await call(webhookMadeReply, "POST", "/api/v1/webhooks", { body }));
      })
    );
  return (
    <Dialog title={words.t("webhooks.create.title")} onClose={onClose}>
      <DialogForm onSubmit={submit}>
        <div class="dialog-body">
          <TextField
            id="webhook-name"
            label={words.t("webhooks.name")}
            help={words.t("webhooks.name.help")}
            maxLength={32}
            value={id}
            onValue={setId}
          />
          <Address url={url} onUrl={setUrl} />
          <EventChoice events={events} onEvents={setEvents} />
          <Fault fault={task.problem} />
        </div>
        <DialogFoot onClose={onClose} submit={words.t("webhooks.add")} disabled={task.busy || !isReady} />
      </DialogForm>
    </Dialog>
  );
}

function Address({ url, onUrl }: { readonly url: string; readonly onUrl: (url: string) => void }) {
  const words = useWords();
  return (
    <TextField
      id="webhook-url"
      label={words.t("webhooks.url")}
      help={words.t("webhooks.url.help")}
      mode="url"
      maxLength={2000}
      value={url}
      onValue={onUrl}
    />
  );
}

export interface ChangeProps {
  readonly id: string;
  readonly onChanged: (change: WebhookChanged) => void;
  readonly onClose: () => void;
}

/** Its fields come with what is stored: what is typed into them is not written over by a late answer. */
export function EditWebhook({ id, onChanged, onClose }: ChangeProps) {
  const words = useWords();
  const { value, fault } = useResource(webhookSettings, hookPath(id));
  return (
    <Dialog title={words.t("webhooks.edit.title", { name: id })} onClose={onClose}>
      {value === null ? (
        <div class="dialog-body">
          <Fault fault={fault} />
        </div>
      ) : (
        <EditForm stored={value} {...{ id, onChanged, onClose }} />
      )}
    </Dialog>
  );
}

function EditForm({
  id,
  stored,
  onChanged,
  onClose,
}: ChangeProps & { readonly stored: z.infer<typeof webhookSettings> }) {
  const words = useWords();
  const [url, setUrl] = useState(stored.url);
  const [events, setEvents] = useState<readonly string[]>(stored.events);
  const { busy, problem, run } = useTask();
  const isReady = url !== "" && events.length > 0;
  const save = async () => onChanged(await call(webhookChanged, "PATCH", hookPath(id), { body: { url, events } }));
  return (
    <DialogForm onSubmit={() => void (isReady && run(save))}>
      <div class="dialog-body">
        <Address url={url} onUrl={setUrl} />
        <EventChoice events={events} onEvents={setEvents} />
        <Fault fault={problem} />
      </div>
      <DialogFoot onClose={onClose} submit={words.t("webhooks.save")} disabled={busy || !isReady} />
    </DialogForm>
  );
}

export function DeleteWebhook({ id, onChanged, onClose }: ChangeProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const confirm = () => void run(async () => onChanged(await call(webhookChanged, "DELETE", hookPath(id))));
  return (
    <ConfirmDialog
      title={words.t("webhooks.delete.title")}
      subject={id}
      submit={words.t("webhooks.delete")}
      {...{ busy, problem, onClose }}
      onConfirm={confirm}
    >
      <p>{words.t("webhooks.delete.text")}</p>
    </ConfirmDialog>
  );
}

export interface NewKeyProps {
  readonly id: string;
  readonly onKey: (secret: string) => void;
  readonly onClose: () => void;
}

export function NewKey({ id, onKey, onClose }: NewKeyProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const confirm = () =>
    void run(async () => onKey((await call(webhookKeyReply, "POST", `${hookPath(id)}/key`)).secret));
  return (
    <ConfirmDialog
      title={words.t("webhooks.key.title")}
      subject={id}
      submit={words.t("webhooks.key")}
      {...{ busy, problem, onClose }}
      onConfirm={confirm}
    >
      <p>{words.t("webhooks.key.text")}</p>
    </ConfirmDialog>
  );
}
