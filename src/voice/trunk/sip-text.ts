// SIP messages as text, as far as whoever passes them on must read them: start line, headers in their order, body. Pure.

export interface SipText {
  /** The request line, or the status line. */
  readonly start: string;
  /** Names as they were written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Larger ones are no messages: an offer with video and its candidates has a tenth of it. */
export const MAX_HEAD = 32 * 1024;
const MAX_HEADERS = 128;

const REQUEST = /^([A-Z]{2,20}) (sips?:\S{1,600}) SIP\/2\.0$/;
const STATUS = /^SIP\/2\.0 ([1-6]\d\d)(?: |$)/;
const HEADER = /^([A-Za-z0-9!%*_+`'~.-]{1,80})[ \t]*:[ \t]*(.*)$/;

/** RFC 3261 section 7.3.3. */
const COMPACT: Readonly<Record<string, string>> = {
  ...{ i: "call-id", m: "contact", e: "content-encoding", l: "content-length", c: "content-type", f: "from" },
  ...{ s: "subject", k: "supported", t: "to", v: "via" },
};

/** The full name in lower case. */
export function headerName(name: string): string {
  const lower = name.toLowerCase();
  return COMPACT[lower] ?? lower;
}

export const methodOf = ({ start }: SipText): string | null => REQUEST.exec(start)?.[1] ?? null;
export const uriOf = ({ start }: SipText): string | null => REQUEST.exec(start)?.[2] ?? null;

export function statusOf({ start }: SipText): number | null {
  const status = STATUS.exec(start)?.[1];
  return status === undefined ? null : Number(status);
}

/** The first header of that name, in lower case; undefined when there is none. */
export function headerOf({ headers }: SipText, name: string): string | undefined {
  return headers.find(([each]) => headerName(each) === name)?.[1];
}

/** The method that a message is about: of an answer that of its request. */
export function aboutMethod(message: SipText): string {
  return methodOf(message) ?? /^\d+\s+([A-Z]+)$/.exec(headerOf(message, "cseq")?.trim() ?? "")?.[1] ?? "";
}

/** Everything before the empty line; null for what is no message. Lines that were folded are one again. */
export function parseHead(text: string): Omit<SipText, "body"> | null {
  const [start = "", ...lines] = text.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  if (text.length > MAX_HEAD || lines.length > MAX_HEADERS) return null;
  if (!REQUEST.test(start) && !STATUS.test(start)) return null;
  const headers: (readonly [string, string])[] = [];
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    headers.push([name, value]);
  }
  return { start, headers };
}

/** A message that is the whole of `bytes`, as UDP brings it: without a length its body goes to the end. */
export function parseSipText(bytes: Buffer): SipText | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0 || end > MAX_HEAD) return null;
  const head = parseHead(bytes.toString("latin1", 0, end));
  if (head === null) return null;
  const body = bytes.subarray(end + 4);
  const length = contentLength(head.headers);
  if (length === null) return { ...head, body };
  return length > body.length ? null : { ...head, body: body.subarray(0, length) };
}

/** Null when there is none; NaN for what is no length. */
export function contentLength(headers: SipText["headers"]): number | null {
  const value = headers.find(([name]) => headerName(name) === "content-length")?.[1];
  if (value === undefined) return null;
  return /^\d{1,7}$/.test(value.trim()) ? Number(value) : Number.NaN;
}

/** With the length that its body has. */
export function sipBytes({ start, headers, body }: SipText): Buffer {
  const lines = headers
    .filter(([name]) => headerName(name) !== "content-length")
    .map(([name, value]) => `${name}: ${value}`);
  const head = [start, ...lines, `Content-Length: ${body.length}`, "", ""].join("\r\n");
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}
