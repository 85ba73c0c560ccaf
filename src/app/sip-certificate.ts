// The certificate of SIP over TLS: the box's own, made anew before it ends, or files of the owner's, read anew when they change.

import { X509Certificate } from "node:crypto";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { AppError, type Logger, type Random, type UnixMs } from "../base/index.ts";
import type { VoiceSection } from "../config/index.ts";
import { makeServerCertificate } from "../tls/index.ts";
import { readIfThere, replaceFile } from "./data-folder.ts";
import { inDataFolder } from "./in-data-folder.ts";
import type { SipCertificate } from "./sip-services.ts";

/** In PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface SipCertificateDeps {
  readonly section: Pick<VoiceSection, "host" | "cert_file" | "key_file">;
  readonly dataFolder: string;
  /** Where the box's own lies. */
  readonly folder: string;
  /** Of its files; `sip` unless given. */
  readonly name?: string;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
}

/** Days before its end when the box's certificate is made anew: the renters' pins change with it. */
const RENEW_DAYS = 30;

export class SipCertificateKeeper {
  readonly #deps: SipCertificateDeps;
  readonly #isOwners: boolean;
  readonly files: CertificateFiles;
  #fingerprint: string | null = null;

  constructor(deps: SipCertificateDeps) {
    this.#deps = deps;
    const { dataFolder, folder, name = "sip" } = deps;
    const { cert_file: cert, key_file: key } = deps.section;
    const absolute = (file: string): string => inDataFolder(dataFolder, file);
    this.#isOwners = cert !== undefined && key !== undefined;
    this.files =
      cert !== undefined && key !== undefined
        ? { cert: absolute(cert), key: absolute(key) }
        : { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  }

  /** What phones pin: the certificate, unless its owner brought one that others vouch for. Null before the first `look`. */
  current(): SipCertificate | null {
    if (this.#fingerprint === null) return null;
    return { sha256: this.#isOwners ? null : this.#fingerprint };
  }

  /** True when it is another than at the last look; at the first, never. Errors: `voice.no_certificate`, `app.cannot_write`. */
  async look(): Promise<boolean> {
    if (!this.#isOwners) await this.#renew();
    const parsed = certificateIn((await readIfThere(this.files.cert)) ?? "");
    if (parsed === null) {
      throw new AppError("voice.no_certificate", `${this.files.cert} holds no certificate in PEM`, {
        hint: "Name a PEM file in voice.cert_file, or leave cert_file and key_file out: then the box makes one.",
      });
    }
    const before = this.#fingerprint;
    this.#fingerprint = parsed.fingerprint256.replaceAll(":", "").toLowerCase();
    return before !== null && before !== this.#fingerprint;
  }

  async #renew(): Promise<void> {
    const { section, random, now, log } = this.#deps;
    if (await isGood(this.files, section.host, now())) return;
    const made = await makeServerCertificate({ random, now: now(), hosts: [section.host] });
    await replaceFile(this.files.key, made.key);
    await replaceFile(this.files.cert, made.certificate);
    await chmod(this.files.cert, 0o640);
    log.info("sip_certificate_made", { host: section.host });
  }
}

async function isGood({ cert, key }: CertificateFiles, host: string, now: UnixMs): Promise<boolean> {
  const [text, secret] = [await readIfThere(cert), await readIfThere(key)];
  if (text === null || secret === null) return false;
  const parsed = certificateIn(text);
  if (parsed === null) return false;
  const left = parsed.validToDate.getTime() - now;
  const named = parsed.checkHost(host) ?? parsed.checkIP(host);
  return left > RENEW_DAYS * 86_400_000 && named !== undefined;
}

function certificateIn(text: string): X509Certificate | null {
  try {
    return new X509Certificate(text);
  } catch {
    return null;
  }
}
