// Digest credentials as phones send them (RFC 7616 in SIP's dress, RFC 8760), read from headers that anyone may have written. Pure.

import { createHash } from "node:crypto";

export type DigestAlgorithm = "MD5" | "SHA-256";

export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  /** Lower-case hex. */
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly nc: number;
  readonly cnonce: string;
}

/** Longer headers are no credentials. */
const MAX_HEADER = 4096;
/** More sets of credentials than any phone sends. */
const MAX_SETS = 8;
// One `name=value` or `name="value"`, with the scheme in front of it where a set of credentials begins. Sticky: each step goes forward.
const PARAMETER =
  /\s*(?:([A-Za-z]+)[ \t]+)?([A-Za-z][A-Za-z0-9_-]*\*?)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t]*(?:,|$)/y;
const HEX = { MD5: /^[0-9a-f]{32}$/, "SHA-256": /^[0-9a-f]{64}$/ } as const;

type Parameters_ = ReadonlyMap<string, string>;

/** The sets of parameters of scheme Digest; null for what is no such header. */
function parameterSets(header: string): readonly Parameters_[] | null {
  if (header.length > MAX_HEADER) return null;
  const sets: { readonly scheme: string; readonly values: Map<string, string> }[] = [];
  PARAMETER.lastIndex = 0;
  for (let at = 0; at < header.length; at = PARAMETER.lastIndex) {
    const found = PARAMETER.exec(header);
    if (found === null) return null;
    const [, scheme, name = "", quoted, bare] = found;
    if (scheme !== undefined) {
      if (sets.length >= MAX_SETS) return null;
      sets.push({ scheme: scheme.toLowerCase(), values: new Map() });
    }
    const set = sets.at(-1);
    const key = name.toLowerCase();
    // Twice the same parameter: whoever reads the other one sees another message.
    if (set === undefined || set.values.has(key)) return null;
    set.values.set(key, quoted === undefined ? (bare ?? "") : quoted.replace(/\\(.)/g, "$1"));
  }
  return sets.filter(({ scheme }) => scheme === "digest").map(({ values }) => values);
}

function algorithmOf(text: string | undefined): DigestAlgorithm | null {
  if (text === undefined || /^md5$/i.test(text)) return "MD5";
  return /^sha-256$/i.test(text) ? "SHA-256" : null;
}

function credentialsOf(values: Parameters_): DigestCredentials | null {
  const get = (name: string): string => values.get(name) ?? "";
  const algorithm = algorithmOf(values.get("algorithm"));
  const response = get("response").toLowerCase();
  if (algorithm === null || !HEX[algorithm].test(response)) return null;
  if (get("qop").toLowerCase() !== "auth" || !/^[0-9a-f]{8}$/i.test(get("nc"))) return null;
  const [username, realm, nonce, uri, cnonce] = [
    get("username"),
    get("realm"),
    get("nonce"),
    get("uri"),
    get("cnonce"),
  ];
  if (username === "" || nonce === "" || uri === "" || cnonce === "") return null;
  return { username, realm, nonce, uri, response, algorithm, nc: Number.parseInt(get("nc"), 16), cnonce };
}

/**
 * The credentials for `realm` in the value of an Authorization or Proxy-Authorization header, several headers joined by commas.
 * Null: there are none that can be checked, which is answered with a challenge whatever is wrong with them.
 */
export function readCredentials(header: string | undefined, realm: string): DigestCredentials | null {
  const sets = header === undefined ? null : parameterSets(header);
  for (const values of sets ?? []) if (values.get("realm") === realm) return credentialsOf(values);
  return null;
}

export function digestHash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(algorithm === "MD5" ? "md5" : "sha256")
    .update(text, "utf8")
    .digest("hex");
}

/** What `response` must be. `ha1`: of that algorithm, lower-case hex. */
export function expectedResponse(credentials: DigestCredentials, ha1: string, method: string): string {
  const { algorithm, nonce, nc, cnonce, uri } = credentials;
  const count = nc.toString(16).padStart(8, "0");
  return digestHash(algorithm, `${ha1}:${nonce}:${count}:${cnonce}:auth:${digestHash(algorithm, `${method}:${uri}`)}`);
}

/** The value of one challenge. */
export function challengeOf(realm: string, nonce: string, algorithm: DigestAlgorithm, stale: boolean): string {
  return `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale ? ", stale=true" : ""}`;
}
