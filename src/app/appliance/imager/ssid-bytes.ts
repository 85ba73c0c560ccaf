// The name of a Wi-Fi is bytes, mostly of UTF-8; some forms tell it as such. Pure.

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The name as text; null where its bytes are no UTF-8: such a name is none that a box can keep. */
export function ssidOfBytes(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** Of hex digits, two for a byte; null where they are none, or no UTF-8. */
export function ssidOfHex(hex: string): string | null {
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(hex)) return null;
  return ssidOfBytes(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
}
