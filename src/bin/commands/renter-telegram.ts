// `renter telegram`: a bot of one's own that tells a chat of new SMS: only that there are some, or with --decrypt what they say.

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { AppError, type ErrorCode, fromUtf8, seconds, systemCodeOf, toHex, utf8, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { type TelegramBot, telegramBot } from "../../notify/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import { type Folder, MailboxWatch, visibleLine } from "../../renter/index.ts";
import { openDiskFolder } from "../../renter-node/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { accessTo } from "./renter-access.ts";
import { renewalKeeper } from "./renter-autorenew.ts";
import { type OpenRenter, openRenter, type RenterOptions, stateRoot } from "./renter-open.ts";
import { placesOf, type RenterPlace } from "./renter-own-rentals.ts";
import { createPrinter, type Printer } from "./renter-print.ts";
import { pairChat, TelegramChat, type TelegramChatDeps } from "./telegram-chat.ts";
import { TelegramKeys } from "./telegram-keys.ts";
import { inboxSource, mailboxName, type NoticeSource, watchSource } from "./telegram-sources.ts";
import { wholeNumber } from "./whole-number.ts";

export interface TelegramOptions extends RenterOptions {
  readonly tokenFile: string;
  readonly chat?: string;
  readonly pair?: boolean;
  readonly decrypt?: boolean;
  readonly link?: string;
  /** Seconds. */
  readonly every: number;
  readonly api: string;
}

const FILE = "telegram.json";
const stateFile = z.strictObject({
  v: z.literal(1),
  chat: z.string().nullable(),
  /** The last update of the bot that was heard. */
  update: z.int(),
  /** By mailbox: the cursor up to which the chat was told. */
  seen: z.record(z.string(), z.int().min(0)),
  /** By mailbox: in what the relay gave that cursor, where it says so. */
  epochs: z.record(z.string(), z.string()).default({}),
});
type Stored = z.infer<typeof stateFile>;

class TelegramState {
  readonly #folder: Folder;
  #stored: Stored;

  private constructor(folder: Folder, stored: Stored) {
    this.#folder = folder;
    this.#stored = stored;
  }

  static async open(folder: Folder): Promise<TelegramState> {
    const bytes = await folder.read(FILE);
    const stored =
      bytes === null
        ? { v: 1 as const, chat: null, update: 0, seen: {}, epochs: {} }
        : parseJsonWith(stateFile, fromUtf8(bytes), "renter.bad_state", `${folder.path}/${FILE}`);
    return new TelegramState(folder, stored);
  }

  get now(): Stored {
    return this.#stored;
  }

  async change(part: Partial<Stored>): Promise<void> {
    this.#stored = { ...this.#stored, ...part };
    await this.#folder.replace(FILE, utf8(`${JSON.stringify(this.#stored)}\n`));
  }
}

async function tokenOf({ tokenFile }: TelegramOptions): Promise<string> {
  const file = resolve(tokenFile);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    const code: ErrorCode = "notify.bad_token";
    throw wrapError(cause, code, `${file}: ${systemCodeOf(cause) ?? "not read"}`, {
      hint: "Put the bot's token alone into a file that only you can read.",
    });
  });
  return text.trim();
}

interface Parts {
  readonly io: CliIo;
  readonly options: TelegramOptions;
  readonly state: TelegramState;
  readonly printer: Printer;
}

/** The chat that is named, or remembered, or that gives the code shown. */
async function chatOf({ io, options, state, printer }: Parts, deps: TelegramChatDeps): Promise<string> {
  const known = options.chat ?? (options.pair === true ? null : state.now.chat);
  if (known !== null) return known;
  const code = (Number.parseInt(toHex(io.random.bytes(6)), 16) % 1_000_000).toString().padStart(6, "0");
  if (options.json === true) printer.line({ type: "pairing", code });
  else io.out(`Write to your bot within ten minutes:  /start ${code}\n`);
  const chat = await pairChat(deps, code, io.signal);
  await state.change({ chat });
  if (options.json === true) printer.line({ type: "paired", chat });
  else io.out(`Paired with chat ${visibleLine(chat)}.\n`);
  return chat;
}

interface Sources {
  /** Keys that this process holds. */
  readonly held: () => readonly { readonly renter: OpenRenter; readonly keyfile: string }[];
  readonly open: (place: RenterPlace) => Promise<readonly NoticeSource[]>;
  readonly close: () => Promise<void>;
}

function decrypting({ io, printer }: Parts): Sources {
  const opened: { readonly renter: OpenRenter; readonly keyfile: string }[] = [];
  const close = async (): Promise<void> => {
    for (const { renter } of opened) await renter.state.close();
  };
  printer.note("Telegram reads what a bot writes: with --decrypt it gets the texts of your SMS.");
  const deps = { problem: (error: AppError) => printer.problem(error) };
  const open: Sources["open"] = async (place) => {
    const renter = await openRenter(io, place.options, "fail");
    opened.push({ renter, keyfile: place.keyfile });
    return [inboxSource(deps, renter)];
  };
  return { open, close, held: () => opened };
}

function watching({ io, options, state, printer }: Parts): Sources {
  const open: Sources["open"] = async (place) => {
    const { identity, login, state: opened } = await openRenter(io, place.options, "show");
    await opened.close();
    const access = await accessTo(io, place.options, login);
    return login.relays.map((relayUrl) => {
      const watch = new MailboxWatch({ ...access, relayUrl, identity, crypto: systemCrypto, clock: io.clock });
      const name = mailboxName(identity.verify, watch.url);
      return watchSource({
        ...{ watch, clock: io.clock, every: seconds(options.every) },
        link: options.link ?? `${watch.url}/dashboard`,
        problem: (error) => printer.problem(error),
        seen: () => ({ next: state.now.seen[name] ?? 0, epoch: state.now.epochs[name] ?? null }),
        setSeen: async ({ next, epoch }) => {
          const { [name]: _former, ...epochs } = state.now.epochs;
          const seen = { ...state.now.seen, [name]: next };
          await state.change({ seen, epochs: epoch === null ? epochs : { ...epochs, [name]: epoch } });
        },
      });
    });
  };
  return { open, close: async () => {}, held: () => [] };
}

async function converse(parts: Parts, bot: TelegramBot): Promise<void> {
  const { io, options, state, printer } = parts;
  const { clock, random, signal } = io;
  const deps: TelegramChatDeps = {
    ...{ bot, clock, random },
    heardUpTo: () => state.now.update,
    setHeard: (update) => state.change({ update }),
    problem: (error) => printer.problem(error),
    told: (count) => {
      if (options.json === true) printer.line({ type: "told", count });
    },
  };
  const { open, close, held } = options.decrypt === true ? decrypting(parts) : watching(parts);
  const keys = new TelegramKeys({ clock, open, places: () => placesOf(io, options), problem: deps.problem });
  try {
    const sources = await keys.first();
    if (sources.length === 0) {
      throw new AppError("renter.not_signed_in", "no key of a renter is known", {
        hint: "Name one with --keyfile FILE, and its relay with --relay URL.",
      });
    }
    const chat = await chatOf(parts, deps);
    printer.note(`Telling chat ${chat}. Ctrl-C ends.`);
    const keeper = await renewalKeeper(io, options, { opened: held, others: options.decrypt !== true });
    const stop = new AbortController();
    const renewing = keeper
      ?.run(AbortSignal.any([signal, stop.signal]))
      .catch((error: unknown) => printer.problem(error));
    await new TelegramChat(deps, chat, { sources, keys }).run(signal).finally(() => stop.abort());
    await renewing;
  } finally {
    await close();
  }
}

/** Exit code 0 also after Ctrl-C. Rejects with `notify.bad_token`, `notify.not_paired`, `renter.*`. */
export async function runTelegram(io: CliIo, options: TelegramOptions): Promise<ExitCode> {
  const folder = await openDiskFolder(join(stateRoot(io, options.state), "telegram"));
  const unlock = await folder.lock();
  if (unlock === null) {
    throw new AppError("renter.in_use", "another process tells a chat already", { hint: "Stop the other one first." });
  }
  try {
    const bot = telegramBot({ token: await tokenOf(options), url: options.api });
    const state = await TelegramState.open(folder);
    await converse({ io, options, state, printer: createPrinter(io, options.json === true) }, bot);
    return 0;
  } finally {
    await unlock();
  }
}

function webAddress(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return text;
  throw new InvalidArgumentError("It must be an http or https address.");
}

function chatId(text: string): string {
  if (/^-?\d{1,20}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be the number of a chat.");
}

interface Shared {
  readonly finish: (exit: Promise<ExitCode>) => Promise<void>;
  readonly withCommonOptions: (command: Command) => Command;
}

/** Adds `renter telegram`. */
export function registerTelegram(renter: Command, io: CliIo, { finish, withCommonOptions }: Shared): void {
  withCommonOptions(renter.command("telegram"))
    .description(
      "tell a Telegram chat of new SMS, by a bot of your own. Only that there are some: they stay in the mailbox for your app",
    )
    .requiredOption("--token-file <file>", "file with the token that @BotFather gave for your bot")
    .option("--chat <id>", "the chat (default: the one that was paired; else a code is shown to pair one)", chatId)
    .option("--pair", "pair another chat")
    .option("--decrypt", "receive the SMS on this machine and write their texts into the chat; Telegram can read them")
    .option("--link <url>", "where a notice leads (default: the app at the relay)", webAddress)
    .option("--every <seconds>", "how often to look into the mailbox", wholeNumber(2, 3600), 15)
    .option("--api <url>", "the Bot API", webAddress, "https://api.telegram.org")
    .action((options: TelegramOptions) => finish(runTelegram(io, options)));
}
