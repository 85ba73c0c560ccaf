// The renter's pages in English: every text by its key, `{name}` for places. Another language is one more file of type `Translation`.

import { enAccount } from "./en-account.ts";
import { enApp } from "./en-app.ts";
import { enEntrance } from "./en-entrance.ts";
import { enEscrow } from "./en-escrow.ts";
import { enInbox } from "./en-inbox.ts";
import { enMarket } from "./en-market.ts";
import { enPrivacy } from "./en-privacy.ts";
import { enProblems } from "./en-problems.ts";
import { enRentals } from "./en-rentals.ts";
import { enUpgrade } from "./en-upgrade.ts";

export const en = {
  ...enApp,
  ...enEntrance,
  ...enInbox,
  ...enMarket,
  ...enRentals,
  ...enUpgrade,
  ...enEscrow,
  ...enAccount,
  ...enPrivacy,
  ...enProblems,
} as const;

export type Messages = typeof en;
export type MessageKey = keyof Messages;
export type Catalogue = Readonly<Record<MessageKey, string>>;
/** Texts in another language, with the plural forms that it has besides `.one` and `.other`. */
export type Translation = Readonly<Partial<Record<MessageKey, string>> & Record<string, string>>;
