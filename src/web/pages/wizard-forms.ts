// What the wizard's forms hold, and what is wrong with it. Pure.

import { microEmc, parseEmc, shortEmc } from "../../base/index.ts";
import type { Change } from "./api-settings.ts";

export interface NodeForm {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly wallet: string;
  readonly socks5: string;
  readonly ca: string;
}

export const emptyNode: NodeForm = {
  url: "http://127.0.0.1:6662",
  ...{ user: "", password: "", wallet: "", socks5: "", ca: "" },
};

const isUrl = (text: string, protocols: RegExp): boolean => {
  const url = URL.parse(text.trim());
  return url !== null && protocols.test(url.protocol) && url.hostname !== "" && url.username === "";
};

export const isWebUrl = (text: string): boolean => isUrl(text, /^https?:$/);
export const isSocksUrl = (text: string): boolean => /^socks5h?:\/\/[^\s/@]+$/.test(text.trim());

/** Whether the password would cross a network in clear. */
export function isOpenWire({ url, socks5 }: Pick<NodeForm, "url" | "socks5">): boolean {
  const parsed = URL.parse(url.trim());
  if (parsed === null || parsed.protocol !== "http:" || socks5.trim() !== "") return false;
  return !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(parsed.hostname);
}

export function isNodeReady({ url, user, password, socks5 }: NodeForm): boolean {
  return isWebUrl(url) && user !== "" && password !== "" && (socks5 === "" || isSocksUrl(socks5));
}

/** `POST …/node/test`. */
export function nodeTestOf({ url, user, password, wallet, socks5, ca }: NodeForm) {
  return {
    ...{ url: url.trim(), user, password },
    ...(wallet === "" ? {} : { wallet }),
    ...(socks5.trim() === "" ? {} : { socks5: socks5.trim() }),
    ...(ca.trim() === "" ? {} : { ca }),
  };
}

export interface RelayForm {
  readonly url: string;
  /** Empty: as it is stored. */
  readonly socks5: string;
}

export const isRelayReady = ({ url, socks5 }: RelayForm): boolean =>
  isWebUrl(url) && (socks5.trim() === "" || isSocksUrl(socks5));

/** `POST …/relay/test`. */
export function relayTestOf({ url, socks5 }: RelayForm) {
  return { url: url.trim(), ...(socks5.trim() === "" ? {} : { socks5: socks5.trim() }) };
}

/** Changes of the section `relay`, `known` being its address until now. Mirrors and pin belong to the old address; the proxy stays. */
export function relayChangesOf(form: RelayForm, known: string | null): readonly Change[] {
  const { url, socks5 } = relayTestOf(form);
  const isOther = known !== null && known !== url;
  return [
    { path: ["relay", "url"], value: url },
    ...(socks5 === undefined ? [] : [{ path: ["relay", "socks5"], value: socks5 }]),
    ...(isOther ? ["pin", "mirrors"].map((name) => ({ path: ["relay", name], delete: true as const })) : []),
  ];
}

export interface PriceForm {
  /** Name of the provider on the chain. */
  readonly name: string;
  readonly perSms: string;
  readonly daily: string;
  readonly weekly: string;
  readonly monthly: string;
}

export const suggestedPrices: PriceForm = {
  name: "",
  ...{ perSms: "0", daily: "0.05", weekly: "0.2", monthly: "0.5" },
};

export const isChainName = (text: string): boolean => /^[a-z0-9][a-z0-9._-]{0,62}$/.test(text);
export const isPrice = (text: string): boolean => /^\d{1,10}(\.\d{1,6})?$/.test(text);
/** An empty term is not offered. */
const isTerm = (text: string): boolean => text === "" || isPrice(text);

export function arePricesReady({ name, perSms, daily, weekly, monthly }: PriceForm): boolean {
  const terms = [daily, weekly, monthly];
  return isChainName(name) && isPrice(perSms) && terms.every(isTerm) && terms.some((term) => term !== "");
}

export interface PricePreview {
  readonly term: "daily" | "weekly" | "monthly";
  /** What a renter pays for the term with so many SMS, in EMC. */
  readonly total: string;
  readonly messages: number;
}

const MESSAGES = { daily: 5, weekly: 20, monthly: 60 } as const;

/** What a renter pays, term by term; terms that are not offered or not yet typed are left out. */
export function previewOf(form: PriceForm): readonly PricePreview[] {
  const perSms = isPrice(form.perSms) ? parseEmc(form.perSms) : microEmc(0);
  return (["daily", "weekly", "monthly"] as const)
    .filter((term) => isPrice(form[term]))
    .map((term) => {
      const messages = MESSAGES[term];
      return { term, messages, total: shortEmc(microEmc(parseEmc(form[term]) + perSms * messages)) };
    });
}

/** The configuration's section `listing.tiers.sms_only.pricing`. */
export function pricingOf({ perSms, daily, weekly, monthly }: PriceForm) {
  return {
    per_sms: perSms,
    ...(daily === "" ? {} : { rental_daily: daily }),
    ...(weekly === "" ? {} : { rental_weekly: weekly }),
    ...(monthly === "" ? {} : { rental_monthly: monthly }),
  };
}

export const PASSPHRASE_MIN = 10;

/** What is wrong with a new passphrase; null when it will do. */
export function passphraseFault(passphrase: string, repeat: string): "short" | "differ" | null {
  if (passphrase.length < PASSPHRASE_MIN) return "short";
  return passphrase === repeat ? null : "differ";
}
