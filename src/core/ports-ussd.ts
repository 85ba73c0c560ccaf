// USSD as slots offer it and as the web server asks for it.

import type { SlotId, UnixMs } from "../base/index.ts";
import type { UssdAnswer } from "./ussd-session.ts";

/** What the network said last without being asked. In memory only: the text may be private. */
export interface UssdNotice {
  readonly text: string;
  readonly at: UnixMs;
}

/** USSD of one slot. Every call settles: the answer comes within `ANSWER_LIMIT` or fails with a `ussd.…` error. */
export interface UssdPort {
  ask(code: string): Promise<UssdAnswer>;
  /** Answers the menu that the last answer opened. */
  reply(text: string): Promise<UssdAnswer>;
  /** Ends the session, if there is one; whoever waits gets `ussd.cancelled`. */
  cancel(): void;
  notice(): UssdNotice | null;
}

/** USSD of all slots, with its rules: what may be sent, and how often. */
export interface UssdConsole {
  /** Errors besides those of `UssdPort`: `slot.unknown`, `ussd.not_supported`, `ussd.bad_code`, `ussd.refused`, `ussd.quota`. */
  ask(slot: SlotId, code: string): Promise<UssdAnswer>;
  reply(slot: SlotId, text: string): Promise<UssdAnswer>;
  cancel(slot: SlotId): void;
  notice(slot: SlotId): UssdNotice | null;
}
