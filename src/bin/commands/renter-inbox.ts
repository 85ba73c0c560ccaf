// `renter inbox`: shows what was received, fetches what waits, and with --follow goes on.

import { messageOf } from "../../base/index.ts";
import type { FollowSink, InboxEntry } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { renewalKeeper } from "./renter-autorenew.ts";
import { type OpenRenter, openRenter, type RenterOptions } from "./renter-open.ts";
import { createPrinter, type Printer } from "./renter-print.ts";

export interface InboxOptions extends RenterOptions {
  readonly follow?: boolean;
  readonly new?: boolean;
  readonly rental?: string;
}

class InboxCommand {
  readonly #io: CliIo;
  readonly #options: InboxOptions;
  readonly #renter: OpenRenter;
  readonly #printer: Printer;
  #failed = false;
  #showed = false;

  constructor(io: CliIo, options: InboxOptions, renter: OpenRenter) {
    this.#io = io;
    this.#options = options;
    this.#renter = renter;
    this.#printer = createPrinter(io, options.json === true);
  }

  async run(): Promise<ExitCode> {
    const { state, readOnly } = this.#renter;
    await this.#show(this.#options.new === true ? state.inbox.unshown : state.inbox.entries);
    if (readOnly) {
      this.#printer.note("Another process is following this inbox: shown is what it has received.");
    } else if (this.#options.follow === true) {
      await this.#follow();
    } else {
      await this.#fetch();
    }
    this.#tellNothing();
    return this.#failed ? 1 : 0;
  }

  /** Says that there is nothing, to people. Whether there is anything is not known after a failure or when it was cut short. */
  #tellNothing(): void {
    const { json, follow } = this.#options;
    if (json === true || follow === true || this.#showed || this.#failed || this.#io.signal.aborted) return;
    this.#io.out(this.#options.new === true ? "Nothing new.\n" : "No messages.\n");
  }

  /** Prints, then notes that it was printed: after a crash in between, a message is printed once more rather than never. */
  async #show(entries: readonly InboxEntry[]): Promise<void> {
    const { state, readOnly } = this.#renter;
    const { rental } = this.#options;
    const chosen = entries.filter((entry) => rental === undefined || entry.message.rental_id === rental);
    for (const entry of chosen) this.#printer.entry(entry, state.inbox);
    if (chosen.length > 0) this.#showed = true;
    const fresh = new Set(state.inbox.unshown);
    if (!readOnly) await state.markShown(chosen.filter((entry) => fresh.has(entry)));
  }

  #sink(): Pick<FollowSink, "messages" | "refused"> {
    return {
      messages: (entries) => this.#show(entries),
      refused: (error) => {
        this.#failed = true;
        this.#printer.problem(error);
      },
    };
  }

  async #fetch(): Promise<void> {
    const { clients } = this.#renter;
    const { signal } = this.#io;
    const results = await Promise.allSettled(clients.map((client) => client.sync(this.#sink(), signal)));
    if (signal.aborted) return;
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      this.#failed = true;
      this.#printer.problem(result.reason);
    }
  }

  /** Renews what is planned for this key, beside the following: nobody else could open it meanwhile. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { login } = this.#renter;
    const opened = () => [{ renter: this.#renter, keyfile: login.keyfile }];
    const keeper = await renewalKeeper(this.#io, this.#options, { opened, others: false });
    await keeper?.run(signal);
  }

  /** One failing for good (a full disk, say) ends them all. */
  async #follow(): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#io.signal, stop.signal]);
    const follow = async (client: OpenRenter["clients"][number]): Promise<void> => {
      try {
        await client.follow(this.#followSink(client.url), signal);
      } finally {
        stop.abort();
      }
    };
    const renewing = this.#renew(signal).catch((error: unknown) => {
      // Messages are worth more than a plan that cannot be read.
      this.#failed = true;
      this.#printer.problem(error);
    });
    const results = await Promise.allSettled(this.#renter.clients.map(follow));
    await renewing;
    const broken = results.find((result) => result.status === "rejected");
    if (broken === undefined) return;
    this.#failed = true;
    this.#printer.problem(broken.reason);
  }

  #followSink(url: string): FollowSink {
    let told = false;
    let isUp = false;
    return {
      ...this.#sink(),
      rentals: () => {
        if (isUp) this.#printer.note("A rental was granted or has changed: numberbox renter rentals shows it.");
      },
      up: () => {
        isUp = true;
        this.#printer.note(told ? `Connected to ${url} again.` : `Following ${url}. Ctrl-C ends.`);
        told = false;
      },
      down: (error, retryIn) => {
        this.#io.log.debug("renter_link_down", { code: error.code, retry_ms: retryIn, reason: messageOf(error.cause) });
        if (!told) this.#printer.problem(error);
        told = true;
      },
    };
  }
}

/** Exit code 0 also after Ctrl-C; 1 when a relay could not be asked or something was refused. */
export async function runInbox(io: CliIo, options: InboxOptions): Promise<ExitCode> {
  const writes = options.follow === true || options.new === true;
  const renter = await openRenter(io, options, writes ? "fail" : "show");
  try {
    return await new InboxCommand(io, options, renter).run();
  } finally {
    await renter.state.close();
  }
}
