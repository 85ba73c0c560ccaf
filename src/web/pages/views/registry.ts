// The component of each view, loaded when it is first shown: what nobody opens costs nobody a byte.

import type { ComponentType } from "preact";
import type { IconName } from "../../../page-parts/index.ts";
import type { FixedView } from "../../shared/views.ts";
import { Overview } from "./overview.tsx";

export interface RegisteredView {
  readonly icon: IconName;
  /** The component itself, where it is in the first bundle; else how it is fetched. */
  readonly view: { readonly now: ComponentType } | { readonly load: () => Promise<ComponentType> };
}

const lazy = (icon: IconName, load: () => Promise<ComponentType>): RegisteredView => ({ icon, view: { load } });

export const REGISTRY: Readonly<Record<Exclude<FixedView, "join">, RegisteredView>> = {
  overview: { icon: "overview", view: { now: Overview } },
  signal: lazy("signal", async () => (await import("./signal.tsx")).SignalPage),
  lines: lazy("number", async () => (await import("./lines.tsx")).Lines),
  delivery: lazy("outbox", async () => (await import("./delivery.tsx")).Delivery),
  rentals: lazy("rentals", async () => (await import("./rentals.tsx")).Rentals),
  phones: lazy("phones", async () => (await import("./phones.tsx")).Phones),
  calls: lazy("handset", async () => (await import("./calls.tsx")).Calls),
  payments: lazy("coins", async () => (await import("./payments.tsx")).PaymentsPage),
  mqtt: lazy("relay", async () => (await import("./mqtt.tsx")).Mqtt),
  webhooks: lazy("forwarded", async () => (await import("./webhooks.tsx")).Webhooks),
  alerts: lazy("bell", async () => (await import("./alerts.tsx")).AlertsPage),
  events: lazy("list", async () => (await import("./events-page.tsx")).EventsPage),
  kept: lazy("received", async () => (await import("./kept.tsx")).Kept),
  flows: lazy("flows", async () => (await import("./flows.tsx")).Flows),
  doctor: lazy("doctor", async () => (await import("./doctor.tsx")).Doctor),
  api: lazy("api", async () => (await import("./api.tsx")).Api),
  backup: lazy("intake", async () => (await import("./backup.tsx")).Backup),
  update: lazy("up", async () => (await import("./update.tsx")).Update),
  machine: lazy("power", async () => (await import("./machine.tsx")).Machine),
  support: lazy("info", async () => (await import("./support.tsx")).Support),
  welcome: lazy("ready", () => loadWizard()),
  access: lazy("key", async () => (await import("./access/access.tsx")).Access),
  account: lazy("person", async () => (await import("./access/account.tsx")).Account),
  invitation: lazy("person", () => loadInvitation()),
  trust: lazy("key", () => loadTrust()),
  chain: lazy("chain", async () => (await import("./chain.tsx")).Chain),
  settings: lazy("settings", async () => (await import("./settings.tsx")).Settings),
};

/** The page of one slot. */
export const loadSlotPage = async () => (await import("./slot-page.tsx")).SlotPage;

/** The first run, which fills the window. */
export const loadWizard = async () => (await import("./wizard/wizard.tsx")).Wizard;

/** Reached without a sign-in. */
export const loadSetUp = async () => (await import("./set-up.tsx")).SetUp;
export const loadSignIn = async () => (await import("./sign-in.tsx")).SignIn;
export const loadJoin = async () => (await import("./join.tsx")).Join;
export const loadInvitation = async () => (await import("./invitation.tsx")).Invitation;
export const loadTrust = async () => (await import("./trust.tsx")).Trust;
