// The console in Spanish: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";
import { esAccess } from "./access.ts";
import { esAlerts } from "./alerts.ts";
import { esApi } from "./api.ts";
import { esApp } from "./app.ts";
import { esChain } from "./chain.ts";
import { esDoctor } from "./doctor.ts";
import { esEvents } from "./events.ts";
import { esFlows } from "./flows.ts";

export const es: Translation = {
  ...esApp,
  ...esApi,
  ...esAccess,
  ...esAlerts,
  ...esChain,
  ...esDoctor,
  ...esFlows,
  ...esEvents,
};
