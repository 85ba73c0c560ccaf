// The console's texts by key; see `page-parts/phrases.ts`.

import { Phrases, type PluralKeyOf } from "../../page-parts/index.ts";
import type { Messages } from "./strings/en.ts";

/** Keys that come in the forms `.one` and `.other`. */
export type PluralKey = PluralKeyOf<Messages>;

export class Translator extends Phrases<Messages> {}
