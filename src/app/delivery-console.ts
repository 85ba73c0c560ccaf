// What REST and console see of channels and webhooks.

import { hostname } from "node:os";
import { AppError, type Random, toHex, type UnixMs } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import {
  alertTexts,
  attemptViewOf,
  type ChannelBody,
  channelsFor,
  type DeliveryConsole,
  deliveryViewOf,
  type NoticeDesk,
  payloadOf,
  SEVERITIES,
  webhookTarget,
} from "../core/index.ts";
import { alertLanguageOf, alertRoutes } from "./alert-rules.ts";

export interface DeliveryConsoleDeps {
  readonly config: Pick<BoxConfig, "alerts" | "locale" | "webhooks">;
  /** The same with what has changed since the start. */
  readonly live?: { readonly current: Pick<BoxConfig, "webhooks"> } | undefined;
  /** Whether webhooks can be changed while the box runs. */
  readonly editable: boolean;
  readonly desk: NoticeDesk;
  readonly random: Random;
  readonly now: () => UnixMs;
}

export const channelTarget = (id: string): string => `channel:${id}`;

function kindOf({ email, telegram }: BoxConfig["alerts"]["channels"][number]): "email" | "telegram" | "webhook" {
  if (email !== undefined) return "email";
  return telegram === undefined ? "webhook" : "telegram";
}

export function createDeliveryConsole(deps: DeliveryConsoleDeps): DeliveryConsole {
  const { config, desk, random, now, editable } = deps;
  const hooks = () => (deps.live?.current ?? config).webhooks;
  const { channels } = config.alerts;
  const language = alertLanguageOf(config);
  const routes = alertRoutes(config.alerts);
  const test = async (target: string, body: string) => {
    const id = `test-${toHex(random.bytes(8))}`;
    return attemptViewOf(await desk.test({ id, target, type: "alert.test", at: now(), body }));
  };
  const known = (id: string): string => {
    if (hooks().some((hook) => hook.id === id)) return webhookTarget(id);
    throw new AppError("notify.unknown_target", "there is no such webhook", { hint: "Take one of the list." });
  };
  return {
    channels: () =>
      channels.map((channel) => ({
        ...{ id: channel.id, kind: kindOf(channel), ...deliveryViewOf(desk, channelTarget(channel.id)) },
        from_severity: SEVERITIES.find((severity) => channelsFor(severity, routes).includes(channel.id)) ?? null,
      })),
    webhooks: () => ({
      editable,
      webhooks: hooks().map(({ id, url, events, content }) => ({
        ...{ id, host: new URL(url).host, events: [...events], content: content !== undefined },
        ...deliveryViewOf(desk, webhookTarget(id)),
      })),
    }),
    testChannel: (id) => {
      const { title, text } = alertTexts[language].test;
      const facts = { severity: "info", what: "test", alert: null, rule: null, subject: "", box: hostname() } as const;
      return test(channelTarget(id), JSON.stringify({ title, text, ...facts } satisfies ChannelBody));
    },
    testWebhook: async (id) => test(known(id), payloadOf({ type: "alert.test", at: now(), data: {} })),
    enableWebhook: (id) => desk.enable(known(id)),
    attempts: (id) => desk.attempts(known(id)).map(attemptViewOf),
  };
}
