// Public keys for SSH as people paste them: lines of authorized_keys, read as sshd reads them. What is kept is written anew: type, key, and a
// comment that cannot begin another line.

const KINDS = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
] as const;
const BLOB = /^[A-Za-z0-9+/]{40,1500}={0,3}$/;
/** In characters; nobody looks at more of a comment. */
const LONGEST_COMMENT = 200;
/** More than anybody has; the file is read at each sign-in. */
const MOST_KEYS = 32;

export interface SshKeys {
  /** One line each. */
  readonly keys: readonly string[];
  /** Which of the lines are none, counted from 1; in a list of a list, on and on. */
  readonly bad: readonly number[];
}

/** Null where it is none. Options before the key are not taken over: a box gives a shell or none. */
function keyOf(line: string): string | null {
  const [kind = "", blob = "", ...comment] = line.trim().split(/\s+/);
  if (!KINDS.some((each) => each === kind) || !BLOB.test(blob)) return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  const said = comment.join(" ").replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, "");
  return [kind, blob, ...(said === "" ? [] : [said.slice(0, LONGEST_COMMENT)])].join(" ");
}

/** Of a list, or of one text; each may hold several lines. Empty lines and those that begin with `#` say nothing. */
export function readSshKeys(given: unknown): SshKeys {
  const list: readonly unknown[] = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given];
  const lines = list.flatMap((each) => (typeof each === "string" ? each.split(/\r\n|\r|\n/) : [null]));
  const said = lines.filter((line) => line === null || !/^\s*(?:#|$)/.test(line));
  const found = said.map((line) => (line === null ? null : keyOf(line)));
  const keys = [...new Set(found.filter((key) => key !== null))];
  return {
    keys: keys.slice(0, MOST_KEYS),
    bad: found.flatMap((key, at) => (key === null || keys.indexOf(key) >= MOST_KEYS ? [at + 1] : [])),
  };
}
