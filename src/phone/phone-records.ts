// The registered phones as they are kept: one sealed setting, since all of it (signing keys, passwords of the phones' servers) is secret.

import { z } from "zod";
import { fromBase64url, fromUtf8, SerialQueue, toBase64url, utf8 } from "../base/index.ts";
import type { SecretBox, SettingStore } from "../core/index.ts";
import { parseJsonWith, phoneApiAccess, phoneName } from "../protocol/index.ts";

const SETTING = "phone.records";

const phoneRecord = z.object({
  name: phoneName,
  /** In the addresses that the phone uses. */
  secret: z.string(),
  signingKey: z.string(),
  /** How the phone reaches the box. */
  boxUrl: z.string(),
  api: phoneApiAccess.nullable(),
  createdAt: z.number(),
  /** When its first signed message came. */
  pairedAt: z.number().nullable(),
  /** Its inbox has been read up to here. */
  syncedAt: z.number().nullable(),
});
export type PhoneRecord = z.infer<typeof phoneRecord>;

const records = z.array(phoneRecord);

export class PhoneRecords {
  readonly #settings: SettingStore;
  readonly #secrets: SecretBox;
  readonly #queue = new SerialQueue("phone records");

  constructor(settings: SettingStore, secrets: SecretBox) {
    this.#settings = settings;
    this.#secrets = secrets;
  }

  /** Errors: those of the store, `envelope.bad_box`, `phone.bad_records`. */
  async load(): Promise<readonly PhoneRecord[]> {
    const sealed = await this.#settings.getSetting(SETTING);
    if (sealed === null) return [];
    const text = fromUtf8(this.#secrets.open(fromBase64url(sealed)));
    return parseJsonWith(records, text, "phone.bad_records", "the stored list of phones");
  }

  /** Saves all, one writer after another. `current` is asked when its turn has come. */
  save(current: () => readonly PhoneRecord[]): Promise<void> {
    return this.#queue.run(async () => {
      const sealed = this.#secrets.seal(utf8(JSON.stringify(current())));
      await this.#settings.setSetting(SETTING, toBase64url(sealed));
    });
  }
}
