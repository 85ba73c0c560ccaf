// What a box that starts on a data folder would still have: opened by the product's own code, read beside it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { BOX_DATABASE, openDataFolder } from "../../src/app/data-folder.ts";
import { currentIdentity, openOrCreateKeystore } from "../../src/app/keystore-file.ts";
import { fromBase64url, lineId, type Secret, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { pduHash } from "../../src/core/fingerprints.ts";
import { createSealer, type Sealer } from "../../src/core/index.ts";
import { decodePayload, deriveKey, type Identity, type KeystoreContents, openV1 } from "../../src/envelope/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import type { Deletion } from "./ledger.ts";

/** A message in the box: sealed, or, when the relay has it, known by its place among the renter's. */
interface Row {
  readonly id: string;
  readonly place: string;
  readonly envelope: string | null;
}

export interface Survivors {
  /** A name for each message, by `Reader.nameOf`. */
  readonly messages: readonly string[];
  /** Parts of unfinished messages: their PDUs in hex. */
  readonly parts: ReadonlySet<string>;
  /** The hash of every PDU that was ever committed. */
  readonly hashes: ReadonlySet<string>;
}

const NONE: Survivors = { messages: [], parts: new Set(), hashes: new Set() };

const text = z.object({ id: z.string(), place: z.string(), envelope: z.string().nullable() });
const part = z.object({ sealed: z.instanceof(Uint8Array) });
const seen = z.object({ hash: z.string() });

const MESSAGES = `
  SELECT id, rental_id || '/' || seq AS place, envelope FROM outbox
  UNION ALL SELECT id, rental_id || '/' || seq, envelope FROM refused
  UNION ALL SELECT id, rental_id || '/' || seq, NULL FROM forwarded`;

/** Number and text of an SMS. */
export const nameOf = (number: string, body: string): string => `${number} ${body}`;

export class Reader {
  readonly #renter: Identity;
  /** What the renter has read, by rental and `seq`. */
  readonly #read: ReadonlyMap<string, string>;
  readonly #names = new Map<string, string>();

  constructor(renter: Identity, read: ReadonlyMap<string, string>) {
    this.#renter = renter;
    this.#read = read;
  }

  /** Opens keys and database as the box does at its start. Rejects with what would keep it from starting. */
  async survivors(folder: string): Promise<Survivors> {
    // Nothing was promised yet.
    if (!existsSync(folder)) return NONE;
    const held = await openDataFolder(folder);
    try {
      const keys = await keysOf(folder);
      const file = join(folder, BOX_DATABASE);
      const store = await openBoxStore({ file, clock: systemClock, log: silentLogger });
      try {
        await store.checkIntegrity();
        return this.#rows(file, sealerOf(keys));
      } finally {
        await store.close();
      }
    } finally {
      await held.release();
    }
  }

  #rows(file: string, sealer: Sealer): Survivors {
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      const messages = z.array(text).parse(db.prepare(MESSAGES).all());
      const parts = z.array(part).parse(db.prepare("SELECT sealed FROM parts").all());
      const hashes = z.array(seen).parse(db.prepare("SELECT hash FROM seen").all());
      return {
        messages: messages.map((row) => this.#nameOf(row)),
        parts: new Set(parts.map(({ sealed }) => Buffer.from(sealer.openPart(sealed).pdu).toString("hex"))),
        hashes: new Set(hashes.map(({ hash }) => hash)),
      };
    } finally {
      db.close();
    }
  }

  #nameOf({ id, place, envelope }: Row): string {
    const known = envelope === null ? this.#read.get(place) : this.#names.get(id);
    if (known !== undefined) return known;
    if (envelope === null) return `a message that the renter never got: ${place}`;
    const opened = openV1({ suite: systemCrypto, secret: this.#renter.seed, envelope: fromBase64url(envelope) });
    const payload = decodePayload(opened);
    const name = payload.type === "sms" ? nameOf(payload.to, payload.body) : `no SMS: ${payload.type}`;
    this.#names.set(id, name);
    return name;
  }
}

function keysOf(folder: string): Promise<KeystoreContents> {
  const deps = { folder, unlock: {}, credentials: undefined, suite: systemCrypto, random: systemRandom };
  return openOrCreateKeystore(deps, "provider");
}

function sealerOf(keys: KeystoreContents): Sealer {
  const partKey = derived(keys, "numberbox/part-key/v1");
  const identity = currentIdentity(keys);
  return createSealer({ suite: systemCrypto, random: systemRandom, identity, partKey, lineOf: () => null });
}

function derived({ storageKey }: KeystoreContents, domain: string): Secret<Uint8Array> {
  return deriveKey(systemCrypto, storageKey, domain);
}

/** What the box of this folder remembers a PDU by. */
export async function hasher(folder: string): Promise<(deletion: Deletion) => string> {
  const deps = { suite: systemCrypto, key: derived(await keysOf(folder), "numberbox/fingerprint/v1") };
  return ({ slot, pdu }) => pduHash(deps, lineId(`line-${slot}`), Buffer.from(pdu, "hex"));
}
