// `renter backup` and `renter restore`: identity, orders, their keys and their escrows in one file under a passphrase; also one that was
// saved in the renter's pages, so that a wallet beside a node can go on with an escrow that began in a browser.

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fromUtf8, systemCodeOf, utf8, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { createIdentity, type Identity, serialiseG2 } from "../../envelope/index.ts";
import {
  type AccountData,
  backupParts,
  type Folder,
  importIdentity,
  MAX_BACKUP_BYTES,
  type MachineData,
  machineBackupText,
  type OrderFile,
  openBackupAccount,
  openBackupMachine,
  readOrderFile,
  rentalKey,
  sealVault,
  visibleLine,
  writeOrderFile,
} from "../../renter/index.ts";
import {
  loadIdentity,
  openDiskFolder,
  type RelayPlaces,
  type RememberedLogin,
  readLogin,
  rememberLogin,
} from "../../renter-node/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { askPassword } from "./identity-source.ts";
import { writeNewFile } from "./renter-new-file.ts";
import { type RenterOptions, stateRoot } from "./renter-open.ts";
import { allOrders, openOrders, refuse } from "./renter-order.ts";
import { escrowNameOf } from "./renter-order-escrow.ts";
import { createPrinter } from "./renter-print.ts";
import { choosePlaces } from "./renter-way.ts";

export interface BackupOptions extends RenterOptions {
  readonly passphraseFile?: string;
}

export interface RestoreOptions extends BackupOptions {
  /** The new key file. */
  readonly create?: string;
}

async function readText(file: string): Promise<string> {
  try {
    return fromUtf8(new Uint8Array((await readFile(file)).subarray(0, MAX_BACKUP_BYTES)));
  } catch (cause) {
    throw wrapError(cause, "renter.cannot_read", `${visibleLine(file)}: ${systemCodeOf(cause) ?? "not readable"}`, {
      hint: "Check the path and that you may read the file.",
    });
  }
}

const PASSPHRASE = "--passphrase-file";

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
const keptText = (orders: number, escrows: number): string =>
  `${counted(orders, "order")} and ${counted(escrows, "escrow")}`;

/** The files of all orders; a key file is taken along as it is, unless it is that of the last login. */
async function machineOf(folder: Folder, login: RememberedLogin | null): Promise<MachineData> {
  const orders: MachineData["orders"] = [];
  for (const order of await allOrders(folder)) {
    const isLogin = login !== null && resolve(order.keyfile) === resolve(login.keyfile);
    const escrow = await folder.read(escrowNameOf(order.request.order_id));
    orders.push({
      order,
      key: isLogin ? null : await readText(order.keyfile),
      escrow: escrow === null ? null : fromUtf8(escrow),
    });
  }
  return { v: 1, places: login === null ? null : placesOf(login), orders };
}

const placesOf = ({ relays, mirrors, socks5, pins }: RelayPlaces) => ({
  ...{ relays: [...relays], mirrors: [...mirrors], socks5, pins: { ...pins } },
});

/** Rejects with `renter.*`, `identity.*`, `keyfile.*`. */
export async function runBackup(io: CliIo, path: string, options: BackupOptions): Promise<ExitCode> {
  const login = await readLogin(await openDiskFolder(stateRoot(io, options.state)));
  const { random } = io;
  // Who has only rented has a key for each order, and no other: the backup's own key then opens nothing but the backup.
  const master =
    login === null ? createIdentity(random, systemCrypto, "renter") : await loadIdentity(systemCrypto, login);
  const machine = await machineOf(await openOrders(io, options), login);
  if (login === null && machine.orders.length === 0)
    throw refuse("market.nothing_kept", "nothing is here to be kept", "Sign in or rent something first.");
  const passphrase = await askPassword(io, { passwordFile: options.passphraseFile, fresh: true, option: PASSPHRASE });
  const ports = { suite: systemCrypto, random };
  const vault = await sealVault({ ...ports, passphrase, master });
  const file = resolve(path);
  await writeNewFile(file, `${machineBackupText(ports, { vault, master, machine })}\n`);
  const { length: orders } = machine.orders;
  const escrows = machine.orders.filter(({ escrow }) => escrow !== null).length;
  if (options.json === true) createPrinter(io, true).line({ type: "backup", file, orders, escrows });
  else {
    io.out(`Wrote your key, ${keptText(orders, escrows)} to ${visibleLine(file)}.\n`);
    io.out("Nobody can open it without its passphrase, you neither. Messages are not in it.\n");
  }
  return 0;
}

interface Restoring {
  readonly io: CliIo;
  readonly folder: Folder;
  readonly master: Identity;
  readonly keyfile: string;
}

type Kept = MachineData["orders"][number];

/** An order of the renter's pages as a file of the command line. */
function keptOf(master: Identity, account: AccountData, places: RelayPlaces): readonly Kept[] {
  const [relay = ""] = places.relays;
  const { mirrors, socks5, pins } = placesOf(places);
  return account.orders.map(({ request, key: index, provider, rental, per_sms, ticket, answer, ended }): Kept => {
    const done = ended ?? (answer?.state === "granted" ? "granted" : null);
    const order: OrderFile = {
      ...{ v: 1, relay, way: { mirrors, socks5, pins }, keyfile: "", request, provider, rental, per_sms, ticket },
      ...(done === null ? {} : { done }),
    };
    const identity = rentalKey(systemCrypto, master, index);
    const escrow = account.escrows.find((each) => each.rental === answer?.rental_id)?.document ?? null;
    return { order, key: index === 0 ? null : serialiseG2([identity], identity.name), escrow };
  });
}

/** Whether it was new here. What is here already stays as it is. */
async function bringBack({ folder, keyfile }: Restoring, { order, key, escrow }: Kept): Promise<boolean> {
  const id = order.request.order_id;
  const known = await readOrderFile(folder, id);
  const own = join(folder.path, `${id}.key.json`);
  if (escrow !== null && (await folder.read(escrowNameOf(id))) === null)
    await folder.replace(escrowNameOf(id), utf8(escrow));
  if (known !== null) return false;
  if (key !== null) await folder.replace(`${id}.key.json`, utf8(key));
  await writeOrderFile(folder, { ...order, keyfile: key === null ? keyfile : own });
  return true;
}

async function ordersOf(
  { io, master }: Restoring,
  text: string,
  options: RestoreOptions,
): Promise<{ readonly orders: readonly Kept[]; readonly places: RelayPlaces | null }> {
  const ports = { suite: systemCrypto, random: io.random };
  const { account, machine } = backupParts(text);
  const kept = machine === null ? null : openBackupMachine(ports, master, machine);
  const places = choosePlaces(options, kept?.places ?? null);
  const known = places.relays.length === 0 ? null : places;
  if (account === null) return { orders: kept?.orders ?? [], places: known };
  const data = openBackupAccount(ports, master, account);
  if (data.orders.length === 0) return { orders: [], places: known };
  if (known !== null) return { orders: keptOf(master, data, known), places: known };
  throw refuse(
    "market.no_relay",
    "a backup of the pages does not say where its orders were made",
    "Name it: --relay URL",
  );
}

/** Rejects with `renter.*`, `market.no_relay`, `keystore.*`, `keyfile.*`. */
export async function runRestore(io: CliIo, path: string, options: RestoreOptions): Promise<ExitCode> {
  const text = await readText(resolve(path));
  const passphrase = await askPassword(io, { passwordFile: options.passphraseFile, fresh: false, option: PASSPHRASE });
  const master = await importIdentity(systemCrypto, backupParts(text).identity, passphrase);
  const root = await openDiskFolder(stateRoot(io, options.state));
  const keyfile = resolve(options.create ?? join(root.path, "renter.key.json"));
  const restoring: Restoring = { io, folder: await openOrders(io, options), master, keyfile };
  const { orders, places } = await ordersOf(restoring, text, options);
  // Before anything else: an existing key is never written over.
  await writeNewFile(keyfile, serialiseG2([master], master.name));
  let fresh = 0;
  for (const each of orders) if (await bringBack(restoring, each)) fresh++;
  if (places !== null && (await readLogin(root)) === null)
    await rememberLogin(root, { keyfile, user: null, passwordFile: null, ...places });
  const escrows = orders.filter(({ escrow }) => escrow !== null).length;
  if (options.json === true) createPrinter(io, true).line({ type: "restored", keyfile, orders: fresh, escrows });
  else {
    io.out(`Your key is in ${visibleLine(keyfile)}. Back again: ${keptText(fresh, escrows)}.\n`);
    io.out(`See them: npx numberbox renter rentals\n`);
  }
  return 0;
}
