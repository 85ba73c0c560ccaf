// The renter's pages in Russian: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";
import { ruAccount } from "./account.ts";
import { ruApp } from "./app.ts";
import { ruEntrance } from "./entrance.ts";
import { ruEscrow } from "./escrow.ts";
import { ruInbox } from "./inbox.ts";
import { ruMarket } from "./market.ts";
import { ruPrivacy } from "./privacy.ts";
import { ruProblems } from "./problems.ts";
import { ruRentals } from "./rentals.ts";
import { ruUpgrade } from "./upgrade.ts";

export const ru: Translation = {
  ...ruApp,
  ...ruEntrance,
  ...ruInbox,
  ...ruMarket,
  ...ruRentals,
  ...ruUpgrade,
  ...ruEscrow,
  ...ruAccount,
  ...ruPrivacy,
  ...ruProblems,
};
