// The console in German: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";
import { deAccess } from "./access.ts";
import { deAlerts } from "./alerts.ts";
import { deApi } from "./api.ts";
import { deApp } from "./app.ts";
import { deBackup } from "./backup.ts";
import { deCalls } from "./calls.ts";
import { deChain } from "./chain.ts";
import { deDoctor } from "./doctor.ts";
import { deEvents } from "./events.ts";
import { deFlows } from "./flows.ts";
import { deLines } from "./lines.ts";
import { deMachine } from "./machine.ts";
import { deMqtt } from "./mqtt.ts";
import { deNetwork } from "./network.ts";
import { dePayments } from "./payments.ts";
import { dePhones } from "./phones.ts";
import { deProblems } from "./problems.ts";
import { deRentals } from "./rentals.ts";
import { deSettings } from "./settings.ts";
import { deSignal } from "./signal.ts";
import { deSlots } from "./slots.ts";
import { deSlots2 } from "./slots2.ts";
import { deUpdate } from "./update.ts";
import { deWebhooks } from "./webhooks.ts";
import { deWizard } from "./wizard.ts";

// In the order of `en`: where two of them have the same key, the later one counts.
export const de: Translation = {
  ...deApp,
  ...deApi,
  ...deAccess,
  ...deAlerts,
  ...deSlots,
  ...deSlots2,
  ...deRentals,
  ...dePhones,
  ...deCalls,
  ...deChain,
  ...deDoctor,
  ...deMachine,
  ...deNetwork,
  ...deMqtt,
  ...deFlows,
  ...deSettings,
  ...deEvents,
  ...deProblems,
  ...deWizard,
  ...dePayments,
  ...deWebhooks,
  ...deSignal,
  ...deLines,
  ...deBackup,
  ...deUpdate,
};
