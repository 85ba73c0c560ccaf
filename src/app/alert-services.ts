// Wires alerts, their channels, and webhooks.

import { hostname } from "node:os";
import { type Disposer, hours, minutes, seconds } from "../base/index.ts";
import type { AlertChannel } from "../config/index.ts";
import {
  type AlertHub,
  type AlertNotice,
  type AlertSource,
  Alerts,
  type BoxViews,
  balanceFloor,
  boxSource,
  type ChannelBody,
  chainSource,
  channelsFor,
  createAlertConsole,
  type DeliveryPolicy,
  deliverySource,
  type EventArchive,
  type EventLog,
  type HeldMessage,
  machineSource,
  type Notice,
  NoticeDesk,
  type NoticeSender,
  quietAt,
  type SettingsConsole,
  usbPowerSource,
  wordsOf,
} from "../core/index.ts";
import { usbHubPorts } from "../host/index.ts";
import { emailSender, telegramSender, webhookSender } from "../notify/index.ts";
import { alertOperations, deliveryOperations, eventOperations, type Operation } from "../web/index.ts";
import { alertLanguageOf, alertRoutes, alertRules, quietHoursOf } from "./alert-rules.ts";
import { balanceRules } from "./balance-rules.ts";
import { channelTarget, createDeliveryConsole } from "./delivery-console.ts";
import type { LiveConfig } from "./live-config.ts";
import { createMachine } from "./machine-services.ts";
import { secretFile } from "./notice-secrets.ts";
import type { Parts } from "./parts.ts";
import type { PublishingServices } from "./publishing-services.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { canEditWebhooks, createWebhooks, type WebhookServices } from "./webhook-services.ts";

export interface AlertServicesDeps
  extends Pick<
    ServiceDeps,
    "config" | "dataFolder" | "version" | "identity" | "clock" | "random" | "suite" | "log" | "store" | "time" | "chain"
  > {
  readonly machine?: ServiceDeps["machine"] | undefined;
  /** Without both of these nobody changes webhooks while the box runs. */
  readonly live?: LiveConfig | undefined;
  readonly settings?: SettingsConsole | undefined;
  readonly views: BoxViews;
  readonly events: EventLog;
  readonly publishing: PublishingServices | null;
  readonly archive: EventArchive;
  readonly alertHub: AlertHub;
  readonly onHeld: (listener: (held: HeldMessage) => void) => Disposer;
  /** Sources of features that know of something to alert of. */
  readonly sources?: readonly AlertSource[];
}

export interface AlertServices {
  readonly desk: NoticeDesk;
  /** Null where the owner wants none. */
  readonly alerts: Alerts | null;
  readonly webhooks: WebhookServices;
  /** REST of all of them. */
  readonly operations: readonly Operation[];
}

const CHANNEL_POLICY: DeliveryPolicy = {
  backoff: { first: seconds(10), max: minutes(15) },
  giveUpAfter: hours(24),
  disableAfter: null,
};
function channelSender({ webhook, email, telegram }: AlertChannel, deps: AlertServicesDeps): NoticeSender {
  const { suite, version, time } = deps;
  const read = (file: string | undefined) => (file === undefined ? null : secretFile(deps.dataFolder, file));
  if (email !== undefined) {
    const { user = null, password_file: password, ca_file: ca, ...rest } = email;
    return emailSender({ ...rest, user, password: read(password), ca: read(ca) });
  }
  if (telegram !== undefined)
    return telegramSender({ ...telegram, token: secretFile(deps.dataFolder, telegram.token_file) });
  const { url = "", secret_file: secret } = webhook ?? {};
  return webhookSender({ url, secret: read(secret), suite, version, now: () => time.now() });
}

function bodyOf({ what, alert }: AlertNotice, { config }: AlertServicesDeps): string {
  const { title, text } = wordsOf(alert, what, alertLanguageOf(config));
  const { severity, rule, subject } = alert;
  return JSON.stringify({
    ...{ title, text, severity, what, alert: alert.id, rule, subject, box: hostname() },
  } satisfies ChannelBody);
}

function noticesOf(told: AlertNotice, deps: AlertServicesDeps): readonly Notice[] {
  const { id, what, at, alert } = told;
  const body = bodyOf(told, deps);
  return channelsFor(alert.severity, alertRoutes(deps.config.alerts)).map((channel) => ({
    ...{ id, target: channelTarget(channel), type: `alert.${what}`, at, body },
  }));
}

function sourcesOf(deps: AlertServicesDeps, desk: NoticeDesk): readonly AlertSource[] {
  const { config, chain, publishing, views } = deps;
  const rules = balanceRules(config);
  const floor = balanceFloor((slot, imsi) => rules?.(slot, imsi)?.alertBelow ?? null);
  const ofChain =
    chain === null
      ? []
      : [
          chainSource({
            chain: chain.console,
            publications: () => publishing?.publisher.list() ?? [],
            waitsForWallet: () => false,
          }),
        ];
  const usb = usbPowerSource(() => usbHubPorts(deps.machine?.sys ?? "/sys"), deps.clock);
  const own = [
    usb,
    boxSource({ box: views, balanceLow: floor }),
    machineSource(createMachine(deps)),
    deliverySource(desk),
  ];
  return [...own, ...ofChain, ...(deps.sources ?? [])];
}

function createAlerts(deps: AlertServicesDeps): AlertServices {
  const { config, store, time, views, publishing } = deps;
  const now = () => time.now();
  const desk = new NoticeDesk({ ...deps, now, store: store.notices });
  const { alerts: section } = config;
  const sources = sourcesOf(deps, desk);
  // A rule that nothing on this box looks at is none.
  const observed = new Set(sources.flatMap((source) => source.rules));
  const inUse = alertRules(section).filter(({ id }) => observed.has(id));
  const [rules, quiet] = [inUse, quietAt(quietHoursOf(section, config.locale.time_zone))];
  const alerts = section.enabled
    ? new Alerts({
        ...{ ...deps, now, store: store.alerts, settings: store, flapping: section.flapping },
        ...{ sources, rules, quiet },
        sink: (told) =>
          desk.post(
            told.flatMap((each) => noticesOf(each, deps)),
            true,
          ),
      })
    : null;
  const webhooks = createWebhooks(
    {
      ...deps,
      onFrame: (listener) => views.onChange(listener),
      onPublication: publishing === null ? null : (listener) => publishing.publisher.onChange(listener),
    },
    desk,
  );
  const language = alertLanguageOf(config);
  const operations = [
    ...(alerts === null ? [] : alertOperations(createAlertConsole({ alerts, rules, quiet, language, now }))),
    ...deliveryOperations(createDeliveryConsole({ ...deps, desk, now, editable: canEditWebhooks(deps) })),
    ...webhooks.operations,
    ...eventOperations(deps.archive),
  ];
  return { desk, alerts, webhooks, operations };
}

/** What was on its way goes on; what the box does from now on is heard. */
export async function startAlerts(deps: AlertServicesDeps, parts: Parts): Promise<AlertServices> {
  const made = createAlerts(deps);
  const { desk, alerts, webhooks } = made;
  await desk.load();
  for (const channel of deps.config.alerts.channels)
    desk.addTarget(channelTarget(channel.id), { sender: channelSender(channel, deps), policy: CHANNEL_POLICY });
  webhooks.open();
  desk.start();
  parts.started("notices", () => desk.stop());
  webhooks.feed.start();
  parts.started("webhooks", () => webhooks.feed.stop());
  if (alerts !== null) parts.started("alert hub", deps.alertHub.attach(alerts));
  await alerts?.load();
  alerts?.start();
  parts.started("alerts", async () => alerts?.stop());
  return made;
}
