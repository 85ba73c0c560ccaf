// What a chat is told of: that SMS wait at a relay, or the texts of those that this machine has received.

import { type AppError, type Clock, isAppError, type Millis, toBase64url } from "../../base/index.ts";
import { LONGEST_TELEGRAM_TEXT } from "../../notify/index.ts";
import { humanText, type InboxEntry, linesOf, type MailboxPlace, type MailboxWatch } from "../../renter/index.ts";
import type { OpenRenter } from "./renter-open.ts";

export interface Told {
  readonly text: string;
  /** Messages that the text tells of. */
  readonly count: number;
  /** Notes that the chat has it. */
  readonly done: () => Promise<void>;
}

export interface NoticeSource {
  /** Messages that the chat has not been told of. */
  waiting(): number;
  /** A text for the oldest of them: for `most` at the utmost, where each has words of its own. */
  next(most: number): Told;
  /** Goes on until `signal` aborts, then resolves. Rejects when what came cannot be kept. */
  run(changed: () => void, signal: AbortSignal): Promise<void>;
}

export interface SourceDeps {
  readonly clock: Clock;
  /** A fault of relay or network; it is tried again. */
  readonly problem: (error: AppError) => void;
}

export interface WatchSourceDeps extends SourceDeps {
  readonly watch: MailboxWatch;
  readonly every: Millis;
  /** Where the reader finds them. */
  readonly link: string;
  readonly seen: () => MailboxPlace;
  readonly setSeen: (place: MailboxPlace) => Promise<void>;
}

const isSame = (one: MailboxPlace, other: MailboxPlace): boolean =>
  one.next === other.next && one.epoch === other.epoch;

/** Tells that something waits, and nothing of it: neither number nor sender nor text. */
export function watchSource({ clock, problem, watch, every, link, seen, setSeen }: WatchSourceDeps): NoticeSource {
  let look = { waiting: 0, ...seen() };
  return {
    waiting: () => look.waiting,
    next: () => {
      const { waiting: count, next, epoch } = look;
      const words = count === 1 ? "A new SMS waits for you." : `${count} new SMS wait for you.`;
      const done = async (): Promise<void> => {
        await setSeen({ next, epoch });
        look = { ...look, waiting: Math.max(0, look.waiting - count) };
      };
      return { text: `${words}\n${link}`, count, done };
    },
    run: async (changed, signal) => {
      for (let told = false; !signal.aborted; ) {
        try {
          const from = seen();
          const found = await watch.look(from, signal);
          told = false;
          // The chat was told of some of them meanwhile: they would be counted twice.
          if (!isSame(seen(), from)) continue;
          look = found;
          if (look.waiting > 0) changed();
          else if (look.epoch !== from.epoch) await setSeen({ next: look.next, epoch: look.epoch });
        } catch (error) {
          if (signal.aborted) return;
          if (!isAppError(error)) throw error;
          if (!told) problem(error);
          told = true;
        }
        // Aborting the wait is how it ends.
        await clock.sleep(every, "the next look into the mailbox", signal).catch(() => {});
      }
    },
  };
}

const CUT = "\n(cut: the rest is in numberbox renter inbox)";

function textOf(entry: InboxEntry, { state }: OpenRenter): string {
  const text = linesOf(entry, state.inbox)
    .map((line) => humanText(line))
    .join("")
    .trimEnd();
  return text.length <= LONGEST_TELEGRAM_TEXT ? text : `${text.slice(0, LONGEST_TELEGRAM_TEXT - CUT.length)}${CUT}`;
}

/** Receives as `renter inbox --follow` does, and tells the texts. What was received is kept first, and told once more after a crash. */
export function inboxSource({ problem }: Pick<SourceDeps, "problem">, renter: OpenRenter): NoticeSource {
  const { state, clients } = renter;
  return {
    waiting: () => state.inbox.unshown.length,
    next: (most) => {
      const told: InboxEntry[] = [];
      let text = "";
      for (const entry of state.inbox.unshown.slice(0, most)) {
        const more = text === "" ? textOf(entry, renter) : `${text}\n\n${textOf(entry, renter)}`;
        if (told.length > 0 && more.length > LONGEST_TELEGRAM_TEXT) break;
        told.push(entry);
        text = more;
      }
      return { text, count: told.length, done: () => state.markShown(told) };
    },
    run: async (changed, signal) => {
      if (state.inbox.unshown.length > 0) changed();
      await Promise.all(
        clients.map((client) => {
          let isDown = false;
          const sink = {
            messages: async () => changed(),
            refused: problem,
            up: () => {
              isDown = false;
            },
            down: (error: AppError) => {
              if (!isDown) problem(error);
              isDown = true;
            },
          };
          return client.follow(sink, signal);
        }),
      );
    },
  };
}

/** What a mailbox is remembered by. */
export const mailboxName = (verify: Uint8Array, relay: string): string => `${toBase64url(verify)} ${relay}`;
