// The console in Russian: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";
import { ruAccess } from "./access.ts";
import { ruAlerts } from "./alerts.ts";
import { ruApi } from "./api.ts";
import { ruApp } from "./app.ts";
import { ruBackup } from "./backup.ts";
import { ruCalls } from "./calls.ts";
import { ruChain } from "./chain.ts";
import { ruDoctor } from "./doctor.ts";
import { ruEvents } from "./events.ts";
import { ruFlows } from "./flows.ts";
import { ruLines } from "./lines.ts";
import { ruMachine } from "./machine.ts";
import { ruMqtt } from "./mqtt.ts";
import { ruNetwork } from "./network.ts";
import { ruPayments } from "./payments.ts";
import { ruPhones } from "./phones.ts";
import { ruProblems } from "./problems.ts";
import { ruRentals } from "./rentals.ts";
import { ruSettings } from "./settings.ts";
import { ruSignal } from "./signal.ts";
import { ruSlots } from "./slots.ts";
import { ruSlots2 } from "./slots2.ts";
import { ruUpdate } from "./update.ts";
import { ruWebhooks } from "./webhooks.ts";
import { ruWizard } from "./wizard.ts";

export const ru: Translation = {
  ...ruApp,
  ...ruApi,
  ...ruAccess,
  ...ruAlerts,
  ...ruSlots,
  ...ruSlots2,
  ...ruRentals,
  ...ruPhones,
  ...ruCalls,
  ...ruChain,
  ...ruDoctor,
  ...ruMachine,
  ...ruNetwork,
  ...ruMqtt,
  ...ruFlows,
  ...ruSettings,
  ...ruEvents,
  ...ruProblems,
  ...ruWizard,
  ...ruPayments,
  ...ruWebhooks,
  ...ruSignal,
  ...ruLines,
  ...ruBackup,
  ...ruUpdate,
};
