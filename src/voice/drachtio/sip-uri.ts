// SIP URIs and Contact headers that anyone may have written: bounded, and nothing of them is passed on that could end a header. Pure.

export interface SipUri {
  readonly scheme: "sip" | "sips";
  /** Percent-decoded; "" when there is none. */
  readonly user: string;
  /** Lower case; an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number | null;
}

const MAX_URI = 512;
// Characters of RFC 3261 section 25, and nothing that needs quoting.
const SAFE = /^sips?:[A-Za-z0-9\-_.!~*'()&=+$,;?/%:@[\]#]+$/i;
const PARTS = /^(sips?):(?:([^@]*)@)?(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(\d{1,5}))?(?:[;?].*)?$/i;

// A name, which may be quoted, the URI, and what follows.
const IN_BRACKETS = /^\s*(?:"(?:[^"\\]|\\.)*"\s*|[^<"]*)<([^<>]*)>(.*)$/s;

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Null for what is none, or longer than any phone's. */
export function parseSipUri(text: string): SipUri | null {
  if (text.length > MAX_URI || !SAFE.test(text)) return null;
  const [, scheme = "", userPart = "", host = "", port] = PARTS.exec(text) ?? [];
  // A password in a URI is of no use here, and parameters of the user part are the dialling phone's own.
  const user = decoded(userPart.split(/[:;]/)[0] ?? "");
  if (host === "" || user === null || (port !== undefined && Number(port) > 65_535)) return null;
  return {
    scheme: scheme.toLowerCase() === "sips" ? "sips" : "sip",
    user,
    host: host.toLowerCase(),
    port: port === undefined ? null : Number(port),
  };
}

/** The URI in `"Name" <sip:…>;tag=…` or `sip:…;tag=…`. */
export function parseAddress(header: string | undefined): SipUri | null {
  if (header === undefined || header.length > 2 * MAX_URI) return null;
  const inBrackets = IN_BRACKETS.exec(header)?.[1];
  return parseSipUri((inBrackets ?? header.split(";")[0] ?? "").trim());
}

/** Whether digest's `uri` names what was asked for: user and host; parameters and ports are rewritten on the way by some. */
export function sameResource(a: string, b: string): boolean {
  const [one, two] = [parseSipUri(a), parseSipUri(b)];
  return one !== null && two !== null && one.user === two.user && one.host === two.host;
}

export interface ContactValue {
  /** As it was written, safe to be put in a request line. */
  readonly uri: string;
  readonly expires: number | null;
  /** `+sip.instance`, cut to 200 characters. */
  readonly instance: string | null;
  readonly regId: string | null;
}

const MAX_HEADER = 4096;

/** Splits at commas that are neither quoted nor within `<>`. */
function splitList(header: string): string[] {
  const parts: string[] = [];
  let [start, quoted, angled] = [0, false, false];
  for (let at = 0; at < header.length; at++) {
    const char = header[at];
    if (quoted && char === "\\") at++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === "<") angled = true;
    else if (!quoted && char === ">") angled = false;
    else if (!quoted && !angled && char === ",") {
      parts.push(header.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, header.slice(start)].map((part) => part.trim());
}

function parseContact(text: string): ContactValue | null {
  const found = IN_BRACKETS.exec(text) ?? /^([^\s;<>"]+)(.*)$/s.exec(text);
  const [, uri = "", parameters = ""] = found ?? [];
  if (parseSipUri(uri) === null) return null;
  const value = (name: string): string | null =>
    new RegExp(`;\\s*${name}\\s*=\\s*("[^"]*"|[^;\\s"]*)`, "i").exec(parameters)?.[1]?.replace(/^"|"$/g, "") ?? null;
  const expires = value("expires");
  return {
    uri,
    expires: expires !== null && /^\d{1,10}$/.test(expires) ? Number(expires) : null,
    instance: value("\\+sip\\.instance")?.slice(0, 200) ?? null,
    regId: value("reg-id")?.slice(0, 20) ?? null,
  };
}

/** `*`, the contacts, or null for what is neither. No header is no contact. */
export function parseContacts(header: string | undefined): "*" | readonly ContactValue[] | null {
  if (header === undefined || header.trim() === "") return [];
  if (header.trim() === "*") return "*";
  if (header.length > MAX_HEADER) return null;
  const contacts: ContactValue[] = [];
  for (const part of splitList(header)) {
    const contact = parseContact(part);
    if (contact === null) return null;
    contacts.push(contact);
  }
  return contacts;
}
