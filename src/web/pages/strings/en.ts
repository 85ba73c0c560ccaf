// The console in English: every text by its key, `{name}` for places. Another language is one more file of type `Catalogue`;
// keys under `problem.`, `hint.`, `event.`, `step.`, `technology.` and `registration.` are the box's codes.

import { enAccess } from "./en-access.ts";
import { enAlerts } from "./en-alerts.ts";
import { enApi } from "./en-api.ts";
import { enApp } from "./en-app.ts";
import { enBackup } from "./en-backup.ts";
import { enCalls } from "./en-calls.ts";
import { enChain } from "./en-chain.ts";
import { enDoctor } from "./en-doctor.ts";
import { enEvents } from "./en-events.ts";
import { enFlows } from "./en-flows.ts";
import { enLines } from "./en-lines.ts";
import { enMachine } from "./en-machine.ts";
import { enMqtt } from "./en-mqtt.ts";
import { enNetwork } from "./en-network.ts";
import { enPayments } from "./en-payments.ts";
import { enPhones } from "./en-phones.ts";
import { enProblems } from "./en-problems.ts";
import { enRentals } from "./en-rentals.ts";
import { enSettings } from "./en-settings.ts";
import { enSignal } from "./en-signal.ts";
import { enSlots } from "./en-slots.ts";
import { enUpdate } from "./en-update.ts";
import { enWebhooks } from "./en-webhooks.ts";
import { enWizard } from "./en-wizard.ts";

export const en = {
  ...enApp,
  ...enApi,
  ...enAccess,
  ...enAlerts,
  ...enSlots,
  ...enRentals,
  ...enPhones,
  ...enCalls,
  ...enChain,
  ...enDoctor,
  ...enMachine,
  ...enNetwork,
  ...enMqtt,
  ...enFlows,
  ...enSettings,
  ...enEvents,
  ...enProblems,
  ...enWizard,
  ...enPayments,
  ...enWebhooks,
  ...enSignal,
  ...enBackup,
  ...enUpdate,
  ...enLines,
} as const;

export type Messages = typeof en;
export type MessageKey = keyof Messages;
export type Catalogue = Readonly<Record<MessageKey, string>>;
/** Texts in another language, with the plural forms that it has besides `.one` and `.other`. */
export type Translation = Readonly<Partial<Record<MessageKey, string>> & Record<string, string>>;
