// The rentals of this machine's renter, whatever key each has: `renter rent` makes one for each, so that nobody can tell that they belong together.

import { resolve } from "node:path";
import { type AppError, hasCode } from "../../base/index.ts";
import { type RelayRental, visibleLine } from "../../renter/index.ts";
import { openDiskFolder, readLogin } from "../../renter-node/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type OpenRenter, openRenter, type RenterOptions, stateRoot } from "./renter-open.ts";
import { allOrders, openOrders, refuse } from "./renter-order.ts";
import { createPrinter, type Printer } from "./renter-print.ts";
import { inOrder, rentalLine, rentalText } from "./renter-rental-text.ts";
import { byOrder } from "./renter-way.ts";

/** A key and the relay it rents at. */
export interface RenterPlace {
  readonly options: RenterOptions;
  readonly keyfile: string;
}

/** The key that is named; or that of the last login, and those of all orders made here. */
export async function placesOf(io: CliIo, options: RenterOptions): Promise<readonly RenterPlace[]> {
  if (options.keyfile !== undefined) return [{ options, keyfile: resolve(options.keyfile) }];
  const login = await readLogin(await openDiskFolder(stateRoot(io, options.state)));
  const orders = await allOrders(await openOrders(io, options));
  const places = new Map<string, RenterPlace>();
  if (login !== null) places.set(login.keyfile, { options, keyfile: login.keyfile });
  for (const order of orders) {
    const keyfile = resolve(order.keyfile);
    const way = options.relay === undefined ? byOrder(options, order) : options;
    const own = { options: { ...way, keyfile }, keyfile };
    if (!places.has(keyfile)) places.set(keyfile, own);
  }
  return [...places.values()];
}

function receivedText({ state }: OpenRenter, { grant }: RelayRental): string {
  const count = state.inbox.entries.filter(({ message }) => message.rental_id === grant.rental_id).length;
  return `${count} SMS received`;
}

interface Shown {
  readonly io: CliIo;
  readonly printer: Printer;
  readonly json: boolean;
  readonly refused: (error: AppError) => void;
}

/** Asks each relay; returns how many rentals there are. */
async function showPlace({ io, printer, json, refused }: Shown, { options, keyfile }: RenterPlace): Promise<number> {
  const renter = await openRenter(io, options, "fail");
  let count = 0;
  try {
    for (const client of renter.clients) {
      const rentals = inOrder(renter, await client.rentals({ messages: async () => {}, refused }, io.signal));
      count += rentals.length;
      for (const rental of rentals) {
        if (json) printer.line({ type: "rental", ...rentalLine(renter, rental), relay: client.url, keyfile });
        else {
          io.out(rentalText(renter, rental));
          io.out(
            `    ${receivedText(renter, rental)}; key ${visibleLine(keyfile)}, relay ${visibleLine(client.url)}\n`,
          );
        }
      }
    }
    return count;
  } finally {
    await renter.state.close();
  }
}

/** Exit code 1 when a relay could not be asked, or a grant is not believed. */
export async function runRentals(io: CliIo, options: RenterOptions): Promise<ExitCode> {
  const json = options.json === true;
  const printer = createPrinter(io, json);
  let exit: ExitCode = 0;
  const refused = (error: unknown): void => {
    exit = 1;
    printer.problem(error);
  };
  const places = await placesOf(io, options);
  let count = 0;
  for (const place of places) {
    count += await showPlace({ io, printer, json, refused }, place).catch((error: unknown) => {
      if (io.signal.aborted) throw error;
      refused(error);
      return 0;
    });
  }
  if (count === 0 && exit === 0 && !json) io.out("No rentals yet. See what there is: numberbox renter listings\n");
  return exit;
}

/** Opens the key that has this rental, its grant as the relay has it now; the caller closes its state. Throws `market.unknown_rental`. */
export async function openRental(
  io: CliIo,
  options: RenterOptions,
  id: string,
): Promise<{ readonly renter: OpenRenter; readonly keyfile: string }> {
  const faults: unknown[] = [];
  for (const { options: own, keyfile } of await placesOf(io, options)) {
    const renter = await openRenter(io, own, "fail").catch((error: unknown) => void faults.push(error));
    if (renter === undefined) continue;
    const sink = { messages: async () => {}, refused: (error: AppError) => void faults.push(error) };
    for (const client of renter.clients)
      await client.rentals(sink, io.signal).catch((error: unknown) => void faults.push(error));
    if (renter.state.grant(id) !== undefined) return { renter, keyfile };
    await renter.state.close();
  }
  const [fault] = faults.filter((each) => !hasCode(each, "renter.bad_grant"));
  if (fault !== undefined) throw fault;
  throw refuse("market.unknown_rental", "none of your keys has this rental", "See: numberbox renter rentals");
}
