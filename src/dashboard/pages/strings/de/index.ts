// The renter's pages in German: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";
import { deAccount } from "./account.ts";
import { deApp } from "./app.ts";
import { deEntrance } from "./entrance.ts";
import { deEscrow } from "./escrow.ts";
import { deInbox } from "./inbox.ts";
import { deMarket } from "./market.ts";
import { dePrivacy } from "./privacy.ts";
import { deProblems } from "./problems.ts";
import { deRentals } from "./rentals.ts";
import { deUpgrade } from "./upgrade.ts";

export const de: Translation = {
  ...deApp,
  ...deEntrance,
  ...deInbox,
  ...deMarket,
  ...deRentals,
  ...deUpgrade,
  ...deEscrow,
  ...deAccount,
  ...dePrivacy,
  ...deProblems,
};
