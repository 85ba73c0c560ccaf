// The renter's pages in Spanish: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";
import { esAccount } from "./account.ts";
import { esApp } from "./app.ts";
import { esEntrance } from "./entrance.ts";
import { esEscrow } from "./escrow.ts";
import { esInbox } from "./inbox.ts";
import { esMarket } from "./market.ts";
import { esPrivacy } from "./privacy.ts";
import { esProblems } from "./problems.ts";
import { esRentals } from "./rentals.ts";
import { esUpgrade } from "./upgrade.ts";

export const es: Translation = {
  ...esApp,
  ...esEntrance,
  ...esInbox,
  ...esMarket,
  ...esRentals,
  ...esUpgrade,
  ...esEscrow,
  ...esAccount,
  ...esPrivacy,
  ...esProblems,
};
