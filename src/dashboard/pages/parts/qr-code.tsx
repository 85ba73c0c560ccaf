// A text as a QR code. The code is made here; no text of it leaves the page.

import { encode } from "uqr";
import { Qr } from "../../../page-parts/index.ts";

export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const rows = encode(text, { border: 3, ecc: "L" }).data.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
  return <Qr rows={rows} label={label} />;
}
