// The payment link: what a wallet on the same phone opens is what another phone scans.

import type { VNode } from "preact";
import { describe, expect, it } from "vitest";
import { PayAddress } from "../../src/dashboard/pages/parts/pay-address.tsx";
import { QrCode } from "../../src/dashboard/pages/parts/qr-code.tsx";
import { paymentUri } from "../../src/dashboard/pages/payment-uri.ts";
import { en } from "../../src/dashboard/pages/strings/en.ts";
import { Words } from "../../src/dashboard/pages/words.ts";

const ADDRESS = "EdoBMtZsvK8zC1JDFkTTx7pSGLBrJrfm7C";

function nodesOf(value: unknown): readonly VNode<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (typeof value !== "object" || value === null || !("props" in value)) return [];
  const node = value as VNode<Record<string, unknown>>;
  return [node, ...nodesOf(node.props.children)];
}

describe("paymentUri", () => {
  it("names address and amount as wallets read them, and lets nothing else in", () => {
    expect(paymentUri({ address: ADDRESS, amount: "0.05" })).toBe(`emercoin:${ADDRESS}?amount=0.05`);
    expect(paymentUri({ address: "a?amount=9&b", amount: "1&label=x" })).toBe(
      "emercoin:a%3Famount%3D9%26b?amount=1%26label%3Dx",
    );
  });

  it("is the link to tap and the text of the QR code alike", () => {
    const nodes = nodesOf(PayAddress({ words: new Words(en, "en"), address: ADDRESS, amount: "0.05" }));
    const link = nodes.find(({ type }) => type === "a");
    const code = nodes.find(({ type }) => type === QrCode);
    expect(link?.props.href).toBe(`emercoin:${ADDRESS}?amount=0.05`);
    expect(code?.props.text).toBe(link?.props.href);
  });
});
