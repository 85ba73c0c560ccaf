// The box's own certificate authority and the certificate of its console: ECDSA on P-256, which every browser takes.

import "reflect-metadata";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import { AppError, days, type Random, toHex, type UnixMs, wrapError } from "../base/index.ts";
import { isPermitted, nameConstraints } from "./name-constraints.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;
const NAME_CONSTRAINTS = "2.5.29.30";
/** Owners install it on their devices by hand: once in the life of a box. */
const AUTHORITY_LIFE = days(3650);
const LEAF_LIFE = days(90);
/** Clocks of devices that ask may be a little behind. */
const BACKDATED = days(1);
/** Left of a leaf's life when the next one is made. */
export const RENEW_BEFORE = days(30);

/** A certificate with its key, both PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

export interface MakeDeps {
  readonly random: Random;
  readonly now: UnixMs;
}

export interface AuthorityOptions extends MakeDeps {
  /** Shown by devices that install it, such as `Numberbox pi-4`. */
  readonly name: string;
  /** Host names besides those under `.local` that it may vouch for. */
  readonly names: readonly string[];
}

async function keyText(key: CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

async function readKey(text: string): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(text), ALGORITHM, false, ["sign"]);
  } catch (cause) {
    throw wrapError(cause, "tls.bad_key", "a private key of the box's certificates cannot be read");
  }
}

const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

/** 126 random bits, positive (RFC 5280 4.1.2.2). */
function serial(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return toHex(bytes);
}

const spanOf = (now: UnixMs, life: number) => ({
  notBefore: new Date(now - BACKDATED),
  notAfter: new Date(now + life),
});

/** A quoted value of a distinguished name. */
const quoted = (text: string): string => text.replace(/[^A-Za-z0-9 ._-]/g, "").slice(0, 60) || "Numberbox";

/** Errors: `tls.bad_name`. */
export async function createAuthority({ random, now, name, names }: AuthorityOptions): Promise<Certified> {
  const keys = await newKeys();
  const usage = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber: serial(random), name: `CN=${quoted(name)} ${toHex(random.bytes(3))}`, keys },
    ...{ ...spanOf(now, AUTHORITY_LIFE), signingAlgorithm: SIGNING },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usage, true),
      new x509.Extension(NAME_CONSTRAINTS, true, new Uint8Array(nameConstraints(names))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await keyText(keys.privateKey) };
}

export interface LeafOptions extends MakeDeps {
  readonly authority: Certified;
  /** Names and addresses in text; all of them permitted. The first is the name shown. */
  readonly hosts: readonly string[];
}

/** Errors: `tls.bad_key`, `tls.no_hosts`. */
export async function issueLeaf({ random, now, authority, hosts }: LeafOptions): Promise<Certified> {
  const [first] = hosts;
  if (first === undefined) throw new AppError("tls.no_hosts", "a certificate needs a name");
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await newKeys();
  const life = Math.min(LEAF_LIFE, issuer.notAfter.getTime() - now);
  const usage = x509.KeyUsageFlags.digitalSignature;
  const certificate = await x509.X509CertificateGenerator.create({
    ...{ serialNumber: serial(random), subject: `CN=${quoted(first)}`, issuer: issuer.subject },
    ...{ ...spanOf(now, life), signingAlgorithm: SIGNING },
    ...{ publicKey: keys.publicKey, signingKey: await readKey(authority.key) },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(usage, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await keyText(keys.privateKey) };
}

export interface CertificateFacts {
  readonly subject: string;
  readonly hosts: readonly string[];
  readonly notAfter: number;
  /** SHA-256 of the certificate, as browsers show it. */
  readonly fingerprint: string;
}

/** Errors: `tls.bad_certificate`. */
export async function factsOf(certificate: string): Promise<CertificateFacts> {
  try {
    const parsed = new x509.X509Certificate(certificate);
    const alternatives = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
    const hash = toHex(new Uint8Array(await parsed.getThumbprint("SHA-256"))).toUpperCase();
    return {
      ...{ subject: parsed.subject, hosts: alternatives.map(({ value }) => value) },
      ...{ notAfter: parsed.notAfter.getTime(), fingerprint: hash.match(/../g)?.join(":") ?? "" },
    };
  } catch (cause) {
    throw wrapError(cause, "tls.bad_certificate", "a certificate cannot be read", {
      hint: "It must be a PEM file that begins with -----BEGIN CERTIFICATE-----.",
    });
  }
}

/** Whether the leaf must be made anew: it ends soon, or the box is reached by a host that it does not name. */
export function needsLeaf(facts: CertificateFacts, hosts: readonly string[], now: UnixMs): boolean {
  return facts.notAfter - now < RENEW_BEFORE || hosts.some((host) => !facts.hosts.includes(host));
}

/** The hosts that the authority may vouch for, each once; loopback always. */
export function permittedHosts(hosts: readonly string[], names: readonly string[]): readonly string[] {
  const wanted = [...hosts.map((host) => host.toLowerCase()), "localhost", "127.0.0.1", "::1"];
  return [...new Set(wanted)].filter((host) => isPermitted(host, names));
}

/** Whether a certificate carries this authority's signature. */
export async function isIssuedBy(certificate: string, authority: string): Promise<boolean> {
  try {
    const parsed = new x509.X509Certificate(certificate);
    const issuer = new x509.X509Certificate(authority);
    return await parsed.verify({ publicKey: issuer.publicKey, signatureOnly: true });
  } catch {
    return false;
  }
}

/** A certificate for `hosts` by an authority that nobody keeps: for servers whose clients pin it. Errors: `tls.bad_name`, `tls.no_hosts`. */
export async function makeServerCertificate({
  random,
  now,
  hosts,
}: MakeDeps & { readonly hosts: readonly string[] }): Promise<Certified> {
  const names = hosts.filter((host) => isIP(host) === 0);
  const authority = await createAuthority({ random, now, name: "Numberbox SIP", names });
  return await issueLeaf({ random, now, authority, hosts });
}
