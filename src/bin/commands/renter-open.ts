// Opens what every renter command works with: key, state folder and relay clients, from options or from what `login` remembered.

import { join, resolve } from "node:path";
import { AppError, hasCode, millis } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import type { Identity } from "../../envelope/index.ts";
import {
  createRenterClient,
  type Folder,
  MarketReader,
  type RenterClient,
  RenterState,
  stateFolderName,
} from "../../renter/index.ts";
import {
  type KeySource,
  loadIdentity,
  openDiskFolder,
  type RememberedLogin,
  readLogin,
} from "../../renter-node/index.ts";
import type { CliIo } from "../cli-io.ts";
import type { NodeOptions } from "./node-option.ts";
import { accessTo } from "./renter-access.ts";
import { stateRoot } from "./renter-root.ts";
import { choosePlaces, type WayOptions } from "./renter-way.ts";

export { stateRoot };

/** Options that say whose key is used. */
export interface KeyOptions {
  readonly keyfile?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly state?: string;
  readonly json?: boolean;
}

/** Options of every renter command that needs a relay. */
export interface RenterOptions extends KeyOptions, WayOptions, NodeOptions {}

export interface OpenRenter {
  readonly identity: Identity;
  readonly state: RenterState;
  /** One for each relay. */
  readonly clients: readonly RenterClient[];
  /** As many, in the same order: what can be asked without a key. */
  readonly readers: readonly MarketReader[];
  /** Where `login` remembers. */
  readonly root: Folder;
  readonly login: RememberedLogin;
  /** Another process works in the folder: what it has stored can be shown, nothing can be fetched. */
  readonly readOnly: boolean;
}

const LOCK_WAIT = millis(3000);
const LOCK_POLL = millis(100);

/** The key to use, or null when none is named or remembered. */
function chooseKey(options: KeyOptions, remembered: RememberedLogin | null): KeySource | null {
  const { keyfile, user, passwordFile } = options;
  // The user and the password file belong to the key file: those of another one would be wrong.
  const own = keyfile === undefined || resolve(keyfile) === remembered?.keyfile ? remembered : null;
  const chosen = keyfile === undefined ? own?.keyfile : resolve(keyfile);
  if (chosen === undefined) return null;
  return {
    keyfile: chosen,
    user: user ?? own?.user ?? null,
    passwordFile: passwordFile === undefined ? (own?.passwordFile ?? null) : resolve(passwordFile),
  };
}

const notSignedIn = (missing: string, hint: string): AppError =>
  new AppError("renter.not_signed_in", missing, { hint });

function chooseLogin(options: RenterOptions, remembered: RememberedLogin | null): RememberedLogin {
  const key = chooseKey(options, remembered);
  const places = choosePlaces(options, remembered);
  if (key === null || places.relays.length === 0) {
    const missing = key === null ? "no key file is known" : "no relay is known";
    throw notSignedIn(missing, "Run: numberbox renter login --keyfile FILE --relay URL");
  }
  return { ...key, ...places };
}

/** The identity named by options or remembered. Throws `renter.not_signed_in` and what reading a key file can throw. */
export async function openKey(io: CliIo, options: KeyOptions): Promise<Identity> {
  const root = await openDiskFolder(stateRoot(io, options.state));
  const key = chooseKey(options, await readLogin(root));
  if (key === null)
    throw notSignedIn("no key file is known", "Name one with --keyfile FILE, or make one with --create FILE.");
  return loadIdentity(systemCrypto, key);
}

/** Another command may hold the folder for a moment; `inbox --follow` holds it for long. */
async function openState(
  io: CliIo,
  options: Omit<Parameters<typeof RenterState.open>[0], "mode">,
  whenBusy: "show" | "fail",
): Promise<{ readonly state: RenterState; readonly readOnly: boolean }> {
  const deadline = io.clock.monotonic() + LOCK_WAIT;
  for (;;) {
    try {
      return { state: await RenterState.open({ ...options, mode: "readWrite" }), readOnly: false };
    } catch (error) {
      if (!hasCode(error, "renter.in_use")) throw error;
      if (io.clock.monotonic() >= deadline) {
        if (whenBusy === "fail") throw error;
        return { state: await RenterState.open({ ...options, mode: "readOnly" }), readOnly: true };
      }
    }
    await io.clock.sleep(LOCK_POLL, "waiting for the state folder", io.signal);
  }
}

/**
 * Throws `renter.not_signed_in` and what reading key file and state can throw. With `whenBusy` `show`, a folder that another process
 * holds is opened for reading only. The caller closes `state`.
 */
export async function openRenter(io: CliIo, options: RenterOptions, whenBusy: "show" | "fail"): Promise<OpenRenter> {
  const root = await openDiskFolder(stateRoot(io, options.state));
  const login = chooseLogin(options, await readLogin(root));
  const suite = systemCrypto;
  const { clock, random, log } = io;
  const identity = await loadIdentity(suite, login);
  const folder = await openDiskFolder(join(root.path, stateFolderName(suite, identity)));
  const { state, readOnly } = await openState(io, { folder, seed: identity.seed, suite, random, log }, whenBusy);
  try {
    const access = await accessTo(io, options, login);
    const clients = login.relays.map((relayUrl) =>
      createRenterClient({ ...access, relayUrl, identity, crypto: suite, clock, random, log, state }),
    );
    const readers = login.relays.map((relayUrl) => new MarketReader({ ...access, relayUrl, clock, random }));
    return { identity, state, clients, readers, root, login, readOnly };
  } catch (error) {
    await state.close();
    throw error;
  }
}
