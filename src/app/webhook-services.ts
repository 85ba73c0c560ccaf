// Webhooks as the configuration has them at this moment: who makes, changes or deletes one needs no restart.

import { type Disposer, hours, type Logger, type Random, seconds, type UnixMs } from "../base/index.ts";
import type { BoxConfig, WebhookSection } from "../config/index.ts";
import {
  contentNotices,
  type DeliveryPolicy,
  type HeldMessage,
  type NoticeDesk,
  type NoticeSender,
  type SettingsConsole,
  WebhookEditor,
  WebhookFeed,
  type WebhookFeedDeps,
  webhookTarget,
} from "../core/index.ts";
import { webhookSender } from "../notify/index.ts";
import type { WebhookSettings } from "../protocol/index.ts";
import { type Operation, webhookOperations } from "../web/index.ts";
import type { LiveConfig } from "./live-config.ts";
import { secretFile } from "./notice-secrets.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface WebhookServicesDeps
  extends Pick<ServiceDeps, "config" | "dataFolder" | "version" | "identity" | "suite" | "time"> {
  readonly log: Logger;
  readonly random: Random;
  readonly onHeld: (listener: (held: HeldMessage) => void) => Disposer;
  /** Without both of them nobody changes webhooks. */
  readonly live?: LiveConfig | undefined;
  readonly settings?: SettingsConsole | undefined;
}

export interface WebhookServices {
  readonly feed: WebhookFeed;
  readonly operations: readonly Operation[];
  /** Adds them to the desk; with every change of the configuration again. */
  open(): void;
}

const POLICY: DeliveryPolicy = {
  backoff: { first: seconds(5), max: hours(2) },
  giveUpAfter: hours(24),
  disableAfter: hours(72),
};

export const canEditWebhooks = ({ live, settings }: Pick<WebhookServicesDeps, "live" | "settings">): boolean =>
  live !== undefined && settings !== undefined;

function senderOf({ url, secret_file: secret }: WebhookSection, deps: WebhookServicesDeps): NoticeSender {
  const { suite, version, time, dataFolder } = deps;
  const now = (): UnixMs => time.now();
  return webhookSender({ url, secret: secretFile(dataFolder, secret), suite, version, now });
}

const settingsOf = ({ id, url, events, content }: WebhookSection): WebhookSettings => ({
  ...{ id, url, events: [...events] },
  content: content === undefined ? null : { lines: [...content.lines], seal_to: content.seal_to },
});

function contentOf(deps: WebhookServicesDeps, hooks: () => BoxConfig["webhooks"]): WebhookFeedDeps["content"] {
  const { suite, random, identity, onHeld } = deps;
  const notices = (held: HeldMessage) => {
    const wanting = hooks().flatMap(({ id, content }) =>
      content === undefined ? [] : [{ id, lines: content.lines, sealTo: content.seal_to }],
    );
    return contentNotices(held, wanting, { suite, random, secret: identity.seed });
  };
  return { onHeld, notices };
}

function editorOf(deps: WebhookServicesDeps, hooks: () => BoxConfig["webhooks"]): readonly Operation[] {
  const { settings, random, dataFolder } = deps;
  if (settings === undefined || !canEditWebhooks(deps)) return [];
  const readKey = async (id: string): Promise<string> => {
    const hook = hooks().find((each) => each.id === id);
    return hook === undefined ? "" : await secretFile(dataFolder, hook.secret_file)();
  };
  return webhookOperations(new WebhookEditor({ settings, random, hooks: () => hooks().map(settingsOf), readKey }));
}

export function createWebhooks(
  deps: WebhookServicesDeps & Pick<WebhookFeedDeps, "onFrame" | "onPublication">,
  desk: NoticeDesk,
): WebhookServices {
  const hooks = (): BoxConfig["webhooks"] => (deps.live?.current ?? deps.config).webhooks;
  const known = new Map<string, string>();
  const open = (): void => {
    for (const id of known.keys()) {
      if (hooks().some((hook) => hook.id === id)) continue;
      known.delete(id);
      desk.removeTarget(webhookTarget(id));
    }
    for (const hook of hooks()) {
      const said = JSON.stringify(hook);
      if (known.get(hook.id) === said) continue;
      known.set(hook.id, said);
      desk.addTarget(webhookTarget(hook.id), { sender: senderOf(hook, deps), policy: POLICY });
    }
  };
  deps.live?.register({ paths: ["webhooks"], reload: open });
  const feed = new WebhookFeed({ ...deps, desk, hooks, content: contentOf(deps, hooks) });
  return { feed, open, operations: editorOf(deps, hooks) };
}
