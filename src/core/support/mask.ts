// What may leave the box for a stranger who helps: numbers, keys and passwords are covered, the rest can be read. Pure. It covers rather
// too much than too little.

/** A text as it may be shown: phone numbers, identities of SIMs and modems, keys, and what stands in URLs before the host. */
export function maskText(text: string): string {
  return text
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, "$1…@")
    .replaceAll(/([?&][^=&\s]*(?:token|key|secret|pass|sig)[^=&\s]*=)[^&\s]+/gi, "$1…")
    .replaceAll(/\b(?:Bearer|Basic)\s+\S+/gi, "…")
    .replaceAll(/\+\d[\d ()-]{5,20}\d/g, "+…")
    .replaceAll(/(?<![\w.:-])\d{9,22}(?![\w.:-])/g, (digits) => `…${digits.slice(-2)}`)
    .replaceAll(/(?<![\w-])(?=[\w+/-]*\d)(?=[\w+/-]*[A-Za-z])[\w+/-]{24,}={0,2}/g, (key) => `${key.slice(0, 4)}…`);
}

/** Keys of settings and views whose values say who somebody is, or open something. */
const COVERED =
  /(?:^|_)(?:number|iccid|imsi|imei|pin|puk|password|passphrase|secret|token|key|keys|verify|encrypt|address|from|to|body|text|user|system_id|own_number|host_key|payout_address|recipients?|chat_id|phone)$/i;
/** Where a file is, not what is in it. */
const FILES = /_file$/;

function coverValue(value: unknown): unknown {
  if (value === null || value === undefined || typeof value === "boolean") return value;
  if (typeof value === "string" && value === "") return "";
  return "…";
}

/** The same for data: what stands under a telling key is covered, every text is masked. */
export function maskData(value: unknown): unknown {
  if (typeof value === "string") return maskText(value);
  if (Array.isArray(value)) return value.map(maskData);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const covered = COVERED.test(key) && !FILES.test(key) && (typeof inner !== "object" || Array.isArray(inner));
      return [maskText(key), covered ? coverValue(inner) : maskData(inner)];
    }),
  );
}
