// The console in Spanish: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";
import { esAccess } from "./access.ts";
import { esAlerts } from "./alerts.ts";
import { esApi } from "./api.ts";
import { esApp } from "./app.ts";
import { esBackup } from "./backup.ts";
import { esCalls } from "./calls.ts";
import { esChain } from "./chain.ts";
import { esDoctor } from "./doctor.ts";
import { esEvents } from "./events.ts";
import { esFlows } from "./flows.ts";
import { esLines } from "./lines.ts";
import { esMachine } from "./machine.ts";
import { esMqtt } from "./mqtt.ts";
import { esNetwork } from "./network.ts";
import { esPayments } from "./payments.ts";
import { esPhones } from "./phones.ts";
import { esProblems } from "./problems.ts";
import { esRentals } from "./rentals.ts";
import { esSettings } from "./settings.ts";
import { esSignal } from "./signal.ts";
import { esSlots } from "./slots.ts";
import { esUpdate } from "./update.ts";
import { esWebhooks } from "./webhooks.ts";
import { esWizard } from "./wizard.ts";

// In the order of the English ones, where a later file has the last word.
export const es: Translation = {
  ...esApp,
  ...esApi,
  ...esAccess,
  ...esAlerts,
  ...esSlots,
  ...esRentals,
  ...esPhones,
  ...esCalls,
  ...esChain,
  ...esDoctor,
  ...esMachine,
  ...esNetwork,
  ...esMqtt,
  ...esFlows,
  ...esSettings,
  ...esEvents,
  ...esProblems,
  ...esWizard,
  ...esPayments,
  ...esWebhooks,
  ...esSignal,
  ...esLines,
  ...esBackup,
  ...esUpdate,
};
