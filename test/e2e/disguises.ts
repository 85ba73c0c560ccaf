// Every way in which the bytes of a text could lie about in a file or a log.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { toBase64, toBase64url, toHex, utf8 } from "../../src/base/index.ts";

export function disguises(text: string): readonly Buffer[] {
  const utf16 = Buffer.from(text, "utf16le").swap16();
  const plain = Buffer.from(utf8(text));
  const forms = [plain, utf16, Buffer.from(text, "utf16le")];
  const hex = forms.map((form) => toHex(form)).flatMap((form) => [Buffer.from(form), Buffer.from(form.toUpperCase())]);
  // Base64 of a text inside others depends on where it begins: three shifts, their borders cut.
  const base64 = [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), plain]);
    return [toBase64(shifted), toBase64url(shifted)].map((form) => Buffer.from(form.slice(4, -4)));
  });
  return [...forms, ...hex, ...base64];
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
